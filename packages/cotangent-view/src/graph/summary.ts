/**
 * Large graphs in few nodes. Operations that do the same in the same surroundings are one group: the function alone decides
 * at first, then what its arguments come from and where its result goes, and so on outward, as far as there are few enough
 * groups (colour refinement, as in tests for the isomorphism of graphs).
 */
import { formatNumber, shorten } from "../svg/text.ts";
import type { ComputationGraph, Variable } from "./model.ts";
import type { Edge, Node, Nodes } from "./nodes.ts";

const ROUNDS = 8;
const MOST_GROUPS = 24;

/** Something that is grouped: an operation with its result, a leaf, or a constant. */
interface Member {
  readonly variable: Variable;
  readonly operation: string | undefined;
  readonly inputs: number[];
  readonly users: number[];
}

/** A graph of at most about two dozen groups, in time linear in the size of `graph`. */
export function summary(
  graph: ComputationGraph,
  derivatives: ReadonlyMap<string, number> | undefined,
): Nodes {
  const members = membersOf(graph);
  const groupOf = refine(members, graph.output);
  const groups = new Map<number, Member[]>();
  members.forEach((member, i) => {
    const own = groups.get(groupOf[i]!);
    if (own === undefined) groups.set(groupOf[i]!, [member]);
    else own.push(member);
  });
  const counts = new Map<string, { from: number; to: number; count: number }>();
  members.forEach(({ inputs }, i) => {
    for (const input of inputs) {
      const from = groupOf[input]!;
      const to = groupOf[i]!;
      const key = `${from}>${to}`;
      const entry = counts.get(key);
      if (entry === undefined) counts.set(key, { from, to, count: 1 });
      else entry.count++;
    }
  });
  const nodes = [...groups].map(([group, list]) =>
    node(group, list, graph, derivatives, counts.get(`${group}>${group}`)?.count),
  );
  const edges = [...counts.values()]
    .filter(({ from, to }) => from !== to)
    .map(({ from, to, count }): Edge => ({
      from: `g${from}`,
      to: `g${to}`,
      label: count === 1 ? "" : `×${count}`,
      key: "group",
    }));
  return { nodes, edges };
}

function membersOf(graph: ComputationGraph): Member[] {
  const index = new Map<string, number>();
  const operations = new Map(graph.operations.map((operation) => [operation.output.id, operation]));
  const members = graph.variables.map((variable, i): Member => {
    index.set(variable.id, i);
    return { variable, operation: operations.get(variable.id)?.name, inputs: [], users: [] };
  });
  members.forEach((member, i) => {
    for (const input of operations.get(member.variable.id)?.inputs ?? []) {
      const from = index.get(input.id)!;
      member.inputs.push(from);
      members[from]!.users.push(i);
    }
  });
  return members;
}

/** The group of each member: the finest colouring that has few enough colours. */
function refine(members: readonly Member[], output: Variable): number[] {
  const stems = new Set(
    members.filter((m) => m.variable.kind === "leaf").map(({ variable }) => stem(variable)),
  );
  const few = stems.size <= MOST_GROUPS / 3;
  let colours = recolour(members, ({ variable, operation }) => {
    if (variable === output) return "output";
    if (operation !== undefined) return `f ${operation}`;
    return variable.kind === "leaf" && few ? `leaf ${stem(variable)}` : variable.kind;
  });
  if (colours.count > MOST_GROUPS) {
    // So many different functions that even their names are too many.
    return recolour(members, ({ variable }) => (variable === output ? "output" : variable.kind)).of;
  }
  for (let round = 0; round < ROUNDS; round++) {
    const { of } = colours;
    const finer = recolour(members, ({ inputs, users }, i) => {
      const used = [...new Set(users.map((user) => of[user]!))].sort((a, b) => a - b);
      const from =
        inputs.length > 4
          ? [...new Set(inputs.map((j) => of[j]!))].sort((a, b) => a - b)
          : inputs.map((j) => of[j]!);
      return `${of[i]}|${from.join()}|${used.join()}`;
    });
    if (finer.count > MOST_GROUPS || finer.count === colours.count) break;
    colours = finer;
  }
  return colours.of;
}

function recolour(
  members: readonly Member[],
  key: (member: Member, i: number) => string,
): { of: number[]; count: number } {
  const numbers = new Map<string, number>();
  const of = members.map((member, i) => {
    const text = key(member, i);
    let number = numbers.get(text);
    if (number === undefined) numbers.set(text, (number = numbers.size));
    return number;
  });
  return { of, count: numbers.size };
}

/** `w[3]`, `w7` and `layer1.w.0` belong together with their like. */
const stem = ({ name, named }: Variable): string => (named ? name.replace(/\d+/g, "…") : "");

function node(
  group: number,
  list: readonly Member[],
  graph: ComputationGraph,
  derivatives: ReadonlyMap<string, number> | undefined,
  loops: number | undefined,
): Node {
  const { variable, operation } = list[0]!;
  const different = new Set(list.map((member) => member.operation));
  const times = list.length === 1 ? "" : ` × ${list.length}`;
  const name =
    operation !== undefined
      ? different.size > 1
        ? `${different.size} functions`
        : shorten(operation, 18) +
          (variable === graph.output && variable.named ? ` → ${shorten(variable.name, 12)}` : "")
      : variable.kind === "constant"
        ? list.length === 1
          ? "constant"
          : "constants"
        : leafName(list);
  const lines = [
    `${name}${times}`,
    range(
      "",
      list.map((m) => m.variable.value),
    ),
  ];
  const passed = list.flatMap((m) => derivatives?.get(m.variable.id) ?? []);
  if (passed.length > 0) lines.push(range("∂ ", passed));
  if (loops !== undefined) lines.push("chained");
  return {
    id: `g${group}`,
    shape: operation === undefined ? "variables" : "operations",
    lines,
    words: operation !== undefined || !variable.named || list.length > 1,
    reserved: [],
    role: variable === graph.output ? "output" : variable.kind === "leaf" ? "leaf" : undefined,
  };
}

function leafName(list: readonly Member[]): string {
  const [{ variable }] = list as readonly [Member];
  if (list.length === 1) return shorten(variable.name, 18);
  const stems = new Set(list.map((m) => stem(m.variable)));
  return stems.size === 1 && variable.named ? shorten(stem(variable), 18) : "variables";
}

function range(what: string, values: readonly number[]): string {
  let low = Infinity;
  let high = -Infinity;
  for (const value of values) {
    if (value < low) low = value;
    if (value > high) high = value;
  }
  if (low > high) return `${what}NaN`;
  return low === high
    ? `${what}${what === "" ? "" : "= "}${formatNumber(low)}`
    : `${what}${formatNumber(low)} … ${formatNumber(high)}`;
}
