/** What a build does to a module: functions that are to be differentiated get their programs attached. */
import MagicString from "magic-string";
import { CAPTURE_VERSION, check, print } from "cotangent/program";
import type { LoweredFunction, LoweredVariant, Program } from "cotangent/program";

import { bare, isFunction, walk } from "./ast.ts";
import type { Node } from "./ast.ts";
import { CompileError } from "./errors.ts";
import { lower, nowhere } from "./lower/lower.ts";
import type { Outside, Surroundings } from "./lower/lower.ts";
import { readModule } from "./lower/module.ts";
import type { Module } from "./lower/module.ts";
import { parseSource } from "./source.ts";

/** A transformed module. */
export interface Transformed {
  readonly code: string;
  readonly map: ReturnType<MagicString["generateMap"]>;
  /** Other files whose contents went into it. */
  readonly dependencies: readonly string[];
}

export interface TransformOptions {
  /** The module that `importer` means by `from`, already read; undefined where its source is not at hand. */
  readonly resolve?: (importer: string, from: string) => Module | undefined;
  /** The project's folder: errors at run time name files relative to it. */
  readonly root?: string;
}

/** By this a module shows that it was transformed. */
const HELPER = "__cotangent_lowered";
/** The library's functions that take a function. */
const TRANSFORMS: ReadonlySet<string> = new Set(
  "grad valueAndGrad jvp vjp jacobian hessian hvp derivative compile checkDerivatives".split(" "),
);
const MARK = "use grad";

/**
 * Lowers the marked functions of a module, and those written inline where they are differentiated. A module without any is
 * returned as undefined; so is one that was transformed before.
 * @throws CompileError where a function is outside the language
 */
export function transform(
  code: string,
  file: string,
  options: TransformOptions = {},
): Transformed | undefined {
  if (code.includes(HELPER) || !(code.includes(MARK) || code.includes("cotangent"))) return undefined;
  const module = readModule(parseSource(code, file));
  const dependencies = new Set<string>();
  const surroundings: Surroundings = {
    ...nowhere,
    thunks: true,
    resolve: (importer, from) => {
      const found = options.resolve?.(importer.source.file ?? file, from);
      if (found?.source.file !== undefined) dependencies.add(found.source.file);
      return found;
    },
  };
  const targets = targetsOf(module);
  const s = new MagicString(code);
  const early: string[] = [];
  let changed = false;
  for (const target of targets) {
    const lowered = lowerTarget(module, target, surroundings, options.root);
    if (lowered === undefined) continue;
    changed = true;
    const { data, names, users } = lowered;
    const outside = names.length + users.length === 0 ? "" : `, () => [${names.join(", ")}]`;
    const classes = users.length === 0 ? "" : `, () => [${users.join(", ")}]`;
    const rest = `, ${JSON.stringify(data)}${outside}${classes})`;
    if (target.node.type !== "FunctionDeclaration") {
      s.appendLeft(target.node.start, `/*#__PURE__*/ ${HELPER}(`);
      s.appendRight(target.node.end, rest);
      continue;
    }
    // Declarations are seen before their line: the name becomes a constant at the top, and stands for the function there.
    const { name } = target;
    const plain = `${name}$plain`;
    const id = target.node.id!;
    s.overwrite(id.start, id.end, plain);
    const value = `/*#__PURE__*/ ${HELPER}(${plain}${rest};`;
    if (target.exported !== undefined) s.remove(target.exported.start, target.node.start);
    const byName = target.exported?.type === "ExportNamedDeclaration";
    early.push(`${byName ? "export " : ""}const ${name} = ${value}`);
    if (target.exported?.type === "ExportDefaultDeclaration") early.push(`export { ${name} as default };`);
  }
  if (!changed) return undefined;
  s.appendLeft(
    firstStatement(module),
    `import { lowered as ${HELPER} } from "cotangent/program"; ${early.join(" ")}\n`,
  );
  const map = s.generateMap({ source: file, includeContent: true, hires: "boundary" });
  return { code: s.toString(), map, dependencies: [...dependencies] };
}

/** A function that is to be lowered. */
interface Target {
  readonly node: Node;
  readonly name: string;
  /** Marked, or only handed to a transform: such a one may be written on the library's own functions. */
  readonly marked: boolean;
  /** The export statement around a declaration. */
  readonly exported: Node | undefined;
}

function targetsOf(module: Module): readonly Target[] {
  const found = new Map<Node, Target>();
  const parents = new Map<Node, Node | undefined>();
  const later: [Node, string][] = [];
  const transforms = new Set<string>();
  let namespace: string | undefined;
  for (const [name, d] of module.declarations) {
    if (d.kind !== "import" || d.from !== "cotangent") continue;
    if (d.imported === "*") namespace = name;
    else if (TRANSFORMS.has(d.imported)) transforms.add(name);
  }
  const add = (node: Node, name: string, marked: boolean): void => {
    const parent = parents.get(node);
    const isExport = parent?.type === "ExportNamedDeclaration" || parent?.type === "ExportDefaultDeclaration";
    const top = parent?.type === "Program" || isExport;
    if (node.type === "FunctionDeclaration" && (!top || node.id === null)) return;
    const earlier = found.get(node);
    found.set(node, {
      node,
      name,
      marked: marked || earlier?.marked === true,
      exported: isExport ? parent : undefined,
    });
  };
  walk(module.source.program, (node, parent) => {
    parents.set(node, parent);
    if (isFunction(node) && isMarked(node)) add(node, nameOf(node, parent), true);
    if (node.type !== "CallExpression") return;
    const callee = bare(node.callee);
    const called =
      callee.type === "Identifier"
        ? transforms.has(callee.name)
        : callee.type === "MemberExpression" &&
          callee.object.name === namespace &&
          namespace !== undefined &&
          TRANSFORMS.has(callee.property.name);
    const first = node.arguments[0];
    if (!called || first === undefined) return;
    const f = bare(first);
    parents.set(f, node);
    if (isFunction(f)) return add(f, f.id?.name ?? "anonymous", false);
    const d = f.type === "Identifier" ? module.declarations.get(f.name) : undefined;
    // Declared further up or down: its parents are known when the walk is over.
    if (d?.kind === "function") later.push([d.node, f.name]);
    if (d?.kind === "constant" && isFunction(bare(d.init))) later.push([bare(d.init), f.name]);
  });
  for (const [node, name] of later) add(node, name, false);
  // A function inside another that is lowered goes with it.
  const list = [...found.values()];
  const inside = (a: Target, b: Target): boolean =>
    a !== b && a.node.start > b.node.start && a.node.end < b.node.end;
  return list.filter((a) => a.marked || !list.some((b) => inside(a, b)));
}
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

/** The programs of a function; undefined for one that is written on the library's own functions, which trace. */
function lowerTarget(
  module: Module,
  target: Target,
  surroundings: Surroundings,
  root: string | undefined,
):
  | { readonly data: LoweredFunction; readonly names: readonly string[]; readonly users: readonly string[] }
  | undefined {
  const { node, name } = target;
  try {
    const variants: LoweredVariant[] = [];
    const outside: Outside = new Map();
    const users = new Set<string>();
    const optional = node.params.filter((p) => p.type === "AssignmentPattern").length;
    for (let n = node.params.length - optional; n <= node.params.length; n++) {
      const given = Array.from({ length: n }, () => undefined);
      const lowered = lower(module, node, name, given, surroundings, outside);
      const { program, params, result } = lowered;
      const problems = check(program);
      if (problems.length > 0) throw new Error(`The program of ${name} is illegal: ${problems.join(" ")}`);
      for (const user of lowered.users) users.add(user);
      variants.push({ params, outside: lowered.outside, result, program: located(program, root) });
    }
    return {
      data: { version: CAPTURE_VERSION, name, variants, ...(users.size === 0 ? {} : { users: [...users] }) },
      names: [...outside.keys()],
      users: [...users],
    };
  } catch (error) {
    if (!target.marked && error instanceof CompileError && usesLibrary(module, node)) return undefined;
    throw error;
  }
}

/** The text of a program; files are named as seen from the project's folder. */
function located(program: Program, root: string | undefined): string {
  const text = print(program, { locations: true });
  return root === undefined ? text : text.replaceAll(`@"${root}/`, '@"');
}

/** Is a function written on Reals: does it name the type, or call the library's functions? */
function usesLibrary(module: Module, node: Node): boolean {
  let found = false;
  walk(node, (n) => {
    const name = n.type === "Identifier" ? n.name : undefined;
    const d = name === undefined ? undefined : module.declarations.get(name);
    if (d?.kind === "import" && d.from === "cotangent") found = true;
  });
  return found;
}

/** Where the first statement begins: behind directives and a first line for the shell. */
function firstStatement(module: Module): number {
  const statements = module.source.program.body as readonly Node[];
  const first = statements.find((s) => s.directive === undefined);
  return first?.start ?? 0;
}
