import type { Real } from "cotangent";

import { contents } from "./draw.ts";
import { computationGraph } from "./model.ts";
import type { Node, NodeOptions } from "./nodes.ts";

/** What is written into the DOT text. */
export interface DotOptions extends NodeOptions {
  /** Where the output stands. Default: `right`. */
  readonly direction?: "right" | "down";
  /** From how many nodes on operations are grouped. Default: 120; `Infinity` writes every node, in linear time. */
  readonly limit?: number;
}

const shapes: Readonly<Record<Node["shape"], string>> = {
  variable: "shape=ellipse",
  variables: "shape=ellipse, peripheries=2",
  constant: 'shape=box, style="rounded,dashed"',
  operation: 'shape=box, style=filled, fillcolor="#ebebeb"',
  operations: 'shape=box3d, style=filled, fillcolor="#ebebeb"',
};

/**
 * The computation graph of a Scalar in the DOT language, for Graphviz and what else reads it.
 * @throws AdError `not-a-variable` for a number or a constant
 */
export function graphToDot(output: Real, options: DotOptions = {}): string {
  const { limit = 120, direction = "right" } = options;
  const { nodes } = contents(computationGraph(output), options, limit);
  return [
    "digraph {",
    `  rankdir=${direction === "right" ? "LR" : "TB"};`,
    ...nodes.nodes.map((node) => `  ${node.id} [label=${quote(node.lines)}, ${shapes[node.shape]}];`),
    ...nodes.edges.map(
      ({ from, to, label }) => `  ${from} -> ${to}${label === "" ? "" : ` [label=${quote([label])}]`};`,
    ),
    "}",
    "",
  ].join("\n");
}

/** A quoted string of DOT, with a line break between the lines. */
const quote = (lines: readonly string[]): string =>
  `"${lines.map((line) => line.replace(/[\r\n\0]+/g, " ").replace(/[\\"]/g, String.raw`\$&`)).join(String.raw`\n`)}"`;
