/** How long calls take, here and now. */
import type { Subject } from "./subject.ts";
import type { Data } from "./values.ts";

/** Nanoseconds per call. */
export interface Timing {
  readonly rows: readonly {
    /** What the code was compiled to; not always what was asked, where a page's policy forbids it. */
    readonly target: string;
    readonly value: number;
    readonly gradient: number;
  }[];
  /** From the text to the first gradient, in milliseconds. */
  readonly compile: number;
}

/** The best of some rounds, so that what else the machine does counts least. */
const ROUNDS = 7;
const ROUND_MS = 12;

export function timing(subject: Subject, inputs: readonly Data[]): Timing {
  let compile = 0;
  const rows = (["js", "wasm"] as const).map((target) => {
    const value = subject.compiled("value", target);
    const start = performance.now();
    const gradient = subject.compiled("reverse", target);
    gradient(...subject.call("reverse", inputs));
    const first = performance.now() - start;
    if (target === "wasm") compile = first;
    return {
      target: (value(...subject.call("value", inputs)), gradient.target),
      value: nanoseconds(value, subject.call("value", inputs)),
      gradient: nanoseconds(gradient, subject.call("reverse", inputs)),
    };
  });
  return { rows, compile };
}

function nanoseconds(f: (...args: unknown[]) => unknown, args: readonly unknown[]): number {
  let count = 1;
  for (;;) {
    const time = once(f, args, count);
    if (time >= ROUND_MS) break;
    count = time < ROUND_MS / 20 ? count * 10 : Math.ceil((count * ROUND_MS * 1.2) / time);
  }
  let best = Infinity;
  for (let round = 0; round < ROUNDS; round++) best = Math.min(best, once(f, args, count));
  return (best / count) * 1e6;
}

/** Milliseconds for so many calls. The last result is looked at, so that no engine may leave the calls out. */
function once(f: (...args: unknown[]) => unknown, args: readonly unknown[], count: number): number {
  const start = performance.now();
  let last: unknown;
  for (let i = 0; i < count; i++) last = f(...args);
  const end = performance.now();
  return last === f ? NaN : end - start;
}
