/** What a region of a program consists of, as nodes and edges: for drawings and for DOT. */
import { isOp } from "cotangent/program";
import type { Func, Op, Region, Value } from "cotangent/program";

import { formatNumber, shorten } from "../svg/text.ts";
import type { Edge, Node } from "./nodes.ts";

interface Contents {
  readonly nodes: Node[];
  readonly edges: Edge[];
}

/** Told of each loop and branch, by the id of its node; how large its frame will be, if that matters. */
export type FrameOf = (id: string, op: Op) => { readonly width: number; readonly height: number } | undefined;

/** What stands in the frames of a loop or a branch. */
const REGIONS: Readonly<Record<string, readonly string[]>> = { if: ["then", "else"], while: ["while", "do"] };

/** What the i-th region of an operation is called. */
export const titleOf = (op: Op, i: number): string | undefined => REGIONS[op.kind]?.[i];

/** What the i-th region of an operation yields is called. */
export const yieldOf = (op: Op, i: number): string =>
  op.kind === "if" ? "result" : op.kind === "while" && i === 0 ? "condition" : "next";

/** The nodes of a region; operations are grouped where there are more than `limit`. */
export function contentsOf(
  func: Func,
  region: Region,
  yieldName: string,
  limit: number,
  frame: FrameOf,
): Contents & { readonly grouped: boolean } {
  const ops = region.ops.filter(({ kind }) => kind !== "constant");
  if (ops.length > limit) return { ...grouped(region, ops), grouped: true };
  const contents = each(func, region, ops, frame);
  addResults(region, contents, yieldName);
  return { ...contents, grouped: false };
}

/** Every operation as a node of its own. */
function each(func: Func, region: Region, ops: readonly Op[], frame: FrameOf): Contents {
  const nodes = region.args.map((value, i) => {
    const name = value.name ?? (region.parent === null ? func.params[i]!.name : `v${value.id}`);
    return variable(idOf(value, region), name, "leaf");
  });
  const edges: Edge[] = [];
  const contents = { nodes, edges };
  for (const op of ops) {
    const id = operationId(op);
    const used = [...new Set([...op.args, ...captured(op)])];
    used.forEach((value, i) => {
      const from = source(value, region, contents, `${id}a${i}`);
      // What a region takes from outside is no argument of the operation.
      const places = op.args.flatMap((arg, place) => (arg === value ? [place] : []));
      if (places.length === 0) edges.push({ from, to: id, label: "", key: `captured${i}` });
      for (const place of places) edges.push({ from, to: id, label: String(place), key: `${place}` });
    });
    const size = op.regions.length > 0 ? frame(id, op) : undefined;
    const name = op.results
      .map((value) => value.name)
      .filter((each) => each !== undefined)
      .join(", ");
    nodes.push({
      id,
      shape: "operation",
      lines: [labelOf(op), ...(name === "" || op.regions.length > 0 ? [] : [shorten(name, 18)])],
      words: true,
      reserved: [],
      role: undefined,
      ...(size === undefined ? {} : { size }),
    });
  }
  return contents;
}

/** What a region yields. */
function addResults(region: Region, contents: Contents, name: string): void {
  region.yields.forEach((value, i) => {
    const id = `y${i}of${regionId(region)}`;
    contents.nodes.push(variable(id, region.yields.length === 1 ? name : `${name} ${i}`, "output", true));
    contents.edges.push({ from: source(value, region, contents, id), to: id, label: "", key: "yield" });
  });
}

/** Operations that do the same as one node, with their number. */
function grouped(region: Region, ops: readonly Op[]): Contents {
  const groups = new Map<string, number>();
  for (const op of ops) groups.set(labelOf(op), (groups.get(labelOf(op)) ?? 0) + 1);
  const counts = new Map<string, number>();
  const groupOf = (value: Value): string => {
    if (value.def === region) return "parameters";
    return isOp(value.def) && value.def.kind !== "constant" && value.def.parent === region
      ? `f ${labelOf(value.def)}`
      : "from outside";
  };
  for (const op of ops) {
    for (const value of [...op.args, ...captured(op)]) {
      if (isOp(value.def) && value.def.kind === "constant") continue;
      const key = JSON.stringify([groupOf(value), `f ${labelOf(op)}`]);
      counts.set(key, (counts.get(key) ?? 0) + 1);
    }
  }
  for (const value of region.yields) {
    const key = JSON.stringify([groupOf(value), "results"]);
    counts.set(key, (counts.get(key) ?? 0) + 1);
  }
  const pairs = [...counts].map(([key, n]) => {
    const [from, to] = JSON.parse(key) as [string, string];
    return { from, to, n };
  });
  const chained = new Set(pairs.filter(({ from, to }) => from === to).map(({ from }) => from));
  const nodes = [...groups].map(([label, n]): Node => ({
    id: `f ${label}`,
    shape: "operations",
    lines: [
      `${shorten(label, 18)}${n === 1 ? "" : ` × ${n}`}`,
      ...(chained.has(`f ${label}`) ? ["chained"] : []),
    ],
    words: true,
    reserved: [],
    role: undefined,
  }));
  const ends = new Set(pairs.flatMap(({ from, to }) => [from, to]).filter((name) => !name.startsWith("f ")));
  for (const name of ends) nodes.push(variable(name, name, name === "results" ? "output" : "leaf", true));
  const edges = pairs.flatMap(({ from, to, n }): Edge[] =>
    from === to ? [] : [{ from, to, label: n === 1 ? "" : `×${n}`, key: "group" }],
  );
  return { nodes, edges };
}

/** How many operations of each kind there are, those in loops and branches included. */
export function count(region: Region, into: Map<string, number> = new Map()): Map<string, number> {
  for (const op of region.ops) {
    if (op.kind !== "constant") into.set(labelOf(op), (into.get(labelOf(op)) ?? 0) + 1);
    for (const inner of op.regions) count(inner, into);
  }
  return into;
}

/** What an operation is called. */
export function labelOf(op: Op): string {
  switch (op.kind) {
    case "primitive":
      return op.attr.id;
    case "call":
      return op.attr.callee;
    case "external":
      return `${op.attr.function.name}.${op.attr.half}`;
    case "constant":
      return formatNumber(op.attr);
    case "data":
      return `data (${op.attr.length})`;
    case "for":
      return op.attr.step === 1 ? "for" : `for, step ${op.attr.step}`;
    default:
      return op.kind;
  }
}

const operationId = (op: Op): string =>
  `f${op.results[0]?.id ?? `_${op.parent.ops.indexOf(op)}in${regionId(op.parent)}`}`;
const regionId = (region: Region): string =>
  region.parent === null ? "top" : `${operationId(region.parent)}_${region.parent.regions.indexOf(region)}`;
const idOf = (value: Value, region: Region): string => `v${value.id}in${regionId(region)}`;

const variable = (id: string, name: string, role: Node["role"], words = false): Node => ({
  id,
  shape: "variable",
  lines: [shorten(name, 18)],
  words,
  reserved: [],
  role,
});

/** The node in this region's drawing from which `value` comes; made if there is none yet: constants for each use. */
function source(value: Value, region: Region, { nodes }: Contents, use: string): string {
  const { def } = value;
  if (def === region) return idOf(value, region);
  if (isOp(def) && def.kind === "constant") {
    const id = `c${use}`;
    nodes.push({ id, shape: "constant", lines: [labelOf(def)], words: false, reserved: [], role: undefined });
    return id;
  }
  if (isOp(def) && def.parent === region) return operationId(def);
  const id = `o${idOf(value, region)}`;
  if (!nodes.some((node) => node.id === id)) {
    const name = shorten(value.name ?? (isOp(def) ? labelOf(def) : `v${value.id}`), 18);
    nodes.push({
      id,
      shape: "constant",
      lines: [name],
      words: value.name === undefined,
      reserved: [],
      role: undefined,
    });
  }
  return id;
}

/** What the regions of `op` use from outside of it; constants are drawn inside. */
function captured(op: Op): Value[] {
  const inside = new Set<Op | Region>();
  const used = new Set<Value>();
  const visit = (region: Region): void => {
    inside.add(region);
    for (const each of region.ops) {
      inside.add(each);
      for (const value of each.args) used.add(value);
      each.regions.forEach(visit);
    }
    for (const value of region.yields) used.add(value);
  };
  op.regions.forEach(visit);
  return [...used].filter(({ def }) => !inside.has(def) && !(isOp(def) && def.kind === "constant"));
}
