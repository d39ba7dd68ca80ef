/** Conditions and assignments in the form that people give them. */
import {
  call,
  conditional,
  element,
  infix,
  literal,
  member,
  not,
  NULL,
  num,
  same,
  text,
  UNDEFINED,
} from "./tree.ts";
import type { Expression, Infix, Statement } from "./tree.ts";

type Place = Extract<Expression, { kind: "place" }>;

/** A comparison of integers; which of some texts something is, is said by that text. */
export function compared(operator: Infix, left: Expression, right: Expression): Expression {
  const which = left.kind === "place" && right.kind === "number" ? nameAt(left, right.value) : undefined;
  return which !== undefined && left.kind === "place" && (operator === "===" || operator === "!==")
    ? infix(operator, left.value, which)
    : infix(operator, left, right);
}

function nameAt({ of }: Place, at: number): Expression | undefined {
  if (at === UNDEFINED) return text("undefined");
  if (at === NULL) return text("null");
  return of[at] === undefined ? undefined : literal(of[at]);
}

/** The position of a text, written out. */
export function position({ of, isOpen, value }: Place): Expression {
  const found = call(member({ kind: "array", elements: of.map(literal) }, "indexOf"), value);
  // What has a closed type is there.
  if (!isOpen) return found;
  const ifNull = conditional(infix("===", value, text("null")), num(NULL), found);
  return conditional(infix("===", value, text("undefined")), num(UNDEFINED), ifNull);
}

/** The text at a position, which is a truth where there are but two. */
export function textAt(of: readonly string[], place: Expression, isTruth: boolean): Expression {
  const at = (k: number): Expression => (of[k] === undefined ? text("undefined") : literal(of[k]));
  if (place.kind === "number") return at(place.value);
  if (isTruth) return choice(place, at(1), at(0));
  if (place.kind === "place" && place.of.every((x, k) => x === of[k])) return place.value;
  if (place.kind === "call" && place.callee.kind === "text" && place.callee.text === "Number") {
    return choice(place.args[0]!, at(1), at(0));
  }
  if (place.kind === "conditional")
    return conditional(place.test, textAt(of, place.yes, false), textAt(of, place.no, false));
  return element({ kind: "as", value: { kind: "array", elements: of.map(literal) }, type: "const" }, place);
}

/** `test ? yes : no`, or the test itself where that says the same. */
export function choice(test: Expression, yes: Expression, no: Expression): Expression {
  const isText = (e: Expression, word: string): boolean => e.kind === "text" && e.text === word;
  if (isText(yes, "true") && isText(no, "false")) return test;
  if (isText(yes, "false") && isText(no, "true")) return not(test);
  if (isText(test, "true")) return yes;
  if (isText(test, "false")) return no;
  if (isText(no, "true") && (isText(yes, "true") || same(yes, test))) return no;
  if (isText(no, "false")) return infix("&&", test, yes);
  if (isText(yes, "false")) return infix("&&", not(test), no);
  if (isText(yes, "true") || same(yes, test)) {
    const rest = no.kind === "infix" && no.operator === "||" && same(no.right, test) ? no.left : no;
    return infix("||", test, rest);
  }
  if (same(no, test)) return infix("&&", test, yes);
  return conditional(test, yes, no);
}

/** A condition as a number, for the truth it is: also products of such, and whether one is 0. */
export function truthOf(e: Expression): Expression {
  return asTruth(e) ?? infix("!==", e, num(0));
}

/** The truth that a number of 0 or 1 stands for; undefined if it may be another. */
function asTruth(e: Expression): Expression | undefined {
  if (e.kind === "call" && e.callee.kind === "text" && e.callee.text === "Number") {
    const [x] = e.args as [Expression];
    const inner =
      x.kind === "infix" && x.operator === "===" && same(x.right, num(0)) ? asTruth(x.left) : undefined;
    return inner === undefined ? x : not(inner);
  }
  if (e.kind !== "infix" || e.operator !== "*") return undefined;
  const [a, b] = [asTruth(e.left), asTruth(e.right)];
  return a === undefined || b === undefined ? undefined : infix("&&", a, b);
}

/** `target = value`, as `+=` and so on where it can be. */
export function change(target: Expression, value: Expression): Statement {
  const plain = target.kind === "index" ? { ...target, sure: true } : target;
  if (value.kind === "infix") {
    const { operator, left, right } = value;
    if ((operator === "+" || operator === "-" || operator === "*" || operator === "/") && same(left, plain)) {
      return { kind: "assign", target: plain, operator: `${operator}=`, value: right };
    }
    if ((operator === "+" || operator === "*") && same(right, plain)) {
      return { kind: "assign", target: plain, operator: `${operator}=`, value: left };
    }
  }
  return { kind: "assign", target, operator: "=", value };
}
