/**
 * Transforms of programs whose arguments and results have structures: a program goes in, a program comes out, so that another
 * transform can be applied to it.
 */
import { AdError } from "../errors.ts";
import { buildFunction } from "../program/builder.ts";
import type { Builder, ParameterSpec } from "../program/builder.ts";
import type { CapturedParameter, Specialisation } from "../program/captured.ts";
import type { Func, Program, Value } from "../program/ir.ts";
import { optimise } from "../program/optimise/index.ts";
import { leafTypes } from "../program/structure.ts";
import type { Leaf, Structure } from "../program/structure.ts";
import { forward } from "./forward.ts";
import { hessian, hvp } from "./hessian.ts";
import { jacobian } from "./jacobian.ts";
import { keepArguments, layOut, likewise, programOf, writtenParameters } from "./layout.ts";
import { checkAlike, nest, product, skeleton } from "./nesting.ts";
import type { Side } from "./nesting.ts";
import { reverse } from "./reverse.ts";
import { sparseJacobian } from "./sparse.ts";

/** Which parameters to differentiate by: a name or a position (one: its derivative comes bare), or a list; unless said, all. */
export type Selection = string | number | readonly (string | number)[] | undefined;

/** A transform of a program. */
export type Transform =
  | { readonly transform: "grad" | "valueAndGrad" | "jacobian" | "hessian"; readonly wrt?: Selection }
  /** Of the list of arguments, and the list of tangents or the vector. */
  | { readonly transform: "jvp" | "hvp" }
  /** Of the arguments, and behind them the cotangent of the result. */
  | { readonly transform: "pullback" }
  | { readonly transform: "derivative"; readonly order: number };

/**
 * The program of a transform of a function, for the same arguments. It calls what the function calls.
 * @param name the function's, for messages
 * @throws AdError `result-not-scalar`, `wrong-option`
 */
export function transformProgram(of: Specialisation, how: Transform, name: string): Specialisation {
  if (how.transform === "derivative") {
    let result = of;
    for (let k = 0; k < how.order; k++) result = new Subject(result, how, name).derivative();
    return result;
  }
  const subject = new Subject(of, how, name);
  switch (how.transform) {
    case "grad":
      return subject.gradient(false);
    case "valueAndGrad":
      return subject.gradient(true);
    case "jacobian":
      return subject.jacobian();
    case "hessian":
      return subject.hessian();
    case "jvp":
      return subject.pushforward();
    case "hvp":
      return subject.product();
    default:
      return subject.pullback();
  }
}

/**
 * The program of a Jacobian that is computed by its pattern, in as many directions as that has colours; undefined where none
 * can be read off. It holds for arrays of the same lengths, and for the same values of all that is not differentiated by.
 * @param like the leaves of arguments, and of what comes from outside
 */
export function transformSparsely(
  of: Specialisation,
  wrt: Selection,
  name: string,
  like: readonly Leaf[],
): Specialisation | undefined {
  return new Subject(of, { transform: "jacobian", wrt }, name).sparseJacobian(like);
}

/** Which leaves of the arguments are not differentiated by. */
export function fixedLeaves(of: Specialisation, wrt: Selection, name: string): readonly number[] {
  const { chosen } = select(of.params, wrt, name);
  let next = 0;
  const own = of.params.flatMap((p, i) => leafTypes(p.structure).map(() => [next++, i] as const));
  const outside = of.outside.flatMap((p) => leafTypes(p.structure).map(() => [next++, -1] as const));
  return [...own, ...outside].flatMap(([leaf, i]) => (chosen.includes(i) ? [] : [leaf]));
}

/** The parameters that are differentiated by, by position, and whether the derivative by the only one comes bare. */
function select(
  params: readonly CapturedParameter[],
  wrt: Selection,
  name: string,
): { readonly chosen: readonly number[]; readonly bare: boolean } {
  if (wrt === undefined) return { chosen: params.map((_, i) => i), bare: params.length === 1 };
  const list = typeof wrt === "object" ? wrt : [wrt];
  const chosen = list.map((which) => {
    const at = typeof which === "string" ? params.findIndex((p) => p.name === which) : which;
    if (Number.isInteger(at) && at >= 0 && at < params.length) return at;
    throw new AdError(
      "wrong-option",
      `wrt names ${JSON.stringify(which)}, but the parameters of ${name} are ${params.map((p) => p.name).join(", ")}.`,
      "Give the name or the position of a parameter, or a list of these.",
    );
  });
  if (new Set(chosen).size < chosen.length) {
    throw new AdError(
      "wrong-option",
      `wrt names a parameter of ${name} twice: ${list.join(", ")}.`,
      "Name each parameter once.",
    );
  }
  return { chosen, bare: typeof wrt !== "object" };
}

const NUMBER: Structure = { kind: "number" };

class Subject {
  readonly #of: Specialisation;
  readonly #how: Transform;
  readonly #name: string;
  readonly #program: Program;
  readonly #entry: Func;
  readonly #chosen: readonly number[];
  readonly #bare: boolean;
  /** Where the leaves of each parameter begin. */
  readonly #starts: readonly number[];
  /** The leaves of the chosen parameters that are numbers or arrays. */
  readonly #wrt: readonly number[];

  constructor(of: Specialisation, how: Transform, name: string) {
    this.#of = of;
    this.#how = how;
    this.#name = name;
    // Simplified first: what is left out need not be differentiated, and checks before a loop need not be repeated.
    this.#program = optimise(of.program, { stage: "primal" });
    this.#entry = this.#program.functions[0]!;
    const { chosen, bare } = select(of.params, "wrt" in how ? how.wrt : undefined, name);
    this.#chosen = chosen;
    this.#bare = bare;
    let next = 0;
    this.#starts = of.params.map(
      (p) => (next += leafTypes(p.structure).length) - leafTypes(p.structure).length,
    );
    this.#wrt = chosen.flatMap((i) => this.#leavesOf(i).filter((k) => this.#entry.params[k]!.ty !== "i32"));
  }

  gradient(both: boolean): Specialisation {
    this.#needsNumber();
    const derived = reverse(this.#program, { wrt: this.#wrt, of: [0], seeds: "one" });
    const made = this.#write(derived.program, this.#entry.params, (b, args) => {
      const pack = this.#packer(b, args);
      const { results, adjoints } = this.#back(b, derived, args, []);
      return both ? [results[0]!, ...pack(adjoints)] : pack(adjoints);
    });
    const cotangent = this.#cotangent();
    const value = ["value", NUMBER] as const;
    return this.#specialisation(
      made,
      both ? { kind: "object", fields: [value, ["grad", cotangent]] } : cotangent,
    );
  }

  pullback(): Specialisation {
    const derived = reverse(this.#program, { wrt: this.#wrt });
    const own = this.#ownCount();
    const seeds = leafTypes(this.#of.result).map((ty, k) => ({ name: `cotangent${k}`, ty }));
    const params = insert(this.#entry.params, own, seeds);
    const made = this.#write(derived.program, params, (b, all) => {
      const args = [...all.slice(0, own), ...all.slice(own + seeds.length)];
      const pack = this.#packer(b, args);
      // Only the way forward tells how long the results are: what is computed with another cotangent is thrown away.
      const kept = all.slice(own, own + seeds.length).map((v) => (v.ty === "array" ? copyOf(b, v) : v));
      const { results, adjoints } = this.#back(
        b,
        derived,
        args,
        derived.of.map((k) => all[own + k]!),
      );
      checkAlike(b, this.#of.result, results, kept, "the cotangent");
      return pack(adjoints);
    });
    const more = [...this.#of.params, { name: "cotangent", structure: this.#of.result }];
    return this.#specialisation(made, this.#cotangent(), more);
  }

  jacobian(): Specialisation {
    if (this.#of.result.kind === "number") return this.gradient(false);
    const derived = jacobian(this.#program, { wrt: this.#wrt });
    return this.#jacobian(derived, (b, args, rows, columns) => this.#fill(b, derived, args, rows, columns));
  }

  /** The same by the pattern that it has for arguments like these, if it has one. */
  sparseJacobian(like: readonly Leaf[]): Specialisation | undefined {
    const found = sparseJacobian(this.#program, like, { wrt: this.#wrt });
    if (found === undefined) return undefined;
    const { program, pattern } = found;
    const places = pattern.rows.flatMap((row, i) => row.map((j) => i * pattern.columns + j));
    return this.#jacobian(program, (b, args, rows, columns) => {
      const numbers = b.allocate(b.i32(places.length));
      b.call(program.functions[0]!.name, [...args, numbers], program.functions[0]!.results);
      const elements = b.allocate(b.op("i32.mul", rows.count, columns.count));
      const where = b.data(Float64Array.from(places));
      b.for(b.i32(0), b.i32(places.length), [], (k) => {
        b.store(elements, b.op("f64.toInt32", b.load(where, k)), b.load(numbers, k));
        return [];
      });
      return elements;
    });
  }

  #jacobian(
    derived: Program,
    matrix: (b: Builder, args: readonly Value[], rows: Side, columns: Side) => Value,
  ): Specialisation {
    const written = writtenParameters(this.#program);
    const made = this.#write(derived, this.#entry.params, (b, args) => {
      const columns = this.#side(b, args);
      // One run tells how long the results are.
      const restore = keepArguments(b, args, written);
      const results = b.call(this.#entry.name, args, this.#entry.results);
      restore();
      const rows = sideOf(b, this.#of.result, results);
      return nest(b, { elements: matrix(b, args, rows, columns), rows, columns });
    });
    return this.#specialisation(made, product(this.#of.result, this.#cotangent()));
  }

  hessian(): Specialisation {
    this.#needsNumber();
    const derived = hessian(this.#program, { wrt: this.#wrt });
    const made = this.#write(derived, this.#entry.params, (b, args) => {
      const side = this.#side(b, args);
      return nest(b, { elements: this.#fill(b, derived, args, side, side), rows: side, columns: side });
    });
    return this.#specialisation(made, product(this.#cotangent(), this.#cotangent()));
  }

  pushforward(): Specialisation {
    const derived = forward(this.#program, { wrt: this.#wrt });
    const target = derived.program.functions[0]!;
    const own = this.#ownCount();
    const tangents = this.#entry.params.slice(0, own).map((p) => likewise(p, `tangent_${p.name}`));
    const made = this.#write(derived.program, insert(this.#entry.params, own, tangents), (b, all) => {
      const args = [...all.slice(0, own), ...all.slice(2 * own)];
      this.#checkList(b, all, "the list of tangents");
      const given = (i: number): Value => (this.#wrt.includes(i) ? all[own + i]! : zeroLike(b, args[i]!));
      const out = b.call(target.name, [...args, ...derived.tangentParameters.map(given)], target.results);
      const values = out.slice(0, this.#entry.results.length);
      const rates = values.map((x, k) => {
        const at = derived.tangentResults.indexOf(k);
        return at < 0 ? x : out[values.length + at]!;
      });
      skeleton(b, this.#of.result, values)(rates);
      return [...values, ...rates];
    });
    const { result } = this.#of;
    return this.#specialisation(
      made,
      {
        kind: "object",
        fields: [
          ["value", result],
          ["tangent", result],
        ],
      },
      this.#lists("primals", "tangents"),
    );
  }

  /** Of the first order; it is repeated for others. */
  derivative(): Specialisation {
    this.#needsNumber();
    const derived = forward(this.#program, { wrt: this.#wrt });
    const target = derived.program.functions[0]!;
    const [only, ...more] = this.#of.params;
    if (only?.structure.kind !== "number" || more.length > 0) {
      throw new AdError(
        "not-a-number",
        `derivative: ${this.#name} is not a function of one number.`,
        "Use grad or jacobian for functions of several arguments, of arrays and of objects.",
      );
    }
    const made = this.#write(derived.program, this.#entry.params, (b, args) => {
      const along = derived.tangentParameters.map((i) =>
        i === this.#wrt[0] ? b.f64(1) : zeroLike(b, args[i]!),
      );
      return [b.call(target.name, [...args, ...along], target.results).at(-1)!];
    });
    return this.#specialisation(made, NUMBER);
  }

  /** The product of the Hessian and a vector. */
  product(): Specialisation {
    this.#needsNumber();
    const derived = hvp(this.#program, { wrt: this.#wrt });
    const target = derived.functions[0]!;
    const own = this.#ownCount();
    const vector = this.#entry.params.slice(0, own).map((p) => likewise(p, `vector_${p.name}`));
    const made = this.#write(derived, insert(this.#entry.params, own, vector), (b, all) => {
      const args = [...all.slice(0, own), ...all.slice(2 * own)];
      this.#checkList(b, all, "the vector");
      const pack = this.#packer(b, args);
      const out = new Map<number, Value>();
      for (const i of this.#wrt) if (args[i]!.ty === "array") out.set(i, zeroLike(b, args[i]!));
      const along = this.#wrt.map((i) => all[own + i]!);
      const results = b.call(target.name, [...args, ...along, ...out.values()], target.results);
      const numbers = this.#wrt.filter((i) => args[i]!.ty !== "array");
      numbers.forEach((i, k) => out.set(i, results[this.#entry.results.length + k]!));
      return pack(out);
    });
    return this.#specialisation(made, this.#cotangent(), this.#lists("primals", "vector"));
  }

  /** Calls a reverse derivative; adjoints are those of leaves. */
  #back(
    b: Builder,
    derived: ReturnType<typeof reverse>,
    args: readonly Value[],
    seeds: readonly Value[],
  ): { readonly results: readonly Value[]; readonly adjoints: ReadonlyMap<number, Value> } {
    const target = derived.program.functions[0]!;
    const arrays = derived.adjointParameters.map((i) => b.allocate(b.length(args[i]!)));
    const out = b.call(target.name, [...args, ...seeds, ...arrays], target.results);
    const adjoints = new Map<number, Value>();
    derived.adjointParameters.forEach((i, k) => adjoints.set(i, arrays[k]!));
    derived.adjointResults.forEach((i, k) => adjoints.set(i, out[this.#entry.results.length + k]!));
    return { results: out, adjoints };
  }

  /** From derivatives by leaf to the leaves of what is returned. */
  #packer(b: Builder, args: readonly Value[]): (derivatives: ReadonlyMap<number, Value>) => readonly Value[] {
    const own = (i: number): Value[] => this.#leavesOf(i).map((k) => args[k]!);
    const skeletons = this.#chosen.map((i) => skeleton(b, this.#of.params[i]!.structure, own(i)));
    return (derivatives) =>
      this.#chosen.flatMap((i, n) => {
        const leaves = this.#leavesOf(i).map((k) => derivatives.get(k) ?? zeroLike(b, args[k]!));
        skeletons[n]!(leaves);
        return leaves;
      });
  }

  /** The matrix that a program writes into its last parameter. */
  #fill(b: Builder, derived: Program, args: readonly Value[], rows: Side, columns: Side): Value {
    const target = derived.functions[0]!;
    const elements = b.allocate(b.op("i32.mul", rows.count, columns.count));
    b.call(target.name, [...args, elements], target.results);
    return elements;
  }

  /** The chosen parameters as rows or columns of a matrix. */
  #side(b: Builder, args: readonly Value[]): Side {
    // What the program does to its arguments must not change where their rows were.
    const written = writtenParameters(this.#program);
    const leaves = this.#chosen.flatMap((i) =>
      this.#leavesOf(i).map((k) => (written.includes(k) ? copyOf(b, args[k]!) : args[k]!)),
    );
    return sideOf(b, this.#cotangent(), leaves);
  }

  /** The structure of the gradient. */
  #cotangent(): Structure {
    const elements = this.#chosen.map((i) => this.#of.params[i]!.structure);
    return this.#bare ? elements[0]! : { kind: "tuple", elements };
  }

  #leavesOf(i: number): readonly number[] {
    return leafTypes(this.#of.params[i]!.structure).map((_, k) => this.#starts[i]! + k);
  }

  /** How many leaves the parameters have; behind them are those from outside. */
  #ownCount(): number {
    return this.#of.params.reduce((n, p) => n + leafTypes(p.structure).length, 0);
  }

  /** The second list must be like the first. */
  #checkList(b: Builder, all: readonly Value[], what: string): void {
    const own = this.#ownCount();
    const structure: Structure = { kind: "tuple", elements: this.#of.params.map((p) => p.structure) };
    checkAlike(b, structure, all.slice(0, own), all.slice(own, 2 * own), what);
  }

  /** Two lists like the list of parameters. */
  #lists(...names: readonly string[]): readonly CapturedParameter[] {
    const structure: Structure = { kind: "tuple", elements: this.#of.params.map((p) => p.structure) };
    return names.map((name) => ({ name, structure }));
  }

  #write(
    derived: Program,
    params: readonly ParameterSpec[],
    write: (b: Builder, args: readonly Value[]) => readonly Value[],
  ): Program {
    const taken = new Set([...derived.functions, ...this.#program.functions].map((f) => f.name));
    const stem = `${this.#entry.name}_${this.#how.transform}`;
    let name = stem;
    for (let n = 2; taken.has(name); n++) name = `${stem}${n}`;
    return programOf(buildFunction(name, params, write), derived, this.#program);
  }

  #specialisation(
    program: Program,
    result: Structure,
    params: readonly CapturedParameter[] = this.#of.params,
  ): Specialisation {
    return { program, params, outside: this.#of.outside, result };
  }

  #needsNumber(): void {
    if (this.#of.result.kind === "number") return;
    throw new AdError(
      "result-not-scalar",
      `${this.#how.transform}: ${this.#name} does not return a single number.`,
      "Use jacobian(f) for the derivatives of several results, or return their sum.",
    );
  }
}

const insert = <T>(list: readonly T[], at: number, more: readonly T[]): T[] => [
  ...list.slice(0, at),
  ...more,
  ...list.slice(at),
];

/** What is no number has no derivative, and stays as it is. */
function zeroLike(b: Builder, x: Value): Value {
  if (x.ty === "array") return b.allocate(b.length(x));
  return x.ty === "i32" ? x : b.f64(0);
}

function copyOf(b: Builder, x: Value): Value {
  const copy = b.allocate(b.length(x));
  b.copy(copy, x);
  return copy;
}

/** What these leaves are as rows or columns: those that are no numbers have none. */
function sideOf(b: Builder, structure: Structure, leaves: readonly Value[]): Side {
  const { blocks, total } = layOut(
    b,
    leaves.filter((v) => v.ty !== "i32"),
  );
  let next = 0;
  const starts = leaves.map((v) => (v.ty === "i32" ? total : blocks[next++]!.offset));
  return { structure, leaves, starts, count: total };
}
