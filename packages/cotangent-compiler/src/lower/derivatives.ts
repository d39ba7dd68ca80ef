/** Derivatives taken inside a function: `grad(loss)(x)` in a loop, say. */
import { reverse } from "cotangent/differentiate";
import { arraysIn, children, leafTypes } from "cotangent/program";
import type { Func, Program, Region, Structure, Value } from "cotangent/program";

import type { Node } from "../ast.ts";
import { makeObject } from "./access.ts";
import { arrayFrom } from "./arrays.ts";
import type { Context } from "./context.ts";
import { outline } from "./outline.ts";
import { kindOf, number } from "./values.ts";
import type { Builtin, Derivation, Val } from "./values.ts";

const TRANSFORMS: ReadonlySet<string> = new Set<Derivation["transform"]>([
  "grad",
  "valueAndGrad",
  "derivative",
]);

/** `grad(f)`, `grad(f, { wrt })`: a function to be called; undefined if the library's function is no transform. */
export function derivativeOf(
  cx: Context,
  key: string,
  args: readonly Val[],
  site: Node,
): Builtin | undefined {
  if (!TRANSFORMS.has(key)) return undefined;
  const [f, options] = args;
  const derived =
    f?.t === "builtin" && f.derivation !== undefined ? { ...f, derivation: f.derivation } : undefined;
  const of = f?.t === "fun" ? f : derived;
  if (of === undefined) {
    cx.refuse(
      site,
      "unsupported-type",
      `${f === undefined ? "Nothing" : kindOf(f)} cannot be differentiated here.`,
      "Pass a function of this module, or one written inline.",
    );
  }
  const transform = key as Derivation["transform"];
  return {
    t: "builtin",
    id: `cotangent.${key}`,
    derivation: { transform, of, wrt: wrtOf(cx, options, site) },
  };
}

function wrtOf(cx: Context, options: Val | undefined, site: Node): number | readonly number[] | undefined {
  if (options === undefined || options.t === "nothing") return undefined;
  const field = options.t === "obj" ? options.fields.get("wrt") : undefined;
  const wrt = field === undefined ? undefined : cx.read(field);
  if (wrt?.t === "num" && wrt.k !== undefined) return wrt.k;
  const list = wrt?.t === "obj" && wrt.tuple ? [...wrt.fields.values()].map((c) => cx.read(c)) : [];
  const positions = list.map((x) => (x.t === "num" ? x.k : undefined));
  if (positions.length > 0 && positions.every((k) => k !== undefined)) return positions;
  return cx.refuse(
    site,
    "wrong-option",
    "Only { wrt } can be given here, as the position of an argument or a list of positions.",
    "Write grad(f, { wrt: 0 }).",
  );
}

/** Calls a derivative: the function is written apart, differentiated, and its derivative called. */
export function callDerivative(
  cx: Context,
  f: Builtin & { readonly derivation: Derivation },
  args: readonly Val[],
  site: Node,
): Val {
  const { of, wrt, transform } = f.derivation;
  const { callee, structures, leaves } = outline(cx, of, args, site);
  if (callee.result.kind !== "number") {
    cx.refuse(
      site,
      "unsupported-type",
      "Only a function that returns one number has a gradient.",
      "Return a number.",
    );
  }
  if (callee.func === undefined) {
    cx.refuse(
      site,
      "unsupported-syntax",
      "A function cannot be differentiated within itself.",
      "Take its derivative outside.",
    );
  }
  const chosen = typeof wrt === "number" ? [wrt] : (wrt ?? args.map((_, i) => i));
  const begins: number[] = [];
  let count = 0;
  for (const s of structures) {
    begins.push(count);
    count += leafTypes(s).length;
  }
  const positions = chosen.flatMap((i) => {
    const s = structures[i];
    if (s === undefined || !differentiable(s)) {
      cx.refuse(
        site,
        "unsupported-type",
        `Argument ${i + 1} is not made of numbers and arrays of numbers.`,
        "Choose the arguments by { wrt }, and pass rows as one array.",
      );
    }
    return leafTypes(s).map((_, k) => begins[i]! + k);
  });
  const entry = derivativeFunction(cx, callee.func, positions);
  const { b } = cx;
  const shadows = entry.arrays.map((i) => b.allocate(b.length(leaves[i]!)));
  cx.impure = true;
  const results = b.call(entry.func.name, [...leaves, ...shadows], entry.func.results);
  const adjoint = new Map<number, Value>();
  entry.arrays.forEach((i, k) => adjoint.set(i, shadows[k]!));
  entry.numbers.forEach((i, k) => adjoint.set(i, results[1 + k]!));
  const gradients = chosen.map((i) => {
    let at = begins[i]!;
    const next = (): Value => adjoint.get(at++)!;
    return gradientOf(cx, structures[i]!, next);
  });
  const tuple = (values: readonly Val[]): Val =>
    makeObject(
      true,
      values.map((x, i) => [String(i), x] as const),
      site,
    );
  const bare = typeof wrt === "number" || (wrt === undefined && args.length === 1);
  const gradient = bare ? gradients[0]! : tuple(gradients);
  if (transform !== "valueAndGrad") return gradient;
  return makeObject(
    false,
    [
      ["value", number(results[0]!)],
      ["grad", gradient],
    ],
    site,
  );
}

function differentiable(s: Structure): boolean {
  if (s.kind === "array") return arraysIn(s.element).length === 0;
  return (
    s.kind === "number" ||
    ((s.kind === "tuple" || s.kind === "object") && children(s).every(([, e]) => differentiable(e)))
  );
}

/** A structure like the argument's, of adjoints. */
function gradientOf(cx: Context, s: Structure, next: () => Value): Val {
  if (s.kind === "number") return number(next());
  if (s.kind === "array") return arrayFrom(cx, s, [next()][Symbol.iterator](), "gradient");
  return makeObject(
    s.kind === "tuple",
    children(s).map(([key, e]) => [String(key), gradientOf(cx, e, next)] as const),
    undefined,
  );
}

interface Entry {
  readonly func: Func;
  /** Parameters of the original by which it was differentiated: the arrays, and the numbers. */
  readonly arrays: readonly number[];
  readonly numbers: readonly number[];
}

/** The function of the program that is a function's value and gradient. */
function derivativeFunction(cx: Context, func: Func, positions: readonly number[]): Entry {
  const all = [
    func,
    ...[...cx.callees.values()].flatMap((c) => (c.func === undefined || c.func === func ? [] : [c.func])),
  ];
  const original: Program = { functions: reachable([...all, ...cx.derived.values()], func) };
  const { program, adjointParameters, adjointResults } = reverse(original, { wrt: positions, seeds: "one" });
  // Functions that were there before keep their names; what is new gets names of its own.
  const prefix = `d${cx.derived.size}_`;
  const isNew = (f: Func): boolean => !original.functions.includes(f);
  const names = new Map(program.functions.flatMap((f) => (isNew(f) ? [[f.name, prefix + f.name]] : [])));
  const renamed = program.functions.filter(isNew).map((f) => {
    rename(f.body, names);
    return Object.assign(f, { name: names.get(f.name)! });
  });
  for (const f of renamed) cx.derived.set(f.name, f);
  return { func: renamed[0]!, arrays: adjointParameters, numbers: adjointResults };
}

/** A function and those it calls, directly or not. */
function reachable(all: readonly Func[], from: Func): readonly Func[] {
  const byName = new Map(all.map((f) => [f.name, f]));
  const found = new Set<Func>([from]);
  const visit = (region: Region): void => {
    for (const op of region.ops) {
      op.regions.forEach(visit);
      const callee = op.kind === "call" ? byName.get(op.attr.callee) : undefined;
      if (callee === undefined || found.has(callee)) continue;
      found.add(callee);
      visit(callee.body);
    }
  };
  visit(from.body);
  return [...found];
}

/** Calls by new names. The program was made just now, and nobody else has seen it. */
function rename(region: Region, names: ReadonlyMap<string, string>): void {
  for (const op of region.ops) {
    op.regions.forEach((r) => rename(r, names));
    const name = op.kind === "call" ? names.get(op.attr.callee) : undefined;
    if (name !== undefined) (op as { attr: unknown }).attr = { callee: name };
  }
}
