/**
 * What a variable holds after two paths have met, or while a loop goes round: a form that both fit, the program's values
 * that fill it, and the variable's value made of them again.
 */
import type { Structure, Ty, Value } from "cotangent/program";

import type { Node } from "../ast.ts";
import type { Context } from "./context.ts";
import { usesAround } from "../scopes.ts";
import { mayBe } from "./merged.ts";
import { f64 } from "./numbers.ts";
import { Sharing } from "./sharing.ts";
import { isOneOf, place } from "./texts.ts";
import { Cell, I32_MAX, I32_MIN, bool, integer, kindOf, number } from "./values.ts";
import type {
  Bool,
  Builtin,
  Choice,
  Class,
  Fun,
  Maybe,
  Nothing,
  Num,
  Obj,
  Place,
  Poison,
  Raw,
  Store,
  Str,
  Text,
  Val,
  Vec,
} from "./values.ts";

/** What two values have in common. */
export type Form =
  /** The very same thing: no value of the program is needed. */
  | { readonly t: "same"; readonly value: Val }
  | { readonly t: "int"; readonly lo: number; readonly hi: number }
  | { readonly t: "num"; readonly hole: boolean }
  | { readonly t: "maybe"; readonly absent: Nothing; readonly value: Form }
  | { readonly t: "bool" }
  | { readonly t: "text"; readonly of: readonly string[]; readonly at: string | undefined }
  | { readonly t: "choice"; readonly of: readonly (Fun | Builtin)[] }
  | { readonly t: "raw"; readonly ty: Ty }
  | {
      readonly t: "obj";
      readonly tuple: boolean;
      readonly fields: readonly (readonly [string, Form])[];
      readonly made: Class | undefined;
      /** Those that it may be. */
      readonly of: readonly Obj[];
    }
  | {
      readonly t: "place";
      readonly store: Store;
      readonly structure: Structure;
      readonly sub: number;
      readonly epoch: number;
      readonly inner: number;
      readonly path: string;
      readonly taken: readonly Node[];
    }
  /** Several arrays: which block, where it begins, how long it is. */
  | {
      readonly t: "vec";
      readonly like: Vec;
      readonly block: Form;
      readonly offset: boolean;
      readonly length: Form;
      /** What the blocks share that it may be: its own, then those of the arrays in it. */
      readonly of: readonly (readonly Sharing[])[];
    }
  | { readonly t: "poison"; readonly reason: string };

const poison = (x: Val, y: Val): Form => ({
  t: "poison",
  reason: `This is ${kindOf(x)} on one path and ${kindOf(y)} on another.`,
});

/** The form that both fit. */
export function join(cx: Context, x: Val, y: Val): Form {
  if (x === y) return { t: "same", value: x };
  if (isUnset(x)) return own(cx, y);
  if (isUnset(y)) return own(cx, x);
  if (x.t === "poison") return x;
  if (y.t === "poison") return y;
  if (x.t === "nothing" && y.t === "nothing") return x.is === y.is ? { t: "same", value: x } : poison(x, y);
  if (x.t === "nothing")
    return y.t === "maybe" && y.absent.is !== x.is ? poison(x, y) : maybe(x, own(cx, there(y)));
  if (y.t === "nothing") return join(cx, y, x);
  if (x.t === "maybe" || y.t === "maybe") {
    const absent = x.t === "maybe" ? x.absent : (y as Maybe).absent;
    if (x.t === "maybe" && y.t === "maybe" && x.absent.is !== y.absent.is) return poison(x, y);
    return maybe(absent, join(cx, there(x), there(y)));
  }
  if (x.t === "num" && y.t === "num") return joinNumbers(x, y);
  if (x.t === "bool" && y.t === "bool") {
    return x.k !== undefined && x.k === y.k ? { t: "same", value: x } : { t: "bool" };
  }
  if (x.t === "raw" && y.t === "raw") return x.v === y.v ? { t: "same", value: x } : { t: "raw", ty: x.v.ty };
  if (x.t === "vec" && y.t === "vec") return joinArrays(cx, x, y);
  if (x.t === "place" && y.t === "place" && x.store === y.store && x.structure === y.structure) {
    return {
      t: "place",
      store: x.store,
      structure: x.structure,
      sub: x.sub,
      epoch: Math.min(x.epoch, y.epoch),
      inner: Math.min(x.inner, y.inner),
      path: x.path,
      taken: [...(x.taken ?? []), ...(y.taken ?? [])],
    };
  }
  if (x.t === "obj" && y.t === "obj") return joinObjects(cx, x, y);
  // What is still in an array on one path is kept as it was there.
  for (const [p, q] of [
    [x, y],
    [y, x],
  ] as const)
    if (
      p.t === "place" &&
      (q.t === "place" || (q.t === "obj" && !q.tuple === (p.structure.kind === "object")))
    )
      cx.knowledge.keep(p.taken ?? []);
  if (x.t === "obj" && y.t === "vec") toMemory(cx, x, y);
  if (x.t === "vec" && y.t === "obj") toMemory(cx, y, x);
  if (x.t === "str" && y.t === "str" && x.k === y.k) return { t: "same", value: x };
  if ((x.t === "str" || x.t === "text") && (y.t === "str" || y.t === "text")) return joinTexts(x, y);
  if (isCallable(x) && isCallable(y)) return joinFunctions(x, y);
  if (x.t === "class" && y.t === "class" && x.node === y.node && x.env === y.env)
    return { t: "same", value: x };
  return poison(x, y);
}

/** A tuple on one path, an array on another: its literal goes to memory, from the start. */
function toMemory(cx: Context, tuple: Obj, a: Vec): void {
  if (!tuple.tuple || tuple.merged || tuple.site?.type !== "ArrayExpression") return;
  const site = cx.knowledge.site(tuple.site);
  if (site.memory === true) return;
  site.memory = true;
  site.element ??= a.store.element;
  cx.knowledge.restart();
}

const there = (x: Val): Val => (x.t === "maybe" ? x.value : x);

const maybe = (absent: Nothing, value: Form): Form =>
  value.t === "poison" ? value : { t: "maybe", absent, value };

/** Derivatives of the same function are the same; each pullback is another one. */
function isSameBuiltin(x: Builtin, y: Builtin): boolean {
  if (x.id !== y.id || x.pullback !== undefined || y.pullback !== undefined) return false;
  const [d, e] = [x.derivation, y.derivation];
  if (d === undefined || e === undefined) return d === e;
  if (d.order !== e.order || JSON.stringify(d.wrt) !== JSON.stringify(e.wrt)) return false;
  if (d.of.t === "builtin") return e.of.t === "builtin" && isSameBuiltin(d.of, e.of);
  return e.of.t === "fun" && d.of.node === e.of.node && d.of.env === e.of.env;
}

const isCallable = (x: Val): x is Fun | Builtin | Choice =>
  x.t === "fun" || x.t === "builtin" || x.t === "choice";

const functionsIn = (x: Fun | Builtin | Choice): readonly (Fun | Builtin)[] =>
  x.t === "choice" ? x.of : [x];

/** One of the functions of both. */
function joinFunctions(x: Fun | Builtin | Choice, y: Fun | Builtin | Choice): Form {
  const form = wider(functionsIn(x), functionsIn(y));
  return form.t === "choice" && form.of.length === 1 && x.t !== "choice" ? { t: "same", value: x } : form;
}

/** One of all these functions; not of those that are made anew where they are written, with what is around them there. */
function wider(x: readonly (Fun | Builtin)[], y: readonly (Fun | Builtin)[]): Form {
  const all = [...x];
  for (const f of y) {
    if (all.some((g) => isSame(f, g))) continue;
    if (f.t === "fun" && all.some((g) => g.t === "fun" && g.node === f.node)) {
      return {
        t: "poison",
        reason: `This is the function ${f.name}, with other variables around it on one path than on another.`,
      };
    }
    if (f.t === "builtin" && f.pullback !== undefined)
      return {
        t: "poison",
        reason: "This is one of several pullbacks, and which one depends on the path taken.",
      };
    all.push(f);
  }
  return { t: "choice", of: all };
}

const isSame = (f: Fun | Builtin, g: Fun | Builtin): boolean =>
  (f.t === "fun" && g.t === "fun" && isSameFunction(f, g)) ||
  (f.t === "builtin" && g.t === "builtin" && isSameBuiltin(f, g));

/** Which of these functions x is, as an i32. */
function placeOf(cx: Context, of: readonly (Fun | Builtin)[], x: Fun | Builtin | Choice): Value {
  const { b } = cx;
  const at = (f: Fun | Builtin): number => of.findIndex((g) => isSame(f, g));
  if (x.t !== "choice") return b.i32(at(x));
  if (x.of.every((f, i) => at(f) === i)) return x.v;
  return x.of.reduce((other, f, i) => b.select(b.op("i32.eq", x.v, b.i32(i)), b.i32(at(f)), other), b.i32(0));
}

/** The same function with the same variables around it, of the same object. */
const isSameFunction = (x: Fun, y: Fun): boolean =>
  x.node === y.node && (x.env === y.env || !usesAround(x.node)) && x.self?.value === y.self?.value;

const isUnset = (x: Val): boolean => x.t === "nothing" && x.unset === true;

/** The form of one value, filled by values of the program wherever it may be needed. */
function own(cx: Context, x: Val): Form {
  switch (x.t) {
    case "num":
      return joinNumbers({ ...x, k: undefined, ...(x.k === undefined ? {} : { f: undefined }) }, x);
    case "bool":
      return { t: "bool" };
    case "maybe":
      return maybe(x.absent, own(cx, x.value));
    case "text":
      return { t: "text", of: x.of, at: x.at };
    case "choice":
      return { t: "choice", of: x.of };
    case "raw":
      return { t: "raw", ty: x.v.ty };
    case "obj": {
      const fields = [...x.fields].map(([key, cell]) => [key, own(cx, cx.read(cell))] as const);
      return { t: "obj", tuple: x.tuple, fields, made: x.made, of: [x] };
    }
    case "vec":
      return {
        t: "vec",
        like: { ...x, merged: true, growable: false },
        block: { t: "raw", ty: "array" },
        offset: x.offset !== null,
        length: own(cx, cx.read(x.length)),
        of: blocksOf(x.store).map((s) => [s.sharing]),
      };
    case "place":
      return {
        t: "place",
        store: x.store,
        structure: x.structure,
        sub: x.sub,
        epoch: x.epoch,
        inner: x.inner,
        path: x.path,
        taken: x.taken ?? [],
      };
    case "builtin":
      if (x.pullback === undefined) return { t: "same", value: x };
      return { t: "poison", reason: "A pullback cannot be returned from within a loop or branch." };
    default:
      return { t: "same", value: x };
  }
}

/** Something of each type, where nobody will look. */
function anything(cx: Context, ty: Ty): Value {
  if (ty === "f64") return cx.b.f64(0);
  return ty === "i32" ? cx.b.i32(0) : cx.b.allocate(cx.b.i32(0));
}

/** One of the texts of both. */
function joinTexts(x: Str | Text, y: Str | Text): Form {
  const [of, others] = [x, y].map((z) => (z.t === "str" ? [z.k] : z.of)) as [string[], string[]];
  const [from, other] = [x, y].map((z) => (z.t === "str" ? undefined : z.at));
  if (from !== undefined && other !== undefined && from !== other)
    return { t: "poison", reason: `This is one of two texts that are passed in, ${from} and ${other}.` };
  return { t: "text", of: [...new Set([...of, ...others])], at: from ?? other };
}

function joinNumbers(x: Num, y: Num): Form {
  if (x.k !== undefined && Object.is(x.k, y.k)) return { t: "same", value: x };
  if (x.int && y.int && x.f === undefined && y.f === undefined) {
    return { t: "int", lo: Math.min(x.lo, y.lo), hi: Math.max(x.hi, y.hi) };
  }
  return { t: "num", hole: x.hole === true || y.hole === true };
}

function joinObjects(cx: Context, x: Obj, y: Obj): Form {
  if (x.made?.id !== y.made?.id || x.accessors !== y.accessors) return poison(x, y);
  const same = x.tuple === y.tuple && x.fields.size === y.fields.size;
  if (!same || [...x.fields.keys()].some((key) => !y.fields.has(key))) {
    const list = (o: Obj): string => [...o.fields.keys()].join(", ");
    return { t: "poison", reason: `This has the fields ${list(x)} on one path and ${list(y)} on another.` };
  }
  const fields = [...x.fields].map(
    ([key, cell]) => [key, join(cx, cx.read(cell), cx.read(y.fields.get(key)!))] as const,
  );
  return { t: "obj", tuple: x.tuple, fields, made: x.made, of: [x, y] };
}

function joinArrays(cx: Context, x: Vec, y: Vec): Form {
  const sameStore = x.store === y.store;
  if (!sameStore && !sameStructure(x.store.element, y.store.element))
    return { t: "poison", reason: "These are different arrays on different paths." };
  const [blocks, others] = [blocksOf(x.store), blocksOf(y.store)];
  blocks.forEach((s, i) => s.touched.join(others[i]!.touched));
  return {
    t: "vec",
    like:
      sameStore && x.length === y.length && x.offset === y.offset
        ? x
        : { ...x, merged: true, growable: false, slack: x.slack || y.slack },
    block: sameStore ? { t: "same", value: cx.read(x.store.block) } : { t: "raw", ty: "array" },
    offset: x.offset !== null || y.offset !== null,
    length: join(cx, cx.read(x.length), cx.read(y.length)),
    of: blocks.map((s, i) => [s.sharing, others[i]!.sharing]),
  };
}

/** The block of an array, and those of the arrays in it. */
const blocksOf = (store: Store): readonly Store[] => [store, ...store.sub.flatMap(blocksOf)];

/** Other blocks in the place of those of an array: which ones, the run decides. */
function withBlocks(store: Store, block: Val, of: Iterator<readonly Sharing[]>, next: () => Value): Store {
  return {
    ...store,
    block: new Cell(block),
    used: null,
    sharing: new Sharing(of.next().value as readonly Sharing[]),
    sub: store.sub.map((s) => withBlocks(s, { t: "raw", v: next() }, of, next)),
  };
}

/** Do two structures describe the same records? */
export function sameStructure(x: Structure, y: Structure): boolean {
  return JSON.stringify(untyped(x)) === JSON.stringify(untyped(y));
}

/** Without the difference between Float64Array and number[]. */
function untyped(s: Structure): unknown {
  if (s.kind === "array") return { kind: s.kind, element: untyped(s.element) };
  if (s.kind === "tuple") return { kind: s.kind, elements: s.elements.map(untyped) };
  if (s.kind !== "object") return s;
  return { kind: s.kind, made: s.made, fields: s.fields.map(([key, e]) => [key, untyped(e)]) };
}

/** The types of the values that fill a form. */
export function typesOf(form: Form): readonly Ty[] {
  switch (form.t) {
    case "same":
    case "poison":
      return [];
    case "int":
    case "bool":
    case "text":
    case "choice":
    case "place":
      return ["i32"];
    case "num":
      return ["f64"];
    case "raw":
      return [form.ty];
    case "maybe":
      return ["i32", ...typesOf(form.value)];
    case "obj":
      return form.fields.flatMap(([, f]) => typesOf(f));
    default:
      return [
        ...typesOf(form.block),
        ...poolTypes(form),
        ...(form.offset ? (["i32"] as const) : []),
        ...typesOf(form.length),
      ];
  }
}

const poolTypes = (form: Extract<Form, { t: "vec" }>): readonly Ty[] =>
  form.block.t === "same" ? [] : form.of.slice(1).map(() => "array");

export const truth = (cx: Context, x: Bool): Value => x.v ?? cx.b.i32(x.k === true ? 1 : 0);

/** The values of `x` that fill the form. */
export function pack(cx: Context, form: Form, x: Val): readonly Value[] {
  if (isUnset(x)) return typesOf(form).map((ty) => anything(cx, ty));
  switch (form.t) {
    case "same":
    case "poison":
      return [];
    case "int":
      return [(x as Num).k === undefined ? (x as Num).i! : cx.b.i32((x as Num).k!)];
    case "num":
      return [f64(cx, x as Num)];
    case "maybe": {
      const { b } = cx;
      if (x.t === "nothing") return [b.i32(0), ...typesOf(form.value).map((ty) => anything(cx, ty))];
      return [x.t === "maybe" ? truth(cx, x.present) : b.i32(1), ...pack(cx, form.value, there(x))];
    }
    case "bool":
      return [truth(cx, x as Bool)];
    case "text":
      return [place(cx, form.of, x as Str | Text)];
    case "choice":
      return [placeOf(cx, form.of, x as Fun | Builtin | Choice)];
    case "raw":
      return [(x as Raw).v];
    case "place":
      return [(x as Place).base];
    case "obj":
      return form.fields.flatMap(([key, f]) => pack(cx, f, cx.read((x as Obj).fields.get(key)!)));
    default: {
      const v = x as Vec;
      return [
        ...pack(cx, form.block, cx.read(v.store.block)),
        ...(form.block.t === "same" ? [] : blocksOf(v.store).slice(1)).map(
          (s) => (cx.read(s.block) as Raw).v,
        ),
        ...(form.offset ? [v.offset === null ? cx.b.i32(0) : (cx.read(v.offset) as Raw).v] : []),
        ...pack(cx, form.length, cx.read(v.length)),
      ];
    }
  }
}

/** The value that the program's values make. Takes them from the front of `values`. */
export function unpack(form: Form, values: Iterator<Value>): Val {
  const next = (): Value => values.next().value as Value;
  switch (form.t) {
    case "same":
      return form.value;
    case "poison":
      return form satisfies Poison;
    case "int":
      return integer(next(), form.lo, form.hi);
    case "num":
      return form.hole ? { ...number(next()), hole: true } : number(next());
    case "maybe": {
      const present = bool(next());
      return { t: "maybe", present, absent: form.absent, value: unpack(form.value, values) };
    }
    case "bool":
      return bool(next());
    case "text":
      return { t: "text", of: form.of, at: form.at, v: next() };
    case "choice":
      return { t: "choice", of: form.of, v: next() };
    case "raw":
      return { t: "raw", v: next() };
    case "place": {
      return { ...form, base: next() };
    }
    case "obj": {
      const fields = new Map(form.fields.map(([key, f]) => [key, new Cell(unpack(f, values), key)]));
      for (const one of form.of) for (const [key, cell] of fields) mayBe(one.fields.get(key)!, cell);
      return { t: "obj", tuple: form.tuple, fields, site: undefined, merged: true, made: form.made };
    }
    default: {
      const { like } = form;
      const sharesBlock = form.block.t === "same";
      const store = sharesBlock
        ? like.store
        : withBlocks(like.store, unpack(form.block, values), form.of.values(), next);
      const offset = form.offset ? new Cell({ t: "raw", v: next() }) : null;
      return { ...like, home: undefined, store, offset, length: new Cell(unpack(form.length, values)) };
    }
  }
}

/** Whether `wider` already says all that `form` does. */
export function covers(wider: Form, form: Form): boolean {
  if (wider.t === "poison") return true;
  if (form.t === "same" && wider.t !== "same") return holds(wider, form.value);
  if (wider.t === "maybe" && form.t !== "maybe") return covers(wider.value, form);
  if (wider.t !== form.t) return wider.t === "num" && form.t === "int";
  switch (wider.t) {
    case "same":
      return isAlike(wider.value, (form as typeof wider).value);
    case "int": {
      const f = form as typeof wider;
      return wider.lo <= f.lo && wider.hi >= f.hi;
    }
    case "num":
      return wider.hole || !(form as typeof wider).hole;
    case "maybe": {
      const f = form as typeof wider;
      return wider.absent.is === f.absent.is && covers(wider.value, f.value);
    }
    case "text":
      return (form as typeof wider).of.every((k) => wider.of.includes(k));
    case "choice":
      return (form as typeof wider).of.every((f) => wider.of.some((g) => isSame(f, g)));
    case "place":
      return wider.epoch === (form as typeof wider).epoch && wider.store === (form as typeof wider).store;
    case "obj": {
      const f = form as typeof wider;
      return (
        wider.fields.length === f.fields.length &&
        wider.fields.every(([, w], i) => covers(w, f.fields[i]![1]))
      );
    }
    case "vec": {
      const f = form as typeof wider;
      const block = wider.block.t === f.block.t;
      const slack = wider.like.slack || !f.like.slack;
      return block && slack && wider.offset === f.offset && covers(wider.length, f.length);
    }
    default:
      return true;
  }
}

/** Whether a form covers one value. */
function holds(form: Form, x: Val): boolean {
  if (isUnset(x)) return true;
  if (form.t === "maybe") {
    if (x.t === "nothing") return x.is === form.absent.is;
    return holds(form.value, there(x));
  }
  if (form.t === "int")
    return x.t === "num" && x.int && x.f === undefined && form.lo <= x.lo && form.hi >= x.hi;
  if (form.t === "text") return isOneOf(form.of, x);
  if (form.t === "vec" && x.t === "vec") return form.like.slack || !x.slack;
  if (form.t === "choice")
    return isCallable(x) && functionsIn(x).every((f) => form.of.some((g) => isSame(f, g)));
  return form.t === x.t;
}

/** Whether two values that are known when compiling are one: each run of a loop's body on trial makes them anew. */
function isAlike(x: Val, y: Val): boolean {
  if (x.t === "str" && y.t === "str") return x.k === y.k;
  return x === y || (x.t !== "choice" && y.t !== "choice" && isCallable(x) && isCallable(y) && isSame(x, y));
}

function widenSame(x: Val, y: Val): Form {
  if (isCallable(x) && isCallable(y)) return joinFunctions(x, y);
  return x.t === "str" && y.t === "str" ? joinTexts(x, y) : poison(x, y);
}

/** A form that covers both, with bounds that were still moving set to the limits. */
export function widen(old: Form, now: Form): Form {
  if (old.t === "int" && now.t === "int") {
    return {
      t: "int",
      lo: now.lo < old.lo ? I32_MIN : old.lo,
      hi: now.hi > old.hi ? I32_MAX : old.hi,
    };
  }
  if (old.t === "choice" && now.t === "choice") return wider(old.of, now.of);
  if (old.t === "same" && now.t === "same") return widenSame(old.value, now.value);
  if (old.t === "maybe" && now.t === "maybe") return maybe(now.absent, widen(old.value, now.value));
  if (old.t === "obj" && now.t === "obj" && old.fields.length === now.fields.length) {
    return { ...now, fields: now.fields.map(([key, f], i) => [key, widen(old.fields[i]![1], f)]) };
  }
  if (old.t === "vec" && now.t === "vec") return { ...now, length: widen(old.length, now.length) };
  return now;
}
