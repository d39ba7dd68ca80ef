import type { Real } from "cotangent";
import type { Func, Op, Program, Region } from "cotangent/program";

import { contents } from "./draw.ts";
import { computationGraph } from "./model.ts";
import type { Edge, Node, NodeOptions } from "./nodes.ts";
import { contentsOf, labelOf, titleOf, yieldOf } from "./regions.ts";

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
    ...nodes.nodes.map((node) => `  ${drawn(node, node.id)}`),
    ...nodes.edges.map((edge) => `  ${joined(edge, edge.from, edge.to)}`),
    "}",
    "",
  ].join("\n");
}

/** A quoted string of DOT, with a line break between the lines. */
const quote = (lines: readonly string[]): string =>
  `"${lines.map((line) => line.replace(/[\r\n\0]+/g, " ").replace(/[\\"]/g, String.raw`\$&`)).join(String.raw`\n`)}"`;

/** How a program is written in DOT. */
export interface ProgramDotOptions {
  /** Where the results stand. Default: `down`, as code is read. */
  readonly direction?: "right" | "down";
  /** From how many operations on those of one region are grouped by what they do. Default: 60; `Infinity` groups none. */
  readonly limit?: number;
}

/** A program in the DOT language: functions, loops and branches are clusters around what they do. */
export function programToDot(program: Program, options: ProgramDotOptions = {}): string {
  const { limit = 60, direction = "down" } = options;
  return [
    "digraph {",
    `  rankdir=${direction === "right" ? "LR" : "TB"};`,
    "  compound=true;",
    ...program.functions.flatMap((f, i) => [
      `  subgraph cluster_${i} {`,
      `    label=${quote([f.name])};`,
      ...region(f, f.body, "result", `p${i}_`, limit).map((line) => `    ${line}`),
      "  }",
    ]),
    "}",
    "",
  ].join("\n");
}

/** The lines of a region. Ids are unique in a function; `prefix` makes them so in the text. */
function region(f: Func, body: Region, yieldName: string, prefix: string, limit: number): string[] {
  const frames = new Map<string, Op>();
  const { nodes, edges } = contentsOf(f, body, yieldName, limit, (id, op) => void frames.set(id, op));
  const idOf = (id: string): string => quote([prefix + id]);
  const lines: string[] = [];
  const nested = (title: string, id: string, inner: readonly string[]): string[] => [
    `subgraph ${quote([`cluster_${prefix}${id}`])} {`,
    `  label=${quote([title])};`,
    ...inner.map((line) => `  ${line}`),
    "}",
  ];
  for (const node of nodes) {
    const op = frames.get(node.id);
    if (op === undefined) {
      lines.push(drawn(node, idOf(node.id)));
      continue;
    }
    // What goes into the loop and comes out of it ends at a node that stands for the whole.
    const inside = [`${idOf(node.id)} [label="", shape=point];`];
    op.regions.forEach((inner, i) => {
      const own = region(f, inner, yieldOf(op, i), `${prefix}${node.id}_${i}_`, limit);
      const title = titleOf(op, i);
      inside.push(...(title === undefined ? own : nested(title, `${node.id}_${i}`, own)));
    });
    lines.push(...nested(labelOf(op), node.id, inside));
  }
  return [...lines, ...edges.map((edge) => joined(edge, idOf(edge.from), idOf(edge.to)))];
}

const drawn = (node: Node, id: string): string =>
  `${id} [label=${quote(node.lines)}, ${shapes[node.shape]}];`;

const joined = ({ label }: Edge, from: string, to: string): string =>
  `${from} -> ${to}${label === "" ? "" : ` [label=${quote([label])}]`};`;
