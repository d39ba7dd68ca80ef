/** Functions of the program: what calls itself, or is differentiated, is written once and called. */
import { Builder, buildFunction, leafTypes } from "cotangent/program";
import type { Structure, Value } from "cotangent/program";

import { walk } from "../ast.ts";
import type { Node } from "../ast.ts";
import { CompileError } from "../errors.ts";
import { refersOutside } from "../scopes.ts";
import { getField, learn, makeObject } from "./access.ts";
import { arrayFrom, leavesOf, NUMBER } from "./blocks.ts";
import { structureOf } from "./records.ts";
import type { Context } from "./context.ts";
import { toNumber } from "./operators.ts";
import { sameStructure, truth } from "./merge.ts";
import { argument, f64 } from "./numbers.ts";
import { isSeenAs } from "./class-syntax.ts";
import { storesIn, touch, Watch } from "./effects.ts";
import { chosen, isOneOf, place } from "./texts.ts";
import { structureFromType } from "./types.ts";
import { Cell, isStatic, kindOf, NOTHING, number } from "./values.ts";
import type { Builtin, Callee, Derived, Fun, Outlined, Val } from "./values.ts";

/** The value that leaves make. */
export function fromValues(
  cx: Context,
  s: Structure,
  leaves: Iterator<Value>,
  name: string,
  readonly?: string,
): Val {
  switch (s.kind) {
    case "number":
      return number(leaves.next().value as Value);
    case "boolean":
      return chosen(s, leaves.next().value as Value);
    case "nothing":
      return s.is === undefined ? NOTHING : { t: "nothing", is: s.is, at: s.at };
    case "array":
      return arrayFrom(cx, s, leaves, name, readonly);
    case "tuple":
      return makeObject(
        true,
        s.elements.map((e, i) => [String(i), fromValues(cx, e, leaves, `${name}[${i}]`, readonly)] as const),
        undefined,
      );
    default: {
      const fields = s.fields.map(
        ([key, e]) => [key, fromValues(cx, e, leaves, `${name}.${key}`, readonly)] as const,
      );
      return { ...makeObject(false, fields, undefined), made: cx.parts.classOf(s) };
    }
  }
}

/** The leaves of a value of this structure. */
export function toValues(cx: Context, s: Structure, x: Val, node: Node): readonly Value[] {
  switch (s.kind) {
    case "number":
      return [f64(cx, toNumber(cx, x, node))];
    case "boolean":
      if (s.of !== undefined) return isOneOf(s.of, x) ? [place(cx, s.of, x)] : unfit(cx, x, node);
      return x.t === "bool" ? [truth(cx, x)] : unfit(cx, x, node);
    case "nothing":
      return [];
    case "array": {
      if (x.t !== "vec") return unfit(cx, x, node);
      const { element } = x.store;
      // Those who call from outside know nothing of classes and of what arrays convert.
      if (sameStructure(element, s.element) || isSeenAs(element, s.element)) return leavesOf(cx, x);
      return unfit(cx, x, node);
    }
    case "tuple":
      if (x.t === "obj" && (!x.tuple || x.fields.size !== s.elements.length)) return unfit(cx, x, node);
      return s.elements.flatMap((e, i) => toValues(cx, e, getField(cx, x, String(i), node), node));
    default:
      return s.fields.flatMap(([key, e]) => toValues(cx, e, getField(cx, x, key, node), node));
  }
}

const unfit = (cx: Context, x: Val, node: Node): never =>
  cx.refuse(
    node,
    "unsupported-type",
    `${kindOf(x)} does not fit what is passed or returned elsewhere.`,
    "Pass and return values of the same structure everywhere.",
  );

/** The variables from outside that a function uses, directly or through other local functions. */
function captures(
  cx: Context,
  fun: Fun,
  found: Map<Cell, string> = new Map(),
  seen: Set<Node> = new Set(),
): Map<Cell, string> {
  if (seen.has(fun.node)) return found;
  seen.add(fun.node);
  const { home, self } = fun;
  if (self !== undefined && usesThis(fun.node)) found.set(self, "this");
  if (home?.isOne === false) captures(cx, { ...home, t: "fun" }, found, seen);
  walk(fun.node, (n) => {
    if (!refersOutside(n, fun.node)) return;
    const name = n.type === "ThisExpression" ? "this" : n.name;
    const cell = fun.env.find(name, n);
    if (cell === undefined) return;
    const x = cell instanceof Cell ? cell.value : cell;
    if (x.t === "fun") captures(cx, x, found, seen);
    else if (x.t === "class") captures(cx, { ...x, t: "fun" }, found, seen);
    else if (x.t === "builtin" && x.derivation !== undefined)
      captures(cx, rootOf(x.derivation.of), found, seen);
    else if (x.t === "builtin" && x.pullback !== undefined) {
      noPullback(cx, n);
    } else if (cell instanceof Cell && x.t !== "builtin" && x.t !== "str") found.set(cell, name);
  });
  return found;
}

/** Does a method, or an arrow function in it, use its object? */
function usesThis(node: Node): boolean {
  let found = false;
  walk(node, (n) => {
    if (n.type === "ThisExpression" || n.type === "Super") found = true;
    return !found;
  });
  return found;
}

/** Writes a function of the program for arguments like these, once. */
export function outline(cx: Context, fun: Fun | Derived, args: readonly Val[], site: Node): Outlined {
  for (const x of args) if (x.t === "unknown") learn(cx, x.path, "number");
  const root = rootOf(fun);
  const seen = captures(cx, root);
  for (const x of args) if (isStatic(x)) capturesOf(cx, x, site, seen);
  const outside = [...seen];
  const structures = args.map((x) => (isStatic(x) ? STATIC : structureOf(cx, x, site)));
  const free = outside.map(([cell]) => structureOf(cx, cx.read(cell), site));
  const passed = args.filter(isStatic).map((x) => ` ${identity(cx, x)}`);
  const key = `${root.name} ${identity(cx, fun)}${passed.join("")}:${JSON.stringify([structures, free])}`;
  const own = args.flatMap((x, i) => toValues(cx, structures[i]!, x, site));
  const leaves = [...own, ...outside.flatMap(([cell], i) => toValues(cx, free[i]!, cx.read(cell), site))];
  const written = cx.callees.get(key);
  if (written !== undefined)
    return { callee: written, structures, free, own, leaves, outside: outside.map(([cell]) => cell) };

  if ([...cx.callees.values()].filter((c) => c.func === undefined).length > MOST_OPEN) {
    cx.refuse(
      site,
      "too-large",
      `${root.name} calls itself with another function each time.`,
      "Pass on the function that it was given.",
    );
  }
  const known = cx.knowledge.results.get(key) ?? structureFromType(root.node.returnType, cx.types);
  const guesses = known === undefined ? [NUMBER, ...structures.filter((s) => s.kind === "array")] : [];
  const assumed = known ?? guesses[cx.knowledge.wrongGuesses.get(key)?.length ?? 0]!;
  const callee: Callee = {
    name: `${root.name}_${cx.callees.size}`,
    key,
    func: undefined,
    result: assumed,
    touched: undefined,
  };
  cx.callees.set(key, callee);
  let result: Structure = NUMBER;
  const types = [...structures, ...free].flatMap(leafTypes);
  const before = outside.map(([cell]) => cell.value);
  const write = (values: readonly Value[]): readonly Value[] => {
    let results: readonly Value[] = [];
    const list = values[Symbol.iterator]();
    const changed = cx.collect(() => {
      const enter = (s: Structure, name: string): Val =>
        s.kind === "number"
          ? argument(cx, list.next().value as Value, `${key} ${name}`, name)
          : fromValues(cx, s, list, name);
      const own = args.map((x, i) => (isStatic(x) ? x : enter(structures[i]!, `argument ${i + 1}`)));
      outside.forEach(([cell, name], i) => (cell.value = enter(free[i]!, name)));
      const inside = outside.map(([cell]) => cell.value);
      const watch = new Watch(cx, [...own, ...inside]);
      const value = fun.t === "fun" ? cx.parts.body(fun, own) : cx.parts.derivative(fun, own, site);
      outside.forEach(([cell, name], i) => {
        if (cell.value !== inside[i]) changes(cx, root, name);
      });
      callee.touched = watch.within(root.node);
      result = structureOf(cx, value, site);
      results = toValues(cx, result, value, site);
    });
    const first = [...changed.keys()][0];
    if (first !== undefined) changes(cx, root, first.name ?? "A variable");
    return results;
  };
  const builder = new Builder();
  builder.loc = cx.b.loc;
  const restore = cx.apart(builder);
  try {
    const params = types.map((ty, i) => ({ name: `p${i}`, ty }));
    callee.func = buildFunction(callee.name, params, (_, values) => write(values), { builder });
  } catch (error) {
    if (error instanceof CompileError && known === undefined) guessAgain(cx, key, error, guesses.length);
    throw error;
  } finally {
    restore();
    outside.forEach(([cell], i) => (cell.value = before[i]!));
  }
  const isEditing = callee.touched?.some((t) => t.edited.size > 0) === true;
  if (isEditing && !cx.knowledge.editing.has(key)) {
    cx.knowledge.editing.add(key);
    cx.knowledge.restart();
  }
  if (!sameStructure(result, callee.result)) {
    cx.knowledge.results.set(key, result);
    cx.knowledge.restart();
  }
  return { callee, structures, free, own, leaves, outside: outside.map(([cell]) => cell) };
}

/** It may return something else than was assumed: the next guess, from the start; the error of the first one, if there is none. */
function guessAgain(cx: Context, key: string, error: CompileError, count: number): never {
  const wrong = [...(cx.knowledge.wrongGuesses.get(key) ?? []), error];
  cx.knowledge.wrongGuesses.set(key, wrong);
  if (wrong.length >= count) throw wrong[0]!;
  return cx.knowledge.restart();
}

function changes(cx: Context, fun: Fun, name: string): never {
  return cx.refuse(
    fun.node,
    "captured-variable-changes",
    `${name} is changed by a function that calls itself or is differentiated here.`,
    "Pass it as a parameter and return its new value.",
  );
}

/** The function at the bottom of derivatives of derivatives. */
export function rootOf(f: Fun | Derived): Fun {
  return f.t === "fun" ? f : rootOf(f.derivation.of);
}

/** What a function has that is passed: no leaves; which one it is, is known when compiling. */
const STATIC: Structure = { kind: "nothing" };

/** Functions that are written while others are: more are no program but a mistake. */
const MOST_OPEN = 50;

/** What tells a function from others. */
export function identity(cx: Context, f: Fun | Builtin): string {
  if (f.t === "builtin" && f.derivation === undefined) return f.id;
  const root = rootOf(f as Fun | Derived);
  const what = f.t === "fun" ? "" : JSON.stringify(chainOf(f as Derived));
  return `${what}@${root.node.start}/${cx.instance(root.env)}`;
}

/** The variables that a function sees which is passed. */
function capturesOf(cx: Context, f: Fun | Builtin, site: Node, found: Map<Cell, string>): void {
  if (f.t === "builtin" && f.pullback !== undefined) noPullback(cx, site);
  if (f.t === "fun" || f.derivation !== undefined) captures(cx, rootOf(f as Fun | Derived), found);
}

const noPullback = (cx: Context, node: Node): never =>
  cx.refuse(
    node,
    "unsupported-syntax",
    "A pullback cannot be used inside a function that calls itself or is differentiated here.",
    "Call vjp inside that function.",
  );

const chainOf = (f: Fun | Derived): readonly unknown[] => {
  if (f.t === "fun") return [];
  const { transform, wrt, order, of } = f.derivation;
  return [transform, wrt ?? null, order, ...chainOf(of)];
};

/** Calls a function that calls itself. */
export function callRecursive(cx: Context, fun: Fun, args: readonly Val[], site: Node): Val {
  const { callee, leaves, outside } = outline(cx, fun, args, site);
  cx.impure = true;
  const stores = storesIn([...args, ...outside.map((cell) => cx.read(cell))]);
  stores.forEach((store, i) => {
    const by = callee.touched?.[i];
    // Of one that is being written, a round before told.
    touch(store, by, by === undefined ? cx.knowledge.editing.has(callee.key) : by.edited.size > 0);
  });
  const results = cx.b.call(callee.name, leaves, leafTypes(callee.result));
  return fromValues(cx, callee.result, results[Symbol.iterator](), fun.name);
}
