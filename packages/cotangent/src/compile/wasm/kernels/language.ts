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
import { constants, tables } from "./tables.ts";

/** f64, i64, or a condition. */
type Kind = "f" | "l" | "m";

type Node =
  | { readonly at: "number"; readonly value: number }
  | { readonly at: "integer"; readonly value: bigint }
  | { readonly at: "name"; readonly name: string }
  | { readonly at: "table"; readonly name: string; readonly index: Node }
  | { readonly at: "call"; readonly name: string; readonly args: readonly Node[] }
  | { readonly at: "negative"; readonly x: Node }
  | { readonly at: "binary"; readonly operator: string; readonly x: Node; readonly y: Node }
  | { readonly at: "choice"; readonly c: Node; readonly x: Node; readonly y: Node };

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
  if (x.at === "number" && y.at === "number") {
    const [a, b] = [x.value, y.value];
    const value = { "+": a + b, "-": a - b, "*": a * b, "/": a / b }[operator];
    if (value !== undefined) return { at: "number", value };
  }
  if (isZero(y) && (operator === "+" || operator === "-")) return x;
  if (isZero(x) && operator === "+") return y;
  if (isZero(x) && operator === "-") return { at: "negative", x: y };
  if ((isZero(x) || isZero(y)) && operator === "*") return { at: "number", value: 0 };
  return { at: "binary", operator, x, y };
}
const isZero = (node: Node): boolean => node.at === "number" && node.value === 0;

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
    return { at: "choice", c, x, y: choice() };
  };
  const unary = (): Node => {
    if (eat("-")) {
      const x = unary();
      return x.at === "number" ? { at: "number", value: -x.value } : { at: "negative", x };
    }
    const token = tokens[at++]!;
    if (token === "(") {
      const x = choice();
      at++;
      return x;
    }
    if (/^\d/.test(token)) {
      return token.endsWith("i")
        ? { at: "integer", value: BigInt(token.slice(0, -1)) }
        : { at: "number", value: Number(token) };
    }
    if (eat("[")) {
      const index = choice();
      at++;
      return { at: "table", name: token, index };
    }
    if (eat("(")) {
      const args = [choice()];
      while (eat(",")) args.push(choice());
      at++;
      return { at: "call", name: token, args };
    }
    return { at: "name", name: token };
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

const scalar: Readonly<Record<string, Instruction>> = {
  "f+": "f64.add",
  "f-": "f64.sub",
  "f*": "f64.mul",
  "f/": "f64.div",
  "f==": "f64.eq",
  "f<": "f64.lt",
  "f>": "f64.gt",
  "f<=": "f64.le",
  "f>=": "f64.ge",
  "l+": "i64.add",
  "l-": "i64.sub",
  "l*": "i64.mul",
  "l&": "i64.and",
  "l|": "i64.or",
  "l<<": "i64.shl",
  "l>>": "i64.shr_s",
  "l>>>": "i64.shr_u",
  "l==": "i64.eq",
  "l<": "i64.lt_s",
  "l>": "i64.gt_s",
  "m&": "i32.and",
  "m|": "i32.or",
};
const functions: Readonly<Record<string, Instruction>> = {
  abs: "f64.abs",
  sqrt: "f64.sqrt",
  min: "f64.min",
  max: "f64.max",
  floor: "f64.floor",
  trunc: "f64.trunc",
};
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
      const inner = value.at === "call" ? this.#definitions.get(value.name) : undefined;
      if (inner !== undefined && value.at === "call") {
        const results = this.#inline(inner, value.args);
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
      if (isZero(arg)) zeros.add(param);
      else if (arg.at === "name" && this.#names.has(arg.name)) names.set(param, this.#names.get(arg.name)!);
      else names.set(param, this.#keep(this.#push(arg)));
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
    if (node.at === "name" && this.#zeros.has(node.name)) return { at: "number", value: 0 };
    if (node.at !== "binary" || this.#zeros.size === 0) return node;
    return fold(node.operator, this.#simplify(node.x), this.#simplify(node.y));
  }

  /** Pushes the value of an expression. */
  #push(expression: Node): Kind {
    const f = this.#f;
    const node = this.#simplify(expression);
    switch (node.at) {
      case "number":
        f.i32(0).access(
          this.#lanes === 2 ? "v128.load64_splat" : "f64.load",
          this.#module.constant(node.value),
        );
        return "f";
      case "integer":
        f.i64(node.value);
        if (this.#lanes === 2) f.op("i64x2.splat");
        return "l";
      case "name": {
        const known = this.#names.get(node.name);
        if (known === undefined) {
          const value = constants[node.name];
          if (value === undefined) throw new Error(`${f.name}: what is ${node.name}?`);
          return this.#push({ at: "number", value: value() });
        }
        f.get(known[0]);
        return known[1];
      }
      case "table": {
        if (node.index.at === "integer") {
          return this.#push({ at: "number", value: tables[node.name]!()[Number(node.index.value)]! });
        }
        const base = this.#module.table(tables[node.name]!(), node.name);
        this.#push(node.index);
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
      case "negative":
        if (node.x.at === "integer") return this.#push({ at: "integer", value: -node.x.value });
        this.#push(node.x);
        this.#op("f64.neg");
        return "f";
      case "choice":
        return this.#choice(node.c, node.x, node.y);
      case "call":
        return this.#call(node.name, node.args);
      case "binary":
        break;
    }
    const kind = this.#push(node.x);
    const isShift = LEVELS[3]!.includes(node.operator);
    if (isShift && this.#lanes === 2) f.i32(Number((node.y as { readonly value: bigint }).value));
    else this.#push(node.y);
    this.#op(scalar[kind + node.operator]!);
    return LEVELS[2]!.includes(node.operator) ? "m" : kind;
  }

  #choice(c: Node, x: Node, y: Node): Kind {
    const f = this.#f;
    const kind = this.#push(x);
    this.#push(y);
    this.#push(c);
    if (this.#lanes === 2) f.op("v128.bitselect");
    else f.select(kind === "m" ? "i" : kind);
    return kind;
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
    const instruction = functions[name];
    if (instruction === undefined) throw new Error(`${this.#f.name}: what is ${name}(...)?`);
    this.#op(instruction);
    return "f";
  }
}
