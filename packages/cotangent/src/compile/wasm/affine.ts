/** Indices as sums: index = slope·i + Σ factorₖ·valueₖ + constant, where i is a loop's variable and the values do not change in it. */
import { isOp } from "../../program/ir.ts";
import type { Region, Value } from "../../program/ir.ts";

export interface Affine {
  readonly slope: number;
  readonly terms: ReadonlyMap<Value, number>;
  readonly constant: number;
}

/** Sums deeper than this are not looked at. */
const DEEPEST = 12;

/** Whether v is computed inside `region` (or a region nested in it). */
export function isInside(v: Value, region: Region): boolean {
  let home: Region | undefined = isOp(v.def) ? v.def.parent : v.def;
  while (home !== undefined) {
    if (home === region) return true;
    home = home.parent?.parent;
  }
  return false;
}

/** `v` as a sum, in the loop whose body is `region`; undefined if it is none. */
export function affine(v: Value, region: Region, depth = 0): Affine | undefined {
  if (isOp(v.def) && v.def.kind === "constant") return { slope: 0, terms: new Map(), constant: v.def.attr };
  if (v === region.args[0]) return { slope: 1, terms: new Map(), constant: 0 };
  // What is computed outside is at hand; what it was computed from need not be any more.
  if (!isInside(v, region)) return { slope: 0, terms: new Map([[v, 1]]), constant: 0 };
  if (isOp(v.def) && depth < DEEPEST) {
    const { kind, args } = v.def;
    if (kind === "i32.add" || kind === "i32.sub") {
      const x = affine(args[0]!, region, depth + 1);
      const y = x && affine(args[1]!, region, depth + 1);
      if (y !== undefined) return combine(x!, y, kind === "i32.add" ? 1 : -1);
    }
    if (kind === "i32.mul" || kind === "i32.shl") {
      const x = affine(args[0]!, region, depth + 1);
      const y = x && affine(args[1]!, region, depth + 1);
      if (y !== undefined) {
        if (isNumber(y)) return scale(x!, kind === "i32.mul" ? y.constant : 1 << y.constant);
        if (kind === "i32.mul" && isNumber(x!)) return scale(y, x!.constant);
      }
    }
  }
  return undefined;
}

/** Two indices with the same key differ by a constant. */
export function keyOf(a: Affine): string {
  const terms = [...a.terms].filter(([, factor]) => factor !== 0).map(([v, factor]) => `${v.id}*${factor}`);
  return `${a.slope};${terms.sort().join("+")}`;
}

const isNumber = (a: Affine): boolean => a.slope === 0 && a.terms.size === 0;

const scale = (a: Affine, k: number): Affine => combine({ slope: 0, terms: new Map(), constant: 0 }, a, k);

function combine(a: Affine, b: Affine, k: number): Affine {
  const terms = new Map(a.terms);
  for (const [v, factor] of b.terms) terms.set(v, ((terms.get(v) ?? 0) + Math.imul(k, factor)) | 0);
  return {
    slope: (a.slope + Math.imul(k, b.slope)) | 0,
    terms,
    constant: (a.constant + Math.imul(k, b.constant)) | 0,
  };
}
