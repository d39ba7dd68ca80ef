/**
 * Transforms of functions of Reals that repeat themselves, or are long: the function is recorded and rolled, and its program
 * differentiated. To record the derivative instead would take longer, and make a straight line many times as long.
 */
import { hessian, hvp as hvpOf, reverse, sparseJacobian } from "../differentiate/index.ts";
import { colour, sparsity } from "../differentiate/sparsity.ts";
import { buildFunction } from "../program/builder.ts";
import type { Builder } from "../program/builder.ts";
import type { Program, Value } from "../program/ir.ts";
import { optimise } from "../program/optimise/index.ts";
import { roll } from "../program/roll/index.ts";
import type { Real } from "../real/real.ts";
import { grad } from "../transforms/grad.ts";
import { hvp } from "../transforms/hessian.ts";
import { derivationOf } from "../transforms/transformed.ts";
import { baseName, parametersOf, recordFunction } from "./recorded.ts";
import type { AnyFunction, Parameters, Recorded } from "./recorded.ts";
import { count, eachLeaf, rebuild, shapeOf } from "./shape.ts";
import type { Shape } from "./shape.ts";

/**
 * The program of a transform of a function of Reals. Undefined if the function has to be run on Scalars for it, or has no more than
 * `few` operations.
 */
export function recordTransform(f: AnyFunction, list: readonly unknown[], few: number): Recorded | undefined {
  const from = derivationOf(f);
  if (from === undefined || derivationOf(from.f) !== undefined || !TRANSFORMS.has(from.transform))
    return undefined;
  const lists = from.transform === "hvp";
  const given = lists ? list[0] : list;
  // What is refused is refused as on Scalars.
  if (!Array.isArray(given) || given.length < Math.max(1, from.f.length)) return undefined;
  const recorded = recordFunction(from.f, given);
  const { ops } = recorded.program.functions[0]!.body;
  if (recorded.result.kind !== "number") return undefined;
  if (ops.filter(({ kind }) => kind !== "constant" && kind !== "load").length <= few) return undefined;
  const rolled = roll(recorded.program);
  if (rolled === recorded.program && ops.length < LARGE) return undefined;
  const { wrt } = (from.options ?? {}) as { readonly wrt?: number | readonly number[] };
  const subject = subjectOf(optimise(rolled, { stage: "primal" }), parametersOf(from.f, given), wrt);
  if (subject === undefined) return undefined;
  const params = lists ? parametersOf(f, list) : subject.params;
  const { args, spread } = params;
  const name = baseName(f);
  switch (from.transform) {
    case "grad":
      return { program: gradient(name, subject, false), args, spread, result: subject.shape, outputs: true };
    case "valueAndGrad": {
      const number: Shape = { kind: "number" };
      const result: Shape = { kind: "record", keys: ["value", "grad"], fields: [number, subject.shape] };
      return { program: gradient(name, subject, true), args, spread, result, outputs: true };
    }
    case "hvp":
      if (params.numbers !== 2 * subject.params.numbers) return undefined;
      return { program: product(name, subject, params), args, spread, result: subject.shape, outputs: true };
    default: {
      if (!subject.inOrder) return undefined;
      const result = outer(subject.shape, subject.shape);
      return { program: matrix(name, subject), args, spread, result, outputs: true };
    }
  }
}

/** Longer functions are differentiated as programs even if they do not repeat: that takes less time and memory than Scalars. */
const LARGE = 5000;

const TRANSFORMS: ReadonlySet<string> = new Set(["grad", "valueAndGrad", "hvp", "hessian"]);

/** Hessians of more numbers are loops. */
const STRAIGHT = 40;

/**
 * The program of a Hessian of few numbers of which many are zero: as many products with vectors as its pattern has colours, in a
 * straight line.
 */
export function recordHessian(f: AnyFunction, list: readonly unknown[]): Recorded | undefined {
  const from = derivationOf(f);
  if (from?.transform !== "hessian" || derivationOf(from.f) !== undefined || from.options !== undefined)
    return undefined;
  if (list.length < Math.max(1, from.f.length)) return undefined;
  const size = count(shapeOf(list));
  if (size < 3 || size > STRAIGHT) return undefined;
  const g = from.f as (...args: unknown[]) => Real;
  const { program, result } = recordFunction(g, list);
  if (result.kind !== "number") return undefined;
  const subject = subjectOf(program, parametersOf(from.f, list), undefined);
  if (subject === undefined || !subject.inOrder) return undefined;
  const gradient = recordFunction(grad(g), list).program;
  const { params } = gradient.functions[0]!;
  const like = params.map(({ ty }, i) =>
    ty === "f64" ? 1 : new Float64Array(i === params.length - 1 ? size : lengthOf(subject.params, i)),
  );
  const pattern = sparsity(gradient, like, { wrt: subject.wrt, of: [], outParameters: [params.length - 1] });
  if (pattern === undefined) return undefined;
  const { colours, count: passes } = colour(pattern);
  if (passes === 0 || passes >= size) return undefined;
  const run = (...args: unknown[]): unknown => {
    const products = Array.from({ length: passes }, (_, c) => {
      let k = 0;
      const next = (): number => Number(colours[k++] === c);
      const vector = rebuild(subject.params.args, next, (length) => Array.from({ length }, next));
      const product = hvp(g)(args, vector as unknown[]);
      const leaves: unknown[] = [];
      eachLeaf(shapeOf(product), product, (x) => leaves.push(x));
      return leaves;
    });
    return pattern.rows.flatMap((row, i) => {
      const numbers = Array.from({ length: size }, (): unknown => 0);
      for (const j of row) numbers[j] = products[colours[j]!]![i];
      return numbers;
    });
  };
  const recorded = recordFunction(f, list, run);
  return { ...recorded, result: outer(subject.shape, subject.shape) };
}

/** A program to be differentiated, and by what. */
interface Subject {
  readonly program: Program;
  readonly params: Parameters;
  /** The parameters to differentiate by. */
  readonly wrt: readonly number[];
  /** Where the derivatives by their elements lie in the gradient, in order. */
  readonly pieces: readonly Piece[];
  /** Whether the gradient has them in the order of the parameters, all of them. */
  readonly inOrder: boolean;
  /** The structure of the gradient. */
  readonly shape: Shape;
}

/** Consecutive elements of a parameter, and of the gradient. */
interface Piece {
  readonly param: number;
  readonly from: number;
  readonly to: number;
  readonly length: number;
}

function subjectOf(
  program: Program,
  params: Parameters,
  wrt: number | readonly number[] | undefined,
): Subject | undefined {
  const { args, spread, numbers, arrays } = params;
  const elements = args.kind === "list" ? args.elements : [];
  const chosen = wrt === undefined ? elements.map((_, i) => i) : typeof wrt === "number" ? [wrt] : wrt;
  if (new Set(chosen).size < chosen.length || chosen.some((i) => elements[i] === undefined)) return undefined;
  // Where each argument's leaves are among all.
  const own: { param: number; from: number; length: number }[][] = [];
  let [number, array] = [0, spread ? numbers : 1];
  let whole = true;
  const collect = (shape: Shape, to: (typeof own)[number]): void => {
    if (shape.kind === "number") {
      to.push(spread ? { param: number, from: 0, length: 1 } : { param: 0, from: number, length: 1 });
      number++;
    } else if (shape.kind === "typed") to.push({ param: array++, from: 0, length: shape.length });
    else if (shape.kind === "list") shape.elements.forEach((e) => collect(e, to));
    else if (shape.kind === "record") shape.fields.forEach((e) => collect(e, to));
    else whole = false;
  };
  for (const shape of elements) {
    const list: (typeof own)[number] = [];
    collect(shape, list);
    own.push(list);
  }
  // What holds no numbers has a place in derivatives, too.
  if (!whole) return undefined;
  const pieces: Piece[] = [];
  let to = 0;
  for (const { param, from, length } of chosen.flatMap((i) => own[i]!)) {
    const last = pieces.at(-1);
    if (last !== undefined && last.param === param && last.from + last.length === from)
      pieces[pieces.length - 1] = { ...last, length: last.length + length };
    else pieces.push({ param, from, to, length });
    to += length;
  }
  const sizes = params.specs.map((spec, k) =>
    spec.ty === "f64" ? 1 : spread || k > 0 ? arrays[k - (spread ? numbers : 1)]!.length : numbers,
  );
  const used = new Set(pieces.map(({ param }) => param));
  const inOrder =
    pieces.length === used.size &&
    pieces.every(
      ({ param, length }, k) => length === sizes[param] && (k === 0 || param > pieces[k - 1]!.param),
    );
  const shapes = chosen.map((i) => elements[i]!);
  const bare = wrt === undefined ? elements.length === 1 : typeof wrt === "number";
  return {
    program,
    params,
    wrt: [...used].sort((a, b) => a - b),
    pieces,
    inOrder,
    shape: bare ? shapes[0]! : { kind: "list", elements: shapes },
  };
}

/** Each number in one structure replaced by the other structure. */
function outer(shape: Shape, inner: Shape): Shape {
  switch (shape.kind) {
    case "number":
      return inner;
    case "typed":
      return { kind: "list", elements: Array.from({ length: shape.length }, () => inner) };
    case "list":
      return { ...shape, elements: shape.elements.map((e) => outer(e, inner)) };
    case "record":
      return { ...shape, fields: shape.fields.map((e) => outer(e, inner)) };
    default:
      return shape;
  }
}

/** A program whose entry, written by `write`, takes these parameters and an array for the result. */
function wrap(
  name: string,
  params: Parameters,
  inner: Program,
  write: (b: Builder, args: readonly Value[], out: Value) => void,
): Program {
  const entry = buildFunction(
    unique(name, inner),
    [...params.specs, { name: "out", ty: "array", noalias: true }],
    (b, all) => {
      write(b, all.slice(0, -1), all.at(-1)!);
      return [];
    },
  );
  return { functions: [entry, ...inner.functions] };
}

function unique(wanted: string, { functions }: Program): string {
  let name = wanted;
  for (let n = 2; functions.some((f) => f.name === name); n++) name = `${wanted}${n}`;
  return name;
}

function gradient(name: string, subject: Subject, both: boolean): Program {
  const { program, params, wrt, pieces } = subject;
  const derived = reverse(program, { wrt, of: [0], seeds: "one" });
  const target = derived.program.functions[0]!;
  return wrap(name, params, derived.program, (b, args, all) => {
    const out = both ? b.subarray(all, b.i32(1), b.length(all)) : all;
    const places = new Places(b, subject, out);
    const adjoints = derived.adjointParameters.map((i) => places.array(i, args[i]!));
    const results = b.call(target.name, [...args, ...adjoints], target.results);
    if (both) b.store(all, b.i32(0), results[0]!);
    derived.adjointResults.forEach((i, k) => {
      const { to } = pieces.find(({ param }) => param === i)!;
      b.store(out, b.i32(to), results[1 + k]!);
    });
    places.finish();
  });
}

/** Where derivatives by array parameters go: into the result itself, or first elsewhere. */
class Places {
  readonly #b: Builder;
  readonly #subject: Subject;
  readonly #out: Value;
  readonly #later: (() => void)[] = [];

  constructor(b: Builder, subject: Subject, out: Value) {
    this.#b = b;
    this.#subject = subject;
    this.#out = out;
  }

  array(param: number, like: Value): Value {
    const b = this.#b;
    const part = (array: Value, from: number, length: number): Value =>
      b.subarray(array, b.i32(from), b.i32(from + length));
    const pieces = this.#subject.pieces.filter((piece) => piece.param === param);
    const [first] = pieces;
    if (pieces.length === 1 && this.#subject.pieces.length === 1 && this.#subject.inOrder) return this.#out;
    if (pieces.length === 1 && this.#subject.inOrder) return part(this.#out, first!.to, first!.length);
    const array = b.allocate(b.length(like));
    this.#later.push(() => {
      for (const { from, to, length } of pieces)
        b.copy(part(this.#out, to, length), part(array, from, length));
    });
    return array;
  }

  finish(): void {
    for (const copy of this.#later) copy();
  }
}

/** The Hessian times a vector: both are among the arguments. */
function product(name: string, subject: Subject, params: Parameters): Program {
  const { program, wrt, pieces } = subject;
  const entry = program.functions[0]!;
  const derived = hvpOf(program, { wrt });
  const target = derived.functions[0]!;
  const { numbers, arrays, spread } = subject.params;
  return wrap(name, params, derived, (b, args, out) => {
    /** The first or the second half of the arguments, as the program takes them. */
    const half = (second: 0 | 1): Value[] => {
      const start = second * numbers;
      const one = (k: number): Value =>
        params.spread ? args[start + k]! : b.load(args[0]!, b.i32(start + k));
      const loose = spread
        ? Array.from({ length: numbers }, (_, k) => one(k))
        : [b.subarray(args[0]!, b.i32(start), b.i32(start + numbers))];
      const from = (params.spread ? 2 * numbers : 1) + second * arrays.length;
      return [...loose, ...args.slice(from, from + arrays.length)];
    };
    const [primals, vector] = [half(0), half(1)];
    const places = new Places(b, subject, out);
    const given = wrt.filter((i) => entry.params[i]!.ty === "array").map((i) => places.array(i, primals[i]!));
    const results = b.call(
      target.name,
      [...primals, ...wrt.map((i) => vector[i]!), ...given],
      target.results,
    );
    wrt
      .filter((i) => entry.params[i]!.ty !== "array")
      .forEach((i, k) => {
        const { to } = pieces.find(({ param }) => param === i)!;
        b.store(out, b.i32(to), results[entry.results.length + k]!);
      });
    places.finish();
  });
}

/** The Hessian: by its pattern, if that has few colours. */
function matrix(name: string, subject: Subject): Program {
  const { program, params, wrt, shape } = subject;
  const entry = program.functions[0]!;
  const size = count(shape);
  const derived = reverse(program, { wrt, of: [0], seeds: "one" });
  const adjoints = derived.adjointParameters.map((_, k) => entry.params.length + k);
  // In a rolled program, nothing but constants tells which elements are used.
  const like = derived.program.functions[0]!.params.map((p, i) =>
    p.ty === "f64"
      ? 1
      : new Float64Array(
          lengthOf(params, i < entry.params.length ? i : derived.adjointParameters[i - entry.params.length]!),
        ),
  );
  const sparse = sparseJacobian(derived.program, like, {
    wrt,
    of: derived.adjointResults.map((_, k) => entry.results.length + k),
    outParameters: adjoints,
  });
  if (sparse === undefined) {
    const dense = hessian(program, { wrt });
    const target = dense.functions[0]!;
    return wrap(
      name,
      params,
      dense,
      (b, args, out) => void b.call(target.name, [...args, out], target.results),
    );
  }
  const { rows } = sparse.pattern;
  const places = Float64Array.from(rows.flatMap((row, i) => row.map((j) => i * size + j)));
  const target = sparse.program.functions[0]!;
  return wrap(name, params, sparse.program, (b, args, out) => {
    const numbers = b.allocate(b.i32(places.length));
    const work = derived.adjointParameters.map((i) => b.allocate(b.length(args[i]!)));
    b.call(target.name, [...args, ...work, numbers], target.results);
    b.fill(out, b.f64(0));
    const where = b.data(places);
    b.for(b.i32(0), b.i32(places.length), [], (k) => {
      b.store(out, b.op("f64.toInt32", b.load(where, k)), b.load(numbers, k));
      return [];
    });
  });
}

const lengthOf = ({ spread, numbers, arrays }: Parameters, param: number): number =>
  !spread && param === 0 ? numbers : arrays[param - (spread ? numbers : 1)]!.length;
