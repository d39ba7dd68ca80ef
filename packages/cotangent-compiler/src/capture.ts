/** Capturing a function at run time: its text, the values around it, a program for each structure of its arguments. */
import * as library from "cotangent";
import {
  attach,
  bringInside,
  CAPTURE_VERSION,
  derivationOf,
  runningItsProgram,
  missingArgument,
} from "cotangent/program";
import type { Captured, UserFunction } from "cotangent/program";

import { bare, isFunction, walk } from "./ast.ts";
import type { Node } from "./ast.ts";
import { deriveTransform } from "./derive/derive.ts";
import { CompileError } from "./errors.ts";
import { TRANSFORMS } from "./lower/derivatives.ts";
import { lower } from "./lower/lower.ts";
import type { Found, Lowered, Outside, Surroundings } from "./lower/lower.ts";
import type { Module } from "./lower/module.ts";
import { parseExpression } from "./source.ts";
import type { Source } from "./source.ts";
import { ByStructure, structureOf } from "./structures.ts";

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

/** What is passed from outside, by the names of the program's parameters. */
type Values = Map<string, () => unknown>;

/** Makes `f` carry its programs, made when they are asked for. */
export function capture<F extends AnyFunction>(f: F, scope: Scope): F {
  const { module, node } = moduleOf(f);
  captures.set(f, { module, node, scope });
  const values: Values = new Map();
  const known = new ByStructure();
  const outside: Outside = new Map();
  let latest: Lowered | undefined;
  const captured: Captured = {
    version: CAPTURE_VERSION,
    name: f.name || "anonymous",
    specialise: (args) => {
      if (args.length < f.length) throw missingArgument(f.name, f.length, args.length);
      return known.find(args, (structures) => {
        const surroundings = around(scope, values, "");
        const lowered = lower(module, node, f.name || "anonymous", structures, surroundings, outside);
        latest = lowered;
        return { ...lowered, program: bringInside(lowered.program) };
      });
    },
    source: (transform, options) =>
      latest && deriveTransform(latest, module, node, f.name || "f", transform, options),
    outside: () => Array.from(outside.keys(), (name) => values.get(name)?.()),
  };
  const made = attach(f, captured);
  if (!differentiates(node, scope)) return made;
  const run = runningItsProgram(made);
  captures.set(run, { module, node, scope });
  return run;
}

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
  if (source === undefined || (!isFunction(bare(source.program)) && !/^class\b/.test(text))) {
    source = parseExpression(`function ${text}`);
  }
  const node = bare(source.program);
  if (!isFunction(node)) {
    throw new CompileError(
      "unsupported-syntax",
      source,
      { start: 0, end: text.length },
      `${f.name || "This"} is a class.`,
      "Pass a function.",
    );
  }
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
  new Map(Object.entries(library).map(([name, x]) => [x, name] as const));

/**
 * The names of a scope, as the front end asks for them.
 * @param values receives what is passed to the program, by the names of its parameters, which begin with `prefix`
 */
function around(scope: Scope, values: Values, prefix: string): Surroundings {
  return {
    thunks: true,
    resolve: () => undefined,
    find: (name): Found | undefined => {
      if (!Object.hasOwn(scope, name)) return undefined;
      const x = scope[name];
      switch (typeof x) {
        case "number":
          return { kind: "number", value: x };
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
        default: {
          // The library itself, all of it.
          if (isObject(x) && x["grad"] === library.grad) return { kind: "library", name: "*" };
          const key = prefix + name;
          values.set(key, () => scope[name]);
          return { kind: "outside", structure: structureOf(x), ...(prefix === "" ? {} : { key }) };
        }
      }
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
  if (own === undefined) return { kind: "function", ...moduleOf(f) };
  const { module, node, scope } = own;
  return { kind: "function", module, node, around: around(scope, values, prefix) };
}
