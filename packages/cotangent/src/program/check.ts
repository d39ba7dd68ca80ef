import { kinds } from "./ir.ts";
import type { Func, Op, OpOf, Program, Region, Ty, Value } from "./ir.ts";

/**
 * What is wrong with a program, one message for each breach of a rule; empty if it is legal. The rules:
 *
 * 1. Functions have different names. A function's parameters are its body's arguments, and its body yields its results.
 * 2. A value is defined once, knows where, and has an id of its own below the function's size.
 * 3. A value is used only where it is visible: after its definition in the same region, or in a region nested there.
 * 4. An operation has the arguments, results and regions that the table of kinds says, and what `STATED` below says.
 * 5. Loops carry the same types in, round and out; the branches of an `if` yield the same types.
 * 6. A call fits the function it calls.
 * 7. Nothing is written to constant data.
 *
 * What only running can tell (an index in range, a tape's record written before it is read) is not checked.
 */
export function check(program: Program): readonly string[] {
  const functions = new Map(program.functions.map((f) => [f.name, f]));
  const problems: string[] = [];
  if (program.functions.length === 0) problems.push("The program has no functions.");
  if (functions.size < program.functions.length) problems.push("Two functions have the same name.");
  for (const f of program.functions) new Checker(f, functions, problems).check();
  return problems;
}

class Checker {
  readonly #func: Func;
  readonly #functions: ReadonlyMap<string, Func>;
  readonly #problems: string[];
  /** By id: the value, while it is visible; null when it no longer is. */
  readonly #visible: (Value | null | undefined)[] = [];

  constructor(func: Func, functions: ReadonlyMap<string, Func>, problems: string[]) {
    this.#func = func;
    this.#functions = functions;
    this.#problems = problems;
  }

  check(): void {
    const { name, params, results, body, pullback } = this.#func;
    this.#same(
      params.map((p) => p.ty),
      body.args,
      `The parameters of ${name}`,
      "its body's arguments",
    );
    this.#region(body, null);
    this.#same(results, body.yields, `The results of ${name}`, "what its body yields");
    if (pullback !== undefined) this.#pullback(pullback);
  }

  #problem(text: string): void {
    this.#problems.push(`${this.#func.name}: ${text}`);
  }

  #same(types: readonly Ty[], values: readonly Value[], what: string, other: string): void {
    const have = values.map((v) => v.ty);
    if (types.length === have.length && types.every((ty, i) => ty === have[i])) return;
    this.#problem(`${what} are (${types.join(", ")}), but ${other} are (${have.join(", ")}).`);
  }

  #pullback(name: string): void {
    const numbers = (types: readonly Ty[]): readonly Ty[] => types.filter((ty) => ty === "f64");
    const params = this.#func.params.map((p) => p.ty);
    const derivative = this.#functions.get(name);
    if (derivative === undefined) return this.#problem(`Its pullback ${name} is not in the program.`);
    this.#same(
      [...params, ...numbers(this.#func.results)],
      derivative.body.args,
      "The pullback's arguments",
      "those of " + name,
    );
    this.#same(numbers(params), derivative.body.yields, "The pullback's results", "those of " + name);
  }

  #define(v: Value, def: Op | Region, index: number): void {
    if (v.id < 0 || v.id >= this.#func.size)
      this.#problem(`Value ${v.id} lies outside the size ${this.#func.size}.`);
    if (this.#visible[v.id] !== undefined) this.#problem(`Value ${v.id} is defined twice.`);
    if (v.def !== def || v.index !== index) this.#problem(`Value ${v.id} does not know where it is defined.`);
    this.#visible[v.id] = v;
  }

  #use(v: Value, by: string): void {
    if (this.#visible[v.id] === v) return;
    this.#problem(
      `${by} uses value ${v.id}${v.name === undefined ? "" : ` (${v.name})`} where it is not visible.`,
    );
  }

  #region(region: Region, parent: Op | null): void {
    if (region.parent !== parent) this.#problem("A region does not know its operation.");
    region.args.forEach((v, i) => this.#define(v, region, i));
    for (const op of region.ops) this.#op(op, region);
    for (const v of region.yields) this.#use(v, "A yield");
    for (const v of region.args) this.#visible[v.id] = null;
    for (const op of region.ops) for (const v of op.results) this.#visible[v.id] = null;
  }

  #op(op: Op, region: Region): void {
    if (op.parent !== region) this.#problem(`${op.kind} does not know its region.`);
    for (const v of op.args) this.#use(v, op.kind);
    this.#signature(op);
    for (const inner of op.regions) this.#region(inner, op);
    const wrong = STATED[op.kind]?.(op as never, this.#functions);
    if (wrong !== undefined) this.#problem(`${op.kind}: ${wrong}`);
    op.results.forEach((v, i) => this.#define(v, op, i));
  }

  #signature(op: Op): void {
    const { args, rest, results, regions } = kinds[op.kind];
    const count = op.args.length;
    if (count < args.length || (rest === undefined && count > args.length)) {
      this.#problem(`${op.kind} takes ${args.length} arguments${rest ? " or more" : ""}, but has ${count}.`);
    }
    let any: Ty | undefined;
    op.args.forEach((v, i) => {
      const wanted = args[i] ?? rest ?? "each";
      if (wanted === "each") return;
      const ty = wanted === "any" ? (any ??= v.ty) : wanted;
      if (v.ty !== ty) this.#problem(`Argument ${i + 1} of ${op.kind} is ${v.ty}, not ${ty}.`);
    });
    if (results !== "stated") this.#same(results, op.results, `The results of ${op.kind}`, "those it has");
    if (op.regions.length !== regions)
      this.#problem(`${op.kind} has ${op.regions.length} regions, not ${regions}.`);
  }
}

type Rule<K extends Op["kind"]> = (op: OpOf<K>, functions: ReadonlyMap<string, Func>) => string | undefined;

const types = (values: readonly Value[]): string => values.map((v) => v.ty).join(", ");
const differ = (what: string, a: readonly Value[], b: readonly Value[]): string | undefined =>
  types(a) === types(b) ? undefined : `${what} are (${types(a)}) and (${types(b)})`;
const isI32 = (n: number): boolean => Number.isInteger(n) && n === (n | 0) && !Object.is(n, -0);

/** The constant data that an array is a part of, if any. */
const isData = (array: Value | undefined): boolean => {
  let def = array?.def;
  while (def !== undefined && "kind" in def && def.kind === "subarray") def = def.args[0]?.def;
  return def !== undefined && "kind" in def && def.kind === "data";
};
const writable = (op: Op): string | undefined => (isData(op.args[0]) ? "writes to constant data" : undefined);

/** What the table of kinds cannot say about a kind. */
const STATED: { readonly [K in Op["kind"]]?: Rule<K> } = {
  constant: (op) => {
    const ty = types(op.results);
    if (ty === "f64") return undefined;
    if (ty !== "i32") return `gives (${ty})`;
    return isI32(op.attr) ? undefined : `${op.attr} is not an integer of 32 bits`;
  },
  primitive: (op) => {
    const { arity, id } = op.attr;
    if (arity === undefined || arity === op.args.length) return undefined;
    return `${id} takes ${arity} arguments, but has ${op.args.length}`;
  },
  select: (op) => differ("the alternatives and the result", op.args.slice(1, 2), op.results),
  for: (op) => {
    const { args, yields } = op.regions[0]!;
    if (!isI32(op.attr.step) || op.attr.step === 0) return `the step is ${op.attr.step}`;
    return (
      (args[0]?.ty === "i32" ? undefined : "the index is not an i32") ??
      differ("the carries in the body and their first values", args.slice(1), op.args.slice(2)) ??
      differ("the carries and what the body yields", args.slice(1), yields) ??
      differ("the carries and the results", args.slice(1), op.results)
    );
  },
  while: (op) => {
    const [condition, body] = op.regions as [Region, Region];
    return (
      (types(condition.yields) === "i32" ? undefined : `the condition yields (${types(condition.yields)})`) ??
      differ("the carries in the condition and their first values", condition.args, op.args) ??
      differ("the carries in the body and their first values", body.args, op.args) ??
      differ("the carries and what the body yields", body.args, body.yields) ??
      differ("the carries and the results", body.args, op.results.slice(0, -1)) ??
      (op.results.at(-1)?.ty === "i32" ? undefined : "the last result is not the number of iterations")
    );
  },
  if: (op) => {
    const [then, otherwise] = op.regions as [Region, Region];
    if (then.args.length > 0 || otherwise.args.length > 0) return "a branch has arguments";
    return (
      differ("what the branches yield", then.yields, otherwise.yields) ??
      differ("what the branches yield and the results", then.yields, op.results)
    );
  },
  call: (op, functions) => {
    const callee = functions.get(op.attr.callee);
    if (callee === undefined) return `${op.attr.callee} is not in the program`;
    return (
      differ(`the arguments and the parameters of ${callee.name}`, op.args, callee.body.args) ??
      differ(`the results and those of ${callee.name}`, op.results, callee.body.yields)
    );
  },
  external: (op) => {
    const { half } = op.attr;
    const wanted = half === "forward" ? 1 : op.args.length - 1;
    if (op.results.length === wanted && op.results.every((v) => v.ty === "f64")) return undefined;
    return `${half} gives (${types(op.results)}), not ${wanted} numbers`;
  },
  "tape.allocate": (op) => (op.attr.slots.length > 0 ? undefined : "a record has no slots"),
  "tape.store": (op) => slot(op, op.args[2]),
  "tape.load": (op) => (op.results.length === 1 ? slot(op, op.results[0]) : `gives (${types(op.results)})`),
  store: writable,
  accumulate: writable,
  fill: writable,
  copy: writable,
};

/** Where the block is allocated in sight, its slots are known. */
function slot(op: OpOf<"tape.store"> | OpOf<"tape.load">, x: Value | undefined): string | undefined {
  const def = op.args[0]?.def;
  if (def === undefined || !("kind" in def) || def.kind !== "tape.allocate") return undefined;
  const ty = def.attr.slots[op.attr.slot];
  return ty === x?.ty ? undefined : `slot ${op.attr.slot} is of type ${ty ?? "none"}, not ${x?.ty ?? "none"}`;
}
