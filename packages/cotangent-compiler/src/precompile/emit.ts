/** Precompiled functions as text. */
import { aheadOfTime } from "cotangent/program";
import type { AheadCode, AheadOptions, AheadVariant, Structure } from "cotangent/program";

import { parseSource } from "../source.ts";
import { referencesOf } from "../scopes.ts";

/** The prefix of all names that a build adds to a module. */
const PREFIX = "__cotangent_";

/** What is imported for precompiled code, gathered while it is written. */
export class Imports {
  readonly #names = new Map<string, { readonly from: string; readonly imported: string }>();

  /** The local name of an import. */
  use(from: string, imported: string): string {
    const name = PREFIX + imported;
    this.#names.set(name, { from, imported });
    return name;
  }

  /** Statements, on one line. */
  get text(): string {
    return [...this.#names]
      .map(([name, { from, imported }]) => `import { ${imported} as ${name} } from ${JSON.stringify(from)};`)
      .join(" ");
  }
}

export interface Precompilable {
  /** What it is called in messages: `grad(banana)`. */
  readonly name: string;
  /** A transform of a captured function, which is not called. */
  readonly function: Parameters<typeof aheadOfTime>[0];
  /** The numbers of arguments of the function itself, fewest first. */
  readonly counts: readonly number[];
  /** There is one for each function that is made at its place: what that reads around it is given where it is. */
  readonly isClosure: boolean;
  /** An expression for the list of present values of what is outside; undefined if there is nothing. */
  readonly outside: string | undefined;
  /** Whether it is compiled by `compile`, and not only by being called: then it has `into`. */
  readonly hasInto: boolean;
  /** An expression for each class with forward and backward, by name. */
  readonly users: ReadonlyMap<string, string>;
}

/**
 * The expression of a precompiled function.
 * @param relative the name of a file as messages have it
 * @throws AdError what the first call would throw
 */
export function precompiledText(
  of: Precompilable,
  options: AheadOptions,
  imports: Imports,
  relative: (file: string) => string,
): string {
  const writer = new Writer(of, imports, relative);
  const variants = of.counts.map((count) => writer.variant(aheadOfTime(of.function, count, options)));
  const into = of.hasInto ? `, ${imports.use("cotangent/precompiled/into", "into")}` : "";
  const none = of.hasInto && !of.isClosure ? ", undefined" : "";
  const outside = of.outside === undefined ? none : `, () => ${of.outside}`;
  const call = imports.use("cotangent/precompiled", of.isClosure ? "precompiledClosures" : "precompiled");
  return `/*#__PURE__*/ ${call}(${JSON.stringify(of.name)}, [${variants.join(", ")}]${outside}${into})`;
}

/** A function that takes numbers and Float64Arrays as the code does; undefined where something else is taken or returned. */
function directText(params: AheadVariant["params"], result: Structure): string | undefined {
  const given = result.kind === "tuple" ? result.elements : [result];
  const isPlain = (s: Structure, mustBeTyped: boolean): boolean =>
    s.kind === "number" ||
    (s.kind === "array" && s.element.kind === "number" && (s.typed === true || !mustBeTyped));
  // The code returns a result of one part bare.
  const isReturned = given.every((s) => isPlain(s, true)) && (result.kind !== "tuple" || given.length > 1);
  if (!isReturned || !params.every((p) => isPlain(p.structure, false))) return undefined;
  const names = params.map((_, i) => `a${i}`);
  const checks = params.map(({ structure }, i) =>
    structure.kind === "number" ? `typeof a${i} === "number"` : `a${i} instanceof Float64Array`,
  );
  const test = [`arguments.length === ${params.length}`, ...checks].join(" && ");
  return `(code, slow) => function (${names.join(", ")}) { return ${test} ? code()(${names.join(", ")}) : slow(...arguments); }`;
}

class Writer {
  readonly #of: Precompilable;
  readonly #imports: Imports;
  readonly #relative: (file: string) => string;

  constructor(of: Precompilable, imports: Imports, relative: (file: string) => string) {
    this.#of = of;
    this.#imports = imports;
    this.#relative = relative;
  }

  variant({ params, outside, result, code, keep, pullback, apart, restored }: AheadVariant): string {
    const fields = [`params: ${JSON.stringify(params)}`];
    if (outside.length > 0) fields.push(`outside: ${JSON.stringify(outside)}`);
    fields.push(`result: ${JSON.stringify(result)}`);
    if (code.sites.some((site) => site !== undefined)) fields.push(`sites: ${this.#sites(code)}`);
    if (keep.length > 0) fields.push(`keep: ${JSON.stringify(keep)}`);
    fields.push(...(code.wasm === undefined ? this.#js(code) : this.#wasm(code)));
    if (apart !== undefined) {
      const check = this.#imports.use("cotangent/precompiled/aliases", "apart");
      fields.push(`apart: ${check}(${JSON.stringify(apart)})`);
    }
    if (restored !== undefined) {
      const restore = this.#imports.use("cotangent/precompiled/aliases", "restore");
      fields.push(`restore: ${restore}(${JSON.stringify(restored)})`);
    }
    const isDirect =
      code.js !== undefined &&
      outside.length === 0 &&
      keep.length === 0 &&
      pullback === undefined &&
      restored === undefined &&
      apart?.keep !== true;
    const direct = isDirect ? directText(params, result) : undefined;
    if (direct !== undefined) fields.push(`direct: ${direct}`);
    if (pullback !== undefined) fields.push(`pullback: ${this.variant(pullback)}`);
    return `{ ${fields.join(", ")} }`;
  }

  #sites({ sites }: AheadCode): string {
    const relative = sites.map((site) => {
      const { loc } = site ?? {};
      return loc?.file === undefined ? site : { ...site, loc: { ...loc, file: this.#relative(loc.file) } };
    });
    return JSON.stringify(relative);
  }

  #js({ js, primitives, externals }: AheadCode): readonly string[] {
    const free = [...primitives.map((p) => p.id), ...externals.map((_, k) => `user${k}`)];
    const given = [...primitives.map((p) => this.#function(p)), ...externals.map((e) => this.#external(e))];
    // What the code calls comes as parameters, so that none of its own names hides it.
    const body = `{\n${js!.source}\n\nreturn ${js!.entry};\n}`;
    const needs = js!.rooms ? "{ fault, room }" : "{ fault }";
    const code =
      free.length === 0
        ? `(${needs}) => ${body}`
        : `(${needs}) => ((${free.join(", ")}) => ${body})(${given.join(", ")})`;
    return [`code: ${code}`];
  }

  #wasm({ wasm, primitives, externals }: AheadCode): readonly string[] {
    const bytes = this.#imports.use("cotangent/precompiled/wasm", "bytes");
    const instance = this.#imports.use("cotangent/precompiled/wasm", "instance");
    const math = primitives.map((p) => `${p.id}: ${this.#function(p)}`);
    const user = externals.map((e, k) => `${k}: ${this.#external(e)}`);
    const imports = `{ math: { ${math.join(", ")} }, user: { ${user.join(", ")} } }`;
    const text = Buffer.from(wasm!.bytes).toString("base64");
    return [
      `wasm: () => ${bytes}("${text}")`,
      `code: ({ errorAt, wasm }) => ${instance}(wasm(), ${JSON.stringify(wasm!.interface)}, ${imports}, errorAt)`,
    ];
  }

  /** The value of a primitive: Math's, its own text if that is all of it, or one of a module that has it. */
  #function({ id, evaluate }: AheadCode["primitives"][number]): string {
    if ((Math as unknown as Record<string, unknown>)[id] === evaluate) return `Math.${id}`;
    const text = Function.prototype.toString.call(evaluate);
    const { program } = parseSource(`(${text})`);
    const isWhole = referencesOf(program).every(({ node }) => node.name === "Math" || node.name === "Number");
    return isWhole ? text : this.#imports.use("cotangent/precompiled/functions", id);
  }

  #external({ name, half, arity }: AheadCode["externals"][number]): string {
    const external = this.#imports.use("cotangent/precompiled/users", "external");
    return `${external}(${this.#of.users.get(name)!}, "${half}", ${arity})`;
  }
}
