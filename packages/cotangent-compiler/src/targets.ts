/** The functions of a module that are to be differentiated, and their programs. */
import { bare, isFunction, walk } from "./ast.ts";
import type { Node } from "./ast.ts";
import { CompileError } from "./errors.ts";
import { lower } from "./lower/lower.ts";
import type { Lowered, Outside, Surroundings } from "./lower/lower.ts";
import type { Module } from "./lower/module.ts";
import { structureFromType } from "./lower/types.ts";
import { namesOf, valueOf } from "./scopes.ts";
import type { Scope } from "./scopes.ts";
import { refuse } from "./source.ts";

/** The library's functions that take a function. */
const TRANSFORMS: ReadonlySet<string> = new Set(
  "grad valueAndGrad jvp vjp jacobian hessian hvp derivative compile checkDerivatives".split(" "),
);
/** Functions of `cotangent/optimize` that take derivatives of a function. */
const SOLVERS: ReadonlySet<string> = new Set(["minimize", "minimizeSteps", "leastSquares", "root"]);
export const MARK = "use grad";

/** A function that is to be lowered. */
export interface Target {
  readonly node: Node;
  readonly name: string;
  /** Marked, or only handed to a transform: such a one may be written on the library's own functions. */
  readonly marked: boolean;
  /** Only handed to a solver, which may do without its derivative. */
  readonly optional: boolean;
  /** The export statement around a declaration. */
  readonly exported: Node | undefined;
  /** What declares it as a constant of the module, if it is written there. */
  readonly declarator: Node | undefined;
  /** What is seen around it, if it is not at the top of the module: it may be made any number of times. */
  readonly scope: Scope | undefined;
}

/** Which of the library's transforms a module calls what: `undefined` for everything else. */
export const transformNames = (module: Module): ((callee: Node) => string | undefined) =>
  importedNames(module, "cotangent", TRANSFORMS);

/** Which of the solvers a module calls what. */
export const solverNames = (module: Module): ((callee: Node) => string | undefined) =>
  importedNames(module, "cotangent/optimize", SOLVERS);

/** Which of a package's functions, of those wanted, a module calls what. */
function importedNames(
  module: Module,
  from: string,
  wanted: ReadonlySet<string>,
): (callee: Node) => string | undefined {
  const names = new Map<string, string>();
  let namespace: string | undefined;
  for (const [name, d] of module.declarations) {
    if (d.kind !== "import" || d.from !== from) continue;
    if (d.imported === "*") namespace = name;
    else if (wanted.has(d.imported)) names.set(name, d.imported);
  }
  return (node) => {
    const callee = bare(node);
    if (callee.type === "Identifier") return names.get(callee.name);
    if (callee.type !== "MemberExpression" || callee.computed || namespace === undefined) return undefined;
    const isOurs = callee.object.type === "Identifier" && callee.object.name === namespace;
    return isOurs && wanted.has(callee.property.name) ? callee.property.name : undefined;
  };
}

/** The functions of a module that are to be lowered, each after those that it is written in. */
export function targetsOf(module: Module): readonly Target[] {
  const found = new Map<Node, Target>();
  const parents = new Map<Node, Node | undefined>();
  const later: [Node, string, boolean][] = [];
  const transformOf = transformNames(module);
  const solverOf = solverNames(module);
  const names = namesOf(module.source.program);
  const add = (node: Node, name: string, marked: boolean, optional: boolean): void => {
    const parent = parents.get(node);
    const isExport = parent?.type === "ExportNamedDeclaration" || parent?.type === "ExportDefaultDeclaration";
    if (METHODS.has(parent?.type ?? "") && isMethod(parent!)) {
      refuse(
        module.source,
        node,
        "unsupported-syntax",
        "A method cannot be compiled: what it does may depend on its object.",
        "Write a function of the module, or a field that holds an arrow function.",
      );
    }
    const scope = names.around.get(node);
    if (node.type === "FunctionDeclaration" && scope?.node.type === "SwitchStatement") {
      refuse(
        module.source,
        node,
        "unsupported-syntax",
        `${name} is declared in a case, where a build cannot add to it.`,
        `Write const ${name} = (...) => ..., or put the case into braces.`,
      );
    }
    const earlier = found.get(node);
    found.set(node, {
      node,
      name,
      marked: marked || earlier?.marked === true,
      optional: optional && earlier?.optional !== false,
      exported: isExport ? parent : undefined,
      declarator: declaratorOf(node, module),
      scope,
    });
  };
  // Names may be hidden by parameters and locals that are called the same.
  const own = new Set(names.references.map((r) => r.node));
  const isOwn = (callee: Node): boolean => {
    const name = bare(callee);
    return own.has(name.type === "MemberExpression" ? name.object : name);
  };
  const statements = module.source.program.body as unknown as readonly Node[];
  const mark = statements.find((s) => s.directive === MARK);
  if (mark !== undefined) {
    refuse(
      module.source,
      mark,
      "unsupported-syntax",
      `"${MARK}" at the top of a module marks nothing.`,
      "Write it as the first statement of each function that is to be differentiated.",
    );
  }
  walk(module.source.program, (node, parent) => {
    parents.set(node, parent);
    if (isFunction(node) && isMarked(node)) add(node, nameOf(node, parent), true, false);
    if (node.type !== "CallExpression") return;
    const first = node.arguments[0];
    const isTransform = transformOf(node.callee) !== undefined;
    if (!isTransform && solverOf(node.callee) === undefined) return;
    if (first === undefined || !isOwn(node.callee)) return;
    const f = bare(first);
    if (isFunction(f)) {
      parents.set(f, node);
      return add(f, f.id?.name ?? "anonymous", false, !isTransform);
    }
    // `grad(this.cost)`: an arrow function in a field of the class around.
    const field = f.type === "MemberExpression" ? fieldOfThis(f, node, parents) : undefined;
    if (field !== undefined) later.push([field, f.property.name, !isTransform]);
    // Declared further up or down: its parents are known when the walk is over.
    const named = f.type === "Identifier" ? functionNamed(module, f) : undefined;
    if (named !== undefined) later.push([named, f.name, !isTransform]);
  });
  for (const [node, name, optional] of later) add(node, name, false, optional);
  return [...found.values()].sort((a, b) => a.node.start - b.node.start);
}

/** The arrow function that a field of the class around a node holds, named by `this.field` there. */
function fieldOfThis(member: Node, at: Node, parents: ReadonlyMap<Node, Node | undefined>): Node | undefined {
  if (member.computed || member.object.type !== "ThisExpression") return undefined;
  let n: Node | undefined = at;
  while (n !== undefined && n.type !== "ClassBody") {
    const parent: Node | undefined = parents.get(n);
    // Whose this that is, only methods and fields of the class say.
    const isOther =
      isFunction(n) && n.type !== "ArrowFunctionExpression" && parent?.type !== "MethodDefinition";
    if (isOther) return undefined;
    n = parent;
  }
  const members = n?.body as readonly Node[] | undefined;
  const field = members?.find(
    (m) =>
      m.type === "PropertyDefinition" &&
      m.static !== true &&
      m.key.type === member.property.type &&
      m.key.name === member.property.name,
  );
  const value = field?.value as Node | null | undefined;
  if (value === null || value === undefined) return undefined;
  return bare(value).type === "ArrowFunctionExpression" ? bare(value) : undefined;
}

/** What a name was given where it was declared, and stands for always. */
export function valueNamed(module: Module, identifier: Node): Node | undefined {
  const local = namesOf(module.source.program).locals.get(identifier);
  if (local !== undefined) return valueOf(local);
  const d = module.declarations.get(identifier.name);
  if (d?.kind === "function") return d.node;
  return d?.kind === "constant" ? bare(d.init) : undefined;
}

/** The function that a name stands for always. */
function functionNamed(module: Module, identifier: Node): Node | undefined {
  const value = valueNamed(module, identifier);
  return value !== undefined && isFunction(value) ? value : undefined;
}

/** Whether a target is in none of these functions. */
export const isOutside = ({ node }: Target, functions: readonly Node[]): boolean =>
  !functions.some((f) => f.start < node.start && node.end < f.end);

const METHODS: ReadonlySet<string> = new Set(["Property", "MethodDefinition"]);

/** `f() { ... }` in an object or a class, or what gets or sets a field. */
const isMethod = (parent: Node): boolean =>
  parent.type === "MethodDefinition" ||
  (parent as { method?: boolean }).method === true ||
  parent.kind === "get" ||
  parent.kind === "set";

function isMarked(node: Node): boolean {
  const body = node.body as Node;
  if (body.type !== "BlockStatement") return false;
  return (body.body as readonly Node[]).some((s) => s.directive === MARK);
}

function nameOf(node: Node, parent: Node | undefined): string {
  if (node.id !== null && node.id !== undefined) return node.id.name;
  if (parent?.type === "VariableDeclarator" && parent.id?.type === "Identifier") return parent.id.name;
  return parent?.type === "Property" && parent.key.type === "Identifier" ? parent.key.name : "anonymous";
}

/** `f = (x) => ...` at the top of a module. */
function declaratorOf(node: Node, module: Module): Node | undefined {
  for (const statement of module.source.program.body as readonly Node[]) {
    const inner = statement.type === "ExportNamedDeclaration" ? statement.declaration : statement;
    if (inner?.type !== "VariableDeclaration") continue;
    const found = inner.declarations.find(
      (d) => d.id?.type === "Identifier" && d.init !== null && bare(d.init) === node,
    );
    if (found !== undefined) return found;
  }
  return undefined;
}

/** The programs of a target, for each number of arguments that may be passed, fewest first. */
export interface LoweredTarget {
  readonly name: string;
  readonly variants: readonly Lowered[];
  /** What they are passed from outside; each takes as many of these as it knew of. */
  readonly outside: readonly string[];
  /** The classes with forward and backward that they call. */
  readonly users: readonly string[];
  /** Whether it takes derivatives inside. */
  readonly nested: boolean;
  /** Whether it is written on the library's own functions, and not marked. */
  readonly onReals: boolean;
}

/**
 * The programs of a function; undefined for one that is written on the library's own functions, which trace.
 * @throws CompileError
 */
export function lowerTarget(
  module: Module,
  target: Target,
  surroundings: Surroundings,
): LoweredTarget | undefined {
  const { node, name } = target;
  // What can be run on variables needs no compiler in a solver.
  if (target.optional && usesLibrary(module, node)) return undefined;
  try {
    const variants: Lowered[] = [];
    const outside: Outside = new Map();
    const users = new Set<string>();
    const optional = node.params.filter((p) => p.type === "AssignmentPattern" || p.optional).length;
    for (let n = node.params.length - optional; n <= node.params.length; n++) {
      const given = Array.from({ length: n }, () => undefined);
      const lowered = lower(module, node, name, given, surroundings, outside);
      for (const user of lowered.users) users.add(user);
      variants.push(lowered);
    }
    return {
      name,
      variants,
      outside: [...outside.keys()],
      users: [...users],
      nested: variants.some((v) => v.nested),
      onReals: !target.marked && usesLibrary(module, node),
    };
  } catch (error) {
    if (target.marked || !(error instanceof CompileError)) throw error;
    if (target.optional || usesLibrary(module, node)) return undefined;
    // It may be written on Reals by way of a function that it was given; unless it says that it is not.
    const isPlain = node.params.some((p) => structureFromType(p.typeAnnotation, module.types) !== undefined);
    if (error.code === "unsupported-call" && !isPlain) return undefined;
    throw error;
  }
}

/** Is a function written on Reals: does it name the type, or call the library's functions, itself or by a local function? */
function usesLibrary(module: Module, node: Node, seen: Set<Node> = new Set()): boolean {
  if (seen.has(node)) return false;
  seen.add(node);
  const { locals } = namesOf(module.source.program);
  let found = false;
  walk(node, (n) => {
    if (found || n.type !== "Identifier") return !found;
    const local = locals.get(n);
    const d = local === undefined ? module.declarations.get(n.name) : undefined;
    if (d?.kind === "import" && d.from === "cotangent") found = true;
    const f = local === undefined ? undefined : functionNamed(module, n);
    if (f !== undefined && usesLibrary(module, f, seen)) found = true;
    return !found;
  });
  return found;
}
