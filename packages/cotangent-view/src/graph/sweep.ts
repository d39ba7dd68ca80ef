/** Backpropagation written out: what each operation passes back, and what has arrived where. */
import { AdError, Scalar } from "cotangent";

import type { ComputationGraph, Operation, Variable } from "./model.ts";

/** What one operation passes back to one of its inputs. */
export interface Contribution {
  /** The position among the arguments. */
  readonly argument: number;
  readonly variable: Variable;
  /** dOut × ∂f/∂(this argument) */
  readonly derivative: number;
  /** What had arrived at the variable so far, and what has now. */
  readonly before: number;
  readonly after: number;
  /** Whether anything had arrived before: then `before` is part of a running sum. */
  readonly first: boolean;
}

/** The chain rule, applied to one operation. */
export interface BackwardStep {
  readonly operation: Operation;
  /** The derivative of the output by the operation's result: all that came back to it. */
  readonly dOut: number;
  readonly contributions: readonly Contribution[];
}

/** All steps of a backward pass, in order, and the derivatives they lead to. Nobody's `.derivative` is touched. */
export interface Backpropagation {
  readonly steps: readonly BackwardStep[];
  /** ∂(output)/∂(variable), by the variable's id. */
  readonly derivatives: ReadonlyMap<string, number>;
}

/** Passes `dOut` back through the graph, operation by operation. @throws what a user's `backward` throws */
export function backwardSteps(graph: ComputationGraph, dOut: number = 1): Backpropagation {
  if (typeof dOut !== "number" || Number.isNaN(dOut)) {
    throw new AdError(
      "not-a-number",
      `dOut must be a number, but is ${String(dOut)}.`,
      "Pass a plain number.",
    );
  }
  const arrived = new Map<string, number>([[graph.output.id, dOut]]);
  const steps = graph.operations.map((operation): BackwardStep => {
    const incoming = arrived.get(operation.output.id) ?? 0;
    // The chain rule gives one pair per input that is a variable, in order, the same variable as often as it is used.
    const pairs = operation.output.scalar!.chainRule(incoming);
    const contributions: Contribution[] = [];
    operation.inputs.forEach((variable, argument) => {
      if (!(variable.scalar instanceof Scalar)) return;
      const derivative = pairs[contributions.length]![1];
      const before = arrived.get(variable.id) ?? 0;
      const after = before + derivative;
      contributions.push({ argument, variable, derivative, before, after, first: !arrived.has(variable.id) });
      arrived.set(variable.id, after);
    });
    return { operation, dOut: incoming, contributions };
  });
  return { steps, derivatives: arrived };
}
