/** Programs as pictures: operations as boxes, loops and branches as frames around what they own. */
import { AdError } from "cotangent";
import type { Func, Op, Program, Region, Value } from "cotangent/program";

import { element, group } from "../svg/element.ts";
import type { Element } from "../svg/element.ts";
import { Figure } from "../svg/figure.ts";
import type { FigureOptions } from "../svg/figure.ts";
import { formatNumber, shorten } from "../svg/text.ts";
import { paint } from "../svg/theme.ts";
import { drawEdge, drawNode } from "./draw.ts";
import { layout } from "./layout.ts";
import type { Direction } from "./layout.ts";
import type { Edge, Node } from "./nodes.ts";

/** How a program is drawn. */
export interface ProgramOptions extends FigureOptions {
  /** Where the results stand. Default: `down`, as code is read. */
  readonly direction?: Direction;
  /** From how many operations on those of one region are grouped by what they do; at most 200. Default: 60. */
  readonly limit?: number;
}

const MOST_NODES = 200;
const HEADER = 28;
const MARGIN = 14;

/**
 * What a program does, as a graph: parameters and results are ellipses, operations boxes, and an edge says which argument it
 * is. A loop or a branch is a frame around its own graph, in which dashed boxes are values from outside.
 *
 *     drawProgram(compile(grad(f)).program);
 *
 * @throws AdError `wrong-option`
 */
export function drawProgram(program: Program, options: ProgramOptions = {}): Figure {
  const { direction = "down", limit = 60 } = options;
  if (!(limit >= 1 && limit <= MOST_NODES)) {
    throw new AdError(
      "wrong-option",
      `limit is ${limit}; a drawing of more than ${MOST_NODES} nodes in one region could not be read.`,
      `Choose a limit up to ${MOST_NODES}, or print the program as text.`,
    );
  }
  const parts = program.functions.map((f) => ({
    f,
    drawn: new RegionPainter(f, direction, limit).draw(f.body, "result"),
  }));
  const body: Element[] = [];
  let top = 0;
  const width = Math.max(...parts.map(({ f, drawn }) => Math.max(drawn.width, 40 + 9 * f.name.length)));
  for (const { f, drawn } of parts) {
    body.push(
      element(
        "text",
        { x: 16, y: top + 24, "font-size": 14, "font-weight": 600, fill: paint("ink") },
        shorten(f.name, 40),
      ),
      group({ transform: `translate(${(width - drawn.width) / 2} ${top + 28})` }, drawn.body),
    );
    top += drawn.height + 40;
  }
  const [entry] = program.functions as readonly [Func];
  const counts = program.functions.map(
    (f) => `${f.name}: ${[...count(f.body)].map(([what, n]) => `${n} ${what}`).join(", ")}`,
  );
  return new Figure(
    {
      title: `Program of ${entry.name}`,
      description: `From ${entry.params.map(({ name, ty }) => `${name} (${ty})`).join(", ") || "nothing"} to ${entry.results.length} results. Operations: ${counts.join("; ")}.`,
      width,
      height: top,
      body,
    },
    options,
  );
}

/** How many operations of each kind there are, those in loops and branches included. */
function count(region: Region, into: Map<string, number> = new Map()): Map<string, number> {
  for (const op of region.ops) {
    if (op.kind !== "constant") into.set(labelOf(op), (into.get(labelOf(op)) ?? 0) + 1);
    for (const inner of op.regions) count(inner, into);
  }
  return into;
}

/** What an operation is called. */
function labelOf(op: Op): string {
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

interface Drawn {
  readonly body: readonly Element[];
  readonly width: number;
  readonly height: number;
}

/** What stands in the frames of a loop or a branch. */
const REGIONS: Readonly<Record<string, readonly string[]>> = { if: ["then", "else"], while: ["while", "do"] };

class RegionPainter {
  readonly #func: Func;
  readonly #direction: Direction;
  readonly #limit: number;

  constructor(func: Func, direction: Direction, limit: number) {
    this.#func = func;
    this.#direction = direction;
    this.#limit = limit;
  }

  draw(region: Region, yieldName: string): Drawn {
    const inner = new Map<string, Drawn>();
    const ops = region.ops.filter(({ kind }) => kind !== "constant");
    const contents = ops.length > this.#limit ? this.#grouped(region, ops) : this.#each(region, ops, inner);
    if (ops.length <= this.#limit) this.#results(region, contents, yieldName);
    const { nodes, edges, width, height } = layout(contents, this.#direction, {
      gap: ops.length > this.#limit ? 62 : 30,
      port: 14,
    });
    const body = [
      ...nodes.map((node) => {
        const own = inner.get(node.id);
        if (own === undefined) return drawNode(node);
        const [left, top] = [node.x - node.width / 2, node.y - node.height / 2];
        return group({ transform: `translate(${left} ${top})` }, own.body);
      }),
      ...edges.map((edge) => drawEdge(edge, this.#direction, inner.has(edge.to) ? "muted" : undefined)),
    ];
    return { body, width, height };
  }

  #each(region: Region, ops: readonly Op[], inner: Map<string, Drawn>): { nodes: Node[]; edges: Edge[] } {
    const nodes = region.args.map((value, i) => {
      const name = value.name ?? (region.parent === null ? this.#func.params[i]!.name : `v${value.id}`);
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
      const frame = op.regions.length > 0 ? this.#frame(op) : undefined;
      if (frame !== undefined) inner.set(id, frame);
      const name = op.results
        .map((value) => value.name)
        .filter((each) => each !== undefined)
        .join(", ");
      nodes.push({
        id,
        shape: "operation",
        lines: [labelOf(op), ...(name === "" || frame !== undefined ? [] : [shorten(name, 18)])],
        words: true,
        reserved: [],
        role: undefined,
        ...(frame === undefined ? {} : { size: { width: frame.width, height: frame.height } }),
      });
    }
    return contents;
  }

  #results(region: Region, contents: { nodes: Node[]; edges: Edge[] }, name: string): void {
    region.yields.forEach((value, i) => {
      const id = `y${i}of${regionId(region)}`;
      contents.nodes.push(variable(id, region.yields.length === 1 ? name : `${name} ${i}`, "output", true));
      contents.edges.push({ from: source(value, region, contents, id), to: id, label: "", key: "yield" });
    });
  }

  /** A loop or a branch: its name, and its regions side by side. */
  #frame(op: Op): Drawn {
    const regions = op.regions.map((region, i) => {
      const title = REGIONS[op.kind]?.[i];
      return {
        title,
        drawn: this.draw(
          region,
          op.kind === "if" ? "result" : op.kind === "while" && i === 0 ? "condition" : "next",
        ),
      };
    });
    const titled = op.kind !== "for";
    const top = HEADER + (titled ? 16 : 0);
    const body: Element[] = [];
    let x = MARGIN;
    for (const { title, drawn } of regions) {
      if (titled)
        body.push(element("text", { x: x + 6, y: top, "font-size": 12, fill: paint("muted") }, title!));
      body.push(group({ transform: `translate(${x} ${top})` }, drawn.body));
      x += drawn.width + MARGIN;
    }
    const width = Math.max(x, 120);
    const height = top + Math.max(...regions.map(({ drawn }) => drawn.height)) + 6;
    return {
      body: [
        element("rect", {
          x: 0,
          y: 0,
          width,
          height,
          rx: 4,
          fill: "none",
          stroke: paint("muted"),
          "stroke-width": 1.4,
        }),
        element(
          "text",
          { x: 10, y: 19, "font-size": 14, "font-weight": 600, fill: paint("ink") },
          labelOf(op),
        ),
        ...body,
      ],
      width,
      height,
    };
  }

  /** Operations that do the same as one node, with their number. */
  #grouped(region: Region, ops: readonly Op[]): { nodes: Node[]; edges: Edge[] } {
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
    const ends = new Set(
      pairs.flatMap(({ from, to }) => [from, to]).filter((name) => !name.startsWith("f ")),
    );
    for (const name of ends) nodes.push(variable(name, name, name === "results" ? "output" : "leaf", true));
    const edges = pairs.flatMap(({ from, to, n }): Edge[] =>
      from === to ? [] : [{ from, to, label: n === 1 ? "" : `×${n}`, key: "group" }],
    );
    return { nodes, edges };
  }
}

const isOp = (def: Op | Region): def is Op => "kind" in def;

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
function source(value: Value, region: Region, { nodes }: { nodes: Node[] }, use: string): string {
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
