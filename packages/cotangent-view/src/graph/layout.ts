import dagre from "@dagrejs/dagre";

import type { Point } from "../svg/arrow.ts";
import { sizeOf } from "./nodes.ts";
import type { Edge, Node, Nodes } from "./nodes.ts";

/** A node with its centre and size. */
export interface PlacedNode extends Node, Point {
  readonly width: number;
  readonly height: number;
  /** How far from the centre its text stands: beside the indices of the arguments. */
  readonly inset: Point;
}

export interface PlacedEdge extends Edge {
  /** Where it arrives: from −1 at one end of the side to 1 at the other. */
  readonly side: number;
  /** From the outline of one node to that of the other. */
  readonly points: readonly Point[];
}

export interface Layout {
  readonly nodes: readonly PlacedNode[];
  readonly edges: readonly PlacedEdge[];
  readonly width: number;
  readonly height: number;
}

export type Direction = "right" | "down";

/** Up to this many nodes there is time to try several orders. */
const SMALL = 80;

/** How much room there is, in pixels. */
export interface Spacing {
  /** Between two layers. */
  readonly gap: number;
  /** Between two arguments of an operation. */
  readonly port: number;
}

/** Places the nodes in layers, from the inputs to the output. */
export function layout(contents: Nodes, direction: Direction, spacing: Spacing): Layout {
  // dagre's heuristic starts from the order in which it is told of nodes and edges, and ends somewhere else for each.
  const orders =
    contents.nodes.length > SMALL
      ? [[true, true] as const]
      : ([true, false] as const).flatMap((a) => ([true, false] as const).map((b) => [a, b] as const));
  const layouts = orders.map(([nodesReversed, edgesReversed]) => {
    const made = once(contents, { direction, spacing, nodesReversed, edgesReversed });
    return { made, cost: orders.length === 1 ? 0 : disorder(made, direction) };
  });
  return layouts.reduce((best, next) => (next.cost < best.cost ? next : best)).made;
}

/** How many pairs of edges cross, and, for a tie-breaker, how many pairs of arguments arrive out of order. */
function disorder({ edges }: Layout, direction: Direction): number {
  const [along, across] = direction === "right" ? (["x", "y"] as const) : (["y", "x"] as const);
  let crossings = 0;
  let inversions = 0;
  for (const [i, a] of edges.entries()) {
    const [a0, a1] = [a.points[0]!, a.points.at(-1)!];
    for (let j = 0; j < i; j++) {
      const b = edges[j]!;
      const [b0, b1] = [b.points[0]!, b.points.at(-1)!];
      if (a.to === b.to && a.key > b.key !== a1[across] > b1[across]) inversions++;
      if (a.from === b.from) continue;
      // Compared where both are on their way.
      const low = Math.max(a0[along], b0[along]);
      const high = Math.min(a1[along], b1[along]);
      if (low >= high) continue;
      const at = (p: Point, q: Point, t: number): number =>
        p[across] + ((q[across] - p[across]) * (t - p[along])) / (q[along] - p[along]);
      if ((at(a0, a1, low) - at(b0, b1, low)) * (at(a0, a1, high) - at(b0, b1, high)) < 0) crossings++;
    }
  }
  return crossings * 10 + inversions;
}

interface Attempt {
  readonly direction: Direction;
  readonly spacing: Spacing;
  readonly nodesReversed: boolean;
  readonly edgesReversed: boolean;
}

function once(
  { nodes, edges }: Nodes,
  { direction, spacing, nodesReversed, edgesReversed }: Attempt,
): Layout {
  const graph = new dagre.graphlib.Graph({ multigraph: true });
  graph.setGraph({
    rankdir: direction === "right" ? "LR" : "TB",
    nodesep: 16,
    edgesep: 10,
    ranksep: spacing.gap,
    marginx: 20,
    marginy: 20,
  });
  graph.setDefaultEdgeLabel(() => ({}));
  const arriving = new Map<string, Edge[]>();
  for (const edge of edges) {
    const others = arriving.get(edge.to);
    if (others === undefined) arriving.set(edge.to, [edge]);
    else others.push(edge);
  }
  for (const node of nodesReversed ? [...nodes].reverse() : nodes) {
    graph.setNode(
      node.id,
      sizeOf(node, spacing.port * ((arriving.get(node.id)?.length ?? 0) + 1), direction),
    );
  }
  for (const { from, to, key } of edgesReversed ? [...edges].reverse() : edges)
    graph.setEdge(from, to, {}, key);
  dagre.layout(graph);

  const placed = nodes.map((node): PlacedNode => {
    const { x, y, width, height } = graph.node(node.id) as Point & { width: number; height: number };
    const inset = node.shape !== "operation" ? 0 : direction === "right" ? 6 : 3;
    return {
      ...node,
      x,
      y,
      width,
      height,
      inset: direction === "right" ? { x: inset, y: 0 } : { x: 0, y: inset },
    };
  });
  const byId = new Map(placed.map((node) => [node.id, node]));
  const guides = new Map(
    edges.map((edge) => {
      const { points } = graph.edge(edge.from, edge.to, edge.key) as { points: Point[] };
      // Between the ends there is one point half-way to the next layer; an edge to a further layer has more, and needs them.
      const between = points.slice(1, -1);
      return [edge, between.length > 1 ? between : []] as const;
    }),
  );
  const ports = portsOf(arriving, guides, byId, direction);
  const lines = edges.map((edge): PlacedEdge => {
    const from = leaving(byId.get(edge.from)!, direction);
    const { side, ...to } = ports.get(edge)!;
    const step = Math.min(22, Math.abs(direction === "right" ? to.x - from.x : to.y - from.y) / 2);
    const [out, back] =
      direction === "right"
        ? [
            { x: from.x + step, y: from.y },
            { x: to.x - step, y: to.y },
          ]
        : [
            { x: from.x, y: from.y + step },
            { x: to.x, y: to.y - step },
          ];
    // The guides between the layers keep a long edge clear of the nodes that it passes.
    return { ...edge, side, points: [from, out, ...guides.get(edge)!, back, to] };
  });
  const { width = 0, height = 0 } = graph.graph() as { width?: number; height?: number };
  return { nodes: placed, edges: lines, width, height };
}

/** In the middle of the side that faces the output. */
const leaving = ({ x, y, width, height }: PlacedNode, direction: Direction): Point =>
  direction === "right" ? { x: x + width / 2, y } : { x, y: y + height / 2 };

/** Where each edge arrives: on the side that faces the inputs, in the order that lets them arrive without crossing. */
function portsOf(
  arriving: ReadonlyMap<string, readonly Edge[]>,
  guides: ReadonlyMap<Edge, readonly Point[]>,
  nodes: ReadonlyMap<string, PlacedNode>,
  direction: Direction,
): Map<Edge, Point & { side: number }> {
  const across = direction === "right" ? "y" : "x";
  const ports = new Map<Edge, Point & { side: number }>();
  for (const [id, list] of arriving) {
    const { x, y, width, height, shape } = nodes.get(id)!;
    const origin = (edge: Edge): number => (guides.get(edge)!.at(-1) ?? nodes.get(edge.from)!)[across];
    const extent = direction === "right" ? height : width;
    [...list]
      .sort((a, b) => origin(a) - origin(b) || Number(a.key) - Number(b.key))
      .forEach((edge, i) => {
        const side = (2 * (i + 1)) / (list.length + 1) - 1;
        const offset = (side * extent) / 2;
        // An ellipse is less wide away from its middle.
        const round = shape === "variable" || shape === "variables" ? Math.sqrt(1 - side ** 2) : 1;
        ports.set(
          edge,
          direction === "right"
            ? { x: x - (width / 2) * round, y: y + offset, side }
            : { x: x + offset, y: y - (height / 2) * round, side },
        );
      });
  }
  return ports;
}
