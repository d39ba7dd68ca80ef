import { AdError } from "cotangent";
import type { Real } from "cotangent";

import { arrow } from "../svg/arrow.ts";
import { element, group } from "../svg/element.ts";
import type { Element } from "../svg/element.ts";
import { Figure } from "../svg/figure.ts";
import type { FigureOptions } from "../svg/figure.ts";
import { formatNumber, mathText } from "../svg/text.ts";
import { paint } from "../svg/theme.ts";
import type { Colour } from "../svg/theme.ts";
import { layout } from "./layout.ts";
import type { Direction, PlacedEdge, PlacedNode } from "./layout.ts";
import { computationGraph } from "./model.ts";
import type { ComputationGraph } from "./model.ts";
import { everyNode, LINE, SMALL_LINE } from "./nodes.ts";
import type { NodeOptions, Nodes } from "./nodes.ts";
import { summary } from "./summary.ts";
import { backwardSteps } from "./sweep.ts";

/** How a computation graph is drawn. */
export interface GraphOptions extends FigureOptions, NodeOptions {
  /** Where the output stands: to the right of the inputs, or below them. Default: `right`. */
  readonly direction?: Direction;
  /** From how many nodes on operations are grouped and counted instead of drawn one by one; at most 500. Default: 120. */
  readonly limit?: number;
}

/** Beyond this the layout would take seconds, and the picture would be a hairball. */
const MOST_NODES = 500;

/**
 * The computation graph of a Scalar: variables as ellipses, operations as boxes numbered from the output, edges with the
 * index of the argument. A large graph is summarised: like operations in like surroundings become one box with their number.
 *
 *     drawGraph(x.mul(y).add(1), { derivatives: true });
 *
 * @throws AdError `not-a-variable` for a number or a constant, `wrong-option`
 */
export function drawGraph(output: Real, options: GraphOptions = {}): Figure {
  const { limit = 120, direction = "right" } = options;
  if (!(limit >= 1 && limit <= MOST_NODES)) {
    throw new AdError(
      "wrong-option",
      `limit is ${limit}; a drawing of more than ${MOST_NODES} nodes could not be read.`,
      `Choose a limit up to ${MOST_NODES}, or write the whole graph with graphToDot(y, { limit: Infinity }).`,
    );
  }
  const graph = computationGraph(output);
  const { nodes, grouped } = contents(graph, options, limit);
  const placed = layout(nodes, direction, { gap: grouped ? 62 : 34, port: 14 });
  return new Figure(
    {
      title: `Computation graph of ${named(graph)}`,
      description: describeGraph(graph, options, grouped ? nodes.nodes.length : undefined),
      width: placed.width,
      height: placed.height,
      body: [
        ...placed.nodes.map((node) => drawNode(node)),
        ...placed.edges.map((edge) => drawEdge(edge, direction)),
      ],
    },
    options,
  );
}

/** The nodes to draw: all of them, or a summary where there are more than `limit`. */
export function contents(
  graph: ComputationGraph,
  options: NodeOptions,
  limit: number,
): { nodes: Nodes; grouped: boolean } {
  const derivatives = options.derivatives === true ? backwardSteps(graph).derivatives : undefined;
  const grouped = graph.variables.length + graph.operations.length > limit;
  return { nodes: grouped ? summary(graph, derivatives) : everyNode(graph, options, derivatives), grouped };
}

export const named = ({ output }: ComputationGraph): string => (output.named ? output.name : "a Scalar");

/** The graph in words: every operation where there are few, else the counts. */
function describeGraph(graph: ComputationGraph, options: NodeOptions, groups?: number): string {
  const { operations, variables, output } = graph;
  const leaves = variables.filter(({ kind }) => kind === "leaf");
  const size = `${count(operations.length, "operation")} on ${count(leaves.length, "variable")} give ${formatNumber(output.value)}`;
  if (groups !== undefined) return `${size}; drawn as ${groups} groups of like nodes, with their numbers.`;
  if (operations.length > 20) return `${size}.`;
  const name = (id: string): string => {
    const variable = variables.find((v) => v.id === id)!;
    return variable.kind === "constant" ? formatNumber(variable.value) : variable.name;
  };
  const lines = operations.map(
    (o) =>
      `${name(o.output.id)} = ${o.name}(${o.inputs.map(({ id }) => name(id)).join(", ")})${options.values === false ? "" : ` = ${formatNumber(o.output.value)}`}`,
  );
  return `${size}: ${lines.reverse().join("; ")}.`;
}

/** How far backpropagation has come with a node. */
export interface NodeState {
  /** Whether everything that comes back to it has arrived, and it has been passed on. */
  readonly done: boolean;
  /** Whether it is being worked on. */
  readonly hot: boolean;
}

const fills: Readonly<Record<PlacedNode["shape"], Colour>> = {
  variable: "variable",
  variables: "variable",
  constant: "constant",
  operation: "forward",
  operations: "forward",
};

export function drawNode(node: PlacedNode, state?: NodeState): Element {
  const { shape, x, y, width, height, role } = node;
  const fill =
    state === undefined || shape === "constant" ? fills[shape] : state.done ? "backward" : "forward";
  const onBox = fill === "forward" || fill === "backward";
  const hot = state?.hot === true;
  const style = {
    fill: paint(fill),
    stroke: paint(hot ? "red" : onBox ? "outline" : "ink"),
    "stroke-width": hot ? 3.4 : role === "leaf" ? 2.2 : 1.3,
    // What is unprocessed is also dashed, for those who do not see the difference between grey and teal.
    "stroke-dasharray": shape === "constant" || state?.done === false ? "4 3" : undefined,
  };
  const round = shape === "variable" || shape === "variables";
  const outline = (grow: number, extra: Element["attributes"] = {}): Element =>
    round
      ? element("ellipse", { cx: x, cy: y, rx: width / 2 + grow, ry: height / 2 + grow, ...style, ...extra })
      : element("rect", {
          x: x - width / 2 - grow,
          y: y - height / 2 - grow,
          width: width + 2 * grow,
          height: height + 2 * grow,
          rx: shape === "constant" ? 8 : undefined,
          ...style,
          ...extra,
        });
  const shapes: Element[] = [];
  // A group is a pile: more of the same lie behind it.
  if ((shape === "operations" || shape === "variables") && / × /.test(node.lines[0]!)) {
    shapes.push(
      group({ transform: "translate(5 -5)" }, [outline(0)]),
      group({ transform: "translate(2.5 -2.5)" }, [outline(0)]),
    );
  }
  // The output has a second outline.
  if (role === "output")
    shapes.push(
      outline(3.5, {
        fill: "none",
        stroke: paint("ink"),
        "stroke-width": 1.1,
        "stroke-dasharray": undefined,
      }),
    );
  shapes.push(outline(0), ...drawLines(node, node.lines, onBox));
  return group({}, shapes);
}

/** The lines in a node, one below the other around its centre. */
function drawLines({ x, y, words, inset }: PlacedNode, lines: readonly string[], onBox: boolean): Element[] {
  const top = y - ((lines.length - 1) * 18) / 2 + 5;
  return lines.map((line, i) => {
    const attributes = {
      x: x + inset.x,
      y: top + i * 18 + inset.y,
      "text-anchor": "middle",
      fill: paint(onBox ? (i === 0 ? "onBox" : "onBoxMuted") : i === 0 ? "ink" : "muted"),
    };
    return i === 0 && words
      ? element("text", { ...attributes, "font-size": LINE - 1 }, line)
      : mathText(line, i === 0 ? LINE : SMALL_LINE, attributes);
  });
}

export function drawEdge(edge: PlacedEdge, direction: Direction, index: Colour = "onBoxMuted"): Element {
  const { points, label, key } = edge;
  const line = arrow(points, { width: 1.2 });
  if (label === "") return line;
  const { x, y } = points.at(-1)!;
  const right = direction === "right";
  // An index stands inside the box, where the argument arrives; a number of edges beside the line.
  const attributes =
    key === "group"
      ? {
          x: right ? x - 13 : x + 5,
          y: right ? (edge.side > 0 ? y + 14 : y - 6) : y - 12,
          "text-anchor": right ? "end" : "start",
          fill: paint("muted"),
          ...halo,
        }
      : {
          x: right ? x + 5 : x,
          y: right ? y + 3.5 : y + 11,
          "text-anchor": right ? "start" : "middle",
          fill: paint(index),
        };
  return group({}, [line, element("text", { ...attributes, "font-size": key === "group" ? 11 : 10 }, label)]);
}

/** So that text can be read where a line passes behind it. */
export const halo: Element["attributes"] = {
  stroke: paint("paper"),
  "stroke-width": 3,
  "paint-order": "stroke",
  "stroke-linejoin": "round",
};

const count = (n: number, what: string): string => `${n} ${what}${n === 1 ? "" : "s"}`;
