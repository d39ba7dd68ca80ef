/** Conditions and assignments in the form that people give them. */
import { conditional, infix, not, num, same } from "./tree.ts";
import type { Expression, Statement } from "./tree.ts";

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
  return conditional(test, yes, no);
}

/** A condition as a number, for the truth it is. */
export function truthOf(e: Expression): Expression {
  if (e.kind === "call" && e.callee.kind === "text" && e.callee.text === "Number") return e.args[0]!;
  return infix("!==", e, num(0));
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
