/** The program of a function of Reals, for arguments of one structure. */
import { withoutLastParameter } from "../program/builder.ts";
import type { Builder, ParameterSpec } from "../program/builder.ts";
import type { Func, Program, Value } from "../program/ir.ts";
import { record } from "../program/record.ts";
import type { Recorder } from "../program/record.ts";
import type { Real } from "../real/real.ts";
import { derivationOf } from "../transforms/transformed.ts";
import { count, eachLeaf, rebuild, shapeOf, withoutTyped } from "./shape.ts";
import type { Shape } from "./shape.ts";

// oxlint-disable-next-line no-explicit-any -- erasure: inside, a function is a function
export type AnyFunction = (...args: any[]) => unknown;

export interface Recorded {
  readonly program: Program;
  /** The structure of the list of arguments. */
  readonly args: Shape;
  /** Whether the numbers among the arguments are parameters of their own; if not, the first parameter is an array of them. */
  readonly spread: boolean;
  /** The structure of the result. */
  readonly result: Shape;
  /** Whether the last parameter is an array that receives the numbers of the result; if not, the program returns one number. */
  readonly outputs: boolean;
}

/** So many numbers are passed one by one. */
const FEW = 16;

/** The elements of longer arrays have no names of their own: nobody reads as many. */
const NAMED = 1000;

/** More zeros than these, if they are most of the result, are written all at once. */
const ZEROS = 16;

/** How the arguments of a function are passed to a program. */
export interface Parameters {
  /** The structure of the list of arguments. */
  readonly args: Shape;
  /** The numbers (or an array of them, if they are many), then each Float64Array. */
  readonly specs: readonly ParameterSpec[];
  readonly spread: boolean;
  /** How many numbers there are. */
  readonly numbers: number;
  /** The Float64Arrays' names and lengths. */
  readonly arrays: readonly { readonly name: string; readonly length: number }[];
}

export function parametersOf(f: AnyFunction, list: readonly unknown[]): Parameters {
  const args = shapeOf(list);
  const names = parameterNames(f);
  const nameOf = (path: string): string => {
    const [, first, rest] = /^\[(\d+)\](.*)$/.exec(path)!;
    return (names[Number(first)] ?? `x${Number(first) + 1}`) + rest!.replace(/\]/g, "").replace(/[[.]/g, "_");
  };
  const few = count(withoutTyped(args)) <= FEW;
  const specs: ParameterSpec[] = [];
  const arrays: { readonly name: string; readonly length: number }[] = [];
  const array = (name: string): ParameterSpec => ({ name, ty: "array", noalias: true });
  let numbers = 0;
  eachLeaf(
    args,
    list,
    (_, path) => {
      numbers++;
      if (few) specs.push({ name: nameOf(path), ty: "f64" });
    },
    (x, path) => arrays.push({ name: nameOf(path), length: x.length }),
  );
  if (!few) specs.push(array("numbers"));
  for (const { name } of arrays) specs.push(array(name));
  return { args, specs, spread: few, numbers, arrays };
}

/**
 * Runs f once, on variables.
 *
 * The program takes the numbers among the arguments (or an array of them, if they are many), then each Float64Array, then an
 * array that the result's numbers are written to, unless the result is one number.
 *
 * @param run what is run, if it is not f itself; the result then has the structure that this returns
 */
export function recordFunction(f: AnyFunction, list: readonly unknown[], run: AnyFunction = f): Recorded {
  const { args, specs, spread, numbers, arrays } = parametersOf(f, list);
  // The structure of the result is known when f has run.
  let result: Shape = { kind: "static", value: undefined };
  const write = (recorder: Recorder, b: Builder, values: readonly Value[]): readonly Value[] => {
    let next = 0;
    const variable = (): Real => {
      const k = next++;
      return recorder.variable(spread ? values[k]! : b.load(values[0]!, b.i32(k)));
    };
    let position = spread ? numbers : 1;
    const elements = (length: number): Real[] => {
      const from = values[position]!;
      const { name } = arrays[position++ - (spread ? numbers : 1)]!;
      return Array.from({ length }, (_, i) => {
        const x = b.load(from, b.i32(i));
        if (length <= NAMED) x.name = `${name}_${i}`;
        return recorder.variable(x);
      });
    };
    const output = run(...(rebuild(args, variable, elements) as unknown[]));
    result = shapeOf(output);
    if (result.kind === "number") return [recorder.valueOf(output as Real)];
    const leaves: Real[] = [];
    eachLeaf(result, output, (x) => leaves.push(x as Real));
    const target = values.at(-1)!;
    const zeros = leaves.filter((x) => Object.is(x, 0)).length;
    const sparse = zeros > Math.max(ZEROS, leaves.length / 2);
    if (sparse) b.fill(target, b.f64(0));
    leaves.forEach((x, k) => {
      if (!sparse || !Object.is(x, 0)) b.store(target, b.i32(k), recorder.valueOf(x));
    });
    return [];
  };
  const out: ParameterSpec = { name: "out", ty: "array", noalias: true };
  const program = record(baseName(f), [...specs, out], write);
  const shape = run !== f ? (result as Shape) : withTypedArrays(f, args, result);
  if (shape.kind !== "number" && count(shape) > 0)
    return { program, args, spread, result: shape, outputs: true };
  // Only now is it known that nothing is written.
  const [entry, ...others] = program.functions as [Func, ...Func[]];
  const functions = [withoutLastParameter(entry), ...others];
  return { program: { functions }, args, spread, result: shape, outputs: false };
}

/**
 * The structure of the result of a transform with Float64Arrays where the arguments have them, as in a plain call: while f is
 * recorded, there are lists of variables in their place.
 */
function withTypedArrays(f: AnyFunction, args: Shape, result: Shape): Shape {
  const from = derivationOf(f);
  if (from === undefined || args.kind !== "list") return result;
  const { wrt } = (from.options ?? {}) as { readonly wrt?: number | readonly number[] };
  const of = (list: Shape): Shape => {
    if (list.kind !== "list") return list;
    if (typeof wrt === "number") return list.elements[wrt]!;
    if (wrt !== undefined) return { kind: "list", elements: wrt.map((i) => list.elements[i]!) };
    return list.elements.length === 1 ? list.elements[0]! : list;
  };
  switch (from.transform) {
    case "grad":
      return like(result, of(args));
    case "valueAndGrad":
      return result.kind === "record"
        ? {
            ...result,
            fields: result.keys.map((key, k) =>
              key === "grad" ? like(result.fields[k]!, of(args)) : result.fields[k]!,
            ),
          }
        : result;
    case "hvp":
      return like(result, of(args.elements[0]!));
    case "hessian":
      return likeProduct(result, of(args), of(args));
    default:
      return result;
  }
}

/** `shape` with typed arrays where `model` has them. */
function like(shape: Shape, model: Shape): Shape {
  if (shape.kind === "list" && model.kind === "typed") return model;
  return inParallel(shape, model, like);
}

/** The same for the structure of `outer` in which each number is replaced by the structure of `inner`. */
function likeProduct(shape: Shape, outer: Shape, inner: Shape): Shape {
  if (outer.kind === "number") return like(shape, inner);
  if (shape.kind === "list" && outer.kind === "typed") {
    return { ...shape, elements: shape.elements.map((e) => like(e, inner)) };
  }
  return inParallel(shape, outer, (s, o) => likeProduct(s, o, inner));
}

function inParallel(shape: Shape, model: Shape, map: (shape: Shape, model: Shape) => Shape): Shape {
  if (shape.kind === "list" && model.kind === "list") {
    return { ...shape, elements: shape.elements.map((e, i) => map(e, model.elements[i]!)) };
  }
  if (shape.kind === "record" && model.kind === "record") {
    return { ...shape, fields: shape.fields.map((e, i) => map(e, model.fields[i]!)) };
  }
  return shape;
}

/** The function at the bottom of transforms: `f` of `grad(grad(f))`. */
export function base(f: AnyFunction): AnyFunction {
  const from = derivationOf(f);
  return from === undefined ? f : base(from.f);
}

/** `grad_f` */
export function baseName(f: AnyFunction): string {
  const from = derivationOf(f);
  const name = from === undefined ? f.name : `${from.transform}_${baseName(from.f)}`;
  return /^[A-Za-z_$][\w$]*$/.test(name) ? name : "f";
}

/** The names of f's parameters, as far as they are plain names: for readable output. */
function parameterNames(f: AnyFunction): readonly (string | undefined)[] {
  const text = Function.prototype.toString.call(base(f));
  const list = /^(?:async\s*)?(?:function\s*[\w$]*\s*)?\(?([\w$\s,]*)\)?\s*(?:=>|\{)/.exec(text)?.[1] ?? "";
  return list.split(",").map((name) => (/^\s*[A-Za-z_$][\w$]*\s*$/.test(name) ? name.trim() : undefined));
}
