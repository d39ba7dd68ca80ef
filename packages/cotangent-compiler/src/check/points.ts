/** Points at which derivatives are checked: given in comments, and random ones that fit the types. */
import type { Program, Structure, Value } from "cotangent/program";

import type { Lowered } from "../lower/lower.ts";

/** Numbers that look random and are the same each time (mulberry32). */
export function random(seed: number): () => number {
  let state = seed | 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Parameters of the entry that must be integers: they, or what is counted up to them, point into arrays. */
export function integerParameters(program: Program): ReadonlySet<number> {
  const [entry] = program.functions;
  const found = new Set<number>();
  const mark = (v: Value | undefined): void => {
    const at = v === undefined ? -1 : entry!.body.args.indexOf(v);
    if (at >= 0) found.add(at);
  };
  const walk = (region: NonNullable<typeof entry>["body"]): void => {
    for (const op of region.ops) {
      if (op.kind === "f64.index" || op.kind === "f64.toInt32") mark(op.args[0]);
      op.regions.forEach(walk);
    }
  };
  walk(entry!.body);
  return found;
}

/** How long random arrays are: all of one length, or one length and its square, or whatever. */
const LENGTHS: readonly ((n: number, next: () => number) => number)[] = [
  (n) => n,
  (n) => n,
  (n, next) => (next() < 0.5 ? n : n * n),
  (n, next) => [n, n + 1, 2 * n, n * n, 3 * n][Math.floor(next() * 5)]!,
];

/** Arguments that fit the parameters. Integers are often the length of the arrays, because sizes are. */
export function randomArguments(
  { params }: Lowered,
  integers: ReadonlySet<number>,
  next: () => number,
): readonly unknown[] {
  const n = 2 + Math.floor(next() * 3);
  const lengthOf = LENGTHS[Math.floor(next() * LENGTHS.length)]!;
  const positive = next() < 0.5;
  let leaf = 0;
  const number = (): number => (positive ? 0.2 + 1.6 * next() : 4 * next() - 2);
  const value = (s: Structure, outer: boolean): unknown => {
    switch (s.kind) {
      case "number": {
        const integer = outer && integers.has(leaf);
        if (outer) leaf++;
        if (!integer) return number();
        return next() < 0.7 ? n : Math.floor(next() * (n + 1));
      }
      case "boolean":
        if (outer) leaf++;
        if (s.of !== undefined) return s.of[Math.floor(next() * s.of.length)];
        return next() < 0.5;
      case "nothing":
        return undefined;
      case "array": {
        if (outer) leaf++;
        const list = Array.from({ length: lengthOf(n, next) }, () => value(s.element, false));
        return s.typed === true ? Float64Array.from(list as number[]) : list;
      }
      case "tuple":
        return s.elements.map((e) => value(e, outer));
      default:
        return Object.fromEntries(s.fields.map(([key, e]) => [key, value(e, outer)]));
    }
  };
  return params.map((p) => value(p.structure, true));
}

const MARK = "@check";

/**
 * The points in the comments right above a function, each a list of arguments:
 *
 *     // @check [1, 2]
 *     // @check [[0.5, -1], { "mass": 2 }]
 *     export function energy(...
 *
 * @returns the points, and the lines that are no JSON lists
 */
export function pointsAbove(
  code: string,
  start: number,
): { readonly points: readonly (readonly unknown[])[]; readonly broken: readonly string[] } {
  const before = code.slice(0, code.lastIndexOf("\n", start) + 1).split("\n");
  before.pop();
  const points: (readonly unknown[])[] = [];
  const broken: string[] = [];
  for (let line = before.pop()?.trim(); line !== undefined; line = before.pop()?.trim()) {
    if (!/^(?:\/\/|\/?\*)/.test(line)) break;
    const at = line.indexOf(MARK);
    if (at < 0) continue;
    const text = line
      .slice(at + MARK.length)
      .replace(/\*\/$/, "")
      .trim();
    const point = parsed(text);
    if (point === undefined) broken.unshift(text);
    else points.unshift(point);
  }
  return { points, broken };
}

function parsed(text: string): readonly unknown[] | undefined {
  try {
    const point: unknown = JSON.parse(text);
    return Array.isArray(point) ? point : undefined;
  } catch {
    return undefined;
  }
}
