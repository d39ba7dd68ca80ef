/** How far the walk through a graph has come. */
import type { GraphOperation, GraphPicture } from "../language/graph.ts";

export interface Progress {
  /** What has a value: variables and operations, by id. */
  readonly computed: ReadonlySet<string>;
  /** What has passed everything back. */
  readonly done: ReadonlySet<string>;
  /** What has come back to a variable so far. */
  readonly arrived: ReadonlyMap<string, number>;
  readonly phase: "start" | "forward" | "backward" | "end";
  /** The operation of this step. */
  readonly current: GraphOperation | undefined;
  readonly label: string;
}

/** After so many steps: first each operation computes, then each, in the opposite order, passes back. */
export function progressAt({ variables, operations, output }: GraphPicture, step: number): Progress {
  const count = operations.length;
  const forward = operations.slice(0, Math.min(step, count));
  const back = Math.max(0, step - count);
  const backward = operations.slice(count - back).reverse();
  const computed = new Set([
    ...variables.filter(({ kind }) => kind !== "intermediate").map(({ id }) => id),
    ...forward.flatMap(({ id, output }) => [id, output]),
  ]);
  const arrived = new Map<string, number>(step > count || step === 2 * count ? [[output, 1]] : []);
  for (const { passed } of backward) for (const { variable, after } of passed) arrived.set(variable, after);
  const done = new Set(backward.flatMap(({ id, output }) => [id, output]));
  // Nothing more comes to a leaf when everybody who uses it has passed back.
  for (const { id, kind } of variables) {
    if (kind === "leaf" && operations.every((o) => !o.inputs.includes(id) || done.has(o.id))) done.add(id);
  }
  const current = step === 0 ? undefined : step <= count ? forward.at(-1) : backward.at(-1);
  const phase = step === 0 ? "start" : step <= count ? "forward" : step === 2 * count ? "end" : "backward";
  const label =
    step === 0
      ? "Start"
      : step <= count
        ? `Forward, step ${step} of ${count}`
        : `Backward, step ${back} of ${count}`;
  return { computed, done, arrived, phase, current, label };
}
