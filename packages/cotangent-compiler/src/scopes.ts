/** What the names in a module stand for: something of the module's, or something inside that is called the same. */
import { bare, isFunction, namesIn, walk } from "./ast.ts";
import type { Node } from "./ast.ts";

/** A use of a name. */
export interface Reference {
  readonly node: Node;
  /** The nodes around it, innermost first. */
  readonly parents: readonly Node[];
}

/** What a name is declared as that belongs to a function or a block. */
export interface Local {
  readonly name: string;
  readonly kind: "function" | "const" | "let" | "parameter" | "class" | "this" | "other";
  readonly scope: Scope;
  /** The function or class that it is; the declaration of a variable; the function whose parameter it is. */
  readonly node: Node;
  /** Of a variable or a parameter: the pattern that declares it. */
  readonly pattern?: Node;
  /** Of a variable of `for ... of`: what is gone through. */
  readonly each?: Node;
  /** Whether something else is assigned to it later. */
  assigned: boolean;
}

/** Where names are declared: a function, a block, the head of a loop, a catch. */
export class Scope {
  readonly names: Map<string, Local> = new Map();
  readonly node: Node;
  readonly outer: Scope | undefined;

  constructor(node: Node, outer: Scope | undefined) {
    this.node = node;
    this.outer = outer;
  }

  find(name: string): Local | undefined {
    return this.names.get(name) ?? this.outer?.find(name);
  }

  add(name: string, what: Pick<Local, "kind" | "node" | "pattern" | "each">): void {
    this.names.set(name, { ...what, name, scope: this, assigned: false });
  }
}

/** The names of a module's text. */
export interface Names {
  /** All uses of the module's own names, in the order of the source. */
  readonly references: readonly Reference[];
  /** What identifiers stand for that are not the module's. */
  readonly locals: ReadonlyMap<Node, Local>;
  /** Where each of these is used. */
  readonly uses: ReadonlyMap<Local, readonly Reference[]>;
  /** What is seen around each function, and where something is called; undefined: the module alone. */
  readonly around: ReadonlyMap<Node, Scope | undefined>;
  /** The calls that functions are arguments of. */
  readonly passedTo: ReadonlyMap<Node, Node>;
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

const known = new WeakMap<Node, Names>();
const meanings = new WeakMap<Node, Local | null>();

/** Whether an identifier refers to something that is declared around a function. Its module's names must have been looked at. */
export function refersOutside(node: Node, f: Node): boolean {
  const local = meanings.get(node);
  return local === null || (local !== undefined && !(local.node.start >= f.start && local.node.end <= f.end));
}

/** The same for what belongs to a function around, not to the module. */
const refersAround = (node: Node, f: Node): boolean => meanings.get(node) !== null && refersOutside(node, f);

/** Whether a function or a class uses what belongs to a function around. */
export function usesAround(node: Node): boolean {
  let found = closing.get(node);
  if (found === undefined) {
    found = false;
    walk(node, (n) => {
      if (refersAround(n, node)) found = true;
      return found !== true;
    });
    closing.set(node, found);
  }
  return found;
}
const closing = new WeakMap<Node, boolean>();

/** All uses of the module's own names, in the order of the source. */
export const referencesOf = (program: Node): readonly Reference[] => namesOf(program).references;

/** What the names in a module's text stand for; found out once. */
export function namesOf(program: Node): Names {
  let found = known.get(program);
  if (found === undefined) known.set(program, (found = resolve(program)));
  return found;
}

function resolve(program: Node): Names {
  const references: Reference[] = [];
  const locals = new Map<Node, Local>();
  const uses = new Map<Local, Reference[]>();
  const around = new Map<Node, Scope | undefined>();
  const passedTo = new Map<Node, Node>();
  const parents: Node[] = [];

  const assigned = (target: Node, scope: Scope | undefined): void => {
    for (const name of namesIn(bare(target))) {
      const local = scope?.find(name);
      if (local !== undefined) local.assigned = true;
    }
  };

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
      around.set(node, scope);
      const call = parents.find((p) => bare(p) === p);
      if (call?.type === "CallExpression") passedTo.set(node, call);
      return children(node, functionScope(node, scope), ["id"]);
    }
    switch (node.type) {
      case "Identifier": {
        const local = scope?.find(node.name);
        const use = { node, parents: [...parents] };
        if (local === undefined) references.push(use);
        else {
          locals.set(node, local);
          if (uses.get(local)?.push(use) === undefined) uses.set(local, [use]);
        }
        // A parameter's type is not looked at.
        return;
      }
      case "ThisExpression": {
        const local = scope?.find("this");
        if (local !== undefined) locals.set(node, local);
        return;
      }
      case "CallExpression":
        around.set(node, scope);
        return children(node, scope);
      case "AssignmentExpression":
        assigned(node.left, scope);
        return children(node, scope);
      case "UpdateExpression":
        assigned(node.argument!, scope);
        return children(node, scope);
      case "BlockStatement":
        return children(node, blockScope(node, node.body as readonly Node[], scope));
      case "StaticBlock": {
        const inner = blockScope(node, node.body as readonly Node[], scope);
        inner.add("this", { kind: "this", node });
        return children(node, inner);
      }
      case "SwitchStatement":
        return children(
          node,
          blockScope(
            node,
            node.cases.flatMap((c) => c.consequent as readonly Node[]),
            scope,
          ),
        );
      case "ForStatement":
        return children(node, blockScope(node, node.init === null ? [] : [node.init], scope));
      case "ForInStatement":
      case "ForOfStatement": {
        const inner = blockScope(
          node,
          [node.left],
          scope,
          node.type === "ForOfStatement" ? node.right : undefined,
        );
        if (node.left.type !== "VariableDeclaration") assigned(node.left, scope);
        return children(node, inner);
      }
      case "CatchClause": {
        const { param } = node as Node & { readonly param: Node | null };
        const inner = new Scope(node, scope);
        for (const name of param === null ? [] : namesIn(param)) inner.add(name, { kind: "other", node });
        return children(node, inner);
      }
      case "ClassExpression": {
        const inner = new Scope(node, scope);
        if (node.id !== null) inner.add(node.id.name, { kind: "class", node });
        return children(node, inner, ["id"]);
      }
      case "ClassDeclaration":
        return children(node, scope, ["id"]);
      case "MemberExpression":
        return children(node, scope, node.computed ? [] : ["property"]);
      case "PropertyDefinition": {
        if (node.computed) visit(node.key, scope);
        const inner = new Scope(node, scope);
        inner.add("this", { kind: "this", node });
        return children(node, inner, ["key"]);
      }
      case "Property":
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
  // A function read by itself is its own program.
  for (const part of program.type === "Program" ? (program.body as readonly Node[]) : [program])
    visit(part, undefined);
  for (const { node } of references) meanings.set(node, null);
  for (const [node, local] of locals) meanings.set(node, local);
  return { references, locals, uses, around, passedTo };
}

const isNode = (x: unknown): x is Node => typeof x === "object" && x !== null && "type" in x && "start" in x;

/** What a function declares but for what its body does in blocks. */
function functionScope(node: Node, outer: Scope | undefined): Scope {
  const scope = new Scope(node, outer);
  // The name of a function expression is known inside it; that of a declaration, around it.
  if (node.type === "FunctionExpression" && node.id !== null)
    scope.add(node.id.name, { kind: "function", node });
  if (node.type !== "ArrowFunctionExpression") {
    scope.add("this", { kind: "this", node });
    scope.add("arguments", { kind: "other", node });
  }
  for (const pattern of node.params) {
    for (const name of namesIn(pattern)) scope.add(name, { kind: "parameter", node, pattern });
  }
  variablesIn(node.body as Node, scope);
  return scope;
}

/** What a local name was given where it was declared, and holds since; undefined if that may change, or cannot be told. */
export function valueOf(local: Local): Node | undefined {
  if (local.assigned) return undefined;
  if (local.kind === "function") return local.node;
  const isWhole = local.pattern?.type === "Identifier" && local.kind !== "parameter";
  return isWhole && local.node.init !== null ? bare(local.node.init) : undefined;
}

/** What a list of statements declares for its own block. */
function blockScope(node: Node, statements: readonly Node[], outer: Scope | undefined, each?: Node): Scope {
  const scope = new Scope(node, outer);
  for (const s of statements) {
    if (s.type === "VariableDeclaration" && s.kind !== "var") declareIn(scope, s, each);
    else if (s.type === "FunctionDeclaration" && s.id !== null)
      scope.add(s.id.name, { kind: "function", node: s });
    else if (s.type === "ClassDeclaration" && s.id !== null) scope.add(s.id.name, { kind: "class", node: s });
  }
  return scope;
}

function declareIn(scope: Scope, statement: Node, each: Node | undefined): void {
  for (const d of statement.declarations) {
    const kind = statement.kind === "const" ? "const" : "let";
    for (const name of namesIn(d.id!))
      scope.add(name, { kind, node: d, pattern: d.id!, ...(each === undefined ? {} : { each }) });
  }
}

/** What `var` declares anywhere in a function. */
function variablesIn(body: Node, scope: Scope): void {
  const visit = (n: Node, each?: Node): void => {
    if (isFunction(n)) return;
    if (n.type === "VariableDeclaration" && n.kind === "var") declareIn(scope, n, each);
    for (const [key, x] of Object.entries(n)) {
      const through = n.type === "ForOfStatement" && key === "left" ? n.right : undefined;
      for (const child of (Array.isArray(x) ? x : [x]) as readonly unknown[])
        if (isNode(child)) visit(child, through);
    }
  };
  visit(body);
}
