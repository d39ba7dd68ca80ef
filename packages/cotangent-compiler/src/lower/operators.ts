/** Operators and conversions: what they mean for values of each kind. */
import type { Node } from "../ast.ts";
import { learn } from "./access.ts";
import { isA } from "./classes.ts";
import type { Context } from "./context.ts";
import { absentOf, isAbsent, noLabel } from "./maybe.ts";
import { truth } from "./merge.ts";
import { add, bitOperation, compare, div, f64, mul, power, rem, sub } from "./numbers.ts";
import type { Bitwise } from "./numbers.ts";
import { asString, asText, isText, sameText, textToBool } from "./texts.ts";
import { bool, constant, FALSE, integer, kindOf, number, TRUE } from "./values.ts";
import type { Bool, Nothing, Num, Val } from "./values.ts";

export function unsupported(
  cx: Context,
  node: Node,
  what: string,
  remedy: string = "Use numbers, booleans, arrays, tuples and plain objects with loops, branches and function calls.",
): never {
  return cx.refuse(
    node,
    "unsupported-syntax",
    `${what} is outside the language that can be differentiated.`,
    remedy,
  );
}

/** A number where one is needed. */
export function toNumber(cx: Context, x: Val, node: Node): Num {
  switch (x.t) {
    case "num":
      return x;
    case "bool":
      if (x.guessed !== undefined) return learn(cx, x.guessed, "number");
      return x.k === undefined ? integer(x.v!, 0, 1) : constant(x.k ? 1 : 0);
    case "unknown":
      return learn(cx, x.path, "number");
    case "nothing":
      noLabel(cx, x, node);
      return constant(x.is === "null" ? 0 : NaN);
    case "maybe": {
      const value = toNumber(cx, x.value, node);
      if (x.present.k !== undefined) return x.present.k ? value : toNumber(cx, x.absent, node);
      return number(cx.b.select(x.present.v!, f64(cx, value), f64(cx, toNumber(cx, x.absent, node))));
    }
    case "poison":
      return cx.poisoned(node, x);
    default:
      return cx.refuse(
        node,
        "unsupported-type",
        `${kindOf(x)} is used as a number.`,
        x.t === "str" ? "Texts cannot be computed with." : "Use one of its elements or fields.",
      );
  }
}

/** Truth as JavaScript sees it. */
export function toBool(cx: Context, x: Val, node: Node): Bool {
  switch (x.t) {
    case "bool":
      return x;
    case "num": {
      if (x.k !== undefined) return x.k !== 0 && !Number.isNaN(x.k) ? TRUE : FALSE;
      const { b } = cx;
      if (x.int) return bool(b.op("i32.ne", x.i!, b.i32(0)));
      const f = f64(cx, x);
      const zero = b.f64(0);
      return bool(b.op("i32.or", b.op("f64.lt", f, zero), b.op("f64.gt", f, zero)));
    }
    case "str":
      return x.k === "" ? FALSE : TRUE;
    case "text":
      return textToBool(cx, x);
    case "nothing":
      noLabel(cx, x, node);
      return FALSE;
    case "maybe":
      return both(cx, x.present, toBool(cx, x.value, node));
    case "unknown":
      return learn(cx, x.path, "boolean");
    case "poison":
      return cx.poisoned(node, x);
    default:
      return TRUE;
  }
}

/** x && y, both of which can be computed. */
export function both(cx: Context, x: Bool, y: Bool): Bool {
  if (x.k !== undefined) return x.k ? y : FALSE;
  if (y.k !== undefined) return y.k ? x : FALSE;
  return bool(cx.b.op("i32.and", x.v!, y.v!));
}

export function not(cx: Context, x: Bool): Bool {
  if (x.k !== undefined) return x.k ? FALSE : TRUE;
  return bool(cx.b.op("i32.not", x.v!));
}

export function typeOf(cx: Context, x: Val, node: Node): Val {
  const texts: Partial<Record<Val["t"], string>> = {
    num: "number",
    bool: "boolean",
    str: "string",
    obj: "object",
    place: "object",
    vec: "object",
    fun: "function",
    class: "function",
    choice: "function",
    nothing: "undefined",
  };
  if (x.t === "text") {
    if (x.at === undefined) return { t: "str", k: "string" };
    const { b } = cx;
    const missing = b.op("i32.sub", b.i32(-1), x.v);
    return { t: "text", of: ["string", "undefined", "object"], v: b.op("i32.max", missing, b.i32(0)) };
  }
  noLabel(cx, x, node);
  const k = x.t === "nothing" && x.is === "null" ? "object" : texts[x.t];
  return k === undefined || (x.t === "num" && x.hole === true)
    ? unsupported(cx, node, "typeof here")
    : { t: "str", k };
}

export const EQUALITY: ReadonlySet<string> = new Set(["===", "!==", "==", "!="]);

/** x ∘ y for a binary operator. */
export function operate(cx: Context, operator: string, x: Val, y: Val, node: Node): Val {
  cx.back(node);
  if (EQUALITY.has(operator)) {
    const equal = equality(cx, x, y, operator.length === 3, node);
    return operator.startsWith("!") ? not(cx, equal) : equal;
  }
  if (operator === "instanceof") return isInstance(cx, x, y, node);
  if (operator === "in") return isIn(cx, x, y, node);
  const [left, right] = [node.left, node.right];
  if (operator === "+" && (x.t === "str" || y.t === "str")) {
    return { t: "str", k: asString(cx, x, left) + asString(cx, y, right) };
  }
  const [a, b] = [toNumber(cx, x, left), toNumber(cx, y, right)];
  switch (operator) {
    case "+":
      return add(cx, a, b);
    case "-":
      return sub(cx, a, b);
    case "*":
      return mul(cx, a, b);
    case "/":
      return div(cx, a, b);
    case "%":
      return rem(cx, a, b);
    case "**":
      return power(cx, a, b);
    case "<":
    case "<=":
    case ">":
    case ">=":
      return compare(cx, operator, a, b);
    default:
      return bitOperation(cx, operator as Bitwise, a, b);
  }
}

/** `"field" in object`: which fields an object was made with is known when compiling. */
function isIn(cx: Context, x: Val, y: Val, node: Node): Bool {
  if (x.t === "str" && y.t === "obj" && !y.tuple && y.guessed === undefined && y.made === undefined)
    return y.fields.has(x.k) || y.accessors?.has(x.k) === true ? TRUE : FALSE;
  if (x.t === "str" && y.t === "place" && y.structure.kind === "object" && y.structure.made === undefined)
    return y.structure.fields.some(([key]) => key === x.k) ? TRUE : FALSE;
  return unsupported(
    cx,
    node,
    "in here",
    "Ask by a field that says what it is, or for undefined: p.field !== undefined.",
  );
}

/** `x instanceof C`: which class an object was made by is known when compiling. */
function isInstance(cx: Context, x: Val, y: Val, node: Node): Val {
  if (x.t === "maybe") {
    const made = isInstance(cx, x.value, y, node);
    return both(cx, x.present, made as Bool);
  }
  const isOfClass = y.t === "class";
  const made = x.t === "obj" ? x.made : x.t === "place" ? cx.parts.classOf(x.structure) : undefined;
  if (isOfClass && x.t !== "unknown" && x.t !== "poison") return isA(made, y) ? TRUE : FALSE;
  return unsupported(cx, node, "instanceof here", "Ask by a field that says what it is: p.kind === 1.");
}

function equality(cx: Context, x: Val, y: Val, strict: boolean, node: Node): Bool {
  if (x.t === "unknown" && y.t === "str") return isText(cx, x.path, y.k);
  if (x.t === "str" && y.t === "unknown") return isText(cx, y.path, x.k);
  if (x.t === "nothing" && y.t === "str") asText(cx, x, y.k);
  if (x.t === "str" && y.t === "nothing") asText(cx, y, x.k);
  if (x.t === "unknown") return learn(cx, x.path, y.t === "bool" ? "boolean" : "number");
  if (y.t === "unknown") return learn(cx, y.path, x.t === "bool" ? "boolean" : "number");
  if (x.t === "num" && y.t === "num") return compare(cx, "===", x, y);
  if (x.t === "bool" && y.t === "bool") {
    if (x.k !== undefined && y.k !== undefined) return x.k === y.k ? TRUE : FALSE;
    return bool(cx.b.op("i32.eq", truth(cx, x), truth(cx, y)));
  }
  if ((x.t === "str" || x.t === "text") && (y.t === "str" || y.t === "text")) return sameText(cx, x, y, node);
  if (x.t === "nothing" || y.t === "nothing") {
    noLabel(cx, x, node.left);
    noLabel(cx, y, node.right);
    return x.t === "nothing"
      ? isAbsent(cx, y, absentOf(x, strict), node)
      : isAbsent(cx, x, absentOf(y as Nothing, strict), node);
  }
  if (x.t === "maybe" && y.t !== "maybe") return both(cx, x.present, equality(cx, x.value, y, strict, node));
  if (y.t === "maybe" && x.t !== "maybe") return both(cx, y.present, equality(cx, x, y.value, strict, node));
  return cx.refuse(
    node,
    "unsupported-type",
    `${kindOf(x)} and ${kindOf(y)} cannot be compared.`,
    "Compare numbers with numbers and booleans with booleans.",
  );
}
