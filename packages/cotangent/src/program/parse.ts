import { AdError } from "../errors.ts";
import type { ErrorCode } from "../errors.ts";
import { nameOf } from "../real/real.ts";
import type { PrimitiveBase, UserFunction } from "../real/real.ts";
import { Builder, buildFunction } from "./builder.ts";
import type { ParameterSpec } from "./builder.ts";
import { kinds } from "./ir.ts";
import type { Attributes, Func, Kind, Location, Program, Region, Ty, Value } from "./ir.ts";
import { ANONYMOUS } from "./print.ts";

/** What the names in a text stand for. */
export interface Meaning {
  readonly primitives: Iterable<PrimitiveBase>;
  /** The user's functions, for programs that call any. */
  readonly functions?: Iterable<UserFunction>;
}

/** Reads the text that `print` writes. Refuses what it does not understand; whether the program is legal, `check` tells. */
export function parse(text: string, meaning: Meaning): Program {
  return new Parser(text, meaning).program();
}

/** A location, a text in quotes, a number, a word (error codes have hyphens), or a sign. */
const TOKEN =
  /@(?:"(?:[^"\\]|\\.)*")?:\d+:\d+|"(?:[^"\\]|\\.)*"|-?(?:Infinity|\d+(?:\.\d+)?(?:e[-+]?\d+)?)|[A-Za-z_$][\w$.]*(?:-[A-Za-z]+)*|[^\s\w]/g;
const TYPES: ReadonlySet<string> = new Set<Ty>(["f64", "i32", "array", "tape"]);
const END = "end of text";

class Parser {
  readonly #text: string;
  readonly #tokens: RegExpExecArray[];
  readonly #primitives: ReadonlyMap<string, PrimitiveBase>;
  readonly #functions: ReadonlyMap<string, UserFunction>;
  #at = 0;
  #b = new Builder();
  /** The values of the function being read, by their names. */
  #values = new Map<string, Value>();

  constructor(text: string, meaning: Meaning) {
    this.#text = text;
    this.#tokens = [...text.matchAll(TOKEN)];
    this.#primitives = new Map(Array.from(meaning.primitives, (f) => [f.id, f]));
    this.#functions = new Map(Array.from(meaning.functions ?? [], (f) => [nameOf(f), f]));
  }

  program(): Program {
    const functions: Func[] = [];
    while (this.#peek() !== END) functions.push(this.#function());
    return { functions };
  }

  // Tokens

  #peek(): string {
    return this.#tokens[this.#at]?.[0] ?? END;
  }

  #next(): string {
    const token = this.#peek();
    this.#at++;
    return token;
  }

  #wrong(problem: string, at = this.#at - 1): AdError {
    const before = this.#text.slice(0, this.#tokens[at]?.index ?? this.#text.length).split("\n");
    const where = `line ${before.length}, column ${before.at(-1)!.length + 1}`;
    return new AdError(
      "malformed-program",
      `${problem} (${where} of the program's text)`,
      "Parse what print() wrote, with a library of the same version.",
    );
  }

  #expect(...tokens: string[]): void {
    for (const token of tokens) {
      const got = this.#next();
      if (got !== token) throw this.#wrong(`Expected ${token}, found ${got}.`);
    }
  }

  #take(token: string): boolean {
    if (this.#peek() !== token) return false;
    this.#at++;
    return true;
  }

  #separated<T>(close: string, read: () => T): T[] {
    const list: T[] = [];
    if (this.#take(close)) return list;
    do list.push(read());
    while (this.#take(","));
    this.#expect(close);
    return list;
  }

  #number(): number {
    const token = this.#next();
    const x = Number(token);
    if (Number.isNaN(x) && token !== "NaN") throw this.#wrong(`Expected a number, found ${token}.`);
    return x;
  }

  #string(): string {
    const token = this.#next();
    if (!token.startsWith('"')) throw this.#wrong(`Expected a text in quotes, found ${token}.`);
    return JSON.parse(token) as string;
  }

  #type(): Ty {
    const token = this.#next();
    if (!TYPES.has(token)) throw this.#wrong(`Expected a type, found ${token}.`);
    return token as Ty;
  }

  /** `: f64, i32`, or nothing. */
  #types(): Ty[] {
    const list: Ty[] = [];
    if (this.#take(":")) {
      do list.push(this.#type());
      while (this.#take(","));
    }
    return list;
  }

  // Values

  #use(): Value {
    const name = this.#next();
    const value = this.#values.get(name);
    if (value === undefined) throw this.#wrong(`There is no value ${name} here.`);
    return value;
  }

  #define(name: string, value: Value | undefined): void {
    if (value === undefined) throw this.#wrong(`There is nothing to be called ${name}.`);
    if (this.#values.has(name)) throw this.#wrong(`There are two values ${name}.`);
    value.name = ANONYMOUS.test(name) ? undefined : name;
    this.#values.set(name, value);
  }

  // Functions and regions

  #function(): Func {
    this.#expect("function");
    const name = this.#next();
    this.#expect("(");
    const params = this.#separated(")", (): ParameterSpec => {
      const param = this.#next();
      this.#expect(":");
      return { name: param, ty: this.#type(), noalias: this.#take("noalias") };
    });
    this.#types();
    const pullback = this.#take("pullback") ? this.#next() : undefined;
    this.#expect("{");
    this.#b = new Builder();
    this.#values = new Map();
    const write = (_: Builder, args: readonly Value[]): readonly Value[] => {
      args.forEach((arg, i) => this.#define(params[i]!.name, arg));
      return this.#body("return");
    };
    return buildFunction(name, params, write, { pullback, builder: this.#b });
  }

  /** Operations and what they yield, up to the closing brace. */
  #body(end: "yield" | "return"): Value[] {
    const yields: Value[] = [];
    while (!this.#take("}")) {
      if (this.#take(end)) {
        do yields.push(this.#use());
        while (this.#take(","));
      } else {
        this.#operation();
      }
    }
    return yields;
  }

  #operation(): void {
    const start = this.#at;
    const names = [this.#next()];
    while (this.#take(",")) names.push(this.#next());
    if (!this.#take("=")) {
      names.length = 0;
      this.#at = start;
    }
    // The location stands at the end, but the builder wants it first; nested operations have locations of their own.
    const { kind, args, attr, types, regions } = this.#described();
    this.#b.loc = this.#location();
    const results = this.#b.emit(kind, args, attr as never, types, regions);
    if (names.length !== results.length) {
      throw this.#wrong(`${kind} has ${results.length} results, not ${names.length}.`);
    }
    names.forEach((name, i) => this.#define(name, results[i]));
  }

  #location(): Location | undefined {
    const token = this.#peek();
    const match = /^@("(?:[^"\\]|\\.)*")?:(\d+):(\d+)$/.exec(token);
    if (match === null) return undefined;
    this.#at++;
    const place = { line: Number(match[2]), column: Number(match[3]) };
    return match[1] === undefined ? place : { file: JSON.parse(match[1]) as string, ...place };
  }

  #args(): Value[] {
    this.#expect("(");
    return this.#separated(")", () => this.#use());
  }

  #described(): Described {
    const word = this.#next();
    switch (word) {
      case "f64":
      case "i32":
        return { kind: "constant", args: [], attr: this.#number(), types: [word] };
      case "data":
        this.#expect("[");
        return { kind: word, args: [], attr: Float64Array.from(this.#separated("]", () => this.#number())) };
      case "f64.index":
      case "bound":
        return { kind: word, args: this.#args(), attr: { name: this.#string() } };
      case "fail": {
        const args = this.#args();
        const code = this.#next() as ErrorCode;
        return { kind: word, args, attr: { code, message: this.#string(), remedy: this.#string() } };
      }
      case "select": {
        const args = this.#args();
        return { kind: word, args, types: args.slice(1, 2).map((v) => v.ty) };
      }
      case "call": {
        const callee = this.#next();
        return { kind: word, args: this.#args(), attr: { callee }, types: this.#types() };
      }
      case "external":
        return this.#external();
      case "tape.allocate": {
        const args = this.#args();
        this.#expect("[");
        const slots = this.#separated("]", () => this.#type());
        return { kind: word, args, attr: { slots, growable: this.#take("growable") } };
      }
      case "tape.store":
        return { kind: word, args: this.#args(), attr: this.#slot() };
      case "tape.load":
        return { kind: word, args: this.#args(), attr: this.#slot(), types: this.#types() };
      case "for":
        return this.#for();
      case "while":
        return this.#while();
      case "if":
        return this.#if();
      default:
        return this.#named(word);
    }
  }

  /** What is written as its name and its arguments: a kind from the table, or a primitive. */
  #named(word: string): Described {
    const info = Object.hasOwn(kinds, word) ? kinds[word as Kind] : undefined;
    if (info !== undefined && info.results !== "stated" && word !== "primitive") {
      return { kind: word as Kind, args: this.#args() };
    }
    const attr = this.#primitives.get(word);
    if (attr === undefined) throw this.#wrong(`There is no operation and no primitive called ${word}.`);
    return { kind: "primitive", args: this.#args(), attr };
  }

  #slot(): Attributes["tape.store"] {
    this.#expect("slot");
    return { slot: this.#number() };
  }

  #external(): Described {
    const half = this.#next() as Attributes["external"]["half"];
    const name = this.#string();
    const f = this.#functions.get(name);
    if (f === undefined) throw this.#wrong(`The function ${name} was not given.`);
    const args = this.#args();
    const types = half === "forward" ? (["f64"] as const) : args.slice(1).map((): Ty => "f64");
    return { kind: "external", args, attr: { function: f, half }, types };
  }

  /** `(x = x0, y = y0)`, or nothing: the names of the carries and their first values. */
  #carries(): { names: string[]; inits: Value[] } {
    const pairs = this.#take("(")
      ? this.#separated(")", () => {
          const name = this.#next();
          this.#expect("=");
          return [name, this.#use()] as const;
        })
      : [];
    return { names: pairs.map(([name]) => name), inits: pairs.map(([, init]) => init) };
  }

  #region(names: readonly string[], types: readonly Ty[]): Region {
    this.#expect("{");
    return this.#b.region(types, (...args) => {
      names.forEach((name, i) => this.#define(name, args[i]));
      return this.#body("yield");
    });
  }

  #for(): Described {
    const index = this.#next();
    this.#expect("=");
    const lo = this.#use();
    this.#expect("to");
    const hi = this.#use();
    const step = this.#take("step") ? this.#number() : 1;
    const attr = this.#take("checkpoint") ? { step, checkpoint: true } : { step };
    const { names, inits } = this.#carries();
    const types = inits.map((v) => v.ty);
    const region = this.#region([index, ...names], ["i32", ...types]);
    return { kind: "for", args: [lo, hi, ...inits], attr, types, regions: [region] };
  }

  #while(): Described {
    const attr = this.#take("checkpoint") ? { checkpoint: true } : {};
    const { names, inits } = this.#carries();
    const types = inits.map((v) => v.ty);
    const test = this.#region(names, types);
    this.#expect("do", "(");
    const again = this.#separated(")", () => this.#next());
    const body = this.#region(again, types);
    return { kind: "while", args: inits, attr, types: [...types, "i32"], regions: [test, body] };
  }

  #if(): Described {
    const condition = this.#use();
    const then = this.#region([], []);
    this.#expect("else");
    const otherwise = this.#region([], []);
    const types = then.yields.map((v) => v.ty);
    return { kind: "if", args: [condition], types, regions: [then, otherwise] };
  }
}

/** An operation as read: what `Builder.emit` wants, but for the location. */
interface Described {
  readonly kind: Kind;
  readonly args: readonly Value[];
  readonly attr?: unknown;
  readonly types?: readonly Ty[];
  readonly regions?: readonly Region[];
}
