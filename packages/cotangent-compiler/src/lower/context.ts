/** What all parts of the lowering share: the program being written, what is assigned where, and how to refuse. */
import type { ErrorCode } from "cotangent";
import { Builder } from "cotangent/program";
import type { Func, Specialisation, Structure, Ty, Value } from "cotangent/program";

import { locationOf } from "../ast.ts";
import type { Node } from "../ast.ts";
import type { Scope } from "../scopes.ts";
import { refuse } from "../source.ts";
import type { CompileError, SourceText } from "../errors.ts";
import type { Module } from "./module.ts";
import type { TypeScope } from "./types.ts";
import { Cell } from "./values.ts";
import type { Callee, Class, Derived, Env, Fun, Poison, Val } from "./values.ts";

/** What we learned of a literal (or other place that makes an array or a function) and start again for. */
export interface Site {
  /** A literal needs memory, because an index into it is computed. */
  memory?: boolean;
  /** Something is pushed to the array. */
  growable?: boolean;
  /** What the array holds. */
  element?: Structure;
  /** What is taken out of an array here is kept as it is there, because it may be replaced. */
  kept?: boolean;
  /** The function calls itself. */
  recursive?: boolean;
}

/** What we learned of an argument. */
export interface Guess {
  kind: "number" | "integer" | "boolean" | "text" | "array" | "object";
  /** Names of the fields that are used. */
  fields: string[];
}

/** Thrown when something was learned that must be known from the start. */
export class Restart extends Error {
  static readonly instance: Restart = new Restart();
}

/** Where a name is declared: by a module, or in a scope of it. */
interface Place {
  readonly module: Module;
  readonly scope: Scope | undefined;
  readonly name: string;
}

/** What is known across restarts. */
export class Knowledge {
  readonly sites: Map<Node, Site> = new Map();
  readonly guesses: Map<string, Guess> = new Map();
  /** Lists in arguments, by their paths, that become longer or shorter. */
  readonly resized: Set<string> = new Set();
  /** With what texts in arguments are compared, by their paths. */
  readonly texts: Map<string, string[]> = new Map();
  /** What recursive functions return, by the name of the function. */
  readonly results: Map<string, Structure> = new Map();
  /** What went wrong where one was taken to return something that it does not, by the same names. */
  readonly wrongGuesses: Map<string, readonly CompileError[]> = new Map();
  /** Recursive functions that write in place to what they are passed, by the same names. */
  readonly editing: Set<string> = new Set();
  /** Whose name something from outside is, where that is not the module of the function that is lowered: the name there. */
  readonly places: Map<string, Place> = new Map();

  site(node: Node): Site {
    let site = this.sites.get(node);
    if (site === undefined) this.sites.set(node, (site = {}));
    return site;
  }

  /** From now on what is taken out of its array at these places is kept as it is there: it may be replaced. */
  keep(sites: readonly Node[]): void {
    const open = sites.filter((node) => this.site(node).kept !== true);
    if (open.length === 0) return;
    for (const node of open) this.site(node).kept = true;
    this.restart();
  }

  restart(): never {
    throw Restart.instance;
  }
}

/** A function whose body is being lowered. */
export interface Frame {
  readonly fun: Fun;
  readonly args: readonly Val[];
  /** Bool: whether it has returned. */
  readonly returned: Cell;
  readonly result: Cell;
  /** The loops around, innermost last. */
  readonly loops: Loop[];
}

/** A loop, or a labelled statement. */
export interface Loop {
  readonly labels: readonly string[];
  readonly iterates: boolean;
  /** Bool: whether it was left. */
  readonly broken: Cell;
  /** Bool: whether this iteration is over. */
  readonly continued: Cell;
}

/** More than this is no function but a mistake. */
const MOST_STEPS = 500_000;

/** The parts of the lowering, as they call each other. */
export interface Parts {
  /** What an expression is; `name`: what its value will be called. */
  expression(node: Node, env: Env, name?: string): Val;
  callExpression(node: Node, env: Env, name: string | undefined): Val;
  newExpression(node: Node, env: Env, name: string | undefined): Val;
  /** A statement in a scope of its own. */
  block(node: Node, env: Env): void;
  /** A declaration of variables. */
  declare(node: Node, env: Env): void;
  /** The first value of a variable or a field that may have a type. */
  initial(pattern: Node, init: Node, env: Env, name: string | undefined): Val;
  /** The class of which instances are that have a structure. */
  classOf(s: Structure): Class | undefined;
  /** The class of something passed in of which nothing else is known, by its path. */
  classAt(path: string): Class | undefined;
  /** Whether other modules can assign to what belongs to a class. */
  isExported(declared: Node): boolean;
  /** The module that something is written in. */
  programOf(node: Node): Node;
  /** The body of a function, here and now. */
  body(fun: Fun, args: readonly Val[]): Val;
  /** Calls a derivative. */
  derivative(f: Derived, args: readonly Val[], site: Node): Val;
  /** A function written in the language, for one call. */
  prelude(call: Node, key: string, text: string): Fun;
  call(fun: Fun, args: readonly Val[], site: Node): Val;
  /** The same for whatever can be called. */
  apply(f: Val, args: readonly Val[], site: Node): Val;
  /** Assigns to a pattern; `declare` makes new variables. */
  bind(pattern: Node, value: Val, env: Env, declare: "const" | "let" | null): void;
}

export class Context {
  b: Builder;
  readonly source: SourceText;
  /** The texts of other modules, by their files. */
  readonly sources: Map<string | undefined, SourceText> = new Map();
  readonly knowledge: Knowledge;
  readonly frames: Frame[] = [];
  readonly callees: Map<string, Callee> = new Map();
  /** Classes by what structures of their instances say of them. */
  readonly classes: Map<string, Class> = new Map();
  /** Functions of derivatives, by their names. */
  readonly derived: Map<string, Func> = new Map();
  /** Transforms of functions, each with its functions among `derived`. */
  readonly transforms: Map<string, Specialisation> = new Map();
  /** Calls of which is asked whether they give undefined: taking something from an empty list does. */
  readonly asked: Set<Node> = new Set();
  /** How many loops (and branches) are being run on trial. */
  dry = 0;
  /** The call of `checkpoint` that loops written now belong to. */
  checkpoint: Node | null = null;
  /** Set where memory is read or written, or where something may throw. */
  impure = false;
  parts!: Parts;
  /** What is being written. */
  here!: Node;
  /** The types that annotations may name. */
  types: TypeScope = new Map();
  /** Before the first change of each cell in the innermost region. */
  #log: Map<Cell, Val> = new Map();
  #reads: Set<Cell> | null = null;
  #steps = 0;
  readonly #instances: Map<Env, number> = new Map();

  constructor(source: SourceText, knowledge: Knowledge, b: Builder) {
    this.source = source;
    this.knowledge = knowledge;
    this.b = b;
  }

  /** Numbers the scopes in which functions are made: the same function elsewhere is another one. */
  instance(env: Env): number {
    let id = this.#instances.get(env);
    if (id === undefined) this.#instances.set(env, (id = this.#instances.size));
    return id;
  }

  /** Runs `body` as what belongs to this call of `checkpoint`, or to none. */
  under<T>(checkpoint: Node | null, body: () => T): T {
    const outer = this.checkpoint;
    this.checkpoint = checkpoint;
    try {
      return body();
    } finally {
      this.checkpoint = outer;
    }
  }

  /** The text that a node was read from. */
  textOf(node: Node): SourceText {
    return this.sources.get(node.loc.source) ?? this.source;
  }

  get frame(): Frame {
    return this.frames.at(-1)!;
  }

  refuse(node: Node, code: ErrorCode, problem: string, remedy: string): never {
    return refuse(this.textOf(node), node, code, problem, remedy);
  }

  /** Refuses a call of `id`. */
  unsupportedCall(
    id: string,
    node: Node,
    remedy: string = "Only Math, arrays' methods, the library's own functions and functions of this module can be called.",
  ): never {
    const random = id === "Math.random";
    return this.refuse(
      node,
      "unsupported-call",
      random
        ? "Math.random gives something else at each call: there is no derivative."
        : `${id} cannot be called here.`,
      random ? "Pass random numbers in as arguments, or compute them from a seed." : remedy,
    );
  }

  /** Everything written from now on belongs to this place of the source. */
  at(node: Node): void {
    this.here = node;
    this.b.loc = locationOf(node);
    if (++this.#steps > MOST_STEPS) {
      this.refuse(
        node,
        "too-large",
        "The function becomes too large when everything that it calls is inlined.",
        "Replace repeated nested calls by loops.",
      );
    }
  }

  /** The same, after the parts of an expression have been written. */
  back(node: Node): void {
    this.here = node;
    this.b.loc = locationOf(node);
  }

  read(cell: Cell): Val {
    this.#reads?.add(cell);
    return cell.value;
  }

  write(cell: Cell, value: Val): void {
    if (!this.#log.has(cell)) this.#log.set(cell, cell.value);
    cell.value = value;
  }

  /** Which cells `body` reads, and whether it does more than compute. */
  observe<T>(body: () => T): {
    readonly result: T;
    readonly reads: ReadonlySet<Cell>;
    readonly impure: boolean;
  } {
    const [outer, wasImpure] = [this.#reads, this.impure];
    const reads = (this.#reads = new Set<Cell>());
    this.impure = false;
    try {
      const result = body();
      return { result, reads, impure: this.impure };
    } finally {
      this.#reads = outer;
      for (const cell of reads) outer?.add(cell);
      this.impure ||= wasImpure;
    }
  }

  /**
   * Runs `body` and takes back what it assigned.
   * @returns the cells that existed before, with what was assigned to them
   */
  collect(body: () => void): Map<Cell, Val> {
    const outer = this.#log;
    const log = (this.#log = new Map<Cell, Val>());
    const first = Cell.next;
    const changed = new Map<Cell, Val>();
    try {
      body();
    } finally {
      this.#log = outer;
      for (const [cell, before] of log) {
        // What was made inside keeps its contents: whatever holds it needs them.
        if (cell.id >= first) continue;
        if (cell.value !== before) changed.set(cell, cell.value);
        cell.value = before;
      }
    }
    return changed;
  }

  /** Runs `body` on trial: what it writes into the program is thrown away. `types` are those of values it is given. */
  trial<T>(types: readonly Ty[], body: (...args: Value[]) => T): T {
    const { b } = this;
    const scratch = new Builder();
    scratch.loc = b.loc;
    this.b = scratch;
    this.dry++;
    let result!: T;
    try {
      scratch.region(types, (...args) => {
        result = body(...args);
        return [];
      });
    } finally {
      this.b = b;
      this.dry--;
    }
    return result;
  }

  /** From now on a function of its own is written; returns how to come back. */
  apart(b: Builder): () => void {
    const { b: outer, dry, checkpoint } = this;
    const frames = this.frames.splice(0);
    this.b = b;
    this.dry = 0;
    this.checkpoint = null;
    return () => {
      this.b = outer;
      this.checkpoint = checkpoint;
      this.dry = dry;
      this.frames.push(...frames);
    };
  }

  /** Narrows what a variable is known to be, without counting as an assignment; returns how to undo it. */
  narrow(cell: Cell, value: Val): () => void {
    const before = cell.value;
    if (!this.#log.has(cell)) this.#log.set(cell, before);
    cell.value = value;
    return () => {
      if (cell.value === value) cell.value = before;
    };
  }

  /** The value of a poisoned variable. */
  poisoned(node: Node, poison: Poison): never {
    return this.refuse(
      node,
      "aliased-structure",
      poison.reason,
      poison.remedy ?? "Give it one kind of value on all paths, with the same fields.",
    );
  }
}
