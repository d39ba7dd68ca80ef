/** Values that may be undefined or null, which only the run decides. */
import { bare, walk } from "../ast.ts";
import type { Node } from "../ast.ts";
import type { Context } from "./context.ts";
import { choose } from "./control.ts";
import { asText, isNoText } from "./texts.ts";
import { Cell, FALSE, NOTHING, TRUE, bool } from "./values.ts";
import type { Bool, Env, Nothing, Val } from "./values.ts";

/** undefined, null, or either of them. */
export type Absent = "undefined" | "null" | "either";

/** Whether x is undefined (or null, or either). */
export function isAbsent(cx: Context, x: Val, what: Absent, node: Node): Bool {
  if (x.t === "nothing") {
    if (x.is === "label") label(cx, x, node);
    return fits(x, what) ? TRUE : FALSE;
  }
  if (x.t === "text") return isNoText(cx, x, what !== "null", what !== "undefined");
  const value = x.t === "maybe" ? x.value : x;
  if (value.t === "num" && value.hole === true) unassigned(cx, node);
  return x.t === "maybe" && fits(x.absent, what) ? not(cx, x.present) : FALSE;
}

/** What `x === undefined` or `x == null` asks for, if y is what x is compared with. */
export const absentOf = (y: Nothing, strict: boolean): Absent =>
  strict ? (y.is === "null" ? "null" : "undefined") : "either";

const fits = (x: Nothing, what: Absent): boolean =>
  what === "either" || what === (x.is === "null" ? "null" : "undefined");

const not = (cx: Context, x: Bool): Bool =>
  x.k === undefined ? bool(cx.b.op("i32.not", x.v!)) : x.k ? FALSE : TRUE;

/** `x ?? rest()`, and default values, which undefined alone calls for. */
export function orElse(cx: Context, x: Val, what: Absent, rest: () => Val, node: Node): Val {
  const absent = isAbsent(cx, x, what, node);
  if (absent.k !== undefined) return absent.k ? rest() : x;
  return choose(cx, absent, rest, () => (x.t === "maybe" ? x.value : x), new Cell(NOTHING));
}

/** x, which is used as what it is: if it is undefined or null, the program throws, as JavaScript does. */
export function there(cx: Context, x: Val, node: Node): Val {
  if (x.t !== "maybe") return x;
  const absent = not(cx, x.present);
  if (absent.k === true) return x.absent;
  if (absent.k === undefined) {
    const text = cx.textOf(node).code.slice(node.start, node.end).slice(0, 60);
    cx.impure = true;
    cx.b.if(absent.v!, () => {
      cx.b.fail({
        code: "thrown",
        message: `${x.absent.is ?? "undefined"} has no fields and cannot be called: ${text}`,
        remedy: "Ask before whether it is there: if (x !== undefined) ..., x?.field, x ?? other.",
      });
      return [];
    });
  }
  return x.value;
}

/** Runs `body` knowing that `test` came out like this: what that says about what is there. */
export function knowing<T>(cx: Context, test: Node, outcome: boolean, env: Env, body: () => T): T {
  const undo: (() => void)[] = [];
  const learnFrom = (outer: Node, outcome: boolean): void => {
    const node = bare(outer);
    switch (node.type) {
      case "UnaryExpression":
        return node.operator === "!" ? learnFrom(node.argument!, !outcome) : undefined;
      case "LogicalExpression":
        if ((node.operator === "&&" && outcome) || (node.operator === "||" && !outcome)) {
          learnFrom(node.left, outcome);
          learnFrom(node.right, outcome);
        }
        return;
      case "Identifier":
      case "AssignmentExpression":
        return outcome ? isThere(node, "either") : undefined;
      case "BinaryExpression": {
        if (EQUALITY[node.operator] !== !outcome) return;
        const strict = node.operator.length === 3;
        for (const [x, y] of [
          [node.left, node.right],
          [node.right, node.left],
        ] as const) {
          const nothing = written(bare(y));
          if (nothing !== undefined) isThere(bare(x), absentOf(nothing, strict));
        }
        return;
      }
      default:
    }
  };
  const isThere = (outer: Node, what: Absent): void => {
    // `(x = list.pop()) !== undefined`
    const node = outer.type === "AssignmentExpression" ? bare(outer.left) : outer;
    const cell = node.type === "Identifier" ? env.find(node.name, node) : undefined;
    const x = cell instanceof Cell ? cell.value : undefined;
    if (x?.t === "maybe" && fits(x.absent, what)) undo.push(cx.narrow(cell as Cell, x.value));
  };
  learnFrom(test, outcome);
  try {
    return body();
  } finally {
    for (const restore of undo.reverse()) restore();
  }
}
/**
 * The variables of which a function asks somewhere whether they are there: by a comparison, `?.` or `??`; or whether they are true, which a
 * number that is there need not be.
 */
export function askedIn(f: Node): ReadonlyMap<string, "compared" | "tested"> {
  const known = asked.get(f);
  if (known !== undefined) return known;
  const found = new Map<string, "compared" | "tested">();
  asked.set(f, found);
  const ask = (node: Node | null, how: "compared" | "tested"): void => {
    const x = node === null ? undefined : bare(node);
    if (x?.type === "Identifier" && found.get(x.name) !== "compared") found.set(x.name, how);
  };
  walk(f.body as Node, (node) => {
    const { left, operator, test } = node;
    switch (node.type) {
      case "BinaryExpression":
        if (!(operator in EQUALITY)) return;
        if (written(bare(node.right)) !== undefined) ask(left, "compared");
        if (written(bare(left)) !== undefined) ask(node.right, "compared");
        return;
      case "LogicalExpression":
      case "AssignmentExpression":
        return ask(left, operator.startsWith("??") ? "compared" : "tested");
      case "MemberExpression":
        return node.optional ? ask(node.object, "compared") : undefined;
      case "CallExpression":
        return node.optional ? ask(node.callee, "compared") : undefined;
      case "UnaryExpression":
        return operator === "!" ? ask(node.argument, "tested") : undefined;
      case "IfStatement":
      case "ConditionalExpression":
      case "ForStatement":
      case "WhileStatement":
      case "DoWhileStatement":
        return ask(test, "tested");
      default:
    }
  });
  return found;
}
const asked = new WeakMap<Node, ReadonlyMap<string, "compared" | "tested">>();

/** Comparisons that come out true where both sides are the same, and those that come out false there. */
const EQUALITY: Readonly<Record<string, boolean>> = { "===": true, "==": true, "!==": false, "!=": false };

/** undefined or null, written out. */
export function written(node: Node): Nothing | undefined {
  if (node.type === "Identifier" && node.name === "undefined") return NOTHING;
  return node.type === "Literal" && node.raw === "null" ? { ...NOTHING, is: "null" } : undefined;
}

function label(cx: Context, x: Nothing, node: Node): never {
  asText(cx, x, undefined);
  return cx.refuse(
    node,
    "unsupported-type",
    "A text or a function in an argument is used here.",
    "Numbers and booleans can be used; pass one of these beside it.",
  );
}

const unassigned = (cx: Context, node: Node): never =>
  cx.refuse(
    node,
    "unsupported-type",
    "Whether an element was assigned yet is not known here.",
    "Fill the array with a first value, such as NaN or Infinity, or keep booleans beside it.",
  );

/** Refuses a text or a function of an argument where what it is decides something. */
export function noLabel(cx: Context, x: Val, node: Node): void {
  if (x.t === "nothing" && x.is === "label") label(cx, x, node);
}
