/** The function in the editor, its inputs and their ranges: what Functions and Boxes share, and a link carries. */
import type { Slice } from "./tab.ts";
import { isRecord, textUpTo } from "./read.ts";
import type { Data } from "./language/values.ts";

export interface FunctionState {
  /** Plain TypeScript. */
  readonly source: string;
  /** Which of its functions; empty: the last one. */
  readonly name: string;
  /** By parameter; what is missing or does not fit starts at a default. */
  readonly inputs: Readonly<Record<string, Data>>;
  /** By path (`x`, `w[2]`): how far its slider goes. */
  readonly ranges: Readonly<Record<string, readonly [low: number, high: number]>>;
}

const FIRST = `// A pendulum that comes to rest.
export function swing(t: number, damping: number): number {
  const frequency = 3;
  const envelope = Math.exp(-damping * t);
  return envelope * Math.cos(frequency * t);
}
`;

/** Longer texts come from nobody's hand. */
const LONGEST_SOURCE = 400_000;
const MOST_FIELDS = 100;

export const functionSlice: Slice<FunctionState> = {
  id: "function",
  initial: {
    source: FIRST,
    name: "swing",
    inputs: { t: 1.2, damping: 0.35 },
    ranges: { t: [0, 6], damping: [0, 2] },
  },
  read: (data) => {
    const d = isRecord(data) ? data : {};
    const source = textUpTo(d["source"], LONGEST_SOURCE, functionSlice.initial.source);
    const own = source === functionSlice.initial.source ? functionSlice.initial : undefined;
    return {
      source,
      name: textUpTo(d["name"], 200, own?.name ?? ""),
      inputs: entries(d["inputs"] ?? own?.inputs, (x) => (isData(x) ? x : undefined)),
      ranges: entries(d["ranges"] ?? own?.ranges, (x) => (isRange(x) ? x : undefined)),
    };
  },
};

function entries<T>(data: unknown, read: (x: unknown) => T | undefined): Readonly<Record<string, T>> {
  if (!isRecord(data)) return {};
  const found = Object.entries(data)
    .slice(0, MOST_FIELDS)
    .flatMap(([key, x]) => {
      const y = read(x);
      return y === undefined ? [] : [[key, y] as const];
    });
  return Object.fromEntries(found);
}

/** Whether it is made of finite numbers and truths; what structure it has, the function decides. */
function isData(x: unknown): x is Data {
  if (typeof x === "number") return Number.isFinite(x);
  if (typeof x === "boolean") return true;
  if (Array.isArray(x)) return x.every(isData);
  return isRecord(x) && Object.values(x).every(isData);
}

/** Two finite numbers, the smaller one first. */
export const isRange = (x: unknown): x is readonly [number, number] =>
  Array.isArray(x) && x.length === 2 && x.every(Number.isFinite) && (x[0] as number) < (x[1] as number);
