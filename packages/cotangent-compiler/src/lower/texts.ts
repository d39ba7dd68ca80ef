/** Texts: known when compiling, or one of several that are. */
import { children, stride } from "cotangent/program";
import type { Structure, Value } from "cotangent/program";

import type { Node } from "../ast.ts";
import type { Context } from "./context.ts";
import { bool, constant, FALSE, kindOf, NOTHING, TRUE } from "./values.ts";
import type { Bool, Nothing, Str, Text, Val } from "./values.ts";

/** A text with what it was compared with so far: all starts again with one more. */
function learnText(cx: Context, at: string, k: string | undefined): never {
  const known = cx.knowledge.texts.get(at) ?? [];
  if (k !== undefined && !known.includes(k)) known.push(k);
  cx.knowledge.texts.set(at, known);
  return cx.knowledge.restart();
}

/** Something passed in of which nothing is known turns out to be a text. */
export function isText(cx: Context, path: string, k: string): never {
  cx.knowledge.guesses.set(path, { kind: "text", fields: [] });
  return learnText(cx, path, k);
}

/** The texts that may come in at this place. */
export const choiceOf = (cx: Context, at: string): Structure => ({
  kind: "boolean",
  of: cx.knowledge.texts.get(at) ?? [],
  at,
});

/** A structure whose texts are those with which they are compared. */
export function withTexts(cx: Context, s: Structure, path: string, isCounted = false): Structure {
  const inner = (e: Structure, at: string): Structure => withTexts(cx, e, `${path}${at}`, isCounted);
  switch (s.kind) {
    case "nothing":
      if (s.is !== "label") return s;
      return isCounted || cx.knowledge.texts.has(path) ? choiceOf(cx, path) : { ...s, at: path };
    case "array": {
      // Elements that take no room could not be counted.
      const isEmpty = stride(s.element) === 0;
      return { ...s, element: withTexts(cx, s.element, `${path}[]`, isEmpty) };
    }
    case "tuple":
      return { ...s, elements: s.elements.map((e, i) => inner(e, `[${i}]`)) };
    case "object":
      return { ...s, fields: s.fields.map(([key, e]) => [key, inner(e, `.${key}`)]) };
    default:
      return s;
  }
}

/** Refuses texts in a result of which is known only what they are not. */
export function withoutOpenTexts(cx: Context, s: Structure, node: Node): Structure {
  const visit = (e: Structure): void => {
    if (e.kind === "array") return visit(e.element);
    if (e.kind === "boolean" && e.at !== undefined) {
      cx.refuse(
        node,
        "unsupported-type",
        `${e.at} is a text that is passed in, and returned: of such a text is known only whether it is one of those with which it is compared.`,
        'Declare its type as the texts that it may be, kind: "a" | "b"; or leave it out of the result.',
      );
    }
    for (const [, part] of children(e)) visit(part);
  };
  visit(s);
  return s;
}

/** What a boolean's place in the program holds: truth, or which text it is. */
export const chosen = (s: Extract<Structure, { kind: "boolean" }>, v: Value): Val =>
  s.of === undefined ? bool(v) : { t: "text", of: s.of, v, at: s.at };

/** Whether a text is one of these. */
export function isOneOf(of: readonly string[] | undefined, x: Val): x is Str | Text {
  if (of === undefined || (x.t !== "str" && x.t !== "text")) return false;
  return x.t === "str" ? of.includes(x.k) : x.of.every((k) => of.includes(k));
}

/** Which of these texts x is, as an i32. */
export function place(cx: Context, of: readonly string[], x: Str | Text): Value {
  const { b } = cx;
  if (x.t === "str") return b.i32(of.indexOf(x.k));
  if (x.of.every((k, i) => of[i] === k)) return x.v;
  return x.of.reduce(
    (other, k, i) => b.select(b.op("i32.eq", x.v, b.i32(i)), b.i32(of.indexOf(k)), other),
    b.op("i32.min", x.v, b.i32(-1)),
  );
}

/** Whether two texts are the same. */
export function sameText(cx: Context, x: Str | Text, y: Str | Text, node: Node): Bool {
  if (x.t === "str" && y.t === "str") return x.k === y.k ? TRUE : FALSE;
  if (x.t === "str") return sameText(cx, y, x, node);
  const { b } = cx;
  if (y.t === "str") {
    const i = x.of.indexOf(y.k);
    if (i >= 0) return bool(b.op("i32.eq", x.v, b.i32(i)));
    return x.at === undefined ? FALSE : learnText(cx, x.at, y.k);
  }
  if (x.at !== undefined && y.at !== undefined) {
    cx.refuse(
      node,
      "unsupported-type",
      "Two texts that are passed in are compared with each other: which ones they are is not known.",
      "Compare them with texts that are written out, or outside the function.",
    );
  }
  return bool(b.op("i32.eq", place(cx, y.of, x), y.v));
}

/** Texts are true unless they are empty. */
export function textToBool(cx: Context, x: Text): Bool {
  const { b } = cx;
  const empty = x.of.indexOf("");
  if (x.at === undefined) return empty < 0 ? TRUE : bool(b.op("i32.ne", x.v, b.i32(empty)));
  if (empty < 0) return learnText(cx, x.at, "");
  return bool(b.op("i32.and", b.op("i32.ne", x.v, b.i32(empty)), b.op("i32.ge", x.v, b.i32(-1))));
}

/** Whether a text is undefined or null, of which one may come in. */
export function isNoText(cx: Context, x: Text, undefinedToo: boolean, nullToo: boolean): Bool {
  if (x.at === undefined) return FALSE;
  const { b } = cx;
  const is = (k: number): Value => b.op("i32.eq", x.v, b.i32(k));
  if (undefinedToo && nullToo) return bool(b.op("i32.le", x.v, b.i32(-2)));
  return bool(is(undefinedToo ? -2 : -3));
}

/** A text or function in an argument that decides something: from now on it is one of those with which it is compared. */
export function asText(cx: Context, x: Nothing, k: string | undefined): never | undefined {
  return x.is === "label" && x.at !== undefined ? learnText(cx, x.at, k) : undefined;
}

/** What texts can do whose arguments are known, and that gives a text, a number or a truth. */
const METHODS: ReadonlySet<string> = new Set(
  "at charAt charCodeAt codePointAt concat endsWith includes indexOf lastIndexOf padEnd padStart repeat replace replaceAll slice startsWith substring toLowerCase toUpperCase trim trimEnd trimStart".split(
    " ",
  ),
);

/** `"text".method(...)` */
export function textMethod(cx: Context, x: Str, key: string, args: readonly Val[], node: Node): Val {
  const known = args.map((y) => (y.t === "str" || y.t === "num" || y.t === "bool" ? y.k : undefined));
  if (!METHODS.has(key) || known.includes(undefined)) {
    return cx.unsupportedCall(`.${key} of a text${METHODS.has(key) ? " with what is computed" : ""}`, node);
  }
  const method = x.k[key as "slice"] as (...args: readonly unknown[]) => unknown;
  const result = method.apply(x.k, known as never);
  switch (typeof result) {
    case "number":
      return constant(result);
    case "boolean":
      return result ? TRUE : FALSE;
    case "string":
      return { t: "str", k: result };
    default:
      return NOTHING;
  }
}

/** The text of a value, as JavaScript puts it into another one. */
export function asString(cx: Context, x: Val, node: Node): string {
  if (x.t === "str") return x.k;
  const k = x.t === "num" ? x.k : x.t === "bool" ? x.k : undefined;
  if (k !== undefined) return String(k);
  if (x.t === "nothing" && x.is !== "label") return x.is ?? "undefined";
  return cx.refuse(
    node,
    "unsupported-type",
    `${kindOf(x)} is put into a text, which would have to be known when compiling.`,
    "Compute with numbers only; format the result outside the function.",
  );
}
