/** Capturing a function at run time: its text, the values around it, a program for each structure of its arguments. */
import * as library from "cotangent";
import {
  attach,
  bringInside,
  specialisation,
  CAPTURE_VERSION,
  derivationOf,
  runningItsProgram,
  missingArgument,
} from "cotangent/program";
import type { Captured, Specialisation, UserFunction } from "cotangent/program";

import { bare, isFunction, walk } from "./ast.ts";
import type { Node } from "./ast.ts";
import { deriveTransform } from "./derive/derive.ts";
import { CompileError } from "./errors.ts";
import { withLists } from "./lists.ts";
import { TRANSFORMS } from "./lower/derivatives.ts";
import { lower } from "./lower/lower.ts";
import type { Found, Lowered, Outside, Surroundings } from "./lower/lower.ts";
import type { Module } from "./lower/module.ts";
import { parseExpression } from "./source.ts";
import type { Source } from "./source.ts";
import { ByStructure, fits, structureOf } from "./structures.ts";

// oxlint-disable-next-line no-explicit-any -- erasure: any function may be captured
export type AnyFunction = (...args: any[]) => unknown;

export type Scope = Readonly<Record<string, unknown>>;

/** A function that was captured, and what is around it. */
interface Own {
  readonly module: Module;
  readonly node: Node;
  readonly scope: Scope;
}
const captures: WeakMap<AnyFunction, Own> = new WeakMap();

/** Makes `f` carry its programs, made when they are asked for. */
export function capture<F extends AnyFunction>(f: F, scope: Scope): F {
  const text = textOf(f);
  const { module, node } = text;
  if (!isFunction(node)) {
    throw new CompileError(
      "unsupported-syntax",
      module.source,
      { start: 0, end: module.source.code.length },
      `${f.name || "This"} is a class.`,
      "Pass a function.",
    );
  }
  captures.set(f, { module, node, scope });
  const name = f.name || "anonymous";
  // Functions made of one text, inside another function say, share what is compiled.
  const isClosure = text.count++ > 0;
  let seen: Scope | undefined;
  let programs: Programs | undefined;
  let checked = 0;
  const captured: Captured = {
    version: CAPTURE_VERSION,
    name,
    isClosure,
    specialise: (args) => {
      if (args.length < f.length) throw missingArgument(f.name, f.length, args.length);
      seen ??= asItIs(scope);
      // More may have been asked of another one's scope.
      if (programs === undefined || (programs.asked > checked && !programs.fits(seen))) {
        programs = text.programsFor(seen);
      }
      let found;
      try {
        found = programs.specialise(args, seen, name);
      } catch (error) {
        if (!(error instanceof CompileError) || programs.varying.size === 0) throw error;
        // A number that varies had to be known after all.
        programs = text.constantsFor(seen);
        found = programs.specialise(args, seen, name);
      }
      checked = programs.asked;
      return found;
    },
    source: (transform, options) =>
      programs?.latest && deriveTransform(programs.latest, module, node, f.name || "f", transform, options),
    outside: () => (seen && programs?.outside(seen)) ?? [],
  };
  const made = attach(f, captured);
  if (!differentiates(node, scope)) return made;
  const run = runningItsProgram(made);
  captures.set(run, { module, node, scope });
  return run;
}

/** A scope whose numbers, texts and functions stay as they are now; arrays and objects are looked up. */
function asItIs(scope: Scope): Scope {
  const seen = {};
  for (const name of Object.keys(scope)) {
    const x = scope[name];
    const property: PropertyDescriptor = isObject(x) ? { get: () => scope[name] } : { value: x };
    Object.defineProperty(seen, name, property);
  }
  return seen;
}

/** More texts than this are not remembered, and of each not more sets of programs. */
const MOST_TEXTS = 200;
const MOST_PROGRAMS = 8;
/** A number in the scope that was another one so often is an argument of the program from then on, and no constant. */
const VARYING = 2;

/** The text of functions, read, and their programs. */
class Text {
  readonly module: Module;
  readonly node: Node;
  /** How many functions were made of it. */
  count = 0;
  #programs: Programs[] = [];
  #mayVary = true;

  constructor({ module, node }: Pick<Own, "module" | "node">) {
    this.module = module;
    this.node = node;
  }

  /** The programs for scopes like this one. */
  programsFor(scope: Scope): Programs {
    const found = this.#programs.find((p) => p.fits(scope));
    if (found !== undefined) return found;
    const isOften = this.#mayVary && this.#programs.length >= VARYING;
    const varying = isOften ? this.#programs.flatMap((p) => p.differing(scope)) : [];
    const made = new Programs(this.module, this.node, new Set(varying));
    if (this.#programs.push(made) > MOST_PROGRAMS) this.#programs.shift();
    return made;
  }

  /** The same with all numbers as constants, from now on. */
  constantsFor(scope: Scope): Programs {
    this.#mayVary = false;
    this.#programs = this.#programs.filter((p) => p.varying.size === 0);
    return this.programsFor(scope);
  }
}

const texts = new Map<string, Text>();

function textOf(f: AnyFunction): Text {
  const key = Function.prototype.toString.call(f);
  const found = texts.get(key) ?? new Text(moduleOf(f));
  // What was used last is the last to go.
  texts.delete(key);
  texts.set(key, found);
  if (texts.size > MOST_TEXTS) texts.delete(texts.keys().next().value!);
  return found;
}

/** The programs of a text for all scopes in which the same is found, but for what is passed at each call. */
class Programs {
  readonly #module: Module;
  readonly #node: Node;
  /** Numbers that are passed at each call. */
  readonly varying: ReadonlySet<string>;
  readonly #known = new ByStructure();
  readonly #outside: Outside = new Map();
  /** What was asked of the scope, and whether another one gives the same answer. */
  readonly #answers = new Map<string, (x: unknown) => boolean>();
  /** How to get at what is passed. */
  readonly #values: Values = new Map();
  latest: Lowered | undefined;

  constructor(module: Module, node: Node, varying: ReadonlySet<string>) {
    this.#module = module;
    this.#node = node;
    this.varying = varying;
  }

  /** How much was asked of scopes. */
  get asked(): number {
    return this.#answers.size;
  }

  fits(scope: Scope): boolean {
    for (const [name, isSame] of this.#answers) {
      if (!isSame(Object.hasOwn(scope, name) ? scope[name] : ABSENT)) return false;
    }
    return true;
  }

  /** The numbers in which a scope differs from those that it was made for. */
  differing(scope: Scope): readonly string[] {
    return [...this.#answers]
      .filter(([name, isSame]) => typeof scope[name] === "number" && !isSame(scope[name]))
      .map(([name]) => name);
  }

  specialise(args: readonly unknown[], scope: Scope, name: string): Specialisation {
    return this.#known.find(args, (structures) => {
      const known = around(scope, this.#values, "", this.varying);
      const find = (each: string): Found | undefined => {
        this.#answers.set(each, sameAnswer(scope, each, this.varying.has(each)));
        return known.find(each);
      };
      const surroundings = { ...known, find };
      const lowered = lower(this.#module, this.#node, name, structures, surroundings, this.#outside);
      this.latest = lowered;
      const { params, outside, result, effects, program: pure } = lowered;
      const whole = effects?.program ?? pure;
      return specialisation({ params, outside, result, program: withLists(bringInside(whole)) }, effects);
    });
  }

  outside(scope: Scope): readonly unknown[] {
    return Array.from(this.#outside.keys(), (name) => this.#values.get(name)!(scope));
  }
}

const ABSENT: unique symbol = Symbol("absent");

/** Whether something in another scope is to a program what it finds in this one. */
function sameAnswer(scope: Scope, name: string, varies: boolean): (x: unknown) => boolean {
  if (!Object.hasOwn(scope, name)) return (x) => x === ABSENT;
  const own = scope[name];
  if (typeof own === "number" && varies) return (x) => typeof x === "number";
  if (typeof own === "function") {
    const text = plainText(own as AnyFunction);
    return (x) =>
      x === own || (text !== undefined && typeof x === "function" && plainText(x as AnyFunction) === text);
  }
  if (typeof own !== "object" || own === null || isLibrary(own)) return (x) => Object.is(x, own);
  const structure = structureOf(own);
  return (x) => typeof x === "object" && x !== null && !isLibrary(x) && fits(structure, x);
}

/** The text of a function that is nothing but its text. */
function plainText(f: AnyFunction): string | undefined {
  const isMore = captures.has(f) || derivationOf(f) !== undefined || libraryNames().has(f);
  return isMore || f.prototype instanceof library.ScalarFunction
    ? undefined
    : Function.prototype.toString.call(f);
}

/** The library itself, all of it. */
const isLibrary = (x: unknown): boolean => isObject(x) && x["grad"] === library.grad;

/** How to get what is passed from outside from a scope, by the names of the program's parameters. */
type Values = Map<string, (scope: Scope) => unknown>;

const isObject = (x: unknown): x is Scope => typeof x === "object" && x !== null;

/** Whether a function applies a transform of the library's. */
function differentiates(node: Node, scope: Scope): boolean {
  let found = false;
  walk(node, (n) => {
    const callee = n.type === "CallExpression" ? bare(n.callee) : undefined;
    const [object, name] =
      callee?.type === "MemberExpression" && !callee.computed && callee.object.type === "Identifier"
        ? [scope[callee.object.name], callee.property.name]
        : [scope, callee?.type === "Identifier" ? callee.name : ""];
    const own = isObject(object) && Object.hasOwn(object, name) ? object[name] : undefined;
    if (TRANSFORMS.has(libraryNames().get(own) ?? "")) found = true;
  });
  return found;
}

/**
 * Vite's server and Vitest write `(0, __vite_ssr_import_1__.sin)(x)` for what is imported as `sin`. Its name is what the scope knows. Nothing
 * changes its place.
 */
const withImportedNames = (text: string): string =>
  text.replace(
    /(\(0,\s*)?__vite_ssr_import_\d+__\.([\w$]+)(\)?)/g,
    (whole, open: string, name: string, end: string) =>
      open === undefined
        ? name + " ".repeat(whole.length - name.length - end.length) + end
        : name.padEnd(whole.length),
  );

/** The text of a function, read. */
function moduleOf(f: AnyFunction): { readonly module: Module; readonly node: Node } {
  const text = withImportedNames(Function.prototype.toString.call(f));
  if (/\{\s*\[native code\]\s*\}\s*$/.test(text)) {
    throw new CompileError(
      "no-source",
      { code: text, file: undefined },
      { start: 0, end: text.length },
      `${f.name || "The function"} has no source text: it is built in, or was made by bind.`,
      "Pass the function itself; wrap a built-in one: (x) => Math.sin(x).",
    );
  }
  let source = parsed(text);
  // A method: `name(x) { ... }`.
  if (source === undefined || !(isFunction(bare(source.program)) || /^class\b/.test(text))) {
    source = parseExpression(`function ${text}`);
  }
  const node = bare(source.program);
  return { module: { source, declarations: new Map(), types: new Map() }, node };
}

/** The whole text as one expression, if it is one. */
function parsed(text: string): Source | undefined {
  try {
    const source = parseExpression(text);
    return source.program.end >= text.trimEnd().length ? source : undefined;
  } catch (error) {
    if (/^(?:async\b|function\b|class\b|\(|[\w$]+\s*=>)/.test(text)) throw error;
    return undefined;
  }
}

/** The library's functions by what they are: a scope may call them as it likes. */
const libraryNames = (): ReadonlyMap<unknown, string> =>
  (byValue ??= new Map(Object.entries(library).map(([name, x]) => [x, name] as const)));
let byValue: ReadonlyMap<unknown, string> | undefined;

/**
 * The names of a scope, as the front end asks for them.
 * @param values receives what is passed to the program, by the names of its parameters, which begin with `prefix`
 * @param varying the numbers that are passed, too
 */
function around(
  scope: Scope,
  values: Values,
  prefix: string,
  varying: ReadonlySet<string> = new Set(),
): Surroundings {
  return {
    thunks: true,
    resolve: () => undefined,
    find: (name): Found | undefined => {
      if (!Object.hasOwn(scope, name)) return undefined;
      const x = scope[name];
      switch (typeof x) {
        case "number":
          if (!varying.has(name)) return { kind: "number", value: x };
          break;
        case "boolean":
          return { kind: "boolean", value: x };
        case "string":
          return { kind: "text", value: x };
        case "function": {
          if (x.prototype instanceof library.ScalarFunction) {
            return { kind: "user", function: x as unknown as UserFunction };
          }
          const own = libraryNames().get(x);
          if (own !== undefined) return { kind: "library", name: own };
          return functionOf(x as AnyFunction, values, `${prefix}${name}.`);
        }
        default:
          if (isLibrary(x)) return { kind: "library", name: "*" };
      }
      const key = prefix + name;
      // A captured function in the scope has a scope of its own.
      values.set(key, prefix === "" ? (own) => own[name] : () => scope[name]);
      return { kind: "outside", structure: structureOf(x), ...(prefix === "" ? {} : { key }) };
    },
  };
}

/** A function in a scope: one that was captured keeps its own scope, a transform of one stays that. */
function functionOf(f: AnyFunction, values: Values, prefix: string): Found {
  const derivation = derivationOf(f);
  if (derivation !== undefined) {
    const { transform, options } = derivation;
    return { kind: "derived", transform, options, of: functionOf(derivation.f, values, prefix) };
  }
  const own = captures.get(f);
  if (own === undefined) {
    // What calls itself is known by its place in the text, and so are instances of a class: all look at one text.
    const { module, node } = textOf(f);
    return { kind: isFunction(node) ? "function" : "class", module, node };
  }
  const { module, node, scope } = own;
  return { kind: "function", module, node, around: around(scope, values, prefix) };
}
