/**
 * What is known of a JavaScript value while its function is being lowered. Numbers, truth and arrays become values of the
 * program; objects, tuples and functions exist only here, so that they cost nothing when the program runs.
 */
import type { Selection } from "cotangent/differentiate";
import type { Func, Structure, UserFunction, Value } from "cotangent/program";

import type { Node } from "../ast.ts";
import type { Sharing, Taken } from "./sharing.ts";

export type Val =
  | Num
  | Bool
  | Str
  | Text
  | Nothing
  | Maybe
  | Obj
  | Place
  | Vec
  | Fun
  | Class
  | Choice
  | Builtin
  | Unknown
  | Poison
  | Raw;

/** A number: a constant (`k`), an integer of 32 bits (`int`: then `i` is the number), or any f64. */
export interface Num {
  readonly t: "num";
  readonly k?: number | undefined;
  /** The number as an f64. */
  readonly f?: Value | undefined;
  /**
   * As an i32. Where `int` does not hold, the number modulo 2^32: usable as an index where the number itself would be,
   * because what it is made of are integers between `lo` and `hi`.
   */
  readonly i?: Value | undefined;
  readonly int: boolean;
  readonly lo: number;
  readonly hi: number;
  /** It is the exact quotient of two integers. */
  readonly quotient?: { readonly of: Num; readonly by: number };
  /** The argument that it is: used as an index or a bound, it is checked at the call and becomes an integer. */
  readonly leaf?: string | undefined;
  /** An element of an array in which some may be undefined: NaN stands for that. */
  readonly hole?: boolean | undefined;
  /** An element of something passed in that is taken for a number, since nothing else is known: its path. */
  readonly guessed?: string | undefined;
}

/** true or false: 1 or 0. */
export interface Bool {
  readonly t: "bool";
  readonly k?: boolean | undefined;
  readonly v?: Value | undefined;
  /** Of an argument that is taken for a boolean because it is tested: its name. It may turn out to be a number. */
  readonly guessed?: string | undefined;
}

/** A text; it must be known when compiling. */
export interface Str {
  readonly t: "str";
  readonly k: string;
}

/** One of several texts: which one, the run decides. */
export interface Text {
  readonly t: "text";
  readonly of: readonly string[];
  /** Which of these, an i32; -1: none. */
  readonly v: Value;
  /** Of an argument that may be any text, undefined (-2) or null (-3): its path. */
  readonly at?: string | undefined;
}

/** undefined or null. */
export interface Nothing {
  readonly t: "nothing";
  /** Nobody will read it: what another path gives counts. */
  readonly unset?: true;
  /** null, or a text or function in an argument, of which nothing more is known; else undefined. */
  readonly is?: "null" | "label" | undefined;
  /** Of a text or function in an argument: its path. */
  readonly at?: string | undefined;
}

/** A value on some paths, undefined or null on others. */
export interface Maybe {
  readonly t: "maybe";
  readonly present: Bool;
  /** Means something only where it is present. */
  readonly value: Val;
  /** What it is otherwise. */
  readonly absent: Nothing;
}

/** A tuple or an object, in registers. */
export interface Obj {
  readonly t: "obj";
  readonly tuple: boolean;
  readonly fields: ReadonlyMap<string, Cell>;
  /** The literal that makes it. */
  readonly site: Node | undefined;
  /** It is one of several objects, which one depends on the run: it may be read but not written. */
  readonly merged: boolean;
  /** Why it must not be written to. */
  readonly readonly?: string | undefined;
  /** Of something passed in of which nothing is known but the fields that were used so far: its path. */
  readonly guessed?: string | undefined;
  /** The class that it is an instance of. */
  readonly made?: Class | undefined;
  /** What gets and sets fields that are no variables: `get length() { ... }` in a literal. */
  readonly accessors?: ReadonlyMap<string, Accessor> | undefined;
}

/** A field that functions get and set. */
export interface Accessor {
  readonly t: "accessor";
  readonly get: Fun | undefined;
  readonly set: Fun | undefined;
}

/** A class of the user's. */
export interface Class {
  readonly t: "class";
  readonly node: Node;
  readonly env: Env;
  readonly name: string;
  /** What structures of its instances say of it. */
  readonly id: string;
  /** It uses nothing of a function around: instances are told by their structure. */
  readonly isOne: boolean;
  readonly parent: Class | undefined;
}

/** A tuple or an object in an array. */
export interface Place {
  readonly t: "place";
  readonly store: Store;
  readonly structure: Structure;
  /** Where in the store's block it begins. */
  readonly base: Value;
  /** Which of the store's nested arrays its first one is. */
  readonly sub: number;
  readonly epoch: number;
  /** How often what it is in, or itself, had been replaced in its record when it was taken. */
  readonly inner: number;
  /** Where in the records of the store it is: the keys, joined by dots. */
  readonly path: string;
  /** Where in the source it was taken out of its array. */
  readonly taken?: readonly Node[];
  /** Where in the store's array it was; undefined: somewhere; "none": it is there no more. */
  readonly from?: Taken | "none";
}

/** What is done to the tuples and objects in a store, by where in a record they are: they are copies of what was passed. */
export class Touched {
  #root: Touched = this;
  /** These were replaced by others. */
  readonly #replaced: Set<string> = new Set();
  /** Of these, something was assigned to. */
  readonly #edited: Set<string> = new Set();

  #find(): Touched {
    return this.#root === this ? this : this.#root.#find();
  }

  get replaced(): ReadonlySet<string> {
    return this.#find().#replaced;
  }

  get edited(): ReadonlySet<string> {
    return this.#find().#edited;
  }

  replace(path: string): void {
    this.#find().#replaced.add(path);
  }

  edit(path: string): void {
    this.#find().#edited.add(path);
  }

  /** The same is done to the other from now on. */
  join(other: Touched): void {
    const [a, b] = [this.#find(), other.#find()];
    if (a === b) return;
    b.copyTo(a);
    b.#root = a;
  }

  /** Whatever is done to this is done there. */
  copyTo(other: Touched): void {
    this.replaced.forEach((path) => other.replace(path));
    this.edited.forEach((path) => other.edit(path));
  }
}

/** A block of records, which grows where something is pushed. */
export interface Store {
  readonly element: Structure;
  readonly stride: number;
  /** Holds a Raw array. */
  readonly block: Cell;
  /** The blocks of the arrays in the records, in order. */
  readonly sub: readonly Store[];
  /** How many records are in use, where rows are put into it; else null. */
  readonly used: Cell | null;
  /** Counts how often whole records were replaced, or rows grew. */
  epoch: number;
  /** The same of the tuples and objects that are nested in records, by where in these they are. */
  readonly inner: Map<string, number>;
  readonly touched: Touched;
  /** Which other blocks have copies of the same objects or rows. */
  readonly sharing: Sharing;
  /** It holds the rows of an array of arrays. */
  readonly isPool: boolean;
  /** Records were taken off its end: others may come to lie where they were. */
  shrinks?: boolean;
  /** Elements may be undefined: they were not assigned yet. */
  holes?: boolean;
  /** Rows begin as `[]` here, to be filled one element after the other. */
  grows?: boolean;
  /** Of something passed in that is known by its use alone: the path of its elements. */
  guessed?: string;
  /** The literal or call that made it. */
  readonly site: Node | undefined;
}

/** An array: all of a store's records, or some of them. */
export interface Vec {
  readonly t: "vec";
  readonly store: Store;
  /** Holds a Raw i32: the record where it begins; null: at the first. */
  readonly offset: Cell | null;
  /** Where the array itself is kept, of an array in an array. */
  readonly home: Home | undefined;
  /** Holds a Num. */
  readonly length: Cell;
  readonly growable: boolean;
  /** Its block may be longer than it is itself: it grew, or may be one that did. */
  readonly slack: boolean;
  /** Why it must not be written to. */
  readonly readonly: string | undefined;
  readonly typed: boolean;
  /** Of a list in an argument: its path. */
  readonly passed: string | undefined;
  readonly site: Node | undefined;
  readonly name: string | undefined;
  readonly merged: boolean;
}

/** The record that describes a row, and how often rows had grown when it was read. */
export interface Home {
  readonly store: Store;
  readonly base: Value;
  epoch: number;
}

/** A function of the user's, with the variables that it sees. */
export interface Fun {
  readonly t: "fun";
  readonly node: Node;
  readonly env: Env;
  readonly name: string;
  /** Holds what `this` is in it. */
  readonly self?: Cell | undefined;
  /** The class that it is a method of. */
  readonly home?: Class | undefined;
}

/** A function or object of the language's or the library's. */
export interface Builtin {
  readonly t: "builtin";
  /** `Math`, `Math.sin`, `cotangent.sin`, `Float64Array`. */
  readonly id: string;
  /** Of a class with forward and backward: the class. */
  readonly user?: UserFunction;
  /** Of a derivative: of what. */
  readonly derivation?: Derivation;
  /** Of what `vjp` gives: the function, and what it was called with. */
  readonly pullback?: Pullback;
}

/** One of several functions: which one, the run decides. */
export interface Choice {
  readonly t: "choice";
  readonly of: readonly (Fun | Builtin)[];
  /** Which of these, an i32. */
  readonly v: Value;
}

/** A derivative of a function. */
export type Derived = Builtin & { readonly derivation: Derivation };

/** `grad(f)` and the like. */
export interface Derivation {
  readonly transform: "grad" | "valueAndGrad" | "jvp" | "vjp" | "jacobian" | "hessian" | "hvp" | "derivative";
  readonly of: Fun | Derived;
  /** Which arguments; undefined: all. */
  readonly wrt: Selection;
  readonly order: number;
}

/** A call of a function that can be run back again. */
export interface Pullback {
  readonly of: Fun | Derived;
  readonly outlined: Outlined;
}

/** A function written apart, and what to pass to it. */
export interface Outlined {
  readonly callee: Callee;
  /** Those of the arguments. */
  readonly structures: readonly Structure[];
  /** Those of the variables that it sees outside itself. */
  readonly free: readonly Structure[];
  /** The leaves of the arguments. */
  readonly own: readonly Value[];
  /** The same, then those of the variables. */
  readonly leaves: readonly Value[];
  /** The variables. */
  readonly outside: readonly Cell[];
}

/** A function of the program that is called, not inlined. */
export interface Callee {
  readonly name: string;
  /** What tells it from others, in all rounds. */
  readonly key: string;
  func: Func | undefined;
  result: Structure;
  /** What it does to the stores that it is passed, in the order of their leaves; undefined while that is not known. */
  touched: readonly Touched[] | undefined;
}

/** An argument of which nothing is known yet but its path. */
interface Unknown {
  readonly t: "unknown";
  readonly path: string;
  /** The module that it is imported from, if it is: what is there was not found when it was compiled. */
  readonly from: string | undefined;
}

/** A variable that holds different kinds of things on different paths: an error when read. */
export interface Poison {
  readonly t: "poison";
  readonly reason: string;
  /** What to do about it, if not to give it one kind of value. */
  readonly remedy?: string;
}

/** A value of the program, in cells of our own. */
export interface Raw {
  readonly t: "raw";
  readonly v: Value;
}

/** A place that holds a value: a variable, a field, what an array is made of. */
export class Cell {
  static #count = 0;
  /** Cells are numbered as they are made. */
  readonly id: number = Cell.#count++;
  readonly name: string | undefined;
  /** Why nothing may be assigned to it: it is a `const`, or belongs to what is around the function. */
  readonly constant: "constant" | "outside" | undefined;
  /** Only `Context.write` changes it, which keeps track. */
  value: Val;

  constructor(value: Val, name?: string, constant?: "constant" | "outside") {
    this.value = value;
    this.name = name;
    this.constant = constant;
  }

  /** The number of the next cell. */
  static get next(): number {
    return Cell.#count;
  }
}

/** The variables that are seen from somewhere. */
export class Env {
  readonly variables: Map<string, Cell> = new Map();
  readonly parent: Env | null;
  /** Looks for a name that no scope declares. */
  readonly outer: ((name: string, node: Node) => Val | undefined) | undefined;

  constructor(parent: Env | null, outer?: (name: string, node: Node) => Val | undefined) {
    this.parent = parent;
    this.outer = outer;
  }

  find(name: string, node: Node): Cell | Val | undefined {
    return this.variables.get(name) ?? this.outer?.(name, node) ?? this.parent?.find(name, node);
  }
}

export const I32_MIN: number = -(2 ** 31);
export const I32_MAX: number = 2 ** 31 - 1;
/** No array has more elements: 4 GB of numbers. */
export const LONGEST: number = 2 ** 29;

export const NOTHING: Nothing = { t: "nothing" };
export const NULL: Nothing = { t: "nothing", is: "null" };
export const UNSET: Nothing = { t: "nothing", unset: true };
export const isI32 = (x: number): boolean => x === (x | 0) && !Object.is(x, -0);

/** A constant. */
export function constant(k: number): Num {
  const int = isI32(k);
  return { t: "num", k, int, lo: int ? k : -Infinity, hi: int ? k : Infinity };
}

/** Any number. */
export const number = (f: Value): Num => ({ t: "num", f, int: false, lo: -Infinity, hi: Infinity });
/** An integer of 32 bits between two bounds. */
export const integer = (i: Value, lo: number = I32_MIN, hi: number = I32_MAX): Num => ({
  t: "num",
  i,
  int: true,
  lo,
  hi,
});
/** A length. */
export const size = (i: Value): Num => integer(i, 0, LONGEST);
export const bool = (v: Value): Bool => ({ t: "bool", v });
export const TRUE: Bool = { t: "bool", k: true };
export const FALSE: Bool = { t: "bool", k: false };

/** The path of something passed in of which nothing else is known, or nothing but that it could be a number. */
export function openPath(v: Val): string | undefined {
  if (v.t === "unknown") return v.path;
  return v.t === "num" ? v.guessed : undefined;
}

/** Which function it is is known when compiling: it takes no part in what is passed when the program runs. */
export const isStatic = (v: Val): v is Fun | Builtin => v.t === "fun" || v.t === "builtin";

/** How a message calls what `v` is. */
export function kindOf(v: Val): string {
  switch (v.t) {
    case "num":
      return "a number";
    case "bool":
      return "a boolean";
    case "str":
      return `the text ${JSON.stringify(v.k)}`;
    case "text":
      return "a text";
    case "nothing":
      return v.is === "label" ? "a text or a function in an argument" : (v.is ?? "undefined");
    case "maybe":
      return `${kindOf(v.value)} or ${kindOf(v.absent)}`;
    case "obj":
      return v.made === undefined ? (v.tuple ? "a tuple" : "an object") : `an instance of ${v.made.name}`;
    case "choice":
      return `one of the functions ${v.of.map((f) => (f.t === "fun" ? f.name : f.id)).join(", ")}`;
    case "class":
      return `the class ${v.name}`;
    case "place":
      return v.structure.kind === "tuple" ? "a tuple" : "an object";
    case "vec":
      return "an array";
    case "fun":
      return `the function ${v.name}`;
    case "builtin":
      return v.id;
    case "unknown":
      return v.from === undefined
        ? `${v.path}, of which nothing is known,`
        : `${v.path}, imported from ${JSON.stringify(v.from)} (where no source of it was found),`;
    default:
      return "something that depends on the path taken";
  }
}
