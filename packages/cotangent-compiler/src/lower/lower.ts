/** From a function's syntax to its program. */
import { Builder, buildFunction, children, leafTypes, specialisation } from "cotangent/program";
import type {
  CapturedParameter,
  Effects,
  Specialisation,
  Structure,
  UserFunction,
  Value,
} from "cotangent/program";

import { bare, isFunction } from "../ast.ts";
import type { Node } from "../ast.ts";
import { namesOf, valueOf } from "../scopes.ts";
import type { Local, Scope } from "../scopes.ts";
import { parseSource } from "../source.ts";
import { makeObject } from "./access.ts";
import { arrayFrom, dataArray, NUMBER } from "./blocks.ts";
import { structureOf } from "./records.ts";
import { call, callExpression, globalValue, newExpression } from "./builtins.ts";
import { constantOf, derives, isConstant, isScalarFunction, literalNumbers } from "./constants.ts";
import type { ConstantDeclaration } from "./constants.ts";
import { Context, Knowledge, Restart } from "./context.ts";
import { Watch } from "./effects.ts";
import { expression } from "./expressions.ts";
import { classId, isExported, membersOf, plainly } from "./class-syntax.ts";
import { classValue } from "./classes.ts";
import { callDerivative, derivationFrom } from "./derivatives.ts";
import { bind, body, callFunction } from "./functions.ts";
import { structureOfLocal } from "./infer.ts";
import type { Declaration, Module } from "./module.ts";
import { toValues } from "./outline.ts";
import { declare, initial, scoped } from "./statements.ts";
import { choiceOf, chosen, withoutOpenTexts, withTexts } from "./texts.ts";
import { literalStructure, structureFromType, structureOfNew } from "./types.ts";
import { argument } from "./numbers.ts";
import { bool, Cell, constant, Env, FALSE, NOTHING, TRUE } from "./values.ts";
import type { Class, Derivation, Fun, Store, Val, Vec } from "./values.ts";

/** A program and how arguments and results become its values. */
export interface Lowered extends Specialisation {
  /** Names of classes with forward and backward that it calls. */
  readonly users: readonly string[];
  /** Whether it takes derivatives inside. */
  readonly nested: boolean;
}

/** What is known of names that the module does not declare itself. */
export interface Surroundings {
  /** What a name stands for that is neither declared nor known to the language. */
  find(name: string): Found | undefined;
  /** The module that another one imports from; undefined where its source is not at hand. */
  resolve(importer: Module, from: string): Module | undefined;
  /** Whether what a name stands for at run time can be passed to the program as an argument. */
  readonly thunks: boolean;
}

export type Found =
  | { readonly kind: "number" | "boolean" | "text"; readonly value: number | boolean | string }
  /** `around`: what is known where the function was written, if that is elsewhere. */
  | {
      readonly kind: "function";
      readonly module: Module;
      readonly node: Node;
      readonly around?: Surroundings;
    }
  | { readonly kind: "class"; readonly module: Module; readonly node: Node }
  /** A transform of a function, made when the program runs that is being compiled. */
  | {
      readonly kind: "derived";
      readonly transform: Derivation["transform"];
      readonly of: Found;
      readonly options: unknown;
    }
  /** One of the library's functions, or `*`: all. */
  | { readonly kind: "library"; readonly name: string }
  /** A class with forward and backward. */
  | { readonly kind: "user"; readonly function: UserFunction }
  /** Passed as an argument at each call. `key`: what it is called there, if not by its name. */
  | { readonly kind: "outside"; readonly structure: Structure; readonly key?: string };

export const nowhere: Surroundings = { find: () => undefined, resolve: () => undefined, thunks: false };

/** What is passed from outside, in order. */
export type Outside = Map<string, Structure | "unknown">;

/** More restarts than any function has literals that need memory, and arguments. */
const MOST_RESTARTS = 300;

/**
 * Lowers a function.
 * @param given the structures of the arguments, where they are known; the types in the source tell the others
 * @param outside what other programs of the same function are passed from outside; this one's additions come behind
 * @throws CompileError
 */
export function lower(
  module: Module,
  node: Node,
  name: string,
  given: readonly (Structure | undefined)[] | undefined,
  surroundings: Surroundings = nowhere,
  outside: Outside = new Map(),
): Lowered {
  const knowledge = new Knowledge();
  const preludes = new Map<Node, Map<string, Node>>();
  const early = new Map<ConstantDeclaration, { readonly module: Module; readonly name: string }>();
  for (let round = 0; round < MOST_RESTARTS; round++) {
    try {
      return new Lowering(module, node, name, given, surroundings, knowledge, outside, preludes, early).run();
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
  readonly #early: Map<ConstantDeclaration, { readonly module: Module; readonly name: string }>;
  readonly #roots = new Map<Module, Env>();
  readonly #scopes = new Map<Scope, Env>();
  readonly #around = new Map<Module, Surroundings>();
  readonly #users = new Map<string, UserFunction>();
  /** Where what is passed from outside is imported from, by its path. */
  readonly #origins = new Map<string, string>();
  readonly #constants = new Map<Declaration, Env>();
  /** The classes of what is around the function, by what it is called. */
  readonly #classesAround = new Map<string, Class>();
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
    early: Map<ConstantDeclaration, { readonly module: Module; readonly name: string }>,
  ) {
    this.#early = early;
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
      expression: (node, env, name) => expression(cx, node, env, name),
      callExpression: (node, env, name) => callExpression(cx, node, env, name),
      newExpression: (node, env, name) => newExpression(cx, node, env, name),
      call: (fun, args, site) => callFunction(cx, fun, args, site),
      apply: (f, args, site) => call(cx, f, args, site),
      body: (fun, args) => body(cx, fun, args),
      block: (node, env) => scoped(cx, node, env)(),
      declare: (node, env) => declare(cx, node, env),
      derivative: (f, args, site) => callDerivative(cx, f, args, site),
      bind: (pattern, value, env, declare) => bind(cx, pattern, value, env, declare),
      initial: (pattern, init, env, name) => initial(cx, pattern, init, env, name),
      classOf: (s) => this.#classOf(s),
      classAt: (path) => this.#classesAround.get(path),
      isExported: (declared) => isExported(this.#programOf(declared), declared),
      programOf: (node) => this.#programOf(node),
      prelude: (call, key, text) => this.#prelude(call, key, text),
    };
    cx.at(this.#node);
    const env = this.#scope(this.#module, aroundOf(this.#module, this.#node));
    const fun: Fun = { t: "fun", node: this.#node, env, name: this.#name };
    const params = this.#parameters();
    const root = this.#root(this.#module);
    const outside = [...this.#outside].map(([name, s]) => {
      // A parameter may be called the same.
      const path = params.some((p) => p.name === name) ? `${name} outside` : name;
      const guessed = this.#guessed(path);
      const d = this.#module.declarations.get(name);
      const isLocal = this.#knowledge.places.get(name)?.scope !== undefined;
      if (d?.kind === "import" && !isLocal) this.#origins.set(path, d.from);
      return {
        name,
        path,
        structure: withTexts(cx, s === "unknown" ? (guessed ?? NUMBER) : s, path),
        unknown: s === "unknown" && guessed === undefined,
      };
    });
    let result: Structure = NUMBER;
    let effects: Effects | undefined;
    const all = [...params.filter((p) => !p.missing), ...outside];
    const specs = all.flatMap(({ name, structure }) => namesOfLeaves(structure, name));
    const func = buildFunction(
      this.#name,
      specs,
      (_, values) => {
        const leaves = values[Symbol.iterator]();
        const args = params.map((p) =>
          p.missing
            ? NOTHING
            : p.unknown
              ? this.#unknown(p.name, leaves)
              : this.#argument(p.structure, leaves, p.name),
        );
        for (const o of outside) {
          const place = this.#knowledge.places.get(o.name);
          const made = this.#classAround(place?.module ?? this.#module, place?.scope, place?.name ?? o.name);
          if (made !== undefined) this.#classesAround.set(o.path, made);
          const fixed = `It is declared outside ${this.#name}.`;
          const x = o.unknown
            ? this.#unknown(o.path, leaves)
            : this.#argument(o.structure, leaves, o.path, fixed);
          const env = place === undefined ? root : this.#scope(place.module, place.scope);
          const own = place?.name ?? o.name;
          env.variables.set(own, new Cell(x, own, "outside"));
        }
        for (const [d, { module, name }] of this.#early) this.#evaluate(d, this.#root(module), name);
        const watch = new Watch(cx, args);
        const value = body(cx, fun, args);
        result = plainly(withoutOpenTexts(cx, structureOf(cx, value, this.#node), this.#node));
        const returned = toValues(cx, result, value, this.#node);
        const after = watch.after(value, this.#node, toValues);
        effects = after.effects;
        return [...returned, ...after.values];
      },
      { builder: b },
    );
    const callees = [...cx.callees.values()].flatMap((c) => c.func ?? []);
    const whole = { functions: [func, ...callees, ...cx.derived.values()] };
    return {
      ...specialisation(
        {
          program: whole,
          params: params
            .filter((p) => !p.missing)
            .map(({ name, structure }) => ({ name, structure: plainly(structure) })),
          outside: outside.map(({ name, structure }) => ({ name, structure })),
          result,
        },
        effects,
      ),
      users: [...this.#users.keys()],
      nested: cx.transforms.size > 0,
    };
  }

  #parameters(): readonly (CapturedParameter & { readonly unknown: boolean; readonly missing: boolean })[] {
    return this.#node.params.map((pattern, i) => {
      const target = pattern.type === "AssignmentPattern" ? pattern.left : pattern;
      const name = target.type === "Identifier" ? target.name : `argument${i + 1}`;
      const missing = this.#given !== undefined && i >= this.#given.length;
      if (target.type === "RestElement") {
        this.#cx.refuse(
          target,
          "unsupported-syntax",
          "A differentiable function cannot take any number of arguments.",
          "Take one array.",
        );
      }
      const known =
        this.#given?.[i] ??
        structureFromType(target.typeAnnotation, this.#module.types) ??
        (pattern.type === "AssignmentPattern" ? literalStructure(pattern.right) : undefined) ??
        this.#guessed(name);
      const structure = known === undefined ? NUMBER : withTexts(this.#cx, known, name);
      return { name, structure, unknown: known === undefined, missing };
    });
  }

  /** What was found out about something by its use. */
  #guessed(path: string): Structure | undefined {
    const guess = this.#knowledge.guesses.get(path);
    if (guess === undefined) return undefined;
    switch (guess.kind) {
      case "number":
      case "integer":
        return NUMBER;
      case "boolean":
        return { kind: "boolean" };
      case "text":
        return choiceOf(this.#cx, path);
      case "array":
        return { kind: "array", element: this.#guessed(`${path}[]`) ?? NUMBER };
      default:
        return {
          kind: "object",
          fields: guess.fields.map((key) => [key, this.#guessed(`${path}.${key}`) ?? NUMBER] as const),
        };
    }
  }

  #unknown(path: string, leaves: Iterator<Value>): Val {
    leaves.next();
    return { t: "unknown", path, from: this.#origins.get(path.split(".")[0]!) };
  }

  #argument(s: Structure, leaves: Iterator<Value>, path: string, readonly?: string): Val {
    const cx = this.#cx;
    switch (s.kind) {
      case "number":
        return argument(this.#cx, leaves.next().value as Value, path, path);
      case "boolean":
        if (s.of !== undefined) return chosen(s, leaves.next().value as Value);
        return {
          ...bool(leaves.next().value as Value),
          guessed: this.#knowledge.guesses.get(path)?.kind === "boolean" ? path : undefined,
        };
      case "nothing":
        return s.is === undefined ? NOTHING : { t: "nothing", is: s.is, at: s.at };
      case "array": {
        const isList = readonly === undefined && s.typed !== true;
        return this.#open(arrayFrom(cx, s, leaves, path, readonly, isList ? path : undefined), path);
      }
      default: {
        const parts = children(s).map(([key, e]) => {
          const inner = typeof key === "number" ? `${path}[${key}]` : `${path}.${key}`;
          const guess = this.#knowledge.guesses;
          const open = guess.get(path)?.kind === "object" && !guess.has(inner);
          return [
            String(key),
            open ? this.#unknown(inner, leaves) : this.#argument(e, leaves, inner, readonly),
          ] as const;
        });
        const isGuessed = this.#knowledge.guesses.get(path)?.kind === "object";
        return {
          ...makeObject(s.kind === "tuple", parts, undefined),
          made: cx.parts.classOf(s),
          readonly,
          guessed: isGuessed ? path : undefined,
        };
      }
    }
  }

  /** An array that is known by its use alone: so are its elements. */
  #open(a: Vec, path: string): Vec {
    const visit = (store: Store, at: string): void => {
      if (this.#knowledge.guesses.get(at)?.kind !== "array") return;
      store.guessed = `${at}[]`;
      const { element, sub } = store;
      if (element.kind === "array") return visit(sub[0]!, store.guessed);
      if (element.kind !== "object") return;
      const arrays = element.fields.filter(([, s]) => s.kind === "array");
      // Objects in objects have arrays of their own between these.
      if (arrays.length === sub.length)
        arrays.forEach(([key], k) => visit(sub[k]!, `${store.guessed}.${key}`));
    };
    visit(a.store, path);
    return a;
  }

  #prelude(call: Node, key: string, text: string): Fun {
    let known = this.#preludes.get(call);
    if (known === undefined) this.#preludes.set(call, (known = new Map<string, Node>()));
    let node = known.get(key);
    if (node === undefined) {
      node = (parseSource(`(${text})`).program.body as readonly Node[])[0]!.expression;
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
      this.#cx.sources.set(module.source.file, module.source);
      this.#roots.set(module, env);
      namesOf(module.source.program);
    }
    return env;
  }

  /** What is seen in a scope of a module; in none: the module's own names. */
  #scope(module: Module, scope: Scope | undefined): Env {
    if (scope === undefined) return this.#root(module);
    let env = this.#scopes.get(scope);
    if (env === undefined) {
      const around = this.#scope(module, scope.outer);
      env = new Env(around, (name, node) => {
        const local = scope.names.get(name);
        return local && this.#local(module, local, node);
      });
      this.#scopes.set(scope, env);
    }
    return env;
  }

  /** What a name of a function around stands for: functions are written where they are called, all else is passed at each call. */
  #local(module: Module, local: Local, node: Node): Val | undefined {
    const { name, kind, scope } = local;
    const own = valueOf(local);
    if (own !== undefined && isFunction(own))
      return { t: "fun", node: own, env: this.#scope(module, aroundOf(module, own)), name };
    if (kind === "class") return classValue(this.#cx, local.node, this.#scope(module, scope), name, false);
    if (kind === "other" && name === "arguments") {
      this.#cx.refuse(
        node,
        "unsupported-type",
        "arguments is what a function around was called with.",
        "Name its parameters.",
      );
    }
    if (own !== undefined) {
      const env = this.#scope(module, scope);
      const known = constantOf(own) ?? this.#derived(module, own, env);
      if (known !== undefined && (known.t !== "num" || this.#isInitialised(local))) return known;
    }
    const structure = structureOfLocal(module, local) ?? "unknown";
    this.#knowledge.places.set(name, { module, scope, name });
    return this.#argumentFor(module, name, structure);
  }

  /** Whether a name had its value before the function was made; otherwise it may be called too early. */
  #isInitialised({ node, scope }: Local): boolean {
    if (node.end > this.#node.start) return false;
    for (let s = aroundOf(this.#module, this.#node); s !== undefined && s !== scope; s = s.outer) {
      if (s.node.type === "FunctionDeclaration") return false;
    }
    return true;
  }

  /** A derivative that was made around the function: `const slope = grad(cost)`. */
  #derived(module: Module, node: Node, env: Env): Val | undefined {
    if (node.type !== "CallExpression") return undefined;
    const callee = bare(node.callee);
    const root = callee.type === "MemberExpression" ? callee.object : callee;
    if (root.type !== "Identifier" || namesOf(module.source.program).locals.has(root)) return undefined;
    return derives(module, callee) ? expression(this.#cx, node, env) : undefined;
  }

  #lookUp(module: Module, name: string, node: Node): Val | undefined {
    const d = module.declarations.get(name);
    if (d === undefined) return this.#found(module, name) ?? globalValue(name);
    switch (d.kind) {
      case "function":
        return { t: "fun", node: d.node, env: this.#root(module), name };
      case "constant":
        return this.#constant(module, d, name) ?? this.#elsewhere(module, name, node);
      case "import":
        return this.#imported(module, d, name, node);
      case "variable":
        if (this.#surroundings.thunks) {
          const pattern = d.node.id!;
          const annotated =
            pattern.type === "Identifier"
              ? structureFromType(pattern.typeAnnotation, module.types)
              : undefined;
          return (
            this.#argumentFor(module, name, annotated ?? "unknown") ?? this.#elsewhere(module, name, node)
          );
        }
        return this.#cx.refuse(
          node,
          "captured-variable-changes",
          `${name} is a variable of the module that changes.`,
          "Pass it in as a parameter, or declare it as const.",
        );
      default:
        if (isScalarFunction(module, d.node)) return this.#user(name);
        return classValue(this.#cx, d.node, this.#root(module), name, false);
    }
  }

  /** What another module holds is not seen by the one that a derivative is taken in, unless it is written out there for good. */
  #elsewhere(module: Module, name: string, node: Node): undefined {
    if (module === this.#module) return undefined;
    return this.#cx.refuse(
      node,
      "unknown-name",
      `${name} is declared in another module than the function that is differentiated, and may change there.`,
      "Pass it as a parameter, or say that it stays as it is: as const, or readonly number[].",
    );
  }

  #imported(
    module: Module,
    d: Extract<Declaration, { kind: "import" }>,
    name: string,
    node: Node,
  ): Val | undefined {
    if (d.from === "cotangent") {
      return { t: "builtin", id: d.imported === "*" ? "cotangent" : `cotangent.${d.imported}` };
    }
    const other = this.#surroundings.resolve(module, d.from);
    const there = other?.declarations.get(d.imported);
    if (
      other !== undefined &&
      (there?.kind === "function" ||
        (there?.kind === "constant" && (isConstant(there, other) || !this.#surroundings.thunks)))
    ) {
      return this.#lookUp(other, d.imported, node);
    }
    if (other !== undefined && there?.kind === "other") {
      return isScalarFunction(other, there.node) ? this.#user(name) : this.#lookUp(other, d.imported, node);
    }
    if (module === this.#module) return this.#argumentFor(module, name, "unknown");
    return this.#cx.refuse(
      node,
      "unknown-name",
      `${name} is not known here: it is imported from ${JSON.stringify(d.from)}, where no source of it was found.`,
      "Check the path and the name. Data from elsewhere can be imported by the module of the function that is differentiated, and passed on.",
    );
  }

  /** The class whose instances have a structure: it is declared in a module that was looked at. */
  #classOf(s: Structure): Class | undefined {
    const id = s.kind === "object" ? s.made : undefined;
    if (id === undefined) return undefined;
    for (const [module, env] of this.#roots) {
      for (const [name, d] of module.declarations) {
        if (d.kind === "other" && classId(d.node) === id)
          return classValue(this.#cx, d.node, env, name, false);
      }
    }
    return this.#cx.classes.get(id);
  }

  /** The class of something around: of `this`, that in one of whose fields the function is written; else it is made by `new`. */
  #classAround(module: Module, scope: Scope | undefined, name: string): Class | undefined {
    const field = scope?.node;
    const isThis = name === "this" && field?.type === "PropertyDefinition" && field.static !== true;
    const local = scope?.names.get(name);
    const own = module.declarations.get(name);
    const outer = scope === undefined && own?.kind === "constant" ? bare(own.init) : undefined;
    const init = local === undefined ? outer : valueOf(local);
    const called = init?.type === "NewExpression" ? init.callee.name : undefined;
    for (const [each, d] of module.declarations) {
      if (d.kind !== "other" || !(isThis ? membersOf(d.node).includes(field) : each === called)) continue;
      return isScalarFunction(module, d.node)
        ? undefined
        : classValue(this.#cx, d.node, this.#root(module), each, false);
    }
    return undefined;
  }

  /** The text that a node was read from, as a tree. */
  #programOf(node: Node): Node {
    for (const { source } of this.#roots.keys()) if (source.file === node.loc.source) return source.program;
    return this.#module.source.program;
  }

  /** A function with a derivative of its own: it is called, by its name. */
  #user(name: string): Val {
    // Only its name is written down; the class itself is found when the program is read.
    const stub = this.#users.get(name) ?? ({ name } as UserFunction);
    this.#users.set(name, stub);
    return { t: "builtin", id: name, user: stub };
  }

  #found(module: Module, name: string): Val | undefined {
    const found = (this.#around.get(module) ?? this.#surroundings).find(name);
    return found === undefined ? undefined : this.#valueOf(found, module, name);
  }

  #valueOf(found: Found, module: Module, name: string): Val | undefined {
    switch (found.kind) {
      case "number":
        return constant(found.value as number);
      case "boolean":
        return found.value === true ? TRUE : FALSE;
      case "text":
        return { t: "str", k: found.value as string };
      case "function":
        if (found.around !== undefined) this.#around.set(found.module, found.around);
        return { t: "fun", node: found.node, env: this.#root(found.module), name };
      case "class":
        return classValue(this.#cx, found.node, this.#root(found.module), name, false);
      case "derived": {
        const of = this.#valueOf(found.of, module, name);
        if (of?.t !== "fun" && of?.t !== "builtin") return undefined;
        const derivation = derivationFrom(found.transform, of, found.options);
        return { t: "builtin", id: `cotangent.${found.transform}`, derivation };
      }
      case "user":
        return { t: "builtin", id: name, user: found.function };
      case "library":
        return { t: "builtin", id: found.name === "*" ? "cotangent" : `cotangent.${found.name}` };
      default: {
        const { key, structure } = found;
        if (key !== undefined) this.#knowledge.places.set(key, { module, scope: undefined, name });
        return this.#argumentFor(module, name, structure, key);
      }
    }
  }

  /** Something from outside becomes a parameter: the first time it is met, all starts again. */
  #argumentFor(
    module: Module,
    name: string,
    structure: Structure | "unknown",
    key: string = name,
  ): Val | undefined {
    if (module !== this.#module && key === name) return undefined;
    this.#mustBeSeen(module, name, key);
    this.#outside.set(key, structure);
    return this.#knowledge.restart();
  }

  /** What is passed is read where the function was written: its name must not mean something else there. */
  #mustBeSeen(module: Module, name: string, key: string): void {
    if (key !== name) return;
    const seen = aroundOf(this.#module, this.#node)?.find(name);
    const meant = this.#knowledge.places.get(name)?.scope;
    if (seen?.scope === meant) return;
    this.#cx.refuse(
      seen?.pattern ?? this.#node,
      "unknown-name",
      `${this.#name} calls a function that uses another ${name}, which is hidden here.`,
      `Call one of the two ${name} something else.`,
    );
  }

  #constant(module: Module, d: ConstantDeclaration, name: string): Val | undefined {
    let env = this.#constants.get(d);
    if (env === undefined) {
      const init = bare(d.init);
      if (isFunction(init)) return { t: "fun", node: init, env: this.#root(module), name };
      if (!isConstant(d, module) && this.#surroundings.thunks) {
        const annotated =
          structureFromType(d.pattern.typeAnnotation, module.types) ?? structureOfNew(init, module.types);
        return this.#argumentFor(module, name, annotated ?? "unknown");
      }
      env = new Env(this.#root(module));
      this.#constants.set(d, env);
      const { b } = this.#cx;
      const before = b.size;
      this.#evaluate(d, env, name);
      // What needs values of the program must be there before everything else: start again.
      if (b.size > before) {
        this.#early.set(d, { module, name });
        this.#knowledge.restart();
      }
    }
    return this.#evaluated(env, name);
  }

  #evaluate(d: ConstantDeclaration, env: Env, name: string): void {
    const init = bare(d.init);
    const numbers = literalNumbers(init);
    const inMemory = this.#knowledge.site(init).memory === true || (numbers?.length ?? 0) > REGISTERS;
    if (numbers !== undefined && d.pattern.type === "Identifier" && d.fixed && inMemory) {
      env.variables.set(name, new Cell(dataArray(this.#cx, numbers, name), name, "outside"));
    } else bind(this.#cx, d.pattern, expression(this.#cx, init, env, name), env, "const");
  }

  #evaluated(env: Env, name: string): Val {
    const x = env.variables.get(name)?.value ?? NOTHING;
    return x;
  }
}

/** What is seen around a function. */
const aroundOf = (module: Module, node: Node): Scope | undefined =>
  namesOf(module.source.program).around.get(node);

/** Longer constant arrays are kept in memory. */
const REGISTERS = 8;

/** The names of a parameter's leaves. */
function namesOfLeaves(
  s: Structure,
  name: string,
): { readonly name: string; readonly ty: "f64" | "i32" | "array" | "tape" }[] {
  if (s.kind === "tuple" || s.kind === "object") {
    return children(s).flatMap(([key, e]) => namesOfLeaves(e, `${name}.${key}`));
  }
  return leafTypes(s).map((ty, i) => ({ name: i === 0 ? name : `${name}.${i}`, ty }));
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
