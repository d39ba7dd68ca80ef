/**
 * The language in which kernels are written, so that each is written once, for one number and for two at a time.
 *
 * A definition is `name(parameters) = results:` and statements: `x = expression`, `x, y = definition(...)`, which is written out in
 * place, and at most one `guard condition`. Numbers are f64, or i64 if an `i` follows; there are the operators of JavaScript on
 * both (shifts of i64; `~` is "and not"), comparisons, `& |` of conditions, `c ? x : y` (both are computed), `T[i]` (element i of
 * a table; `T[3i]` is a constant), and bits(x), float(i) (the same bits), abs, sqrt, min, max, floor, trunc.
 */
import type { FunctionBuilder, ModuleBuilder } from "../assembler.ts";
import type { Instruction, Letter } from "../instructions.ts";
import { constant, tables } from "./tables.ts";

/** f64, i64, or a condition. */
type Kind = "f" | "l" | "m";

/** A number, an integer, a name; or an operator and its operands: "[" of a table, "(" of a function, "?" of a choice, "~" is minus. */
type Node = number | bigint | string | readonly [operator: string, ...Node[]];

interface Statement {
  /** None: a guard. */
  readonly targets: readonly string[];
  readonly value: Node;
}

export interface Definition {
  readonly name: string;
  readonly params: readonly string[];
  readonly results: readonly string[];
  readonly statements: readonly Statement[];
}

const LEVELS = [["|"], ["&"], ["==", "<=", ">=", "<", ">"], ["<<", ">>>", ">>"], ["+", "-"], ["*", "/"]];

/** x operator y: of two numbers, a number; adding 0 and multiplying by 0 are spared (kernels take no -0 and no infinity there). */
function fold(operator: string, x: Node, y: Node): Node {
  if (typeof x === "number" && typeof y === "number") {
    const value = { "+": x + y, "-": x - y, "*": x * y, "/": x / y }[operator];
    if (value !== undefined) return value;
  }
  const isSum = operator === "+";
  if (y === 0 && (isSum || operator === "-")) return x;
  if (x === 0 && isSum) return y;
  if (x === 0 && operator === "-") return ["~", y];
  return (x === 0 || y === 0) && operator === "*" ? 0 : [operator, x, y];
}

/** Parses definitions, one after another. */
export function parseKernels(text: string): ReadonlyMap<string, Definition> {
  const tokens = text.match(/0x[\da-f]+i|\d[\d.]*(?:e-?\d+)?i?|\w+|>>>|<<|>>|[=<>]=|\S|\n/g) ?? [];
  let at = 0;
  const eat = (token: string): boolean => tokens[at] === token && at++ >= 0;
  const list = (): string[] => {
    const names = [tokens[at++]!];
    while (eat(",")) names.push(tokens[at++]!);
    return names;
  };
  const level = (k: number): Node => {
    const operators = LEVELS[k];
    if (operators === undefined) return unary();
    let x = level(k + 1);
    while (operators.includes(tokens[at]!)) x = fold(tokens[at++]!, x, level(k + 1));
    return x;
  };
  const choice = (): Node => {
    const c = level(0);
    if (!eat("?")) return c;
    const x = choice();
    at++;
    return ["?", c, x, choice()];
  };
  const unary = (): Node => {
    if (eat("-")) {
      const x = unary();
      return typeof x === "number" || typeof x === "bigint" ? -x : ["~", x];
    }
    const token = tokens[at++]!;
    if (token === "(") {
      const x = choice();
      at++;
      return x;
    }
    if (/^\d/.test(token)) return token.endsWith("i") ? BigInt(token.slice(0, -1)) : Number(token);
    if (eat("[")) {
      const index = choice();
      at++;
      return ["[", token, index];
    }
    if (eat("(")) {
      const args = [choice()];
      while (eat(",")) args.push(choice());
      at++;
      return ["(", token, ...args];
    }
    return token;
  };
  const definitions = new Map<string, Definition>();
  while (eat("\n"));
  while (at < tokens.length) {
    const name = tokens[at++]!;
    at++;
    const params = list();
    at += 2;
    const results = list();
    at++;
    const statements: Statement[] = [];
    while (eat("\n"));
    // A definition ends where the next begins: after a blank line.
    while (at < tokens.length) {
      const targets = eat("guard") ? [] : list();
      if (targets.length > 0) at++;
      statements.push({ targets, value: choice() });
      if (!eat("\n") || eat("\n")) break;
    }
    while (eat("\n"));
    definitions.set(name, { name, params, results, statements });
  }
  return definitions;
}

const TYPES = { f: "f64", l: "i64", m: "i32" } as const;
const OPERATORS: Readonly<Record<string, string>> = {
  "+": "add",
  "-": "sub",
  "*": "mul",
  "/": "div",
  "&": "and",
  "|": "or",
  "==": "eq",
  "<": "lt",
  ">": "gt",
  "<=": "le",
  ">=": "ge",
  "<<": "shl",
  ">>": "shr",
  ">>>": "shr",
};
/** Of integers with a sign, and of shifts. */
const SIGNS: Readonly<Record<string, string>> = { "<": "_s", ">": "_s", ">>": "_s", ">>>": "_u" };
/** The same on two lanes. */
const paired = (name: Instruction): Instruction =>
  name.replace("64.", "64x2.").replace(/^.*\.(and|or)$/, "v128.$1") as Instruction;

/** Writes a definition into a function, for one lane or two. */
export class Writer {
  readonly #f: FunctionBuilder;
  readonly #module: ModuleBuilder;
  readonly #definitions: ReadonlyMap<string, Definition>;
  readonly #lanes: 1 | 2;
  #names = new Map<string, readonly [local: number, kind: Kind]>();
  /** Parameters of a definition that is written out in place which are 0. */
  #zeros = new Set<string>();
  readonly #owned: number[] = [];

  constructor(
    f: FunctionBuilder,
    module: ModuleBuilder,
    definitions: ReadonlyMap<string, Definition>,
    lanes: 1 | 2,
  ) {
    this.#f = f;
    this.#module = module;
    this.#definitions = definitions;
    this.#lanes = lanes;
  }

  /**
   * Writes out a definition whose parameters are in locals, and pushes its results; `guard` is called where the definition has a
   * guard, with the condition on the stack.
   */
  write(definition: Definition, params: readonly number[], guard: () => void): void {
    params.forEach((local, k) => this.#names.set(definition.params[k]!, [local, "f"]));
    this.#statements(definition, guard);
    for (const name of definition.results) this.#f.get(this.#names.get(name)![0]);
    for (const local of this.#owned) this.#f.release(local);
  }

  #statements({ statements }: Definition, guard: () => void): void {
    for (const { targets, value } of statements) {
      const [operator, called, ...args] = Array.isArray(value)
        ? (value as Extract<Node, readonly unknown[]>)
        : [];
      const inner = operator === "(" ? this.#definitions.get(called as string) : undefined;
      if (inner !== undefined) {
        const results = this.#inline(inner, args);
        targets.forEach((name, k) => this.#names.set(name, results[k]!));
      } else {
        const kind = this.#push(value);
        if (targets.length === 0) guard();
        else this.#assign(targets[0]!, kind);
      }
    }
  }

  #inline(definition: Definition, args: readonly Node[]): (readonly [number, Kind])[] {
    const names = new Map<string, readonly [number, Kind]>();
    const zeros = new Set<string>();
    definition.params.forEach((param, k) => {
      const arg = this.#simplify(args[k]!);
      const known = typeof arg === "string" ? this.#names.get(arg) : undefined;
      if (arg === 0) zeros.add(param);
      else names.set(param, known ?? this.#keep(this.#push(arg)));
    });
    const outer = [this.#names, this.#zeros] as const;
    [this.#names, this.#zeros] = [names, zeros];
    this.#statements(definition, () => this.#f.op("drop"));
    [this.#names, this.#zeros] = outer;
    return definition.results.map((name) => names.get(name)!);
  }

  #keep(kind: Kind): readonly [number, Kind] {
    const letter: Letter = this.#lanes === 2 ? "v" : kind === "m" ? "i" : kind;
    const local = this.#f.local(letter);
    this.#owned.push(local);
    this.#f.set(local);
    return [local, kind];
  }

  #assign(name: string, kind: Kind): void {
    this.#names.set(name, this.#keep(kind));
  }

  #op(name: Instruction): void {
    this.#f.op(this.#lanes === 2 ? paired(name) : name);
  }

  #simplify(node: Node): Node {
    if (typeof node === "string") return this.#zeros.has(node) ? 0 : node;
    if (typeof node !== "object" || !(node[0] in OPERATORS)) return node;
    return fold(node[0], this.#simplify(node[1]!), this.#simplify(node[2]!));
  }

  /** Pushes the value of an expression. */
  #push(expression: Node): Kind {
    const f = this.#f;
    const node = this.#simplify(expression);
    const isPair = this.#lanes === 2;
    if (typeof node === "number") {
      f.i32(0).access(isPair ? "v128.load64_splat" : "f64.load", this.#module.constant(node));
      return "f";
    }
    if (typeof node === "bigint") {
      f.i64(node);
      if (isPair) f.op("i64x2.splat");
      return "l";
    }
    if (typeof node === "string") {
      const known = this.#names.get(node);
      if (known === undefined) return this.#push(constant(node));
      f.get(known[0]);
      return known[1];
    }
    const [operator, x, y, z] = node as readonly [string, Node, Node, Node];
    switch (operator) {
      case "[":
        return this.#element(x as string, y);
      case "(":
        return this.#call(x as string, node.slice(2));
      case "~":
        this.#push(x);
        this.#op("f64.neg");
        return "f";
      case "?": {
        const kind = this.#push(y);
        this.#push(z);
        this.#push(x);
        if (isPair) f.op("v128.bitselect");
        else f.select(kind === "m" ? "i" : kind);
        return kind;
      }
      default: {
        const kind = this.#push(x);
        if (isPair && LEVELS[3]!.includes(operator)) f.i32(Number(y));
        else this.#push(y);
        const sign = kind === "l" ? (SIGNS[operator] ?? "") : "";
        this.#op(`${TYPES[kind]}.${OPERATORS[operator]!}${sign}` as Instruction);
        return LEVELS[2]!.includes(operator) ? "m" : kind;
      }
    }
  }

  /** Pushes an element of a table. */
  #element(name: string, at: Node): Kind {
    const f = this.#f;
    const table = tables[name]!();
    if (typeof at === "bigint") return this.#push(table[Number(at)]!);
    const base = this.#module.table(table, name);
    this.#push(at);
    if (this.#lanes === 1) {
      f.op("i32.wrap_i64").i32(3).op("i32.shl").access("f64.load", base);
      return "f";
    }
    const index = f.local("v");
    const lane = (k: 0 | 1): void => {
      f.get(index).lane("i64x2.extract_lane", k).op("i32.wrap_i64").i32(3).op("i32.shl");
    };
    f.set(index);
    lane(1);
    lane(0);
    f.access("v128.load64_zero", base).loadSecondLane(base);
    f.release(index);
    return "f";
  }

  #call(name: string, args: readonly Node[]): Kind {
    const definition = this.#definitions.get(name);
    if (definition !== undefined) {
      const [local, kind] = this.#inline(definition, args)[0]!;
      this.#f.get(local);
      return kind;
    }
    args.forEach((x) => this.#push(x));
    if (name === "bits" || name === "float") {
      if (this.#lanes === 1) this.#f.op(name === "bits" ? "i64.reinterpret_f64" : "f64.reinterpret_i64");
      return name === "bits" ? "l" : "f";
    }
    this.#op(`f64.${name}` as Instruction);
    return "f";
  }
}
