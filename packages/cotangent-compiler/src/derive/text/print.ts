/** Prints TypeScript the way oxfmt and prettier lay it out. */
import { group, hardline, ifBroken, indent, join, layOut, line, next, softline } from "./doc.ts";
import type { Doc } from "./doc.ts";
import { position } from "./shapes.ts";
import type { Expression, Infix, Statement, Variable } from "./tree.ts";

/** prettier's own default. */
const WIDTH = 80;

/** How tightly operators bind. */
const BINDING: Readonly<Record<Infix, number>> = {
  "||": 1,
  "&&": 2,
  "|": 3,
  "^": 4,
  "&": 5,
  "===": 6,
  "!==": 6,
  "<": 7,
  "<=": 7,
  ">": 7,
  ">=": 7,
  "<<": 8,
  ">>": 8,
  ">>>": 8,
  "+": 9,
  "-": 9,
  "*": 10,
  "/": 10,
  "%": 10,
  "**": 12,
};

const isShift = (operator: Infix): boolean => BINDING[operator] === 8;
const isBitwise = (operator: Infix): boolean => "&|^".includes(operator) || isShift(operator);

/** Whether the inner operation needs brackets as an operand, or gets them for the reader's sake. */
function isBracketed(outer: Infix, inner: Infix, right: boolean): boolean {
  const [o, i] = [BINDING[outer], BINDING[inner]];
  if (i < o) return true;
  if (outer === "**") return !right || inner !== "**";
  if (i > o) {
    if (inner === "%") return outer === "+" || outer === "-";
    return isBitwise(outer) || (outer === "||" && inner === "&&");
  }
  return right || !isChained(outer, inner);
}

/** Whether operations of the same strength are written in one chain: `a + b - c`, but `(a * b) / c`. */
function isChained(outer: Infix, inner: Infix): boolean {
  if (BINDING[outer] !== BINDING[inner] || outer === "**" || BINDING[outer] === 6) return false;
  if ((outer === "%" && BINDING[inner] === 10) || (inner === "%" && BINDING[outer] === 10)) return false;
  if (outer !== inner && BINDING[outer] === 10) return false;
  return !isShift(outer);
}

/** What an expression stands in. */
type Place =
  | "operand"
  | "whole"
  | "returned"
  | "argument"
  | "passed"
  | "last"
  | "brackets"
  | "test"
  | "alternative";

function number(x: number): string {
  if (Object.is(x, -0)) return "-0";
  if (x === Infinity) return "Infinity";
  if (x === -Infinity) return "-Infinity";
  return String(x).replace("e+", "e");
}

function expression(e: Expression, place: Place): Doc {
  switch (e.kind) {
    case "number":
      return number(e.value);
    case "variable":
      return e.variable.name;
    case "text":
      return e.text;
    case "member":
      return [atom(e.object), ".", e.name];
    case "index":
      return [
        atom(e.object),
        group("[", indent(softline, expression(e.index, "argument")), softline, e.sure ? "]!" : "]"),
      ];
    case "call":
      return [atom(e.callee), list("(", e.args, ")")];
    case "new":
      return ["new ", e.type, list("(", e.args, ")")];
    case "prefix": {
      const { argument } = e;
      const bare =
        argument.kind === "number" ? argument.value >= 0 && !Object.is(argument.value, -0) : isAtom(argument);
      if (bare) return [e.operator, expression(argument, "operand")];
      return [e.operator, "(", expression(argument, "brackets"), ")"];
    }
    case "infix":
      return chain(e, place);
    case "conditional":
      return conditional(e, place);
    case "array":
      return list("[", e.elements, "]");
    case "object":
      if (e.fields.length === 0) return "{}";
      return group(
        "{",
        indent(
          line,
          join(
            [",", line],
            e.fields.map(([name, x]) =>
              name === "..."
                ? ["...", expression(x, "argument")]
                : x.kind === "variable" && x.variable.name === name
                  ? name
                  : x.kind === "infix"
                    ? group(name, ":", group(indent(line, expression(x, "whole"))))
                    : [name, ": ", expression(x, "argument")],
            ),
          ),
        ),
        ifBroken(","),
        line,
        "}",
      );
    case "place":
      return expression(position(e), place);
    case "arrow": {
      const head = ["(", e.params.join(", "), e.result === undefined ? ") =>" : `): ${e.result} =>`];
      if (e.body.kind === "object") return [...head, " (", expression(e.body, "whole"), ")"];
      const body = expression(e.body, "whole");
      if (e.body.kind === "array") return group(...head, " ", body);
      const end = place === "last" ? [ifBroken(","), softline] : [];
      return group(...head, group(indent(line, body), ...end));
    }
    default:
      return [
        isAtom(e.value) ? expression(e.value, "operand") : ["(", expression(e.value, "brackets"), ")"],
        " as ",
        e.type,
      ];
  }
}

const isAtom = (e: Expression): boolean =>
  !["infix", "prefix", "conditional", "arrow", "as"].includes(e.kind) &&
  !(e.kind === "number" && isNegative(e.value));
const isNegative = (x: number): boolean => x < 0 || Object.is(x, -0);

/** Before a dot, a bracket or a call. */
function atom(e: Expression): Doc {
  const plain = isAtom(e) && e.kind !== "number" && e.kind !== "new";
  return plain || e.kind === "new" ? expression(e, "operand") : ["(", expression(e, "brackets"), ")"];
}

function list(open: string, items: readonly Expression[], close: string): Doc {
  if (items.length === 0) return open + close;
  // Rows of a matrix stand on lines of their own.
  const isLong = (x: Expression): boolean =>
    (x.kind === "array" && x.elements.length > 1) || (x.kind === "object" && x.fields.length > 1);
  if (open === "[" && items.length > 1 && items.every((x) => isLong(x) && x.kind === items[0]!.kind)) {
    const rows = items.map((x) => expression(x, "argument"));
    return group(open, indent(hardline, join([",", hardline], rows)), ",", hardline, close);
  }
  const last = items.at(-1)!;
  const hugged =
    last.kind === "arrow" &&
    ["call", "array", "object", "number"].includes(last.body.kind) &&
    items.length <= 2;
  if (open === "(" && hugged) {
    const printed = items.map((x) => expression(x, x === last ? "last" : "passed"));
    return [open, ...join(", ", printed), close];
  }
  const separator =
    open === "[" && items.length > 1 && items.every((x) => x.kind === "number") ? fill(items) : undefined;
  const content =
    separator ??
    join(
      [",", line],
      items.map((x) => expression(x, open === "(" ? "passed" : "argument")),
    );
  // A last number in a filled list of numbers has its comma, too.
  return group(open, indent(softline, content), ifBroken(","), softline, close);
}

/** Numbers fill lines. */
function fill(items: readonly Expression[]): Doc {
  return items.map((x, i) => {
    const word = [expression(x, "argument"), i < items.length - 1 ? "," : ""];
    return i === 0 ? word : group(line, word);
  });
}

function operand(e: Expression, outer: Infix, right: boolean): Doc {
  const bracketed =
    e.kind === "infix"
      ? isBracketed(outer, e.operator, right)
      : e.kind === "conditional" || e.kind === "as" || e.kind === "arrow"
        ? true
        : outer === "**" && !right && (e.kind === "prefix" || (e.kind === "number" && isNegative(e.value)));
  return bracketed ? ["(", expression(e, "operand"), ")"] : expression(e, "operand");
}

type InfixExpression = Extract<Expression, { kind: "infix" }>;

/** The operands of a chain, with their operators: a break may come after each operator. */
function parts(e: InfixExpression, alone: boolean): Doc[] {
  const { operator, left, right } = e;
  const chained =
    left.kind === "infix" &&
    isChained(operator, left.operator) &&
    !isBracketed(operator, left.operator, false);
  const first = chained ? parts(left, false) : [group(operand(left, operator, false))];
  const second: Doc = [operator, line, operand(right, operator, true)];
  // Two operands that are no operations themselves need not be broken only because what is around them is.
  const grouped = alone && left.kind !== "infix" && right.kind !== "infix";
  return [...first, " ", grouped ? group(second) : second];
}

function chain(e: InfixExpression, place: Place): Doc {
  const all = parts(e, place !== "operand");
  if (place === "test") return all;
  if (place === "whole") return group(...all);
  if (place === "brackets") return group(indent(softline, ...all), softline);
  return group(all[0]!, indent(...all.slice(1)));
}

function conditional(e: Extract<Expression, { kind: "conditional" }>, place: Place): Doc {
  const bracketed = (x: Expression): Doc => ["(", expression(x, "brackets"), ")"];
  const test = e.test.kind === "conditional" ? bracketed(e.test) : expression(e.test, "operand");
  // What is chosen is indented once more where the choice is returned or passed.
  const inner = place === "returned" || place === "passed" ? "argument" : "whole";
  const yes = e.yes.kind === "conditional" ? bracketed(e.yes) : expression(e.yes, inner);
  // A chain of them is broken as one.
  const no = e.no.kind === "conditional" ? expression(e.no, "alternative") : indent(expression(e.no, inner));
  const whole = [test, indent(line, "? ", indent(yes), line, ": ", no)];
  return place === "alternative" ? whole : group(...whole);
}

/** `head = value;` */
function assignment(head: Doc, operator: string, value: Expression): Doc {
  const right = expression(value, "whole");
  const breaksAfter = value.kind === "infix" || (value.kind === "conditional" && value.test.kind === "infix");
  if (breaksAfter) return group(head, ` ${operator}`, group(indent(line, right)), ";");
  if (
    value.kind === "variable" ||
    value.kind === "text" ||
    value.kind === "number" ||
    value.kind === "index" ||
    value.kind === "member"
  ) {
    return group(head, ` ${operator}`, group(indent(line, right)), ";");
  }
  return group(head, ` ${operator} `, right, ";");
}

function test(e: Expression): Doc {
  return group(indent(softline, expression(e, "test")), softline);
}

function update(index: string, step: number): string {
  if (step === 1) return `${index}++`;
  if (step === -1) return `${index}--`;
  return step > 0 ? `${index} += ${step}` : `${index} -= ${-step}`;
}

/** `[a, , b]` */
const pattern = (targets: readonly (Variable | undefined)[]): Doc => {
  const names = targets.map((v) => v?.name ?? "");
  return group("[", indent(softline, join([",", line], names)), ifBroken(","), softline, "]");
};

function statement(s: Statement): Doc {
  switch (s.kind) {
    case "declare": {
      if (Array.isArray(s.target)) {
        const targets = s.target as readonly (Variable | undefined)[];
        return [s.keyword, " ", pattern(targets), " =", next(expression(s.value!, "whole")), ";"];
      }
      const head = `${s.keyword} ${(s.target as Variable).name}${s.type === undefined ? "" : `: ${s.type}`}`;
      return s.value === undefined ? `${head};` : assignment(head, "=", s.value);
    }
    case "count":
      return `${s.target.name}++;`;
    case "assign":
      return assignment(expression(s.target, "operand"), s.operator, s.value);
    case "if": {
      const head = ["if (", test(s.test), ") "];
      if (s.no.length === 0) return [group(...head), block(s.yes)];
      const [only] = s.no;
      const no = s.no.length === 1 && only!.kind === "if" ? statement(only) : block(s.no);
      return [group(...head), block(s.yes), " else ", no];
    }
    case "for":
      return [
        group(
          "for (",
          indent(
            softline,
            ["let ", s.index.name, " = ", expression(s.from, "whole"), ";"],
            line,
            [expression(s.test, "operand"), ";"],
            line,
            update(s.index.name, s.step),
          ),
          softline,
          ") ",
        ),
        block(s.body),
      ];
    case "of":
      return ["for (const ", s.item.name, " of ", expression(s.list, "whole"), ") ", block(s.body)];
    case "while":
      return [group("while (", test(s.test), ") "), block(s.body)];
    case "forever":
      return ["for (;;) ", block(s.body)];
    case "break":
      return "break;";
    case "evaluate":
      return [expression(s.value, "whole"), ";"];
    case "return": {
      if (s.value === undefined) return "return;";
      const { value } = s;
      const content = expression(value, "whole");
      if (value.kind === "conditional") return ["return ", expression(value, "returned"), ";"];
      if (value.kind !== "infix") return ["return ", content, ";"];
      return ["return ", group(ifBroken("("), indent(softline, content), softline, ifBroken(")")), ";"];
    }
    case "throw":
      return group("throw new Error(", indent(softline, s.message), ifBroken(","), softline, ");");
    default:
      return join(hardline, comment(s.text));
  }
}

/** A comment in lines that fit. */
function comment(content: string, head = "// ", width = 70): string[] {
  const lines: string[] = [];
  let current = "";
  for (const word of content.split(" ")) {
    if (current !== "" && current.length + word.length + 1 > width) {
      lines.push(head + current);
      current = word;
    } else current = current === "" ? word : `${current} ${word}`;
  }
  return [...lines, head + current];
}

function block(statements: readonly Statement[]): Doc {
  if (statements.length === 0) return "{}";
  return ["{", indent(hardline, join(hardline, statements.map(statement))), hardline, "}"];
}

/** A function to be printed. */
export interface FunctionText {
  readonly name: string;
  readonly exported: boolean;
  /** The lines of the comment above it; one string is a paragraph. */
  readonly comment: readonly string[];
  readonly params: readonly {
    readonly name: string;
    readonly type: string;
    readonly fallback?: string | undefined;
  }[];
  readonly result: string;
  readonly body: readonly Statement[];
}

export function printFunction(f: FunctionText): string {
  const params = f.params.map((p): Doc =>
    p.fallback === undefined ? [p.name, ": ", typeDoc(p.type)] : `${p.name} = ${p.fallback}`,
  );
  const head = `${f.exported ? "export " : ""}function ${f.name}(`;
  // The fields of a single object stand for the list of parameters, and so do those of the result if it has none.
  const [only] = f.params;
  const hugged = f.params.length === 1 && only!.type.startsWith("{");
  const list = hugged
    ? [only!.name, ": ", typeDoc(only!.type)]
    : params.length === 0 || (params.length === 1 && f.result.startsWith("{"))
      ? params
      : [indent(softline, join([",", line], params)), ifBroken(","), softline];
  const doc: Doc = [group(head, list, "): ", typeDoc(f.result), " "), block(f.body)];
  return `${printComment(f.comment)}${layOut(doc, WIDTH)}\n`;
}

/** `type Name = ...;` */
export const printAlias = (name: string, type: string): string =>
  `${layOut([`type ${name} = `, typeDoc(type), ";"], WIDTH)}\n`;

/** A type, which may be broken where it lists others. */
function typeDoc(type: string): Doc {
  const suffix = /(?:\[\])*$/.exec(type)![0];
  const core = type.slice(0, type.length - suffix.length);
  if (core.startsWith("[") && core.endsWith("]")) {
    const items = split(core.slice(1, -1), ",").map(memberDoc);
    return [group("[", indent(softline, join([",", line], items)), ifBroken(","), softline, "]"), suffix];
  }
  if (core.startsWith("{") && core.endsWith("}")) {
    const items = split(core.slice(1, -1), ";").map(memberDoc);
    return [group("{", indent(line, join([";", line], items)), ifBroken(";"), line, "}"), suffix];
  }
  return type;
}

/** `name: type`, or a type alone. */
function memberDoc(text: string): Doc {
  const named = /^([\w$]+|"[^"]*"): (.*)$/s.exec(text);
  return named === null ? typeDoc(text) : [named[1]!, ": ", typeDoc(named[2]!)];
}

/** Splits at separators that are in no brackets. */
function split(text: string, separator: string): string[] {
  const parts: string[] = [];
  let [depth, start] = [0, 0];
  for (let i = 0; i < text.length; i++) {
    const c = text[i]!;
    if ("[{(<".includes(c)) depth++;
    else if ("]})>".includes(c)) depth--;
    else if (c === separator && depth === 0) {
      parts.push(text.slice(start, i).trim());
      start = i + 1;
    }
  }
  return [...parts, text.slice(start).trim()];
}

/** A documentation comment. */
function printComment(paragraphs: readonly string[]): string {
  if (paragraphs.length === 0) return "";
  const lines = paragraphs.flatMap((p, i) => [...(i > 0 ? [" *"] : []), ...comment(p, " * ", 74)]);
  const [only] = lines;
  if (lines.length === 1) return `/**${only!.slice(2)} */\n`;
  return `/**\n${lines.join("\n")}\n */\n`;
}

export const printStatements = (statements: readonly Statement[]): string =>
  layOut(join(hardline, statements.map(statement)), WIDTH);

/** An expression on one line. */
export const printExpression = (e: Expression): string => layOut(expression(e, "whole"), Infinity);
