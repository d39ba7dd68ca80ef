/** A computation as a graph: what was computed from what, read off the history of a Scalar. */
import { AdError, Scalar, topologicalSort } from "cotangent";
import type { Real } from "cotangent";

/** A variable, or a constant. Every Scalar appears once, by identity; every constant once per place where it is used. */
export interface Variable {
  readonly id: string;
  readonly kind: "leaf" | "intermediate" | "constant";
  /** The name it was given, or `v1`, `v2`, ... in the order in which they were made. Empty for constants. */
  readonly name: string;
  /** Whether somebody gave it this name. */
  readonly named: boolean;
  readonly value: number;
  readonly scalar: Scalar | undefined;
}

/** One application of a function. */
export interface Operation {
  readonly id: string;
  /** Counted from the output, which is computed by operation 0. */
  readonly number: number;
  /** The name of the function. */
  readonly name: string;
  /** The arguments, in order. */
  readonly inputs: readonly Variable[];
  readonly output: Variable;
}

/** All that a Scalar was computed from. */
export interface ComputationGraph {
  readonly output: Variable;
  /** Leaves and intermediate results in the order of {@link topologicalSort} (the output first), then constants. */
  readonly variables: readonly Variable[];
  /** In the order of their numbers. */
  readonly operations: readonly Operation[];
}

/**
 * The graph of what `output` was computed from. Shared variables are one node; the time is linear in the operations.
 * @throws AdError `not-a-variable` where there is no history to draw
 */
export function computationGraph(output: Real): ComputationGraph {
  const sorted = output instanceof Scalar ? topologicalSort(output) : [];
  if (sorted.length === 0) {
    throw new AdError(
      "not-a-variable",
      `${String(output)} does not remember how it was computed: there is no graph to draw.`,
      "Compute it from variables made by new Scalar(...), outside of noGrad.",
    );
  }
  // By id, because a variable from long ago may be represented by a fresh object each time it is asked for.
  const byId = new Map<number, Variable>();
  let unnamed = 0;
  const histories = sorted.map((scalar) => ({ scalar, history: scalar.history! }));
  const made = [...histories].sort((a, b) => a.scalar.uniqueId - b.scalar.uniqueId);
  for (const { scalar, history } of made) {
    const named = scalar.name !== String(scalar.uniqueId);
    byId.set(scalar.uniqueId, {
      id: `v${byId.size}`,
      kind: history.lastFn === undefined ? "leaf" : "intermediate",
      name: named ? scalar.name : `v${++unnamed}`,
      named,
      value: scalar.data,
      scalar,
    });
  }
  const constants: Variable[] = [];
  const input = (x: Real): Variable => {
    const known = x instanceof Scalar ? byId.get(x.uniqueId) : undefined;
    if (known !== undefined) return known;
    const value = x instanceof Scalar ? x.data : Number(x);
    const one: Variable = {
      id: `c${constants.length}`,
      kind: "constant",
      name: "",
      named: false,
      value,
      scalar: undefined,
    };
    constants.push(one);
    return one;
  };
  const operations: Operation[] = [];
  for (const { scalar, history } of histories) {
    const { lastFn } = history;
    if (lastFn === undefined) continue;
    operations.push({
      id: `f${operations.length}`,
      number: operations.length,
      name: functionName(lastFn),
      inputs: history.inputs.map(input),
      output: byId.get(scalar.uniqueId)!,
    });
  }
  const variables = [...histories.map(({ scalar }) => byId.get(scalar.uniqueId)!), ...constants];
  return { output: variables[0]!, variables, operations };
}

const functionName = (f: { readonly id?: string; readonly name?: string }): string =>
  f.id ?? (f.name || "function");
