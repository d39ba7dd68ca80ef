/** Which identifiers of a module mean the module's own names, and not something inside that is called the same. */
import { isFunction, namesIn } from "./ast.ts";
import type { Node } from "./ast.ts";

/** A use of one of the module's names. */
export interface Reference {
  readonly node: Node;
  /** The nodes around it, innermost first. */
  readonly parents: readonly Node[];
}

/** Where names are declared: a function, a block, the head of a loop, a catch. */
class Scope {
  readonly #names: ReadonlySet<string>;
  readonly #outer: Scope | undefined;

  constructor(names: Iterable<string>, outer: Scope | undefined) {
    this.#names = new Set(names);
    this.#outer = outer;
  }

  has(name: string): boolean {
    return this.#names.has(name) || this.#outer?.has(name) === true;
  }
}

/** Type nodes that hold an expression. */
const EXPRESSIONS: ReadonlySet<string> = new Set([
  "TSAsExpression",
  "TSSatisfiesExpression",
  "TSNonNullExpression",
  "TSInstantiationExpression",
  "TSTypeAssertion",
  "TSExportAssignment",
  "TSEnumDeclaration",
  "TSEnumBody",
  "TSEnumMember",
  "TSModuleDeclaration",
  "TSModuleBlock",
  "TSParameterProperty",
]);

/** All uses of the module's own names, in the order of the source. */
export function referencesOf(program: Node): readonly Reference[] {
  const found: Reference[] = [];
  const parents: Node[] = [];

  const children = (node: Node, scope: Scope | undefined, except: readonly string[] = []): void => {
    parents.unshift(node);
    for (const [key, x] of Object.entries(node)) {
      if (except.includes(key)) continue;
      for (const child of (Array.isArray(x) ? x : [x]) as readonly unknown[]) {
        if (isNode(child)) visit(child, scope);
      }
    }
    parents.shift();
  };

  const visit = (node: Node, scope: Scope | undefined): void => {
    if (node.type.startsWith("TS") && !EXPRESSIONS.has(node.type)) return;
    if (isFunction(node)) {
      const own = [...node.params.flatMap(namesIn), ...varsIn(node.body as Node), "arguments"];
      // The name of a function expression is known inside it; that of a declaration, around it.
      if (node.type === "FunctionExpression" && node.id !== null) own.push(node.id.name);
      return children(node, new Scope(own, scope), ["id"]);
    }
    switch (node.type) {
      case "Identifier":
        if (scope?.has(node.name) !== true) found.push({ node, parents: [...parents] });
        // A parameter's type is not looked at.
        return;
      case "BlockStatement":
      case "StaticBlock":
        return children(node, new Scope(lexicalIn(node.body as readonly Node[]), scope));
      case "SwitchStatement":
        return children(
          node,
          new Scope(lexicalIn(node.cases.flatMap((c) => c.consequent as readonly Node[])), scope),
        );
      case "ForStatement":
      case "ForInStatement":
      case "ForOfStatement": {
        const head = node.type === "ForStatement" ? node.init : node.left;
        return children(node, new Scope(head === null ? [] : lexicalIn([head]), scope));
      }
      case "CatchClause": {
        const { param } = node as Node & { readonly param: Node | null };
        return children(node, new Scope(param === null ? [] : namesIn(param), scope));
      }
      case "ClassExpression":
        return children(node, new Scope(node.id === null ? [] : [node.id.name], scope), ["id"]);
      case "ClassDeclaration":
        return children(node, scope, ["id"]);
      case "MemberExpression":
        return children(node, scope, node.computed ? [] : ["property"]);
      case "Property":
      case "PropertyDefinition":
      case "MethodDefinition":
        // `{ x }` has the same node as key and as value.
        return children(node, scope, node.computed ? [] : ["key"]);
      case "LabeledStatement":
      case "BreakStatement":
      case "ContinueStatement":
        return children(node, scope, ["label"]);
      case "ImportDeclaration":
        return;
      case "ExportNamedDeclaration":
        // Of another module.
        if (node.source !== null && node.source !== undefined) return;
        return children(node, scope);
      case "ExportSpecifier":
        return children(node, scope, ["exported"]);
      default:
        return children(node, scope);
    }
  };
  for (const statement of program.body as readonly Node[]) visit(statement, undefined);
  return found;
}

const isNode = (x: unknown): x is Node => typeof x === "object" && x !== null && "type" in x && "start" in x;

/** Names that a list of statements declares for its own block. */
function lexicalIn(statements: readonly Node[]): readonly string[] {
  return statements.flatMap((s) => {
    if (s.type === "VariableDeclaration" && s.kind !== "var")
      return s.declarations.flatMap((d) => namesIn(d.id!));
    return (s.type === "FunctionDeclaration" || s.type === "ClassDeclaration") && s.id !== null
      ? [s.id.name]
      : [];
  });
}

/** Names that `var` declares anywhere in a function. */
function varsIn(node: Node): readonly string[] {
  const names: string[] = [];
  const visit = (n: Node): void => {
    if (isFunction(n)) return;
    if (n.type === "VariableDeclaration" && n.kind === "var") {
      names.push(...n.declarations.flatMap((d) => namesIn(d.id!)));
    }
    for (const x of Object.values(n)) {
      for (const child of (Array.isArray(x) ? x : [x]) as readonly unknown[]) if (isNode(child)) visit(child);
    }
  };
  visit(node);
  return names;
}
