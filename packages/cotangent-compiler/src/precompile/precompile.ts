/** What a build does with the calls of transforms in a module whose functions are known: finished code takes their place. */
import type MagicString from "magic-string";
import * as library from "cotangent";
import { AdError } from "cotangent";
import { attach, CAPTURE_VERSION } from "cotangent/program";
import type { AheadOptions, Captured } from "cotangent/program";

import { bare, isFunction, walk } from "../ast.ts";
import type { Node } from "../ast.ts";
import type { AnyFunction } from "../capture.ts";
import { CompileError } from "../errors.ts";
import { withLists } from "../lists.ts";
import type { Surroundings } from "../lower/lower.ts";
import type { Module } from "../lower/module.ts";
import { folderOf, relativePath } from "../paths.ts";
import { lowerTarget, targetsOf, valueNamed } from "../targets.ts";
import type { LoweredTarget, Target } from "../targets.ts";
import { Chains, expected, isChain } from "./chain.ts";
import type { Chain, Obstacle } from "./chain.ts";
import { Imports, precompiledText } from "./emit.ts";
import { exportedNames } from "./names.ts";
import { namesOf, referencesOf, valueOf } from "../scopes.ts";
import type { Local } from "../scopes.ts";

export interface PrecompileOptions {
  /**
   * What to compile to. Unless said, JavaScript, which a strict content security policy allows; WebAssembly (its bytes are part
   * of the module's text) is faster where there are loops, and needs `script-src 'wasm-unsafe-eval'`. A call of `compile` may say
   * otherwise for itself.
   */
  readonly target?: "js" | "wasm";
  /** Where WebAssembly takes elementary functions from; see `compile`. */
  readonly math?: "fast" | "exact";
}

/** What precompilation asks of a build. */
export interface Build {
  readonly surroundings: Surroundings;
  /** Whether a file is itself built with precompilation: its functions can then be called without what they carry. */
  readonly isBuilt: (file: string) => boolean;
  /** The name of a file in messages at run time. */
  readonly relative: (file: string) => string;
}

/** The name under which a captured function is also there as it was written, without its programs. */
export const plainName = (name: string): string => `${name}$plain`;
/**
 * The name of a function as it was written that takes derivatives inside: called like that it would differentiate what nobody has
 * captured. Its plain name stands for its program.
 */
export const sourceName = (name: string): string => `${name}$source`;
/** The names under which a module exports what the programs of a function are passed. */
export const outsideName = (name: string): string => `${name}$outside`;
export const usersName = (name: string): string => `${name}$users`;

/** The name at the top of its module under which a target is declared. */
export const topName = ({ node, declarator, scope }: Target): string | undefined => {
  if (scope !== undefined) return undefined;
  if (declarator !== undefined) return declarator.id!.name;
  return node.type === "FunctionDeclaration" ? node.id?.name : undefined;
};

/** What compiled JavaScript refers to. */
const GLOBALS: readonly string[] = ["Math", "Array", "Float64Array", "Int32Array", "Infinity", "NaN"];

/** A precompiled function, and its declaration among those for the top of the module. */
interface Declared {
  readonly name: string;
  readonly at: number;
  readonly declare: (hasInto: boolean) => string;
}

/** Precompiles what it can of a module. */
export class Precompiler {
  /** Statements for the top of the module. */
  readonly early: string[] = [];
  readonly imports: Imports = new Imports();
  readonly warnings: CompileError[] = [];
  readonly #module: Module;
  readonly #targets: readonly Target[];
  readonly #defaults: PrecompileOptions;
  readonly #build: Build;
  readonly #chains: Chains;
  /** The calls that are replaced. */
  readonly #sites = new Map<Node, Chain>();
  readonly #obstacles: Obstacle[] = [];
  readonly #references: ReturnType<typeof referencesOf>;
  /** The names of what is precompiled. */
  readonly #names = new Map<string, Declared>();
  readonly #programs = new Map<Node, LoweredTarget | undefined>();

  constructor(module: Module, targets: readonly Target[], defaults: PrecompileOptions, build: Build) {
    this.#module = module;
    this.#targets = targets;
    this.#defaults = defaults;
    this.#build = build;
    this.#references = referencesOf(module.source.program);
    const own = new Set(this.#references.map((r) => r.node));
    // At the top of other modules, where constants are initialised, nothing is hidden.
    this.#chains = new Chains(
      (importer, from) => build.surroundings.resolve(importer, from),
      (m, node) => m !== module || own.has(node),
    );
  }

  /** Changes the module's text. */
  write(s: MagicString): void {
    this.#find();
    for (const [node, chain] of this.#sites) this.#replace(s, node, chain);
    for (const { node, problem, remedy, expected: quiet } of this.#obstacles) {
      if (quiet) continue;
      this.warnings.push(
        new CompileError(
          "precompiled",
          this.#module.source,
          node,
          `This call is not precompiled. ${problem}`,
          remedy,
        ),
      );
    }
    this.#callPlain(s);
  }

  /** Whether a node lies in what is replaced. */
  isReplaced(node: Node): boolean {
    for (const site of this.#sites.keys()) if (node.start >= site.start && node.end <= site.end) return true;
    return false;
  }

  #find(): void {
    const module = this.#module;
    const left = new Set<Node>();
    // What is never run as it was written needs nothing.
    const idle = new Set(
      this.#targets.filter((t) => this.programs(module, t)?.nested === true).map(({ node }) => node),
    );
    walk(module.source.program, (node) => {
      if (idle.has(node)) return false;
      if (node.type !== "CallExpression" || this.#chains.transformOf(module, node) === undefined) return true;
      if (left.has(node)) return true;
      const chain = this.#chains.read(module, node);
      if (isChain(chain)) {
        this.#sites.set(node, chain);
        return false;
      }
      this.#leave(chain, node, left);
      return true;
    });
    // What is left as it is needs what it refers to as it was, too.
    for (let before = -1; before !== this.#sites.size;) {
      before = this.#sites.size;
      for (const node of left) {
        const first = bare(node.arguments[0] ?? node);
        const init = first.type === "Identifier" ? valueNamed(module, first) : undefined;
        if (init !== undefined && this.#sites.delete(init)) left.add(init);
      }
    }
  }

  /** Leaves a call as it is, and the calls that it consists of. */
  #leave(obstacle: Obstacle, call: Node, left: Set<Node>): void {
    this.#obstacles.push(
      obstacle.module === this.#module ? obstacle : { ...obstacle, module: this.#module, node: call },
    );
    let node: Node | undefined = call;
    while (node?.type === "CallExpression" && this.#chains.transformOf(this.#module, node) !== undefined) {
      left.add(node);
      node = node.arguments[0] === undefined ? undefined : bare(node.arguments[0]);
    }
  }

  #replace(s: MagicString, node: Node, chain: Chain): void {
    const text = this.#precompiled(node, chain);
    if (text === undefined) this.#sites.delete(node);
    else s.overwrite(node.start, node.end, text);
  }

  /** An expression for the precompiled function; undefined if it cannot be made. */
  #precompiled(call: Node, chain: Chain): string | undefined {
    const options = this.#optionsFor(chain);
    const refuse = (obstacle: Pick<Obstacle, "problem" | "remedy">): undefined =>
      void this.#obstacles.push({ ...expected(this.#module, call), ...obstacle, expected: false });
    if (options === undefined) {
      return refuse({
        problem: "Its options ask for another way of running.",
        remedy: 'Use target "js" or "wasm".',
      });
    }
    const hidden = GLOBALS.find((name) => this.#module.declarations.has(name));
    if (hidden !== undefined) {
      return refuse({ problem: `The module has a ${hidden} of its own.`, remedy: "Call it something else." });
    }
    const target =
      chain.module === this.#module
        ? this.#targets.find((t) => t.node === chain.node)
        : targetsOf(chain.module).find((t) => t.node === chain.node);
    if (target === undefined) {
      return refuse({
        problem: "The function is not captured in the module where it is.",
        remedy: 'Mark it there: "use grad".',
      });
    }
    const programs = this.programs(chain.module, target);
    if (programs === undefined) {
      if (chain.compile === undefined) return undefined;
      return refuse({
        problem: `${target.name} is written on Reals; it is compiled when it has run.`,
        remedy: "Write it as a plain function, on numbers.",
      });
    }
    const closed = this.#closedOver(target, programs);
    const other = closed.find((name) => this.#meaning(call, name) !== target.scope?.find(name));
    if (other !== undefined) {
      return refuse({
        problem: `${other}, which ${target.name} uses, is another ${other} here.`,
        remedy: "Give one of the two another name, or take the derivative where the function is written.",
      });
    }
    const instance = closed.length === 0 ? "" : `(() => [${programs.outside.join(", ")}])`;
    const hasInto = chain.compile !== undefined;
    const key = JSON.stringify([chain.module.source.file, chain.node.start, chain.steps, options]);
    const known = this.#names.get(key);
    if (known !== undefined) {
      // One of several that stand for the same is asked for more.
      if (hasInto) this.early[known.at] = known.declare(true);
      return known.name + instance;
    }
    const around =
      closed.length === 0
        ? this.#around(chain.module, target, programs)
        : { ...this.#around(chain.module, target, programs)!, outside: undefined };
    if (around === undefined) {
      return refuse({
        problem: `${target.name} uses what only its own module has, which exports neither.`,
        remedy: "Take the derivative in that module, or export the function where it is declared.",
      });
    }
    try {
      const shown = `${[...chain.steps]
        .reverse()
        .map((step) => `${step.transform}(`)
        .join("")}${target.name}${")".repeat(chain.steps.length)}`;
      const name = `__cotangent_${this.#names.size + 1}`;
      const of = {
        name: shown,
        function: transformed(chain, programs),
        counts: programs.variants.map((v) => v.params.length),
        isClosure: closed.length > 0,
        ...around,
      };
      const declare = (into: boolean): string =>
        `const ${name} = ${precompiledText({ ...of, hasInto: into }, options, this.imports, this.#build.relative)};`;
      const at = this.early.push(declare(hasInto)) - 1;
      this.#names.set(key, { name, at, declare });
      return name + instance;
    } catch (error) {
      if (!(error instanceof AdError)) throw error;
      return refuse({ problem: error.message.split("\n")[0]!, remedy: error.remedy });
    }
  }

  /** What a function reads of functions around it: then each of these functions has a derivative of its own. */
  #closedOver({ scope }: Target, { outside }: LoweredTarget): readonly string[] {
    return outside.filter((name) => scope?.find(name) !== undefined);
  }

  /** What a name means at a place; undefined: the module's own. */
  #meaning(call: Node, name: string): Local | undefined {
    return namesOf(this.#module.source.program).around.get(call)?.find(name);
  }

  #optionsFor({ compile }: Chain): AheadOptions | undefined {
    const known = Object.keys(compile ?? {}).every((key) => key === "target" || key === "math");
    if (!known) return undefined;
    const target = compile?.["target"] ?? this.#defaults.target ?? "js";
    const math = compile?.["math"] ?? this.#defaults.math ?? "fast";
    if ((target !== "js" && target !== "wasm") || (math !== "fast" && math !== "exact")) return undefined;
    return { target, math };
  }

  /** The programs of a function; undefined for one that is written on Reals. */
  programs(module: Module, target: Target): LoweredTarget | undefined {
    const { node } = target;
    if (!this.#programs.has(node)) {
      this.#programs.set(node, lowerTarget(module, target, this.#build.surroundings));
    }
    return this.#programs.get(node);
  }

  /** How the code gets at what its function refers to; undefined if it does not. */
  #around(
    module: Module,
    target: Target,
    { outside, users }: LoweredTarget,
  ): { readonly outside: string | undefined; readonly users: ReadonlyMap<string, string> } | undefined {
    if (module === this.#module) {
      const values = outside.length === 0 ? undefined : `[${outside.join(", ")}]`;
      return { outside: values, users: new Map(users.map((name) => [name, name])) };
    }
    if (outside.length + users.length === 0) return { outside: undefined, users: new Map() };
    const name = topName(target);
    if (name === undefined || !this.#exports(module, name)) return undefined;
    const from = this.#path(module);
    return {
      outside: outside.length === 0 ? undefined : `${this.imports.use(from, outsideName(name))}()`,
      users: new Map(users.map((user, k) => [user, `${this.imports.use(from, usersName(name))}()[${k}]`])),
    };
  }

  /** Whether a module that is built like this one exports a function, and hence what belongs to it. */
  #exports(module: Module, name: string): boolean {
    const { file } = module.source;
    return file !== undefined && this.#build.isBuilt(file) && exportedNames(module).has(name);
  }

  #path(module: Module): string {
    const path = relativePath(folderOf(this.#module.source.file!), module.source.file!);
    return path.startsWith(".") ? path : `./${path}`;
  }

  /**
   * Direct calls of captured functions are calls of the plain ones: what only calls them keeps neither their programs nor the
   * compiler.
   */
  #callPlain(s: MagicString): void {
    const own = new Map(this.#targets.map((t) => [topName(t), t]));
    for (const { node, parents } of this.#references) {
      const [parent] = parents;
      if (parent?.type !== "CallExpression" || parent.callee !== node || this.isReplaced(node)) continue;
      const d = this.#module.declarations.get(node.name);
      if (d?.kind === "import" && d.from !== "cotangent") {
        const name = this.#plainImport(node.name);
        if (name !== undefined) s.overwrite(node.start, node.end, name);
      } else if (own.has(node.name)) {
        const name = this.plain(own.get(node.name)!);
        if (name !== undefined) s.overwrite(node.start, node.end, name);
      }
    }
  }

  /** What a direct call of a function of this module calls; undefined if it carries no programs. */
  plain(target: Target): string | undefined {
    const name = topName(target);
    const programs = this.programs(this.#module, target);
    if (name === undefined || programs === undefined) return undefined;
    if (!programs.nested) return plainName(name);
    const { node } = target;
    return this.#precompiled(node, { steps: [], compile: { math: "exact" }, module: this.#module, node });
  }

  /**
   * Whether a function inside others is used for more than what has been precompiled, and than calls of what it was written as: only
   * then it carries its programs.
   */
  isUsedWhole(target: Target): boolean {
    const { node, scope } = target;
    if (scope === undefined) return true;
    const local = [...scope.names.values()].find((l) => valueOf(l) === node);
    if (local === undefined) return true;
    const isNested = this.programs(this.#module, target)?.nested === true;
    const uses = namesOf(this.#module.source.program).uses.get(local) ?? [];
    return uses.some(({ node: use, parents: [parent] }) => {
      const isCall = parent?.type === "CallExpression" && parent.callee === use;
      return parent !== local.node && (isNested || !isCall) && !this.isReplaced(use);
    });
  }

  /** The name under which an imported captured function is also imported without its programs. */
  #plainImport(name: string): string | undefined {
    const found = this.#chains.declaration(this.#module, name);
    if (found === undefined || found.module === this.#module) return undefined;
    const { declaration: d, module } = found;
    const node = d.kind === "function" ? d.node : d.kind === "constant" ? bare(d.init) : undefined;
    if (node === undefined || !isFunction(node) || !this.#exports(module, found.name)) return undefined;
    const target = targetsOf(module).find((t) => t.node === node);
    if (target === undefined || this.programs(module, target) === undefined) return undefined;
    return this.imports.use(this.#path(module), plainName(found.name));
  }
}

/** The library's functions by name. */
const TRANSFORMS = new Map(
  Object.entries(library) as unknown as readonly (readonly [
    string,
    (f: AnyFunction, options: unknown) => AnyFunction,
  ])[],
);

/** The transforms themselves, applied to a function that carries the programs: what they are asked for is then known. */
function transformed({ steps }: Chain, { name, variants: lowered }: LoweredTarget): AnyFunction {
  const variants = lowered.map((v) => ({ ...v, program: withLists(v.program) }));
  const captured: Captured = {
    version: CAPTURE_VERSION,
    name,
    outside: () => [],
    specialise: (args) => variants.find((v) => v.params.length >= args.length) ?? variants.at(-1)!,
  };
  let f: AnyFunction = attach(() => undefined, captured);
  for (const { transform, options } of steps) {
    const apply = TRANSFORMS.get(transform)!;
    f = apply(f, options);
  }
  return f;
}
