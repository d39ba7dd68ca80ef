/** Branches and loops: which variables they change, and how these travel as the program's values. */
import type { Ty, Value } from "cotangent/program";

import { isOneOf, onOnePath } from "./copies.ts";
import type { Context } from "./context.ts";
import { covers, join, pack, truth, typesOf, unpack, widen } from "./merge.ts";
import type { Form } from "./merge.ts";
import { FALSE, TRUE, bool } from "./values.ts";
import type { Bool, Cell, Val } from "./values.ts";

/** Runs one branch or the other; afterwards variables hold what the branch taken gave them. */
export function branch(cx: Context, condition: Bool, then: () => void, otherwise: () => void): void {
  if (condition.k !== undefined) return condition.k ? then() : otherwise();
  const { b } = cx;
  let plan: [Cell, Form][] = [];
  let second: readonly Value[] = [];
  const [oneWay, otherWay] = onOnePath(then, otherwise);
  const thenRegion = (): readonly Value[] => {
    const first = cx.collect(oneWay);
    const elseRegion = b.region([], () => {
      const changed = cx.collect(otherWay);
      const cells = new Set([...first.keys(), ...changed.keys()]);
      plan = [...cells].map((cell) => {
        const [x, y] = [first.get(cell) ?? cell.value, changed.get(cell) ?? cell.value];
        return [cell, join(cx, x, y)];
      });
      second = plan.flatMap(([cell, form]) => pack(cx, form, changed.get(cell) ?? cell.value));
      return second;
    });
    regions.push(elseRegion);
    return plan.flatMap(([cell, form]) => pack(cx, form, first.get(cell) ?? cell.value));
  };
  const regions: ReturnType<typeof b.region>[] = [];
  const thenPart = b.region([], thenRegion);
  const types = plan.flatMap(([, form]) => typesOf(form));
  const results = b.emit("if", [truth(cx, condition)], undefined, types, [thenPart, regions[0]!]);
  const values = results[Symbol.iterator]();
  for (const [cell, form] of plan) {
    const met = unpack(form, values);
    if (met.t === "obj" && form.t === "obj") isOneOf(met, form.of);
    cx.write(cell, met);
  }
}

/** `condition ? then() : otherwise()` */
export function choose(
  cx: Context,
  condition: Bool,
  then: () => Val,
  otherwise: () => Val,
  result: Cell,
): Val {
  branch(
    cx,
    condition,
    () => cx.write(result, then()),
    () => cx.write(result, otherwise()),
  );
  return cx.read(result);
}

/** The variables that go round a loop, and the form that each keeps. */
export type Carries = Map<Cell, Form>;

/** More rounds than any variable has stages (constant, integer, bounded, number, unusable). */
const MOST_ROUNDS = 40;

/**
 * Finds what a loop changes, by running its body on trial until nothing new is learned.
 * @param body one iteration, its condition included
 */
function carriesOf(cx: Context, body: () => void): Carries {
  const carries: Carries = new Map();
  for (let round = 0; round < MOST_ROUNDS; round++) {
    const types = [...carries.values()].flatMap(typesOf);
    const changed = cx.trial(types, (...args) =>
      cx.collect(() => {
        const values = args[Symbol.iterator]();
        for (const [cell, form] of carries) cx.write(cell, unpack(form, values));
        cx.under(null, body);
      }),
    );
    let stable = true;
    for (const [cell, value] of changed) {
      const old = carries.get(cell);
      const form = join(cx, cell.value, value);
      const next = old === undefined ? form : covers(old, form) ? old : widen(old, form);
      // Being the same at the end as at the beginning does not make it the same in between.
      if (next.t === "same" && old === undefined) continue;
      if (old !== undefined && next === old) continue;
      carries.set(cell, next);
      stable = false;
    }
    if (stable) return carries;
  }
  throw new Error("A loop's variables find no form.");
}

const initials = (cx: Context, carries: Carries): readonly Value[] =>
  [...carries].flatMap(([cell, form]) => pack(cx, form, cell.value));

function enter(cx: Context, carries: Carries, args: readonly Value[]): void {
  const values = args[Symbol.iterator]();
  for (const [cell, form] of carries) {
    cx.write(cell, unpack(form, values));
    if (args.length > 0) nameAfter(cell);
  }
}

/** A loop's variables keep the user's names. */
function nameAfter(cell: Cell): void {
  const x = cell.value;
  const v = x.t === "num" ? (x.i ?? x.f) : x.t === "bool" ? x.v : undefined;
  if (v !== undefined && v.name === undefined) v.name = cell.name;
}

const leave = (cx: Context, carries: Carries): readonly Value[] =>
  [...carries].flatMap(([cell, form]) => pack(cx, form, cell.value));

/** What a counting loop changes. */
export const countedCarries = (cx: Context, body: (i: Value) => void): Carries =>
  carriesOf(cx, () => cx.trial(["i32"], body));

/**
 * A loop that counts.
 * @param body one iteration, given i
 */
export function countedLoop(
  cx: Context,
  lo: Value,
  hi: Value,
  step: number,
  body: (i: Value) => void,
  carries: Carries = countedCarries(cx, body),
): void {
  const types = [...carries.values()].flatMap(typesOf);
  const { b } = cx;
  const attr = checkpointed(cx, types);
  if (cx.dry > 0) return finish(cx, carries, b.emit("for", [], { step, ...attr }, types));
  let yields: readonly Value[] = [];
  const region = b.region(["i32", ...types], (i, ...args) => {
    cx.collect(() => {
      enter(cx, carries, args);
      cx.under(null, () => body(i));
      yields = leave(cx, carries);
    });
    return yields;
  });
  const inits = initials(cx, carries);
  const results = b.emit("for", [lo, hi, ...inits], { step, ...attr }, types, [region]);
  finish(cx, carries, results);
}

/** What a loop says whose variables are of these types: whether it is to have checkpoints, at which they are copied. */
function checkpointed(cx: Context, types: readonly Ty[]): { readonly checkpoint?: boolean } {
  if (cx.checkpoint === null) return {};
  if (types.includes("array")) {
    cx.refuse(
      cx.checkpoint,
      "unsupported-array",
      "A loop here assigns arrays to variables from outside it, or lets them grow: it cannot be run again from a checkpoint.",
      "Make the arrays before the loop, and write into them: a[i] = ..., or a.set(b).",
    );
  }
  return { checkpoint: true };
}

function finish(cx: Context, carries: Carries, results: readonly Value[]): void {
  const values = results[Symbol.iterator]();
  for (const [cell, form] of carries) cx.write(cell, unpack(form, values));
}

/** What a loop is made of. */
export interface Iteration {
  /** Evaluates the condition. */
  readonly test: () => Bool;
  /** The body and the update; `test` has been found true. */
  readonly body: () => void;
  /** Whether the body is run before the first test. */
  readonly bodyFirst: boolean;
  /** The variables in which `break` and `return` leave their marks. */
  readonly exits: readonly Cell[];
  /** A fresh variable, false: whether to go on. */
  readonly go: Cell;
}

/** A loop that goes on as long as its condition holds and nobody left it. */
export function conditionalLoop(cx: Context, loop: Iteration): void {
  if (!loop.bodyFirst) {
    const changed = cx.trial([], () => cx.collect(loop.test));
    if (changed.size === 0) return whileLoop(cx, loop, () => untilLeft(cx, loop));
  }
  // The condition assigns to variables: its outcome is a variable of its own.
  const test = (): void =>
    branch(
      cx,
      anyOf(cx, loop.exits),
      () => cx.write(loop.go, FALSE),
      () => cx.write(loop.go, loop.test()),
    );
  if (loop.bodyFirst) cx.write(loop.go, TRUE);
  else test();
  const rotated = { ...loop, body: (): void => (loop.body(), test()) };
  whileLoop(cx, rotated, () => cx.read(loop.go) as Bool);
}

/** Nobody left the loop, and the condition, which assigns nothing, holds. */
function untilLeft(cx: Context, loop: Iteration): Bool {
  const left = anyOf(cx, loop.exits);
  if (left.k === true) return FALSE;
  if (left.k === false) return loop.test();
  const { b } = cx;
  const inside = b.if(
    left.v!,
    () => [b.i32(0)],
    () => [truth(cx, loop.test())],
  );
  return bool(inside[0]!);
}

/** Whether any of these marks is set. */
export function anyOf(cx: Context, cells: readonly Cell[]): Bool {
  let out: Bool = FALSE;
  for (const cell of cells) {
    const x = cx.read(cell) as Bool;
    if (x.k === true) return TRUE;
    if (x.k === false) continue;
    out = out.k === false ? x : bool(cx.b.op("i32.or", out.v!, x.v!));
  }
  return out;
}

function whileLoop(cx: Context, loop: Iteration, condition: () => Bool): void {
  const carries = carriesOf(cx, () => {
    condition();
    loop.body();
  });
  const types = [...carries.values()].flatMap(typesOf);
  const { b } = cx;
  const attr = checkpointed(cx, types);
  if (cx.dry > 0) return finish(cx, carries, b.emit("while", [], attr, types));
  const inits = initials(cx, carries);
  let yields: readonly Value[] = [];
  const test = b.region(types, (...args) => {
    cx.collect(() => {
      enter(cx, carries, args);
      yields = [truth(cx, condition())];
    });
    return yields;
  });
  const body = b.region(types, (...args) => {
    cx.collect(() => {
      enter(cx, carries, args);
      cx.under(null, loop.body);
      yields = leave(cx, carries);
    });
    return yields;
  });
  const results = b.emit("while", inits, attr, [...types, "i32"], [test, body]);
  finish(cx, carries, results);
}
