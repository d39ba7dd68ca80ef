/** Taking the types out of TypeScript: they become blanks, so that every line and column stays where it is. */
import { walk } from "./ast.ts";
import type { Node } from "./ast.ts";
import { parseSource, refuse } from "./source.ts";
import type { Source } from "./source.ts";

/** Nothing but types. */
const ERASED: ReadonlySet<string> = new Set([
  "TSTypeAliasDeclaration",
  "TSInterfaceDeclaration",
  "TSDeclareFunction",
  "TSTypeAnnotation",
  "TSTypeParameterDeclaration",
  "TSTypeParameterInstantiation",
  "TSIndexSignature",
]);
/** Those that are statements of their own. */
const STATEMENT =
  /^(?:TS(?:TypeAlias|Interface|Module|Enum)|Variable|Function|Class)Declaration$|^TSDeclareFunction$/;
/** What only a compiler that writes code could do. */
const WRITTEN: Readonly<Record<string, string>> = {
  TSEnumDeclaration: "An enum",
  TSModuleDeclaration: "A namespace",
  TSParameterProperty: "A parameter that is a property",
  TSImportEqualsDeclaration: "import =",
  TSExportAssignment: "export =",
};
/** Blanks and comments, and what goes on behind them with an expression that the end of a line would end. */
const GOES_ON = /^(?:\s|\/\/.*\n|\/\*(?:(?!\*\/)[^])*\*\/)*(?:[([`+\-*,.]|\/(?![/*]))/;
/** Blanks, comments and brackets. */
const AROUND = /^(?:[\s)]|\/\/.*\n|\/\*(?:(?!\*\/)[^])*\*\/)*/;
/** Words in front of a class's member. */
const MODIFIER = /\b(?:public|private|protected|readonly|override|abstract)\b/g;

/** Fields of TypeScript's on nodes of JavaScript's. */
interface Typed {
  readonly declare?: boolean;
  readonly abstract?: boolean;
  readonly definite?: boolean;
  readonly exportKind?: string;
  readonly implements?: readonly Node[];
}

/**
 * JavaScript with the same lines and columns.
 * @throws CompileError `syntax-error`, `unsupported-syntax` for what is more than types
 */
export function stripTypes(code: string, file?: string): string {
  return new Stripper(parseSource(code, file)).run();
}

class Stripper {
  readonly #source: Source;
  readonly #code: string;
  /** The text, character by character. */
  readonly #out: string[];
  /** Where statements end that nothing but the end of the line ends. */
  readonly #open = new Set<number>();
  /** Types of results that are erased already. */
  readonly #done = new Set<Node>();

  constructor(source: Source) {
    this.#source = source;
    this.#code = source.code;
    this.#out = source.code.split("");
  }

  run(): string {
    walk(this.#source.program, (node, parent) => {
      if (/(?:Statement|Declaration|Definition)$/.test(node.type) && this.#code[node.end - 1] !== ";") {
        this.#open.add(node.end);
      }
      return this.#visit(node, parent);
    });
    return this.#out.join("");
  }

  #erase(start: number, end: number): void {
    for (let i = start; i < end; i++) if (!/[\n\r]/.test(this.#out[i]!)) this.#out[i] = " ";
  }

  /** Erases to where a statement ends, which may have to be said then. */
  #eraseLast(start: number, end: number): void {
    this.#erase(start, end);
    if (GOES_ON.test(this.#code.slice(end))) this.#out[start] = ";";
  }

  /** Erases a character that comes next but for blanks. */
  #eraseNext(mark: string, from: number): void {
    const at = this.#code.indexOf(mark, from);
    this.#erase(at, at + 1);
  }

  /** What of a node goes; whether to look at what is in it. */
  #visit(node: Node & Typed, parent: Node | undefined): boolean {
    if (this.#done.has(node)) return false;
    if (ERASED.has(node.type) || node.declare === true || isSignature(node)) {
      const isExported =
        parent?.type === "ExportNamedDeclaration" || parent?.type === "ExportDefaultDeclaration";
      const whole = isExported ? parent : node;
      if (STATEMENT.test(node.type)) this.#eraseLast(whole.start, whole.end);
      else this.#erase(whole.start, whole.end);
      return false;
    }
    const written = WRITTEN[node.type];
    if (written !== undefined) {
      const problem = `${written} is more than types.`;
      refuse(this.#source, node, "unsupported-syntax", problem, "Use what can be erased, or a bundler.");
    }
    switch (node.type) {
      case "TSAsExpression":
      case "TSSatisfiesExpression":
      case "TSNonNullExpression": {
        // The brackets around an expression are no part of it.
        const { end } = node.expression;
        const start = end + AROUND.exec(this.#code.slice(end))![0].length;
        if (this.#open.has(node.end)) this.#eraseLast(start, node.end);
        else this.#erase(start, node.end);
        return true;
      }
      case "TSTypeAssertion":
        this.#erase(node.start, this.#code.indexOf(">", node.typeAnnotation!.end) + 1);
        return true;
      case "ImportDeclaration":
      case "ExportNamedDeclaration":
      case "ExportAllDeclaration":
        if (node.importKind !== "type" && node.exportKind !== "type") return true;
        this.#eraseLast(node.start, node.end);
        return false;
      case "ImportSpecifier":
      case "ExportSpecifier":
        if (node.importKind !== "type" && node.exportKind !== "type") return true;
        this.#eraseWithComma(node);
        return false;
      case "ArrowFunctionExpression":
        this.#arrow(node);
        return true;
      case "ClassDeclaration":
      case "ClassExpression":
        this.#class(node);
        return true;
      case "PropertyDefinition":
      case "MethodDefinition":
        this.#member(node);
        return true;
      case "VariableDeclarator":
        if (node.definite === true) this.#eraseNext("!", node.id!.start + node.id!.name.length);
        return true;
      case "Identifier":
        // `this`, declared as if it were a parameter.
        if (node.name === "this") this.#eraseWithComma(node);
        else if (node.optional) this.#eraseNext("?", node.start + node.name.length);
        return true;
      default:
        return true;
    }
  }

  #eraseWithComma(node: Node): void {
    const comma = /^\s*,/.exec(this.#code.slice(node.end));
    this.#erase(node.start, node.end + (comma?.[0].length ?? 0));
  }

  /** No line may end between the parameters and the arrow: if the type of the result takes several, the bracket follows it. */
  #arrow({ returnType }: Node): void {
    if (returnType === undefined || !this.#code.slice(returnType.start, returnType.end).includes("\n"))
      return;
    const bracket = this.#code.lastIndexOf(")", returnType.start);
    this.#out[bracket] = " ";
    this.#erase(returnType.start, returnType.end);
    this.#out[returnType.end - 1] = ")";
    this.#done.add(returnType);
  }

  #class(node: Node & Typed): void {
    if (node.abstract === true) this.#erase(node.start, node.start + "abstract".length);
    const list = node.implements ?? [];
    if (list.length === 0) return;
    this.#erase(this.#code.lastIndexOf("implements", list[0]!.start), list.at(-1)!.end);
  }

  #member(node: Node & Typed): void {
    const head = this.#code.slice(node.start, node.key.start);
    for (const { 0: word, index } of head.matchAll(MODIFIER)) {
      this.#erase(node.start + index, node.start + index + word.length);
    }
    const end = node.computed ? this.#code.indexOf("]", node.key.end) : node.key.end;
    if (node.optional) this.#eraseNext("?", end);
    if (node.definite === true) this.#eraseNext("!", end);
  }
}

/** What a class only announces: an abstract member, or one more way of calling a method. */
const isSignature = (node: Node & Typed): boolean =>
  (node.type === "PropertyDefinition" || node.type === "MethodDefinition") &&
  (node.abstract === true || (node.value as Node | null)?.type === "TSDeclareMethod");
