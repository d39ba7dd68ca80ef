/** From a function's syntax to its program. */
import { Builder, buildFunction, children, leafTypes } from "cotangent/program";
import type { CapturedParameter, Program, Structure, Value } from "cotangent/program";

import { bare, isFunction } from "../ast.ts";
import type { Node } from "../ast.ts";
import { parseSource } from "../source.ts";
import { makeObject } from "./access.ts";
import { arrayFrom, dataArray, NUMBER, structureOf } from "./arrays.ts";
import { callExpression, globalValue, newExpression } from "./builtins.ts";
import { Context, Knowledge, Restart } from "./context.ts";
import { expression } from "./expressions.ts";
import { bind, body, callFunction, toValues } from "./functions.ts";
import type { Declaration, Module } from "./module.ts";
import { structureFromType } from "./types.ts";
import { bool, Cell, Env, I32_MAX, I32_MIN, NOTHING, number } from "./values.ts";
import type { Fun, Num, Val } from "./values.ts";

/** A program and how arguments and results become its values. */
export interface Lowered {
  readonly program: Program;
  readonly params: readonly CapturedParameter[];
  readonly outside: readonly CapturedParameter[];
  readonly result: Structure;
}

/** What is known of names that the module does not declare itself. */
export interface Surroundings {
  /** The structure of a value from outside; "unknown" to find out by its use; undefined if there is no such name. */
  structure(name: string): Structure | "unknown" | undefined;
  /** A function from outside that can be lowered with this one. */
  function(name: string): { readonly module: Module; readonly node: Node } | undefined;
  /** The name in the library that an imported name stands for. */
  library(name: string): string | undefined;
}

export const nowhere: Surroundings = {
  structure: () => undefined,
  function: () => undefined,
  library: () => undefined,
};

/** More restarts than any function has literals that need memory, and arguments. */
const MOST_RESTARTS = 300;

/**
 * Lowers a function.
 * @param given the structures of the arguments, where they are known; the types in the source tell the others
 * @throws CompileError
 */
export function lower(
  module: Module,
  node: Node,
  name: string,
  given: readonly (Structure | undefined)[] | undefined,
  surroundings: Surroundings = nowhere,
): Lowered {
  const knowledge = new Knowledge();
  const outside = new Map<string, Structure | "unknown">();
  const preludes = new Map<Node, Map<string, Node>>();
  for (let round = 0; round < MOST_RESTARTS; round++) {
    try {
      return new Lowering(module, node, name, given, surroundings, knowledge, outside, preludes).run();
    } catch (error) {
      if (!(error instanceof Restart)) throw error;
    }
  }
  throw new Error(`Lowering ${name} comes to no end.`);
}

class Lowering {
  readonly #module: Module;
  readonly #node: Node;
  readonly #name: string;
  readonly #given: readonly (Structure | undefined)[] | undefined;
  readonly #surroundings: Surroundings;
  readonly #knowledge: Knowledge;
  readonly #outside: Map<string, Structure | "unknown">;
  readonly #preludes: Map<Node, Map<string, Node>>;
  readonly #values = new Map<string, Val>();
  readonly #roots = new Map<Module, Env>();
  readonly #constants = new Map<Declaration, Env>();
  #cx!: Context;

  constructor(
    module: Module,
    node: Node,
    name: string,
    given: readonly (Structure | undefined)[] | undefined,
    surroundings: Surroundings,
    knowledge: Knowledge,
    outside: Map<string, Structure | "unknown">,
    preludes: Map<Node, Map<string, Node>>,
  ) {
    this.#module = module;
    this.#node = node;
    this.#name = name;
    this.#given = given;
    this.#surroundings = surroundings;
    this.#knowledge = knowledge;
    this.#outside = outside;
    this.#preludes = preludes;
  }

  run(): Lowered {
    const b = new Builder();
    const cx = new Context(this.#module.source, this.#knowledge, b);
    this.#cx = cx;
    cx.types = this.#module.types;
    cx.parts = {
      callExpression: (node, env, name) => callExpression(cx, node, env, name),
      newExpression: (node, env, name) => newExpression(cx, node, env, name),
      call: (fun, args, site) => callFunction(cx, fun, args, site),
      bind: (pattern, value, env, declare) => bind(cx, pattern, value, env, declare),
      prelude: (call, key, text) => this.#prelude(call, key, text),
    };
    cx.at(this.#node);
    const fun: Fun = { t: "fun", node: this.#node, env: this.#root(this.#module), name: this.#name };
    const params = this.#parameters();
    const outside = [...this.#outside].map(([name, s]) => ({
      name,
      structure: s === "unknown" ? this.#guessed(name) ?? NUMBER : s,
      unknown: s === "unknown" && this.#guessed(name) === undefined,
    }));
    let result: Structure = NUMBER;
    const all = [...params, ...outside];
    const specs = all.flatMap(({ name, structure }) => namesOfLeaves(structure, name));
    const func = buildFunction(
      this.#name,
      specs,
      (_, values) => {
        const leaves = values[Symbol.iterator]();
        const args = params.map((p) =>
          p.missing ? NOTHING : p.unknown ? this.#unknown(p.name, leaves) : this.#argument(p.structure, leaves, p.name),
        );
        for (const o of outside) {
          const fixed = "It belongs to the module.";
          this.#values.set(
            o.name,
            o.unknown ? this.#unknown(o.name, leaves) : this.#argument(o.structure, leaves, o.name, fixed),
          );
        }
        const value = body(cx, fun, args);
        result = structureOf(cx, value, this.#node);
        return toValues(cx, result, value, this.#node);
      },
      { builder: b },
    );
    const callees = [...cx.callees.values()].flatMap((c) => c.func ?? []);
    return {
      program: { functions: [func, ...callees] },
      params: params.filter((p) => !p.missing).map(({ name, structure }) => ({ name, structure })),
      outside: outside.map(({ name, structure }) => ({ name, structure })),
      result,
    };
  }

  #parameters(): readonly (CapturedParameter & { readonly unknown: boolean; readonly missing: boolean })[] {
    return this.#node.params.map((pattern, i) => {
      const target = pattern.type === "AssignmentPattern" ? pattern.left : pattern;
      const name = target.type === "Identifier" ? target.name : `argument${i + 1}`;
      const missing = this.#given !== undefined && i >= this.#given.length;
      if (target.type === "RestElement") {
        this.#cx.refuse(target, "unsupported-syntax", "A differentiable function cannot take any number of arguments.", "Take one array.");
      }
      const known =
        this.#given?.[i] ??
        structureFromType(target.typeAnnotation, this.#module.types) ??
        (pattern.type === "AssignmentPattern" ? literalStructure(pattern.right) : undefined) ??
        this.#guessed(name);
      return { name, structure: known ?? NUMBER, unknown: known === undefined, missing };
    });
  }

  /** What was found out about something by its use. */
  #guessed(path: string): Structure | undefined {
    const guess = this.#knowledge.guesses.get(path);
    switch (guess?.kind) {
      case undefined:
        return undefined;
      case "number":
      case "integer":
        return NUMBER;
      case "boolean":
        return { kind: "boolean" };
      case "array":
        return { kind: "array", element: NUMBER };
      case "object":
        return {
          kind: "object",
          fields: guess.fields.map((key) => [key, this.#guessed(`${path}.${key}`) ?? NUMBER] as const),
        };
    }
  }

  #unknown(path: string, leaves: Iterator<Value>): Val {
    leaves.next();
    return { t: "unknown", path };
  }

  #argument(s: Structure, leaves: Iterator<Value>, path: string, readonly?: string): Val {
    const cx = this.#cx;
    switch (s.kind) {
      case "number":
        return this.#number(leaves.next().value as Value, path);
      case "boolean":
        return bool(leaves.next().value as Value);
      case "nothing":
        return NOTHING;
      case "array":
        return arrayFrom(cx, s, leaves, path, readonly);
      default: {
        const parts = children(s).map(([key, e]) => {
          const inner = typeof key === "number" ? `${path}[${key}]` : `${path}.${key}`;
          const guess = this.#knowledge.guesses;
          const open = guess.get(path)?.kind === "object" && !guess.has(inner);
          return [String(key), open ? this.#unknown(inner, leaves) : this.#argument(e, leaves, inner, readonly)] as const;
        });
        return makeObject(s.kind === "tuple", parts, undefined);
      }
    }
  }

  #number(f: Value, path: string): Num {
    const integer = this.#knowledge.guesses.get(path)?.kind === "integer";
    if (!integer) return { ...number(f), leaf: path };
    return { t: "num", f, i: this.#cx.b.index(f, path), int: true, lo: I32_MIN, hi: I32_MAX, leaf: path };
  }

  #prelude(call: Node, key: string, text: string): Fun {
    let known = this.#preludes.get(call);
    if (known === undefined) this.#preludes.set(call, (known = new Map<string, Node>()));
    let node = known.get(key);
    if (node === undefined) {
      node = ((parseSource(`(${text})`).program.body as readonly Node[])[0]!).expression;
      known.set(key, relocated(bare(node), call));
      node = known.get(key)!;
    }
    return { t: "fun", node, env: new Env(null, (name) => globalValue(name)), name: key };
  }

  // Names of the module

  #root(module: Module): Env {
    let env = this.#roots.get(module);
    if (env === undefined) {
      env = new Env(null, (name, node) => this.#lookUp(module, name, node));
      this.#roots.set(module, env);
    }
    return env;
  }

  #lookUp(module: Module, name: string, node: Node): Val | undefined {
    const d = module.declarations.get(name);
    if (d === undefined) return this.#fromOutside(name) ?? globalValue(name);
    switch (d.kind) {
      case "function":
        return { t: "fun", node: d.node, env: this.#root(module), name };
      case "constant":
        return this.#constant(module, d, name);
      case "import": {
        if (d.from === "cotangent") {
          return d.imported === "*" ? { t: "builtin", id: "cotangent" } : { t: "builtin", id: `cotangent.${d.imported}` };
        }
        return this.#fromOutside(name);
      }
      case "variable":
        return this.#cx.refuse(
          node,
          "captured-variable-changes",
          `${name} is a variable of the module that changes.`,
          "Pass it in as a parameter, or declare it as const.",
        );
      case "other":
        return undefined;
    }
  }

  #fromOutside(name: string): Val | undefined {
    const known = this.#values.get(name);
    if (known !== undefined) return known;
    const inLibrary = this.#surroundings.library(name);
    if (inLibrary !== undefined) return { t: "builtin", id: `cotangent.${inLibrary}` };
    const f = this.#surroundings.function(name);
    if (f !== undefined) return { t: "fun", node: f.node, env: this.#root(f.module), name };
    const structure = this.#surroundings.structure(name);
    if (structure === undefined) return undefined;
    // It becomes a parameter: start again.
    this.#outside.set(name, structure);
    return this.#knowledge.restart();
  }

  #constant(module: Module, d: Extract<Declaration, { kind: "constant" }>, name: string): Val | undefined {
    let env = this.#constants.get(d);
    if (env === undefined) {
      const init = bare(d.init);
      if (isFunction(init)) return { t: "fun", node: init, env: this.#root(module), name };
      const numbers = literalNumbers(init);
      if (!d.fixed && OBJECTS.has(init.type) && this.#surroundings.structure(name) !== undefined) return this.#fromOutside(name);
      env = new Env(this.#root(module));
      if (numbers !== undefined && d.pattern.type === "Identifier" && numbers.length > 8 && d.fixed) {
        env.variables.set(name, new Cell(dataArray(this.#cx, numbers, name), name, true));
        return this.#evaluated(env, name);
      }
      bind(this.#cx, d.pattern, expression(this.#cx, init, env, name), env, "const");
    }
    return this.#evaluated(env, name);
  }

  #evaluated(env: Env, name: string): Val {
    const x = env.variables.get(name)?.value ?? NOTHING;
    return x;
  }
}

const OBJECTS: ReadonlySet<string> = new Set(["ArrayExpression", "ObjectExpression", "NewExpression", "CallExpression"]);

/** The names of a parameter's leaves. */
function namesOfLeaves(s: Structure, name: string): { readonly name: string; readonly ty: "f64" | "i32" | "array" | "tape" }[] {
  if (s.kind === "tuple" || s.kind === "object") {
    return children(s).flatMap(([key, e]) => namesOfLeaves(e, `${name}.${key}`));
  }
  return leafTypes(s).map((ty, i) => ({ name: i === 0 ? name : `${name}.${i}`, ty }));
}

/** What a default value tells of a parameter. */
function literalStructure(node: Node): Structure | undefined {
  const n = bare(node);
  if (n.type === "Literal" && typeof n.value === "number") return NUMBER;
  if (n.type === "Literal" && typeof n.value === "boolean") return { kind: "boolean" };
  return n.type === "UnaryExpression" ? literalStructure(n.argument!) : undefined;
}

/** The elements of a literal of numbers. */
function literalNumbers(node: Node): readonly number[] | undefined {
  if (node.type !== "ArrayExpression") return undefined;
  const list = node.elements.map((e) => {
    const n = e === null ? undefined : bare(e);
    if (n?.type === "Literal" && typeof n.value === "number") return n.value;
    const inner = n?.type === "UnaryExpression" && n.operator === "-" ? bare(n.argument!) : undefined;
    return typeof inner?.value === "number" ? -inner.value : undefined;
  });
  return list.every((x) => x !== undefined) ? list : undefined;
}

/** Text of ours takes the place of the call that asks for it, in messages. */
function relocated(node: Node, call: Node): Node {
  const visit = (x: unknown): void => {
    if (typeof x !== "object" || x === null) return;
    if ("type" in x && "start" in x) Object.assign(x, { start: call.start, end: call.end, loc: call.loc });
    for (const [key, y] of Object.entries(x)) if (key !== "loc") visit(y);
  };
  visit(node);
  return node;
}

