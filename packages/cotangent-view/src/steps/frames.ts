/** Backpropagation as a sequence of frames: what every node and edge looks like in each. */
import { AdError } from "cotangent";
import type { Real } from "cotangent";

import type { NodeState } from "../graph/draw.ts";
import { named } from "../graph/draw.ts";
import { layout } from "../graph/layout.ts";
import type { Direction, PlacedEdge, PlacedNode } from "../graph/layout.ts";
import { computationGraph } from "../graph/model.ts";
import type { ComputationGraph, Operation } from "../graph/model.ts";
import { derivativeText, everyNode } from "../graph/nodes.ts";
import { backwardSteps } from "../graph/sweep.ts";
import type { BackwardStep, Contribution } from "../graph/sweep.ts";
import { formatNumber } from "../svg/text.ts";

interface FrameNode {
  readonly node: PlacedNode;
  readonly state: NodeState;
}

export interface FrameEdge {
  readonly edge: PlacedEdge;
  /** What is being passed back along it in this frame. */
  readonly passes: number | undefined;
}

/** One moment of a backward pass. */
export interface Frame {
  readonly nodes: readonly FrameNode[];
  readonly edges: readonly FrameEdge[];
  /** What happens, in words. */
  readonly caption: string;
}

export interface Frames {
  readonly graph: ComputationGraph;
  readonly title: string;
  readonly frames: readonly Frame[];
  readonly width: number;
  readonly height: number;
}

/** Enough to be watched with patience. */
const MOST_STEPS = 100;

/** All frames, with one layout: the start, one for each operation, and the end. */
export function framesOf(output: Real, direction: Direction, dOut: number): Frames {
  const graph = computationGraph(output);
  if (graph.operations.length > MOST_STEPS) {
    throw new AdError(
      "wrong-option",
      `This computation has ${graph.operations.length} operations; more than ${MOST_STEPS} steps cannot be followed by eye.`,
      "Take a smaller example, draw it whole with drawGraph(y, { derivatives: true }), or read backwardSteps(computationGraph(y)).",
    );
  }
  const { steps } = backwardSteps(graph, dOut);
  const history = sums(graph, steps, dOut);
  const placed = layout(
    everyNode(graph, { values: true }, undefined, ({ id }) => history.get(id)?.map(({ text }) => text) ?? []),
    direction,
    { gap: 62, port: 24 },
  );
  const operations = new Map(graph.operations.map((operation) => [operation.id, operation]));
  const looks = placed.nodes.map((node) =>
    looksOf(node, operations.get(node.id), history.get(node.id) ?? []),
  );
  const frameCount = steps.length + 2;
  const frames = Array.from({ length: frameCount }, (_, k): Frame => {
    const step = steps[k - 1];
    const passed = new Map(step?.contributions.map((c) => [`${c.variable.id} ${c.argument}`, c.derivative]));
    return {
      caption: caption(graph, steps, k, dOut),
      nodes: looks.map((look) => look(k)),
      edges: placed.edges.map((edge) => ({
        edge,
        passes: edge.to === step?.operation.id ? passed.get(`${edge.from} ${edge.key}`) : undefined,
      })),
    };
  });
  return {
    graph,
    title: `Backpropagation of ${named(graph)}, step by step`,
    frames,
    width: placed.width,
    height: placed.height,
  };
}

/** What is written at a variable from a frame on, and whether something arrives in that frame. */
interface Arrival {
  readonly frame: number;
  readonly text: string;
  readonly arrives: boolean;
}

/** For each variable, by frames: the running sums. */
function sums(graph: ComputationGraph, steps: readonly BackwardStep[], dOut: number): Map<string, Arrival[]> {
  const history = new Map<string, Arrival[]>([
    [graph.output.id, [{ frame: 0, text: derivativeText(dOut), arrives: true }]],
  ]);
  steps.forEach(({ contributions }, i) => {
    const byVariable = new Map<string, Contribution[]>();
    for (const each of contributions) {
      const list = byVariable.get(each.variable.id);
      if (list === undefined) byVariable.set(each.variable.id, [each]);
      else list.push(each);
    }
    for (const [id, list] of byVariable) {
      const frame = i + 1;
      const total = derivativeText(list.at(-1)!.after);
      const terms = [
        ...(list[0]!.first ? [] : [list[0]!.before]),
        ...list.map(({ derivative }) => derivative),
      ];
      const known = history.get(id) ?? [];
      known.push({
        frame,
        text: terms.length === 1 ? total : `∂ = ${sum(terms)} = ${total.slice(4)}`,
        arrives: true,
      });
      known.push({ frame: frame + 1, text: total, arrives: false });
      history.set(id, known);
    }
  });
  return history;
}

const sum = (terms: readonly number[]): string =>
  terms
    .map((x, i) => (i === 0 ? formatNumber(x) : x < 0 ? ` − ${formatNumber(-x)}` : ` + ${formatNumber(x)}`))
    .join("");

/** What `node` looks like in frame k: of an operation, from its number; of a variable, from what has arrived. */
function looksOf(
  node: PlacedNode,
  operation: Operation | undefined,
  arrivals: readonly Arrival[],
): (k: number) => FrameNode {
  if (operation !== undefined) {
    const own = operation.number + 1;
    return (k) => ({ node, state: { done: own <= k, hot: own === k } });
  }
  const latest = [...arrivals].reverse();
  const complete = latest.find(({ arrives }) => arrives)?.frame ?? Infinity;
  const [first] = node.lines as [string];
  return (k) => {
    const now = latest.find(({ frame }) => frame <= k);
    return {
      node: { ...node, lines: now === undefined ? [first] : [first, now.text] },
      state: { done: complete <= k, hot: now?.arrives === true && now.frame === k },
    };
  };
}

function caption(graph: ComputationGraph, steps: readonly BackwardStep[], k: number, dOut: number): string {
  const step = steps[k - 1];
  const count = `Step ${k} of ${steps.length}`;
  if (k === 0) return `Start: the derivative of the output by itself is ${formatNumber(dOut)}.`;
  if (step === undefined) {
    const leaves = graph.variables
      .filter(({ kind }) => kind === "leaf")
      .sort((a, b) => a.scalar!.uniqueId - b.scalar!.uniqueId)
      .map(({ name }) => name);
    if (leaves.length === 1) return `Done: the derivative by ${leaves[0]} is known.`;
    return `Done: the derivatives by ${leaves.length > 6 ? `${leaves.length} variables` : leaves.join(", ")} are known.`;
  }
  const { operation, dOut: incoming, contributions } = step;
  const passes = contributions.map(
    ({ variable, derivative }) =>
      `${formatNumber(derivative)} to ${variable.named || variable.kind === "leaf" ? variable.name : formatNumber(variable.value)}`,
  );
  return `${count}: ${operation.name} (${operation.number}) is handed ${formatNumber(incoming)} and passes back ${passes.join(" and ")}.`;
}
