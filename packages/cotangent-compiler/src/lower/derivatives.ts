/** Derivatives taken inside a function: `grad(loss)(x)` in a loop, say. */
import { AdError } from "cotangent";
import { transformProgram } from "cotangent/differentiate";
import type { Selection, Transform } from "cotangent/differentiate";
import { leafTypes } from "cotangent/program";
import type { Func, Program, Region, Specialisation, Structure, Value } from "cotangent/program";

import type { Node } from "../ast.ts";
import { makeObject } from "./access.ts";
import type { Context } from "./context.ts";
import { fromValues, outline, rootOf, toValues } from "./outline.ts";
import { kindOf } from "./values.ts";
import type { Builtin, Derivation, Derived, Fun, Outlined, Pullback, Val } from "./values.ts";

/** The library's transforms. */
export const TRANSFORMS: ReadonlySet<string> = new Set<Derivation["transform"]>([
  "grad",
  "valueAndGrad",
  "jvp",
  "vjp",
  "jacobian",
  "hessian",
  "hvp",
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
  const of = f?.t === "fun" || isDerived(f) ? f : undefined;
  if (of === undefined) {
    cx.refuse(
      site,
      "unsupported-type",
      `${f === undefined ? "Nothing" : kindOf(f)} cannot be differentiated here.`,
      "Pass a function of this module, or one written inline.",
    );
  }
  const transform = key as Derivation["transform"];
  const order = transform === "derivative" ? orderOf(cx, options, site) : 1;
  const wrt = transform === "derivative" ? undefined : wrtOf(cx, options, site);
  return { t: "builtin", id: `cotangent.${key}`, derivation: { transform, of, wrt, order } };
}

/** What a transform applied when the program ran says of itself. */
export function derivationFrom(
  transform: Derivation["transform"],
  of: Fun | Builtin,
  options: unknown,
): Derivation {
  const wrt = (options as { readonly wrt?: Selection } | undefined)?.wrt;
  const order = transform === "derivative" ? ((options as number | undefined) ?? 1) : 1;
  return { transform, of: of as Fun | Derived, wrt: transform === "derivative" ? undefined : wrt, order };
}

const isDerived = (f: Val | undefined): f is Derived => f?.t === "builtin" && f.derivation !== undefined;

function wrtOf(cx: Context, options: Val | undefined, site: Node): Selection {
  if (options === undefined || options.t === "nothing") return undefined;
  const field = options.t === "obj" ? options.fields.get("wrt") : undefined;
  const wrt = field === undefined ? undefined : cx.read(field);
  const one = (x: Val | undefined): string | number | undefined =>
    x?.t === "num" || x?.t === "str" ? x.k : undefined;
  const single = one(wrt);
  if (single !== undefined) return single;
  const list = wrt?.t === "obj" && wrt.tuple ? [...wrt.fields.values()].map((c) => one(cx.read(c))) : [];
  if (list.length > 0 && list.every((k) => k !== undefined)) return list;
  return cx.refuse(
    site,
    "wrong-option",
    "Only { wrt } can be given here: the name or the position of an argument, or a list of these.",
    "Write grad(f, { wrt: 0 }).",
  );
}

function orderOf(cx: Context, x: Val | undefined, site: Node): number {
  if (x === undefined || x.t === "nothing") return 1;
  if (x.t === "num" && x.k !== undefined && Number.isInteger(x.k) && x.k >= 0) return x.k;
  return cx.refuse(
    site,
    "wrong-option",
    "The order of a derivative must be known when compiling.",
    "Give a whole number: 1, 2, 3, ...",
  );
}

/** Calls a derivative: the function is written apart, differentiated, and its derivative called. */
export function callDerivative(cx: Context, f: Derived, args: readonly Val[], site: Node): Val {
  const { of, wrt, transform, order } = f.derivation;
  if (order === 0) return of.t === "fun" ? cx.parts.call(of, args, site) : callDerivative(cx, of, args, site);
  if (transform === "jvp" || transform === "hvp") {
    const [primals, along] = [listOf(cx, transform, args[0], site), listOf(cx, transform, args[1], site)];
    const outlined = outline(cx, of, primals, site);
    if (along.length !== outlined.structures.length) wrongList(cx, transform, site);
    const beside = along.flatMap((x, i) => toValues(cx, outlined.structures[i]!, x, site));
    return call(cx, of, outlined, { transform }, outlined.own, beside, site);
  }
  const outlined = outline(cx, of, args, site);
  if (transform === "vjp") return pair(cx, of, outlined, site);
  const how: Transform = transform === "derivative" ? { transform, order } : { transform, wrt };
  return call(cx, of, outlined, how, outlined.own, [], site);
}

/** The list of arguments that `jvp` and `hvp` take. */
function listOf(cx: Context, transform: string, x: Val | undefined, site: Node): readonly Val[] {
  if (x?.t === "obj" && x.tuple) return [...x.fields.values()].map((cell) => cx.read(cell));
  return wrongList(cx, transform, site);
}

const wrongList = (cx: Context, transform: string, site: Node): never =>
  cx.refuse(
    site,
    "mixed-structures",
    `${transform} takes the list of arguments, and a list of as many beside it.`,
    `Write ${transform}(f)([x], [v]), or ([x, y], [v, w]) for two arguments.`,
  );

/** What `vjp(f)(x)` gives: the value, and a function that knows what the arguments were. */
function pair(cx: Context, of: Fun | Derived, outlined: Outlined, site: Node): Val {
  const { callee, leaves } = outlined;
  // The pullback belongs to what arrays hold now.
  const kept = leaves.map((v) => {
    if (v.ty !== "array") return v;
    const copy = cx.b.allocate(cx.b.length(v));
    cx.b.copy(copy, v);
    return copy;
  });
  cx.impure = true;
  const results = cx.b.call(callee.name, leaves, leafTypes(callee.result));
  const value = fromValues(cx, callee.result, results[Symbol.iterator](), "value");
  const pullback: Pullback = {
    of,
    outlined: { ...outlined, leaves: kept, own: kept.slice(0, outlined.own.length) },
  };
  return makeObject(
    false,
    [
      ["value", value],
      ["pullback", { t: "builtin", id: "pullback", pullback }],
    ],
    site,
  );
}

/** Calls what `vjp` gave. */
export function callPullback(cx: Context, { of, outlined }: Pullback, args: readonly Val[], site: Node): Val {
  const [cotangent] = args;
  if (cotangent === undefined) {
    cx.refuse(
      site,
      "missing-argument",
      "The pullback was given no cotangent.",
      "Pass one like the result: pullback(1).",
    );
  }
  const beside = toValues(cx, outlined.callee.result, cotangent, site);
  // What it is given may be changed on the way back.
  const own = outlined.own.map((v) => {
    if (v.ty !== "array") return v;
    const copy = cx.b.allocate(cx.b.length(v));
    cx.b.copy(copy, v);
    return copy;
  });
  return call(cx, of, outlined, { transform: "pullback" }, own, beside, site);
}

/** Calls a transform of a function: with its arguments, what goes beside them, and the variables that it sees. */
function call(
  cx: Context,
  of: Fun | Derived,
  outlined: Outlined,
  how: Transform,
  own: readonly Value[],
  beside: readonly Value[],
  site: Node,
): Val {
  const { program, result } = specialisation(cx, of, outlined, how, site);
  const entry = program.functions[0]!;
  cx.impure = true;
  const captured = outlined.leaves.slice(outlined.own.length);
  const results = cx.b.call(entry.name, [...own, ...beside, ...captured], entry.results);
  return fromValues(cx, result, results[Symbol.iterator](), rootOf(of).name);
}

/** The transform of a function as functions of this program, written once. */
function specialisation(
  cx: Context,
  of: Fun | Derived,
  { callee, structures, free }: Outlined,
  how: Transform,
  site: Node,
): Specialisation {
  const { func } = callee;
  if (func === undefined) {
    return cx.refuse(
      site,
      "unsupported-syntax",
      "A function cannot be differentiated within itself.",
      "Take its derivative outside.",
    );
  }
  const key = JSON.stringify([callee.name, how]);
  let found = cx.transforms.get(key);
  if (found === undefined) {
    const made = transformed(cx, func, rootOf(of), { structures, free, result: callee.result }, how, site);
    // Names of its own, whatever they were called.
    const prefix = `d${cx.transforms.size}_`;
    const names = new Map(made.program.functions.map((f) => [f.name, prefix + f.name]));
    for (const f of made.program.functions) {
      rename(f.body, names);
      const { pullback } = f;
      Object.assign(f, {
        name: prefix + f.name,
        ...(pullback === undefined ? {} : { pullback: prefix + pullback }),
      });
      cx.derived.set(f.name, f);
    }
    cx.transforms.set(key, (found = made));
  }
  return found;
}

function transformed(
  cx: Context,
  func: Func,
  root: Fun,
  of: {
    readonly structures: readonly Structure[];
    readonly free: readonly Structure[];
    readonly result: Structure;
  },
  how: Transform,
  site: Node,
): Specialisation {
  const all = [...cx.callees.values()].flatMap((c) => c.func ?? []);
  const program: Program = { functions: reachable([...all, ...cx.derived.values()], func) };
  const nameOf = (i: number): string => {
    const pattern = root.node.params[i];
    const target = pattern?.type === "AssignmentPattern" ? pattern.left : pattern;
    return target?.type === "Identifier" ? target.name : `argument${i + 1}`;
  };
  try {
    return transformProgram(
      {
        program,
        params: of.structures.map((structure, i) => ({ name: nameOf(i), structure })),
        outside: of.free.map((structure, i) => ({ name: `outside${i}`, structure })),
        result: of.result,
      },
      how,
      root.name,
    );
  } catch (error) {
    if (!(error instanceof AdError)) throw error;
    const end = error.message.lastIndexOf(`\n  ${error.remedy}`);
    return cx.refuse(site, error.code, error.message.slice(0, end), error.remedy);
  }
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
