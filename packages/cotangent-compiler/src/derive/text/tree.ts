/** TypeScript as far as derivatives are written in it: expressions and statements, printed by `print.ts`. */

/** A variable. Its name is given when all are known. */
export interface Variable {
  name: string;
}

export type Infix =
  | "+"
  | "-"
  | "*"
  | "/"
  | "%"
  | "**"
  | "&"
  | "|"
  | "^"
  | "<<"
  | ">>"
  | ">>>"
  | "==="
  | "!=="
  | "<"
  | "<="
  | ">"
  | ">="
  | "&&"
  | "||";

export type Expression =
  | { readonly kind: "number"; readonly value: number }
  | { readonly kind: "variable"; readonly variable: Variable }
  /** Something that binds as tightly as a name. */
  | { readonly kind: "text"; readonly text: string }
  | { readonly kind: "member"; readonly object: Expression; readonly name: string }
  /** `sure`: with a `!` behind it, because a reader of a strict program knows that it exists. */
  | {
      readonly kind: "index";
      readonly object: Expression;
      readonly index: Expression;
      readonly sure: boolean;
    }
  | { readonly kind: "call"; readonly callee: Expression; readonly args: readonly Expression[] }
  | { readonly kind: "new"; readonly type: string; readonly args: readonly Expression[] }
  | {
      readonly kind: "infix";
      readonly operator: Infix;
      readonly left: Expression;
      readonly right: Expression;
    }
  | { readonly kind: "prefix"; readonly operator: "-" | "!" | "~"; readonly argument: Expression }
  | {
      readonly kind: "conditional";
      readonly test: Expression;
      readonly yes: Expression;
      readonly no: Expression;
    }
  | { readonly kind: "array"; readonly elements: readonly Expression[] }
  /** A field of the name `...` is all that is in its value. */
  | { readonly kind: "object"; readonly fields: readonly (readonly [name: string, value: Expression])[] }
  /** Which of these texts something is, by its position, as programs have it; `isOpen`: or another one, or nothing. */
  | {
      readonly kind: "place";
      readonly of: readonly string[];
      readonly isOpen: boolean;
      readonly value: Expression;
    }
  | {
      readonly kind: "arrow";
      readonly params: readonly string[];
      readonly result?: string;
      readonly body: Expression;
    }
  | { readonly kind: "as"; readonly value: Expression; readonly type: string };

export type Statement =
  | {
      readonly kind: "declare";
      readonly keyword: "const" | "let";
      /** Several: taken out of an array, without those that are undefined. */
      readonly target: Variable | readonly (Variable | undefined)[];
      readonly type: string | undefined;
      readonly value: Expression | undefined;
    }
  | {
      readonly kind: "assign";
      readonly target: Expression;
      readonly operator: "=" | "+=" | "-=" | "*=" | "/=";
      readonly value: Expression;
    }
  /** `i++` */
  | { readonly kind: "count"; readonly target: Variable }
  | {
      readonly kind: "if";
      readonly test: Expression;
      readonly yes: readonly Statement[];
      readonly no: readonly Statement[];
    }
  | {
      readonly kind: "for";
      readonly index: Variable;
      readonly from: Expression;
      readonly test: Expression;
      readonly step: number;
      readonly body: readonly Statement[];
    }
  | {
      readonly kind: "of";
      readonly item: Variable;
      readonly list: Expression;
      readonly body: readonly Statement[];
    }
  | { readonly kind: "while"; readonly test: Expression; readonly body: readonly Statement[] }
  | { readonly kind: "forever"; readonly body: readonly Statement[] }
  | { readonly kind: "break" }
  | { readonly kind: "evaluate"; readonly value: Expression }
  | { readonly kind: "return"; readonly value: Expression | undefined }
  | { readonly kind: "throw"; readonly message: string }
  | { readonly kind: "comment"; readonly text: string };

/** What stands for undefined, and for null, where there may be a text; -1 is another one than those that are known. */
export const UNDEFINED = -2;
export const NULL = -3;

export const num = (value: number): Expression => ({ kind: "number", value });
export const text = (content: string): Expression => ({ kind: "text", text: content });
export const use = (variable: Variable): Expression => ({ kind: "variable", variable });
export const infix = (operator: Infix, left: Expression, right: Expression): Expression => ({
  kind: "infix",
  operator,
  left,
  right,
});
export const call = (callee: Expression | string, ...args: readonly Expression[]): Expression => ({
  kind: "call",
  callee: typeof callee === "string" ? text(callee) : callee,
  args,
});
export const member = (object: Expression, name: string): Expression => ({ kind: "member", object, name });
export const element = (object: Expression, index: Expression, sure = true): Expression => ({
  kind: "index",
  object,
  index,
  sure,
});
export const literal = (content: string): Expression => text(JSON.stringify(content));
export const conditional = (test: Expression, yes: Expression, no: Expression): Expression => ({
  kind: "conditional",
  test,
  yes,
  no,
});

/** Whether two expressions are written alike. */
export function same(a: Expression, b: Expression): boolean {
  if (a === b) return true;
  if (a.kind !== b.kind) return false;
  switch (a.kind) {
    case "number":
      return Object.is(a.value, (b as typeof a).value);
    case "variable":
      return a.variable === (b as typeof a).variable;
    case "text":
      return a.text === (b as typeof a).text;
    case "member":
      return a.name === (b as typeof a).name && same(a.object, (b as typeof a).object);
    case "index":
      return same(a.object, (b as typeof a).object) && same(a.index, (b as typeof a).index);
    case "infix": {
      const other = b as typeof a;
      return a.operator === other.operator && same(a.left, other.left) && same(a.right, other.right);
    }
    case "prefix":
      return a.operator === (b as typeof a).operator && same(a.argument, (b as typeof a).argument);
    case "place":
      return a.of === (b as typeof a).of && same(a.value, (b as typeof a).value);
    default:
      return false;
  }
}

/** `!x`, written without the mark where a comparison has an opposite that is true for NaN as well. */
export function not(x: Expression): Expression {
  if (x.kind === "prefix" && x.operator === "!") return x.argument;
  if (x.kind === "infix" && (x.operator === "===" || x.operator === "!==")) {
    return { ...x, operator: x.operator === "===" ? "!==" : "===" };
  }
  return { kind: "prefix", operator: "!", argument: x };
}
