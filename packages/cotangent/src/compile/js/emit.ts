/** From programs to JavaScript that a person can read: the user's names, loops as loops, arrays as Float64Arrays. */
import { plan } from "../plan.ts";
import type { Plan } from "../plan.ts";
import type { PrimitiveBase } from "../../real/real.ts";
import type { Func, Op, OpOf, Program, Region, Value } from "../../program/ir.ts";

export interface Written {
  /** The functions, the entry first. */
  readonly source: string;
  /** The name of the entry. */
  readonly entry: string;
  /** What the source calls by a name of its own: primitives that `Math` lacks. */
  readonly primitives: ReadonlyMap<string, PrimitiveBase>;
  /** What it calls as `user0`, `user1`, ...: functions of the user's. */
  readonly externals: readonly OpOf<"external">[];
  /** What `fault(k, ...values)` stands for. */
  readonly sites: readonly Op[];
}

/** How tightly an expression binds; larger is tighter (the order of ECMAScript's grammar). */
const bind = {
  conditional: 1,
  or: 2,
  xor: 3,
  and: 4,
  equality: 5,
  relation: 6,
  shift: 7,
  sum: 8,
  product: 9,
  power: 10,
  unary: 11,
  atom: 12,
} as const;
type Binding = (typeof bind)[keyof typeof bind];
interface Text {
  readonly text: string;
  readonly binding: Binding;
}

const infix: Readonly<Record<string, readonly [operator: string, binding: Binding]>> = {
  add: ["+", bind.sum],
  sub: ["-", bind.sum],
  mul: ["*", bind.product],
  div: ["/", bind.product],
  "f64.rem": ["%", bind.product],
  "i32.and": ["&", bind.and],
  "i32.or": ["|", bind.or],
  "i32.xor": ["^", bind.xor],
  "i32.shl": ["<<", bind.shift],
  "i32.shr": [">>", bind.shift],
};
const comparison: Readonly<Record<string, readonly [operator: string, binding: Binding]>> = {
  eq: ["===", bind.equality],
  ne: ["!==", bind.equality],
  lt: ["<", bind.relation],
  le: ["<=", bind.relation],
  gt: [">", bind.relation],
  ge: [">=", bind.relation],
};

/** Names that a generated function must not give to a variable. */
const RESERVED = new Set(
  (
    "arguments await break case catch class const continue debugger default delete do else enum eval export extends false " +
    "fault finally for function if implements import in instanceof interface let Infinity Math NaN new null package private " +
    "protected public return static super switch this throw true try typeof undefined var void while with yield Float64Array Array"
  ).split(" "),
);

class Names {
  readonly #taken: Set<string>;

  constructor(taken: Iterable<string>) {
    this.#taken = new Set(taken);
  }

  fresh(wanted: string): string {
    const clean = wanted.replace(/[^\w$]/g, "_").replace(/^(?=\d)/, "_");
    let name = clean;
    for (let k = 2; this.#taken.has(name) || RESERVED.has(name); k++) name = `${clean}_${k}`;
    this.#taken.add(name);
    return name;
  }

  get taken(): ReadonlySet<string> {
    return this.#taken;
  }
}

/** @param rooms whether arrays that the entry returns are asked for by `room(k, length)`, the k-th for its k-th result */
export function emitJs(program: Program, rooms: boolean = false): Written {
  const primitives = new Map<string, PrimitiveBase>();
  const externals: OpOf<"external">[] = [];
  const sites: Op[] = [];
  const arrays: OpOf<"data">[] = [];
  const visit = (region: Region): void => {
    for (const op of region.ops) {
      if (op.kind === "primitive" && needsImport(op.attr)) primitives.set(op.attr.id, op.attr);
      if (op.kind === "external") externals.push(op);
      if (op.kind === "data") arrays.push(op);
      op.regions.forEach(visit);
    }
  };
  program.functions.forEach((f) => visit(f.body));
  const free = [...primitives.keys(), ...externals.map((_, k) => `user${k}`)];
  const names = new Names(rooms ? [...free, "room"] : free);
  const functions = new Map(program.functions.map((f) => [f.name, names.fresh(f.name)]));
  // Constant arrays are written once, before the functions.
  const data = new Map<Float64Array, string>();
  for (const { attr, results } of arrays) {
    if (!data.has(attr)) data.set(attr, names.fresh(results[0]!.name ?? "data"));
  }
  const returned = rooms ? program.functions[0]!.body.yields.map((v) => v.def) : [];
  const shared = { functions, externals, sites, names: names.taken, data, returned };
  const written = program.functions.map((f) => new FunctionWriter(f, shared).text);
  const constants = [...data].map(
    ([elements, name]) =>
      `const ${name} = Float64Array.of(${Array.from(elements, (x) => number(x).text).join(", ")});`,
  );
  const source = [...constants, ...written].join("\n\n");
  return { source, entry: functions.get(program.functions[0]!.name)!, primitives, externals, sites };
}

/** The primitives that JavaScript writes with an operator, or that `Math` has under the same name. */
const isWritten = new Set([
  "add",
  "sub",
  "mul",
  "div",
  "neg",
  "inv",
  "square",
  "pow",
  "lt",
  "gt",
  "eq",
  "where",
  "stopGradient",
]);
const inMath = (f: PrimitiveBase): boolean =>
  (Math as unknown as Record<string, unknown>)[f.id] === f.evaluate;
const needsImport = (f: PrimitiveBase): boolean => !isWritten.has(f.id) && !inMath(f);

interface Shared {
  readonly functions: ReadonlyMap<string, string>;
  readonly externals: readonly OpOf<"external">[];
  readonly sites: Op[];
  readonly names: ReadonlySet<string>;
  /** What makes the entry's results, if it is asked where these go. */
  readonly returned: readonly (Op | Region)[];
  /** The names of constant arrays. */
  readonly data: ReadonlyMap<Float64Array, string>;
}

class FunctionWriter {
  readonly text: string;
  readonly #shared: Shared;
  readonly #plan: Plan;
  readonly #names: Names;
  readonly #name: string[] = [];
  readonly #lines: string[] = [];
  #indent = "  ";

  constructor(f: Func, shared: Shared) {
    this.#shared = shared;
    this.#plan = plan(f);
    this.#names = new Names(shared.names);
    const params = f.body.args.map((v) => this.#declare(v));
    this.#ops(f.body);
    const results = f.body.yields.map((v) => this.#value(v).text);
    if (results.length === 1) this.#line(`return ${results[0]};`);
    else if (results.length > 1) this.#line(`return [${results.join(", ")}];`);
    this.text = `function ${shared.functions.get(f.name)!}(${params.join(", ")}) {\n${this.#lines.join("\n")}\n}`;
  }

  /** A new array, or where a result goes. */
  #array(op: Op, length: string): string {
    const k = this.#shared.returned.indexOf(op);
    return k < 0 ? `new Float64Array(${length})` : `room(${k}, ${length})`;
  }

  #line(text: string): void {
    this.#lines.push(this.#indent + text);
  }

  #block(head: string, body: () => void, tail = "}"): void {
    this.#line(head);
    this.#indent += "  ";
    body();
    this.#indent = this.#indent.slice(2);
    if (tail !== "") this.#line(tail);
  }

  /** A name for v's variable. */
  #declare(v: Value, wanted: string | undefined = v.name): string {
    return (this.#name[v.id] = this.#names.fresh(
      wanted ?? (v.ty === "i32" ? "k" : v.ty === "f64" ? "t" : "a"),
    ));
  }

  // Expressions

  #value(v: Value): Text {
    return this.#plan.inlined[v.id]
      ? this.#expression(v.def as Op)
      : { text: this.#name[v.id]!, binding: bind.atom };
  }

  #at(v: Value, least: Binding): string {
    const { text, binding } = this.#value(v);
    return binding < least ? `(${text})` : text;
  }

  #infix(x: Value, y: Value, [operator, binding]: readonly [string, Binding]): Text {
    return { text: `${this.#at(x, binding)} ${operator} ${this.#at(y, (binding + 1) as Binding)}`, binding };
  }

  /** Where only truth matters. */
  #condition(v: Value): Text {
    if (this.#plan.inlined[v.id]) {
      const { kind, args } = v.def as Op;
      const compare = comparison[kind.slice(4)];
      if (compare !== undefined) return this.#infix(args[0]!, args[1]!, compare);
      if (kind === "i32.not") return this.#not(args[0]!);
    }
    return this.#value(v);
  }

  #not(v: Value): Text {
    const { text, binding } = this.#condition(v);
    return { text: binding < bind.unary ? `!(${text})` : `!${text}`, binding: bind.unary };
  }

  /** Where v is an index: sums of integers need not be wrapped, because an index that wraps is out of range anyway. */
  #index(v: Value, least: Binding = bind.conditional): string {
    if (this.#plan.inlined[v.id]) {
      const { kind, args } = v.def as Op;
      if (kind === "i32.add" || kind === "i32.sub") {
        const text = `${this.#index(args[0]!, bind.sum)} ${kind === "i32.add" ? "+" : "-"} ${this.#index(args[1]!, bind.product)}`;
        return bind.sum < least ? `(${text})` : text;
      }
    }
    return this.#at(v, least);
  }

  #call(name: string, args: readonly Value[]): Text {
    return { text: `${name}(${args.map((v) => this.#value(v).text).join(", ")})`, binding: bind.atom };
  }

  #expression(op: Op): Text {
    const [x, y, z] = op.args as [Value, Value, Value];
    switch (op.kind) {
      case "constant":
        return number(op.attr);
      case "primitive":
        return this.#primitive(op.attr, op.args);
      case "select":
        return this.#conditional(this.#condition(x), y, z);
      case "length":
        return { text: `${this.#name[x.id]}.length`, binding: bind.atom };
      case "f64.fromI32":
        return this.#value(x);
      case "f64.fromU32":
        return { text: `${this.#at(x, bind.shift)} >>> 0`, binding: bind.shift };
      case "f64.toInt32":
        return { text: `${this.#at(x, bind.or)} | 0`, binding: bind.or };
      case "i32.add":
      case "i32.sub":
        return {
          text: `${this.#infix(x, y, [op.kind === "i32.add" ? "+" : "-", bind.sum]).text} | 0`,
          binding: bind.or,
        };
      case "i32.mul":
        return this.#call("Math.imul", [x, y]);
      case "i32.div":
      case "i32.rem":
        return {
          text: `${this.#infix(x, y, [op.kind === "i32.div" ? "/" : "%", bind.product]).text} | 0`,
          binding: bind.or,
        };
      case "i32.min":
        return this.#call("Math.min", [x, y]);
      case "i32.max":
        return this.#call("Math.max", [x, y]);
      case "i32.clz":
        return this.#call("Math.clz32", [x]);
      case "i32.ushr":
        return { text: `(${this.#infix(x, y, [">>>", bind.shift]).text}) | 0`, binding: bind.or };
      case "i32.not":
        return truth(this.#not(x));
      default: {
        const compare = comparison[op.kind.slice(4)];
        if (compare !== undefined) return truth(this.#infix(x, y, compare));
        return this.#infix(x, y, infix[op.kind]!);
      }
    }
  }

  #conditional(condition: Text, y: Value, z: Value): Text {
    const test = condition.binding === bind.conditional ? `(${condition.text})` : condition.text;
    return { text: `${test} ? ${this.#at(y, bind.or)} : ${this.#at(z, bind.or)}`, binding: bind.conditional };
  }

  #primitive(f: PrimitiveBase, args: readonly Value[]): Text {
    const [x, y, z] = args as [Value, Value, Value];
    switch (f.id) {
      case "neg":
        return { text: `-${this.#at(x, bind.atom)}`, binding: bind.unary };
      case "inv":
        return { text: `1 / ${this.#at(x, bind.power)}`, binding: bind.product };
      case "square":
        // Written twice, which is why `#ops` gives it a variable.
        return this.#infix(x, x, ["*", bind.product]);
      case "pow":
        return { text: `${this.#at(x, bind.atom)} ** ${this.#at(y, bind.power)}`, binding: bind.power };
      case "lt":
      case "gt":
      case "eq":
        return truth(this.#infix(x, y, comparison[f.id]!));
      case "where":
        return this.#conditional(this.#value(x), y, z);
      case "stopGradient":
        return this.#value(x);
      default:
        if (f.id in infix) return this.#infix(x, y, infix[f.id]!);
        if (f.arity === undefined) {
          return {
            text: `${f.id}([${args.map((v) => this.#value(v).text).join(", ")}])`,
            binding: bind.atom,
          };
        }
        return this.#call(inMath(f) ? `Math.${f.id}` : f.id, args);
    }
  }

  // Statements

  #ops(region: Region): void {
    for (const op of region.ops) {
      const out = op.results[0];
      if (out !== undefined && this.#plan.inlined[out.id]) {
        // The argument of a square is written twice: it gets a variable.
        if (op.kind === "primitive" && op.attr.id === "square") this.#settle(op.args[0]!);
        continue;
      }
      if (op.kind === "primitive" && op.attr.id === "square") this.#settle(op.args[0]!);
      this.#op(op);
    }
  }

  /** Gives an expression that was to be written in place a variable after all. */
  #settle(v: Value): void {
    if (!this.#plan.inlined[v.id] || (v.def as Op).kind === "constant") return;
    const { text } = this.#value(v);
    this.#plan.inlined[v.id] = 0;
    this.#line(`const ${this.#declare(v)} = ${text};`);
  }

  #const(v: Value, text: string): void {
    if (this.#plan.uses[v.id] === 0) this.#line(`${text};`);
    else this.#line(`const ${this.#declare(v)} = ${text};`);
  }

  #fault(op: Op, ...values: readonly string[]): string {
    return `fault(${[String(this.#shared.sites.push(op) - 1), ...values].join(", ")});`;
  }

  #op(op: Op): void {
    const [x, y, z] = op.args as [Value, Value, Value];
    const out = op.results[0]!;
    const name = (v: Value): string => this.#name[v.id]!;
    switch (op.kind) {
      case "data":
        this.#name[out.id] = this.#shared.data.get(op.attr)!;
        return;
      case "allocate":
        this.#const(out, this.#array(op, this.#value(x).text));
        return;
      case "load":
        this.#const(out, `${name(x)}[${this.#index(y)}]`);
        return;
      case "store":
        this.#line(`${name(x)}[${this.#index(y)}] = ${this.#value(z).text};`);
        return;
      case "accumulate":
        this.#line(`${name(x)}[${this.#index(y)}] += ${this.#value(z).text};`);
        return;
      case "fill":
        this.#line(`${name(x)}.fill(${this.#value(y).text});`);
        return;
      case "copy":
        this.#line(`${name(x)}.set(${name(y)});`);
        return;
      case "subarray":
        this.#const(out, `${name(x)}.subarray(${this.#index(y)}, ${this.#index(z)})`);
        return;
      case "bound":
        this.#line(
          `if (${this.#at(x, bind.sum)} >>> 0 >= ${name(y)}.length) ${this.#fault(op, this.#value(x).text, `${name(y)}.length`)}`,
        );
        return;
      case "f64.index":
        this.#line(`const ${this.#declare(out)} = ${this.#at(x, bind.or)} | 0;`);
        this.#line(
          `if (${name(out)} !== ${this.#at(x, bind.relation)}) ${this.#fault(op, this.#value(x).text)}`,
        );
        return;
      case "fail":
        this.#line(this.#fault(op, ...op.args.map((v) => this.#value(v).text)));
        return;
      case "for":
        this.#for(op);
        return;
      case "while":
        this.#while(op);
        return;
      case "if":
        this.#if(op);
        return;
      case "call":
        this.#bindAll(
          op.results,
          this.#call(this.#shared.functions.get(op.attr.callee)!, op.args).text,
          op.results.length !== 1,
        );
        return;
      case "external":
        this.#bindAll(
          op.results,
          this.#call(`user${this.#shared.externals.indexOf(op)}`, op.args).text,
          op.attr.half === "backward",
        );
        return;
      case "tape.allocate": {
        // One column per slot. Only a growable column is an ordinary array.
        const n = this.#value(x).text;
        const column = (ty: string): string =>
          op.attr.growable
            ? "[]"
            : ty === "f64"
              ? `new Float64Array(${n})`
              : ty === "i32"
                ? `new Int32Array(${n})`
                : `new Array(${n})`;
        this.#const(out, `[${op.attr.slots.map(column).join(", ")}]`);
        return;
      }
      case "tape.store":
        this.#line(`${name(x)}[${op.attr.slot}][${this.#index(y)}] = ${this.#value(z).text};`);
        return;
      case "tape.load":
        this.#const(out, `${name(x)}[${op.attr.slot}][${this.#index(y)}]`);
        return;
      case "mark":
        this.#const(out, "0");
        return;
      case "reset":
        return;
      default:
        this.#const(out, this.#expression(op).text);
    }
  }

  #bindAll(results: readonly Value[], call: string, several: boolean): void {
    if (results.length === 0) this.#line(`${call};`);
    else if (!several) this.#line(`const ${this.#declare(results[0]!)} = ${call};`);
    else this.#line(`const [${results.map((v) => this.#declare(v)).join(", ")}] = ${call};`);
  }

  /** Assigns all at once. */
  #assign(from: readonly Value[], to: readonly Value[]): void {
    const pairs = from
      .map((v, k) => [this.#value(v).text, this.#name[to[k]!.id]!] as const)
      .filter(([source, target]) => source !== target);
    const targets = new Set<string>();
    const late = pairs.map(([source, target], k) => {
      targets.add(target);
      // Overwritten before it is read: keep it apart.
      if (!pairs.slice(0, k).some((earlier) => earlier[1] === source)) return source;
      const kept = this.#names.fresh(`${source}_old`);
      this.#line(`const ${kept} = ${source};`);
      return kept;
    });
    pairs.forEach(([, target], k) => this.#line(`${target} = ${late[k]};`));
  }

  #carries(inits: readonly Value[], carries: readonly Value[], results: readonly Value[]): void {
    carries.forEach((c, k) => {
      const init = this.#value(inits[k]!).text;
      this.#line(`let ${this.#declare(c, c.name ?? results[k]!.name ?? inits[k]!.name)} = ${init};`);
      this.#name[results[k]!.id] = this.#name[c.id]!;
    });
  }

  #for(op: OpOf<"for">): void {
    const [lo, hi, ...inits] = op.args as [Value, Value, ...Value[]];
    const [region] = op.regions as [Region];
    const [i, ...carries] = region.args as [Value, ...Value[]];
    const { step } = op.attr;
    this.#carries(inits, carries, op.results);
    const k = this.#declare(i);
    const next =
      step === 1 ? `${k}++` : step === -1 ? `${k}--` : step > 0 ? `${k} += ${step}` : `${k} -= ${-step}`;
    const end = this.#index(hi, bind.shift);
    this.#block(`for (let ${k} = ${this.#index(lo)}; ${k} ${step > 0 ? "<" : ">"} ${end}; ${next}) {`, () => {
      this.#ops(region);
      this.#assign(region.yields, carries);
    });
  }

  #while(op: OpOf<"while">): void {
    const [test, body] = op.regions as [Region, Region];
    const trips = op.results.at(-1)!;
    const counted = this.#plan.uses[trips.id]! > 0;
    this.#carries(op.args, test.args, op.results);
    body.args.forEach((c, k) => (this.#name[c.id] = this.#name[test.args[k]!.id]!));
    if (counted) this.#line(`let ${this.#declare(trips)} = 0;`);
    const rest = (): void => {
      this.#ops(body);
      this.#assign(body.yields, test.args);
      if (counted) this.#line(`${this.#name[trips.id]} += 1;`);
    };
    if (test.ops.every((o) => o.results.length === 1 && this.#plan.inlined[o.results[0]!.id])) {
      this.#block(`while (${this.#condition(test.yields[0]!).text}) {`, rest);
      return;
    }
    this.#block("for (;;) {", () => {
      this.#ops(test);
      this.#line(`if (${this.#not(test.yields[0]!).text}) break;`);
      rest();
    });
  }

  #if(op: OpOf<"if">): void {
    const [then, otherwise] = op.regions as [Region, Region];
    if (op.results.length > 0) this.#line(`let ${op.results.map((v) => this.#declare(v)).join(", ")};`);
    const branch = (region: Region) => (): void => {
      this.#ops(region);
      region.yields.forEach((v, k) =>
        this.#line(`${this.#name[op.results[k]!.id]} = ${this.#value(v).text};`),
      );
    };
    const condition = this.#condition(op.args[0]!).text;
    const isEmpty = otherwise.ops.length === 0 && otherwise.yields.length === 0;
    this.#block(`if (${condition}) {`, branch(then), isEmpty ? "}" : "");
    if (!isEmpty) this.#block("} else {", branch(otherwise));
  }
}

const truth = ({ text }: Text): Text => ({ text: `${text} ? 1 : 0`, binding: bind.conditional });

/** A number as JavaScript writes it. */
function number(x: number): Text {
  const text = Object.is(x, -0) ? "-0" : String(x);
  return { text, binding: text.startsWith("-") ? bind.unary : bind.atom };
}
