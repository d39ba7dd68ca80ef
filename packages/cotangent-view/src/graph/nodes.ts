/** What a drawing of a graph consists of, whether it shows every operation or a summary. */
import { formatNumber, mathWidth, shorten } from "../svg/text.ts";
import type { ComputationGraph, Variable } from "./model.ts";

export interface Node {
  readonly id: string;
  /** `operations` and `variables` are groups, in a summary. */
  readonly shape: "variable" | "constant" | "operation" | "operations" | "variables";
  /** What stands in it: the first line, and the rest smaller. */
  readonly lines: readonly string[];
  /** Whether the first line is words, in upright letters; otherwise it is mathematics. */
  readonly words: boolean;
  /** What the second line may become: there is room for each. */
  readonly reserved: readonly string[];
  readonly role: "leaf" | "output" | undefined;
  /** Where it is not its text that decides. */
  readonly size?: { readonly width: number; readonly height: number };
}

export interface Edge {
  readonly from: string;
  readonly to: string;
  /** The index of the argument, or how many such edges there are. */
  readonly label: string;
  /** Where several edges connect the same nodes. */
  readonly key: string;
}

export interface Nodes {
  readonly nodes: readonly Node[];
  readonly edges: readonly Edge[];
}

/** What is written into the nodes. */
export interface NodeOptions {
  /** Show values. Default: true. */
  readonly values?: boolean;
  /** Show ∂(output)/∂(variable), passed back from the output for the drawing alone. Default: false. */
  readonly derivatives?: boolean;
  /** Draw every intermediate result, or only those with a name. Default: `all`. */
  readonly intermediates?: "all" | "named";
}

/** Every variable, constant and operation as a node of its own. */
export function everyNode(
  graph: ComputationGraph,
  options: NodeOptions,
  derivatives: ReadonlyMap<string, number> | undefined,
  reserve: (variable: Variable) => readonly string[] = () => [],
): Nodes {
  const { values = true, intermediates = "all" } = options;
  const skipped = new Set(
    intermediates === "all"
      ? []
      : graph.variables
          .filter((v) => v.kind === "intermediate" && !v.named && v !== graph.output)
          .map((v) => v.id),
  );
  const maker = new Map(graph.operations.map((operation) => [operation.output.id, operation.id]));
  const nodes: Node[] = [];
  const edges: Edge[] = [];
  const seen = new Set<string>(skipped);
  const show = (variable: Variable): void => {
    if (seen.has(variable.id)) return;
    seen.add(variable.id);
    const derivative = derivatives?.get(variable.id);
    nodes.push({
      id: variable.id,
      shape: variable.kind === "constant" ? "constant" : "variable",
      lines: [
        variableText(variable, values),
        ...(derivative === undefined ? [] : [derivativeText(derivative)]),
      ],
      words: false,
      reserved: reserve(variable),
      role: variable === graph.output ? "output" : variable.kind === "leaf" ? "leaf" : undefined,
    });
  };
  // In the order in which it was computed, arguments in their order: the layout keeps to it where it can.
  for (const { id, number, name, inputs, output } of [...graph.operations].reverse()) {
    inputs.forEach((variable, i) => {
      show(variable);
      const from = skipped.has(variable.id) ? maker.get(variable.id)! : variable.id;
      edges.push({ from, to: id, label: String(i), key: `${i}` });
    });
    nodes.push({
      id,
      shape: "operation",
      lines: [`${shorten(name, 18)} (${number})`],
      words: true,
      reserved: [],
      role: undefined,
    });
    show(output);
    if (!skipped.has(output.id)) edges.push({ from: id, to: output.id, label: "", key: "out" });
  }
  show(graph.output); // a leaf is its own graph
  return { nodes, edges };
}

function variableText({ kind, name, named, value }: Variable, values: boolean): string {
  if (kind === "constant") return formatNumber(value);
  if (!values) return shorten(name, 18);
  // The number of an intermediate result that nobody named says more than a made-up name.
  return named || kind === "leaf" ? `${shorten(name, 18)} = ${formatNumber(value)}` : formatNumber(value);
}

export const derivativeText = (derivative: number): string => `∂ = ${formatNumber(derivative)}`;

export const LINE = 15;
export const SMALL_LINE = 13;

/** Room for the indices of the arguments, in the box. */
const INDEX = 14;

/** How large a node is drawn, with so much room for the arguments of an operation to arrive. */
export function sizeOf(
  { shape, lines, reserved, size }: Node,
  ports: number,
  direction: "right" | "down",
): { width: number; height: number } {
  if (size !== undefined) return size;
  const small = [...lines.slice(1), ...reserved];
  const text = Math.max(mathWidth(lines[0]!, LINE), ...small.map((line) => mathWidth(line, SMALL_LINE)));
  const rows = Math.max(lines.length, reserved.length > 0 ? 2 : 1);
  const height = 22 + 18 * rows;
  if (shape === "variable")
    return { width: Math.max(56, text * 1.12 + 30), height: height + (rows > 1 ? 6 : 0) };
  if (shape === "constant") return { width: Math.max(34, text + 18), height: 30 };
  if (shape !== "operation") return { width: Math.max(56, text + 26), height };
  return direction === "right"
    ? { width: Math.max(56, text + 26 + INDEX), height: Math.max(height, ports) }
    : { width: Math.max(56, text + 26, ports), height: height + 6 };
}
