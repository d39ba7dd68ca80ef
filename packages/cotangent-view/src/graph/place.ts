/** Where a drawing of a graph has everything, as data. */
import { layout } from "./layout.ts";
import type { Direction, Layout } from "./layout.ts";
import type { ComputationGraph } from "./model.ts";
import { derivativeText, everyNode } from "./nodes.ts";

/**
 * Where {@link drawGraph} would put every node and edge of a graph: for drawings of one's own, in a page that lets its readers
 * point and step. There is room for a derivative below every value.
 *
 *     const { nodes, edges, width, height } = placeGraph(computationGraph(y));
 */
export function placeGraph(graph: ComputationGraph, direction: Direction = "right"): Layout {
  const longest = derivativeText(-0.0001234);
  const nodes = everyNode(graph, {}, undefined, ({ kind }) => (kind === "constant" ? [] : [longest]));
  return layout(nodes, direction, { gap: 34, port: 14 });
}
