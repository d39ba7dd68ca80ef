/** What a build does to a module: functions that are to be differentiated get their programs attached. */
import MagicString from "magic-string";
import { writtenParameters } from "cotangent/differentiate";
import { arraysIn, CAPTURE_VERSION, check, children, hypotSoFar, print, someOp } from "cotangent/program";
import type {
  Effects,
  LoweredAbilities,
  LoweredFunction,
  PrimitiveBase,
  Program,
  Structure,
} from "cotangent/program";

import type { Node } from "./ast.ts";
import type { CompileError } from "./errors.ts";
import { withLists } from "./lists.ts";
import { nowhere } from "./lower/lower.ts";
import type { Surroundings } from "./lower/lower.ts";
import { readModule } from "./lower/module.ts";
import type { Module } from "./lower/module.ts";
import { exportedNames } from "./precompile/names.ts";
import {
  outsideName,
  plainName,
  Precompiler,
  sourceName,
  topName,
  usersName,
} from "./precompile/precompile.ts";
import type { PrecompileOptions } from "./precompile/precompile.ts";
import { relativePath } from "./paths.ts";
import type { Scope } from "./scopes.ts";
import { parseSource } from "./source.ts";
import { isOutside, lowerTarget, MARK, targetsOf } from "./targets.ts";
import type { LoweredTarget, Target } from "./targets.ts";
import { unmarked } from "./unmarked.ts";

/** A transformed module. */
export interface Transformed {
  readonly code: string;
  readonly map: ReturnType<MagicString["generateMap"]>;
  /** Other files whose contents went into it. */
  readonly dependencies: readonly string[];
  /** What could not be precompiled, or will fail when it runs, with its place. */
  readonly warnings: readonly CompileError[];
}

export interface TransformOptions {
  /** The module that `importer` means by `from`, already read; undefined where its source is not at hand. */
  readonly resolve?: (importer: string, from: string) => Module | undefined;
  /** The project's folder: errors at run time name files relative to it. */
  readonly root?: string;
  /** Whether `grad(f)` and the like become finished code, and how; unless said, they do not. */
  readonly precompile?: PrecompileOptions | undefined;
  /** Whether a file is transformed with these options too; unless said, all are. */
  readonly isBuilt?: (file: string) => boolean;
}

/** The library's functions that attach programs, and what these may need, as the module calls them. */
const HELPERS = {
  lowered: "__cotangent_lowered",
  closures: "__cotangent_closures",
  users: "__cotangent_users",
  writes: "__cotangent_writes",
  rows: "__cotangent_rows",
  exact: "__cotangent_exact",
  gamma: "__cotangent_gamma",
} as const;
/** By these a module shows that it was transformed. */
const TRANSFORMED = /\b__cotangent_(?:lowered|closures|precompiled)/;
/** A module that imports another one of the project. */
const IMPORTS = /\bfrom\s*["']\./;

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
  if (TRANSFORMED.test(code)) return undefined;
  const { precompile, root } = options;
  const isConcerned = code.includes(MARK) || code.includes("cotangent");
  if (!isConcerned && (precompile === undefined || !IMPORTS.test(code))) return undefined;
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
  const ahead =
    precompile === undefined
      ? undefined
      : new Precompiler(module, targets, precompile, {
          surroundings,
          isBuilt: options.isBuilt ?? (() => true),
          relative: (path) => (root === undefined ? path : relativePath(root, path)),
        });
  ahead?.write(s);
  const writer = new Writer(module, s, root);
  const done: Node[] = [];
  for (const target of targets) {
    // A function inside another that is lowered goes with it.
    if (ahead?.isReplaced(target.node) === true || !isOutside(target, done)) continue;
    const lowered =
      ahead === undefined ? lowerTarget(module, target, surroundings) : ahead.programs(module, target);
    if (lowered === undefined) continue;
    done.push(target.node);
    if (ahead === undefined) writer.attach(target, lowered);
    else if (ahead.isUsedWhole(target)) writer.attachBeside(target, lowered, ahead.plain(target));
  }
  const early = [ahead?.imports.text ?? "", ...(ahead?.early ?? []), ...writer.early].filter(
    (line) => line !== "",
  );
  const warnings = ahead?.warnings ?? unmarked(module, surroundings);
  if (early.length === 0 && !s.hasChanged()) {
    return warnings.length === 0
      ? undefined
      : { code, map: mapOf(s, file), dependencies: [...dependencies], warnings };
  }
  s.appendLeft(firstStatement(module), `${writer.imports}${early.join(" ")}\n`);
  return { code: s.toString(), map: mapOf(s, file), dependencies: [...dependencies], warnings };
}

const mapOf = (s: MagicString, file: string): Transformed["map"] =>
  s.generateMap({ source: file, includeContent: true, hires: "boundary" });

/** Attaches programs to functions in a module's text. */
class Writer {
  /** Statements for the top of the module. */
  readonly early: string[] = [];
  readonly #used = new Set<keyof typeof HELPERS>();
  #closures = 0;
  readonly #module: Module;
  readonly #s: MagicString;
  readonly #root: string | undefined;

  constructor(module: Module, s: MagicString, root: string | undefined) {
    this.#module = module;
    this.#s = s;
    this.#root = root;
  }

  /** What the module needs of the library for it. */
  get imports(): string {
    if (this.#used.size === 0) return "";
    const names = [...this.#used].map((name) => `${name} as ${HELPERS[name]}`);
    return `import { ${names.join(", ")} } from "cotangent/program"; `;
  }

  #use(name: keyof typeof HELPERS): string {
    this.#used.add(name);
    return HELPERS[name];
  }

  /** A function's name stands for the one that carries the programs. */
  attach(target: Target, lowered: LoweredTarget, plain: string = plainName(target.name)): void {
    const { node, scope } = target;
    if (scope !== undefined) return this.#attachInside(target, scope, lowered);
    const rest = this.#rest(lowered);
    // One without a name stands where it is exported, and can be an expression there.
    if (node.type === "FunctionDeclaration" && node.id !== null) return this.#declare(target, rest, plain);
    this.#s.appendLeft(node.start, `/*#__PURE__*/ ${this.#use("lowered")}(`);
    this.#s.appendRight(node.end, `, ${rest})`);
  }

  /**
   * A function that is made again each time the code around it runs: its programs stand at the top of the module, once; where it is made, what it
   * closes over is added.
   */
  #attachInside({ node }: Target, scope: Scope, lowered: LoweredTarget): void {
    const name = `__cotangent_closure${++this.#closures}`;
    this.early.push(`const ${name} = /*#__PURE__*/ ${this.#use("closures")}(${this.#data(lowered)});`);
    const around = this.#around(lowered);
    if (node.type !== "FunctionDeclaration") {
      this.#s.appendLeft(node.start, `/*#__PURE__*/ ${name}(`);
      this.#s.appendRight(node.end, `${around})`);
      return;
    }
    // Declarations are seen before their line. One that takes derivatives inside is replaced by what runs its program.
    const id = node.id!.name;
    const replaced = lowered.nested ? `${id} = ` : "";
    this.#s.appendRight(bodyStart(scope.node), ` ${replaced}${name}(${id}${around});`);
  }

  /** The same, and beside it the function without them has a name of its own, exported if it is: a module may only call it. */
  attachBeside(target: Target, lowered: LoweredTarget, called: string | undefined): void {
    const name = topName(target);
    if (name === undefined || called === undefined) return this.attach(target, lowered);
    const { declarator } = target;
    const plain = lowered.nested ? sourceName(name) : plainName(name);
    if (declarator === undefined) this.attach(target, lowered, plain);
    else {
      this.#s.overwrite(declarator.id!.start, declarator.id!.start + name.length, plain);
      this.#s.appendLeft(
        declarator.end,
        `, ${name} = /*#__PURE__*/ ${this.#use("lowered")}(${plain}, ${this.#rest(lowered)})`,
      );
    }
    if (!exportedNames(this.#module).has(name)) return;
    const isExported = declarator !== undefined && this.#exports(declarator);
    if (lowered.nested) this.early.push(`export const ${plainName(name)} = ${called};`);
    else if (!isExported) this.early.push(`export { ${plain} };`);
    const { outside, users } = lowered;
    if (outside.length > 0)
      this.early.push(`export const ${outsideName(name)} = () => [${outside.join(", ")}];`);
    if (users.length > 0) this.early.push(`export const ${usersName(name)} = () => [${users.join(", ")}];`);
  }

  /** Whether a constant is exported where it is declared: then so is what is declared with it. */
  #exports(declarator: Node): boolean {
    return (this.#module.source.program.body as readonly Node[]).some(
      (s) =>
        s.type === "ExportNamedDeclaration" &&
        s.declaration?.type === "VariableDeclaration" &&
        s.declaration.declarations.includes(declarator),
    );
  }

  /** Declarations are seen before their line: the name becomes a constant at the top, and stands for the function there. */
  #declare({ name, node, exported }: Target, rest: string, plain: string): void {
    const id = node.id!;
    this.#s.overwrite(id.start, id.end, plain);
    if (exported !== undefined) this.#s.remove(exported.start, node.start);
    const byName = exported?.type === "ExportNamedDeclaration";
    this.early.push(
      `${byName ? "export " : ""}const ${name} = /*#__PURE__*/ ${this.#use("lowered")}(${plain}, ${rest});`,
    );
    if (exported?.type === "ExportDefaultDeclaration") this.early.push(`export { ${name} as default };`);
  }

  /** The arguments behind the function. */
  #rest(lowered: LoweredTarget): string {
    return `${this.#data(lowered)}${this.#around(lowered)}`;
  }

  /** What was found out, as a literal. */
  #data({ name, variants, users, nested, onReals }: LoweredTarget): string {
    const data: LoweredFunction = {
      version: CAPTURE_VERSION,
      name,
      variants: variants.map(({ params, outside: free, result, program: pure, effects }) => {
        const { program: whole, ...known } = effects ?? { program: pure };
        const problems = check(whole);
        if (problems.length > 0) throw new Error(`The program of ${name} is illegal: ${problems.join(" ")}`);
        const program = located(withLists(whole), this.#root);
        return { params, outside: free, result, program, ...(effects && { effects: known as Effects }) };
      }),
      ...(users.length === 0 ? {} : { users }),
      ...(nested ? { nested } : {}),
      ...(onReals ? { onReals } : {}),
    };
    return JSON.stringify(data);
  }

  /** The arguments behind that: what the function refers to outside itself, read at each call, and what else it needs. */
  #around(lowered: LoweredTarget): string {
    const { outside, users, variants } = lowered;
    const list = (names: readonly string[]): string => `() => [${names.join(", ")}]`;
    const abilities: Partial<Record<keyof LoweredAbilities, string>> = {
      ...(users.length > 0 && { users: `${this.#use("users")}(${list(users)})` }),
      ...(variants.some(isWriting) && { writes: this.#use("writes") }),
      ...(variants.some(takesRows) && { rows: this.#use("rows") }),
      ...(variants.some(isExact) && { exact: this.#use("exact") }),
      // What classes call is not known here.
      ...((users.length > 0 || variants.some(callsGamma)) && { gamma: this.#use("gamma") }),
    };
    const named = Object.entries(abilities).map(([name, text]) => `${name}: ${text}`);
    const values = outside.length + named.length === 0 ? "" : `, ${list(outside)}`;
    return `${values}${named.length === 0 ? "" : `, { ${named.join(", ")} }`}`;
  }
}

type Variant = LoweredTarget["variants"][number];

/** Whether a function writes to its arguments. */
const isWriting = ({ effects, program }: Variant): boolean =>
  effects !== undefined || writtenParameters(program).length > 0;

/** Whether a function takes arrays of arrays. */
const takesRows = ({ params, outside }: Variant): boolean =>
  [...params, ...outside].some((p) => hasRows(p.structure));

/** Whether a function calls Math.hypot with more than two arguments. */
const isExact = ({ program }: Variant): boolean => calls(program, (f) => f === hypotSoFar);

const callsGamma = ({ program }: Variant): boolean => calls(program, (f) => f.id.endsWith("gamma"));

const calls = ({ functions }: Program, holds: (f: PrimitiveBase) => boolean): boolean =>
  functions.some((f) => someOp(f.body, (op) => op.kind === "primitive" && holds(op.attr)));

const hasRows = (s: Structure): boolean =>
  s.kind === "array" ? arraysIn(s.element).length > 0 : children(s).some(([, e]) => hasRows(e));

/** The text of a program; files are named as seen from the project's folder. */
function located(program: Program, root: string | undefined): string {
  const text = print(program, { locations: true });
  if (root === undefined) return text;
  return text.replace(
    /@("(?:[^"\\]|\\.)*")(?=:\d)/g,
    (_, file: string) => `@${JSON.stringify(relativePath(root, JSON.parse(file) as string))}`,
  );
}

/** Where the statements of a block begin, behind directives. */
function bodyStart(block: Node): number {
  let begin = block.start + 1;
  for (const s of block.body as readonly Node[]) if (s.directive !== undefined) begin = s.end;
  return begin;
}

/** Where the first statement begins: behind directives and a first line for the shell. */
function firstStatement(module: Module): number {
  const statements = module.source.program.body as readonly Node[];
  const first = statements.find((s) => s.directive === undefined);
  return first?.start ?? 0;
}
