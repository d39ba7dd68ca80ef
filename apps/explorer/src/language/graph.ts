/** The computation graph of a call, with all that the chain rule does on it. Loaded when Boxes is opened. */
import { Scalar } from "cotangent";
import { traceOnScalars } from "cotangent-compiler/read";
import { backwardSteps, computationGraph, drawGraph, placeGraph } from "cotangent-view";
import type { ComputationGraph, Direction, PlacedEdge, PlacedNode } from "cotangent-view";

import type { Drawing } from "../ui/figure.tsx";
import type { Subject } from "./subject.ts";
import type { Data } from "./values.ts";

/** A variable, or a constant. */
export interface GraphVariable {
  readonly id: string;
  readonly kind: "leaf" | "intermediate" | "constant";
  readonly name: string;
  readonly named: boolean;
  readonly value: number;
  /** ∂(output)/∂(this), when all has come back. */
  readonly derivative: number;
}

/** What an operation passes back to one argument. */
interface Passed {
  readonly variable: string;
  readonly argument: number;
  readonly derivative: number;
  readonly before: number;
  readonly after: number;
  readonly first: boolean;
}

/** One application of a function, and the chain rule on it. */
export interface GraphOperation {
  readonly id: string;
  readonly name: string;
  readonly inputs: readonly string[];
  readonly output: string;
  /** What arrives from behind. */
  readonly dOut: number;
  /** The partial derivative by each argument that is a variable; undefined for a constant. */
  readonly local: readonly (number | undefined)[];
  readonly passed: readonly Passed[];
}

export interface GraphPicture {
  readonly kind: "graph";
  readonly variables: readonly GraphVariable[];
  /** In the order in which they were computed: backward, the other way round. */
  readonly operations: readonly GraphOperation[];
  readonly output: string;
  readonly nodes: readonly PlacedNode[];
  readonly edges: readonly PlacedEdge[];
  readonly width: number;
  readonly height: number;
}

/** A graph too large to walk through. */
export interface GraphSummary {
  readonly kind: "summary";
  readonly drawing: Drawing;
  readonly operations: number;
}

/** The output does not depend on any input: there is nothing to step through. */
export interface NoGraph {
  readonly kind: "none";
  readonly value: number;
}

export interface GraphRequest {
  /** Which number of the result. */
  readonly output: number;
  readonly direction: Direction;
  readonly theme: "light" | "dark";
}

/** More operations nobody steps through one by one. */
const MOST_OPERATIONS = 60;

export function drawnGraph(
  subject: Subject,
  inputs: readonly Data[],
  { output, direction, theme }: GraphRequest,
): GraphPicture | GraphSummary | NoGraph {
  const { outputs } = traceOnScalars(subject.f, subject.arguments(inputs));
  const result = outputs[output] ?? outputs[0];
  if (!(result instanceof Scalar) || result.history?.lastFn === undefined) {
    return { kind: "none", value: result instanceof Scalar ? result.data : Number(result) };
  }
  const graph = computationGraph(result);
  if (graph.operations.length > MOST_OPERATIONS) {
    const { svg, width, height } = drawGraph(result, { theme, direction, limit: 60, derivatives: true });
    return { kind: "summary", drawing: { svg, width, height }, operations: graph.operations.length };
  }
  return { kind: "graph", ...walk(graph), ...placeGraph(graph, direction) };
}

function walk(graph: ComputationGraph): Pick<GraphPicture, "variables" | "operations" | "output"> {
  const { steps, derivatives } = backwardSteps(graph);
  const operations = steps.map(({ operation, dOut, contributions }): GraphOperation => {
    const { id, name, inputs, output } = operation;
    const ones = output.scalar!.chainRule(1);
    let next = 0;
    return {
      id,
      name,
      inputs: inputs.map((variable) => variable.id),
      output: output.id,
      dOut,
      local: inputs.map(({ scalar }) => (scalar === undefined ? undefined : ones[next++]![1])),
      passed: contributions.map(({ argument, variable, derivative, before, after, first }) => ({
        variable: variable.id,
        argument,
        derivative,
        before,
        after,
        first,
      })),
    };
  });
  return {
    variables: graph.variables.map(({ id, kind, name, named, value }) => ({
      id,
      kind,
      name,
      named,
      value,
      derivative: derivatives.get(id) ?? 0,
    })),
    operations: operations.reverse(),
    output: graph.output.id,
  };
}
