/** Reverse mode: the program once forwards, recording what the way back will need, and once backwards with adjoints. */
import { Builder } from "../program/builder.ts";
import type { Func, Op, Parameter, Program, Ty, Value } from "../program/ir.ts";
import { Activity } from "./activity.ts";
import type { Reading } from "./activity.ts";
import { Augmented } from "./augmented.ts";
import { cutSegments } from "./checkpoint.ts";
import { Fusion } from "./fusion.ts";
import { derivativeName } from "./names.ts";
import { Pullback } from "./pullback.ts";
import { Sweeps } from "./sweeps.ts";
import type { Pair } from "./sweeps.ts";
import { backThrough, regionOf, Tapes, turn } from "./tape.ts";
import type { Forth, Recorder } from "./tape.ts";
import { rememberWinners } from "./winners.ts";

export interface ReverseOptions {
  /** Parameters of the entry by which to differentiate, by position. Default: all numbers and arrays. */
  readonly wrt?: readonly number[];
  /** Results of the entry to differentiate, by position. Default: all numbers and arrays. */
  readonly of?: readonly number[];
  /** Array parameters whose elements at the end are results as well, by position. Default: none. */
  readonly outParameters?: readonly number[];
  /** Where the adjoints of the results come from: more parameters, or all are 1. Default: parameters. */
  readonly seeds?: "parameters" | "one";
  /** Of a derivative that people are to read: then loops that keep the best do not remember which iteration that was, either. */
  readonly readable?: Reading | undefined;
}

/** A program's reverse derivative. */
export interface ReverseDerivative {
  /**
   * The entry takes
   * - the parameters of the original;
   * - unless all seeds are 1: for each of `of`, the adjoint of that result (an array for an array);
   * - for each of `adjointParameters`, an array as long as that parameter, which overlaps no other and goes out as the adjoint of
   *   what the parameter held at the beginning. For `outParameters` it comes in as the adjoint of what they hold at the end; what
   *   the others hold before does not count.
   *
   * It returns the results of the original, then the adjoint of each of `adjointResults`.
   */
  readonly program: Program;
  readonly of: readonly number[];
  readonly adjointParameters: readonly number[];
  readonly adjointResults: readonly number[];
}

/** Values and adjoints of a program in one go. */
export function reverse(original: Program, options: ReverseOptions = {}): ReverseDerivative {
  const { readable } = options;
  const checkpointed = cutSegments(readable ? original : rememberWinners(original));
  const { program } = checkpointed;
  const entry = program.functions[0]!;
  const inputs = options.wrt ?? positions(entry.params.map((p) => p.ty));
  const of = options.of ?? positions(entry.results);
  const outParameters = options.outParameters ?? [];
  const activity = new Activity(program, { inputs, results: of, outParameters }, readable);
  const sweeps = new Sweeps(checkpointed, activity, readable !== undefined, {
    pair: writePair,
    joint: writeJoint,
  });
  const isArray = (i: number): boolean => entry.params[i]!.ty === "array";
  const adjointParameters = [...new Set([...inputs.filter(isArray), ...outParameters])].sort((i, j) => i - j);
  const adjointResults = inputs.filter((i) => !isArray(i));
  const seeds = options.seeds === "one" ? undefined : of;
  sweeps.add(writeEntry(sweeps, entry, { of, seeds, outParameters, adjointParameters, adjointResults }));
  return { program: sweeps.finish(), of, adjointParameters, adjointResults };
}

/** The positions of what may carry a derivative. */
const positions = (types: readonly Ty[]): number[] =>
  types.flatMap((ty, i) => (ty === "f64" || ty === "array" ? [i] : []));

interface EntryShape {
  readonly of: readonly number[];
  /** The results whose adjoints are parameters; undefined: all adjoints are 1. */
  readonly seeds: readonly number[] | undefined;
  readonly outParameters: readonly number[];
  readonly adjointParameters: readonly number[];
  readonly adjointResults: readonly number[];
}

/** Both sweeps of the entry in one function. */
function writeEntry(sweeps: Sweeps, f: Func, shape: EntryShape): Func {
  const b = new Builder();
  const tapes = new Tapes(b, b);
  const augmented = new Augmented(sweeps, f, b, tapes);
  const params: Parameter[] = [...f.params];
  for (const k of shape.seeds ?? []) params.push({ name: `seed${k}`, ty: f.results[k]!, noalias: true });
  for (const i of shape.adjointParameters)
    params.push({ name: derivativeName(f.params[i]!.name), ty: "array", noalias: true });
  const name = sweeps.fresh(`${f.name}_reverse`);
  return written(b, name, params, (args) => {
    const seeds = args.slice(f.params.length, f.params.length + (shape.seeds?.length ?? 0));
    const given = args.slice(f.params.length + seeds.length);
    const shadows = f.body.args.map((v, i) => {
      if (v.ty !== "array" || !sweeps.active(f, v)) return undefined;
      const at = shape.adjointParameters.indexOf(i);
      return at < 0 ? b.allocate(b.length(args[i]!)) : given[at]!;
    });
    shape.adjointParameters.forEach((i, n) => {
      if (!shape.outParameters.includes(i)) b.fill(given[n]!, b.f64(0));
    });
    const forth: Forth = { region: regionOf(b.i32(0)), kind: "direct", exports: new Map() };
    tapes.enter(forth);
    const back = backThrough(forth);
    f.body.args.forEach((v, i) => shadows[i] !== undefined && back.shadows.set(v, shadows[i]));
    augmented.begin(args, shadows);
    const pullback = new Pullback(sweeps, f, b, tapes, augmented);
    const seedOf = (k: number): Value | undefined => {
      const n = shape.of.indexOf(k);
      return n < 0 ? undefined : (seeds[n] ?? b.f64(1));
    };
    const fusion = new Fusion(sweeps, f, b, tapes, augmented, pullback);
    fusion.through(
      f.body,
      back,
      f.body.yields.map((v, k) => (v.ty === "f64" ? seedOf(k) : undefined)),
    );

    const results = f.body.yields.map((v) => augmented.value(v));
    const kept = keep(sweeps, f, augmented, b);
    const complete = turn(b, back);
    shape.of.forEach((k, n) => pullback.seed(f.body.yields[k]!, seeds[n], back));
    pullback.region(f.body, back);
    for (const [v, copy] of kept) b.copy(v, copy);
    const adjoints = shape.adjointResults.map((i) => pullback.adjoint(f.body.args[i]!, back) ?? b.f64(0));
    complete();
    return [...results, ...adjoints];
  });
}

/** Copies of what array parameters hold at the end, where the way back disturbs it. */
function keep(sweeps: Sweeps, f: Func, augmented: Augmented, b: Builder): (readonly [Value, Value])[] {
  return f.body.args.flatMap((v) => {
    if (v.ty !== "array" || !sweeps.disturbed(f, v)) return [];
    const array = augmented.value(v);
    const copy = b.allocate(b.length(array));
    b.copy(copy, array);
    return [[array, copy] as const];
  });
}

/** Both sweeps of a called function, in two functions. */
function writePair(sweeps: Sweeps, f: Func, pair: Pair): readonly Func[] {
  const forthBuilder = new Builder();
  const tapes = new Tapes(forthBuilder, new Builder());
  const b = tapes.backward;
  const augmented = new Augmented(sweeps, f, forthBuilder, tapes);
  const slots: Ty[] = [];
  const mixed = f.body.args.flatMap((v, i) => (sweeps.mixed(f, v) ? [i] : []));
  const forthParams = [...f.params, ...mixed.map((i) => shadowOf(f.params[i]!))];
  let recorder: Recorder;
  const forth = written(forthBuilder, pair.forth, forthParams, (args) => {
    const shadows = f.body.args.map((_, i) => args[f.params.length + mixed.indexOf(i)]);
    const record = forthBuilder.i32(0);
    const tape = forthBuilder.tape(forthBuilder.i32(1), slots);
    recorder = { tape, record, slots, slotOf: new Map() };
    augmented.begin(
      args,
      shadows.map((s, i) => (mixed.includes(i) ? s : undefined)),
    );
    augmented.region(f.body);
    const more = f.body.yields.filter((v) => sweeps.mixed(f, v)).map((v) => augmented.shadow(v));
    return [...f.body.yields.map((v) => augmented.value(v)), ...more, tape];
  });
  const body: Forth = { region: forth.body, kind: "records", exports: new Map(), tape: () => recorder };
  tapes.enter(body);

  const exchange = sweeps.exchange(f);
  const { seeds, shadows } = exchange;
  const backParams: Parameter[] = [{ name: "tape", ty: "tape", noalias: true }, ...given(f, exchange)];
  const returned = written(b, pair.back, backParams, ([tape, ...args]) => {
    const start = b.i32(0);
    const back = backThrough(body, undefined, start, tape);
    const pullback = new Pullback(sweeps, f, b, tapes, augmented);
    shadows.forEach((i, n) => back.shadows.set(f.body.args[i]!, args[seeds.length + n]!));
    seeds.forEach((k, n) => pullback.seed(f.body.yields[k]!, args[n], back));
    pullback.region(f.body, back);
    const region = (start.def as Op).parent;
    tapes.complete(back, region, 1);
    return exchange.adjoints.map((i) => pullback.adjoint(f.body.args[i]!, back) ?? b.f64(0));
  });
  if (slots.length === 0) slots.push("i32");
  return [{ ...forth, size: forthBuilder.size }, returned];
}

/** Both sweeps of a called function, in one. */
function writeJoint(sweeps: Sweeps, f: Func, name: string): Func {
  const b = new Builder();
  const tapes = new Tapes(b, b);
  const augmented = new Augmented(sweeps, f, b, tapes);
  const exchange = sweeps.exchange(f);
  const { seeds, shadows } = exchange;
  return written(b, name, [...f.params, ...given(f, exchange)], (args) => {
    const more = args.slice(f.params.length);
    const forth: Forth = { region: regionOf(b.i32(0)), kind: "direct", exports: new Map() };
    tapes.enter(forth);
    const back = backThrough(forth);
    shadows.forEach((i, n) => back.shadows.set(f.body.args[i]!, more[seeds.length + n]!));
    augmented.begin(args, []);
    const pullback = new Pullback(sweeps, f, b, tapes, augmented);
    const fusion = new Fusion(sweeps, f, b, tapes, augmented, pullback);
    fusion.through(
      f.body,
      back,
      f.body.yields.map((_, k) => (seeds.includes(k) ? more[seeds.indexOf(k)] : undefined)),
    );
    const results = f.body.yields.map((v) => augmented.value(v));
    const complete = turn(b, back);
    seeds.forEach((k, n) => pullback.seed(f.body.yields[k]!, more[n], back));
    pullback.region(f.body, back);
    const adjoints = exchange.adjoints.map((i) => pullback.adjoint(f.body.args[i]!, back) ?? b.f64(0));
    complete();
    return [...results, ...adjoints];
  });
}

/** The parameters of the way back: the adjoints of results, and shadows. */
const given = (f: Func, { seeds, shadows }: ReturnType<Sweeps["exchange"]>): readonly Parameter[] => [
  ...seeds.map((k): Parameter => ({ name: `seed${k}`, ty: "f64", noalias: false })),
  ...shadows.map((i) => shadowOf(f.params[i]!)),
];

const shadowOf = (p: Parameter): Parameter => ({ ...p, name: derivativeName(p.name) });

function written(
  b: Builder,
  name: string,
  params: readonly Parameter[],
  write: (args: readonly Value[]) => readonly Value[],
): Func {
  const body = b.region(
    params.map((p) => p.ty),
    (...args) => {
      args.forEach((arg, i) => (arg.name = params[i]!.name));
      return write(args);
    },
  );
  const results = body.yields.map((v) => v.ty);
  return { name, params, results, body, size: b.size, pullback: undefined };
}
