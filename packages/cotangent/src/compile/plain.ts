/** Transforms of plain functions: their programs are differentiated, compiled, and called with the user's structures. */
import { forward, hessian, hvp, jacobian, reverse, sparseJacobian } from "../differentiate/index.ts";
import { AdError } from "../errors.ts";
import type { Captured, CapturedParameter, Specialisation } from "../program/captured.ts";
import type { Program } from "../program/ir.ts";
import { optimise } from "../program/optimise/index.ts";
import { fromLeaves, graft, leafTypes, toLeaves } from "../program/structure.ts";
import type { Leaf } from "../program/structure.ts";
import type { Derivation } from "../transforms/transformed.ts";
import type { Executable } from "./execute.ts";

/** How a program is made to run; `outputs` are the arrays whose elements are read afterwards. */
export type Run = (program: Program, outputs: readonly number[]) => Executable;

/** A transform of a captured function, for arguments of one structure: from its arguments to its result. */
export interface PlainTransform {
  readonly program: Program;
  readonly executable: Executable;
  readonly call: (list: readonly unknown[]) => unknown;
}

/**
 * @throws AdError `result-not-scalar`, `wrong-option`, `unsupported-transform`
 */
export function transformPlain(
  captured: Captured,
  derivation: Derivation,
  specialisation: Specialisation,
  run: Run,
): PlainTransform {
  const subject = new Subject(captured, specialisation, derivation, run);
  switch (derivation.transform) {
    case "grad":
      return subject.gradient(false);
    case "valueAndGrad":
      return subject.gradient(true);
    case "jvp":
      return subject.pushforward();
    case "vjp":
      return subject.pullback();
    case "jacobian":
      return subject.jacobian();
    case "hvp":
      return subject.product();
    case "hessian":
      return subject.hessian();
    default:
      return subject.derivative();
  }
}

/** Whether `transform` takes the list of arguments, and something of the same structure beside it. */
export const takesLists = ({ transform }: Derivation): boolean => transform === "jvp" || transform === "hvp";

/** A captured function, its parameters taken apart into the leaves that its program takes. */
class Subject {
  readonly #captured: Captured;
  readonly #transform: string;
  readonly #options: unknown;
  readonly #run: Run;
  readonly #program: Program;
  readonly #params: readonly CapturedParameter[];
  readonly #outside: readonly CapturedParameter[];
  readonly #result: Specialisation["result"];
  /** The parameters that are differentiated, by position. */
  readonly #chosen: readonly number[];
  readonly #bare: boolean;
  /** Where the leaves of each parameter begin. */
  readonly #starts: readonly number[];
  /** The leaves of the chosen parameters that are numbers or arrays. */
  readonly #wrt: readonly number[];

  constructor(captured: Captured, specialisation: Specialisation, derivation: Derivation, run: Run) {
    this.#captured = captured;
    this.#transform = derivation.transform;
    this.#options = derivation.options;
    this.#run = run;
    // Simplified first: what is left out need not be differentiated, and checks before a loop need not be repeated.
    this.#program = optimise(specialisation.program, { stage: "primal" });
    this.#params = specialisation.params;
    this.#outside = specialisation.outside;
    this.#result = specialisation.result;
    const wrt = (derivation.options as { readonly wrt?: unknown } | undefined)?.wrt;
    const names =
      wrt === undefined ? this.#params.map((_, i) => i) : Array.isArray(wrt) ? (wrt as unknown[]) : [wrt];
    this.#chosen = names.map((name) => this.#position(name));
    this.#bare = wrt === undefined ? this.#params.length === 1 : !Array.isArray(wrt);
    let next = 0;
    this.#starts = this.#params.map(
      (p) => (next += leafTypes(p.structure).length) - leafTypes(p.structure).length,
    );
    const types = this.#program.functions[0]!.params;
    this.#wrt = this.#chosen.flatMap((i) => {
      const own = leafTypes(this.#params[i]!.structure).map((_, k) => this.#starts[i]! + k);
      return own.filter((leaf) => types[leaf]!.ty !== "i32");
    });
  }

  /** The gradient, and the value beside it if wanted. */
  gradient(both: boolean): PlainTransform {
    this.#needsNumber();
    const derived = reverse(this.#program, { wrt: this.#wrt, of: [0], seeds: "one" });
    const { executable, backward } = this.#backward(derived);
    return {
      program: derived.program,
      executable,
      call: (list) => {
        const leaves = this.#leaves(list);
        const { results, adjoints } = backward(leaves, []);
        const grad = this.#pack(leaves, adjoints);
        return both ? { value: results[0], grad } : grad;
      },
    };
  }

  pullback(): PlainTransform {
    const derived = reverse(this.#program, { wrt: this.#wrt });
    const { executable, backward } = this.#backward(derived);
    const zeros = this.#valueOf();
    return {
      program: derived.program,
      executable,
      call: (list) => {
        const leaves = this.#leaves(list).map((x) => (typeof x === "number" ? x : x.slice()));
        return {
          value: zeros.call(list),
          pullback: (cotangent: unknown) => {
            const seeds = toLeaves(this.#result, cotangent, "the cotangent");
            const { adjoints } = backward(
              leaves,
              derived.of.map((k) => seeds[k]!),
            );
            return this.#pack(leaves, adjoints);
          },
        };
      },
    };
  }

  jacobian(): PlainTransform {
    if (this.#result.kind === "number") return this.gradient(false);
    const program = jacobian(this.#program, { wrt: this.#wrt });
    const last = program.functions[0]!.params.length - 1;
    const executable = this.#run(program, [last]);
    const plain = this.#valueOf();
    const types = this.#program.functions[0]!.results;
    const dense = (leaves: readonly Leaf[], rows: number): Float64Array => {
      const matrix = new Float64Array(rows * this.#width(leaves));
      executable.call(...leaves, matrix);
      return matrix;
    };
    // Where the pattern can be read off the program and is sparse, a few directions give all columns.
    const known = new Map<string, typeof dense>();
    const matrixOf = (leaves: readonly Leaf[], rows: number): Float64Array => {
      const key = String(leaves.map((x) => (typeof x === "number" ? "" : x.length)));
      let find = known.get(key);
      if (find === undefined) known.set(key, (find = this.#sparse(leaves) ?? dense));
      return find(leaves, rows);
    };
    return {
      program,
      executable,
      call: (list) => {
        const leaves = this.#leaves(list);
        const results = plain.leaves(list);
        const starts = startsOf(results.map((x, k) => (types[k] === "i32" ? 0 : sizeOf(x))));
        const matrix = matrixOf(leaves, starts.at(-1)!);
        return this.#nest(this.#result, results, (leaf, k) => this.#row(leaves, matrix, starts[leaf]! + k));
      },
    };
  }

  /** A Jacobian by its pattern, if it has one. */
  #sparse(leaves: readonly Leaf[]): ((leaves: readonly Leaf[], rows: number) => Float64Array) | undefined {
    const found = sparseJacobian(this.#program, leaves, { wrt: this.#wrt });
    if (found === undefined) return undefined;
    const { program, pattern } = found;
    const executable = this.#run(program, [program.functions[0]!.params.length - 1]);
    const numbers = new Float64Array(pattern.rows.reduce((n, row) => n + row.length, 0));
    return (args, rows) => {
      executable.call(...args, numbers);
      const width = this.#width(args);
      const matrix = new Float64Array(rows * width);
      let next = 0;
      pattern.rows.forEach((row, i) => row.forEach((j) => (matrix[i * width + j] = numbers[next++]!)));
      return matrix;
    };
  }

  pushforward(): PlainTransform {
    const derived = forward(this.#program, { wrt: this.#wrt });
    const executable = this.#run(derived.program, []);
    return {
      program: derived.program,
      executable,
      call: ([primals, tangents]) => {
        const leaves = this.#leaves(primals as readonly unknown[]);
        const along = this.#leavesOf(tangents as readonly unknown[]);
        const out = listOf(
          executable.call(
            ...leaves,
            ...derived.tangentParameters.map((i) => along[i] ?? zeroLike(leaves[i]!)),
          ),
        );
        const count = this.#program.functions[0]!.results.length;
        const values = out.slice(0, count);
        const rates = values.map((x, k) => {
          const at = derived.tangentResults.indexOf(k);
          return at < 0 ? x : out[count + at]!;
        });
        return {
          value: fromLeaves(this.#result, values.values()),
          tangent: fromLeaves(this.#result, graft(this.#result, values, rates).values()),
        };
      },
    };
  }

  derivative(): PlainTransform {
    this.#needsNumber();
    const inner = this.pushforward();
    if (this.#options !== 1 && this.#options !== undefined)
      throw unsupported(this.#captured.name, "derivative of higher order");
    return { ...inner, call: (list) => (inner.call([list, [1]]) as { tangent: unknown }).tangent };
  }

  /** The product of the Hessian and a vector. */
  product(): PlainTransform {
    this.#needsNumber();
    const program = hvp(this.#program, { wrt: this.#wrt });
    const entry = this.#program.functions[0]!;
    const arrays = this.#wrt.filter((i) => entry.params[i]!.ty === "array");
    const numbers = this.#wrt.filter((i) => entry.params[i]!.ty !== "array");
    const first = entry.params.length + this.#wrt.length;
    const executable = this.#run(
      program,
      arrays.map((_, k) => first + k),
    );
    return {
      program,
      executable,
      call: ([primals, vector]) => {
        const leaves = this.#leaves(primals as readonly unknown[]);
        const along = this.#leavesOf(vector as readonly unknown[]);
        const out = new Map<number, Leaf>(arrays.map((i) => [i, zeroLike(leaves[i]!)]));
        const results = listOf(
          executable.call(...leaves, ...this.#wrt.map((i) => along[i]!), ...out.values()),
        );
        numbers.forEach((i, k) => out.set(i, results[entry.results.length + k]!));
        return this.#pack(leaves, out);
      },
    };
  }

  hessian(): PlainTransform {
    this.#needsNumber();
    const program = hessian(this.#program, { wrt: this.#wrt });
    const executable = this.#run(program, [program.functions[0]!.params.length - 1]);
    return {
      program,
      executable,
      call: (list) => {
        const leaves = this.#leaves(list);
        const matrix = new Float64Array(this.#width(leaves) ** 2);
        executable.call(...leaves, matrix);
        const starts = startsOf(leaves.map((x, i) => (this.#wrt.includes(i) ? sizeOf(x) : 0)));
        const rows = this.#chosen.map((i) => {
          const { structure } = this.#params[i]!;
          const start = this.#starts[i]!;
          const own = leaves.slice(start, start + leafTypes(structure).length);
          return this.#nest(structure, own, (leaf, k) =>
            this.#row(leaves, matrix, starts[start + leaf]! + k),
          );
        });
        return this.#bare ? rows[0] : rows;
      },
    };
  }

  /** How many numbers are differentiated by. */
  #width(leaves: readonly Leaf[]): number {
    return this.#wrt.reduce((n, i) => n + sizeOf(leaves[i]!), 0);
  }

  /** Row r of a matrix with a column for each number, in the structure of the chosen parameters. */
  #row(leaves: readonly Leaf[], matrix: Float64Array, r: number): unknown {
    let at = r * this.#width(leaves);
    const row = new Map<number, Leaf>();
    for (const i of this.#wrt) {
      const x = leaves[i]!;
      row.set(i, typeof x === "number" ? matrix[at]! : matrix.slice(at, at + x.length));
      at += sizeOf(x);
    }
    return this.#pack(leaves, row);
  }

  /** f itself. */
  #valueOf(): { call: (list: readonly unknown[]) => unknown; leaves: (list: readonly unknown[]) => Leaf[] } {
    const executable = this.#run(this.#program, []);
    const leaves = (list: readonly unknown[]): Leaf[] => [...listOf(executable.call(...this.#leaves(list)))];
    return { leaves, call: (list) => fromLeaves(this.#result, leaves(list).values()) };
  }

  /** A reverse derivative, ready to be called: with leaves and the adjoints of results. */
  #backward(derived: ReturnType<typeof reverse>): {
    executable: Executable;
    backward: (
      leaves: readonly Leaf[],
      seeds: readonly Leaf[],
    ) => { results: readonly Leaf[]; adjoints: Map<number, Leaf> };
  } {
    const { program, adjointParameters, adjointResults } = derived;
    const first = program.functions[0]!.params.length - adjointParameters.length;
    const executable = this.#run(
      program,
      adjointParameters.map((_, k) => first + k),
    );
    const count = this.#program.functions[0]!.results.length;
    const backward = (leaves: readonly Leaf[], seeds: readonly Leaf[]) => {
      const arrays = adjointParameters.map((i) => zeroLike(leaves[i]!));
      const out = listOf(executable.call(...leaves, ...seeds, ...arrays));
      const adjoints = new Map<number, Leaf>();
      adjointParameters.forEach((i, k) => adjoints.set(i, arrays[k]!));
      adjointResults.forEach((i, k) => adjoints.set(i, out[count + k]!));
      return { results: out, adjoints };
    };
    return { executable, backward };
  }

  /** Derivatives by leaf, in the structure of the chosen parameters. */
  #pack(leaves: readonly Leaf[], derivatives: ReadonlyMap<number, Leaf>): unknown {
    const packed = this.#chosen.map((i) => {
      const { structure } = this.#params[i]!;
      const range = leafTypes(structure).map((_, k) => this.#starts[i]! + k);
      const primals = range.map((leaf) => leaves[leaf]!);
      const own = range.map((leaf) => derivatives.get(leaf) ?? zeroLike(leaves[leaf]!));
      return fromLeaves(structure, graft(structure, primals, own).values());
    });
    return this.#bare ? packed[0] : packed;
  }

  /** The structure with every number in it replaced by `row(leaf, place in it)`. */
  #nest(
    structure: Specialisation["result"],
    primals: readonly Leaf[],
    row: (leaf: number, k: number) => unknown,
  ): unknown {
    const places: (readonly [number, number])[] = [];
    const numbered = primals.map((x, leaf): Leaf => {
      if (typeof x === "number") return places.push([leaf, 0]) - 1;
      return Float64Array.from(x, (_, k) => places.push([leaf, k]) - 1);
    });
    return mapNumbers(fromLeaves(structure, graft(structure, primals, numbered).values()), (k) =>
      row(...places[k]!),
    );
  }

  #leaves(list: readonly unknown[]): Leaf[] {
    const outside = this.#captured.outside();
    return [
      ...this.#leavesOf(list),
      ...this.#outside.flatMap((p, i) => toLeaves(p.structure, outside[i], p.name)),
    ];
  }

  #leavesOf(list: readonly unknown[]): Leaf[] {
    return this.#params.flatMap((p, i) => toLeaves(p.structure, list[i], p.name));
  }

  #position(name: unknown): number {
    const at = typeof name === "string" ? this.#params.findIndex((p) => p.name === name) : (name as number);
    if (Number.isInteger(at) && at >= 0 && at < this.#params.length) return at;
    throw new AdError(
      "wrong-option",
      `wrt names ${JSON.stringify(name)}, but the parameters of ${this.#captured.name} are ${this.#params.map((p) => p.name).join(", ")}.`,
      "Give the name or the position of a parameter, or a list of these.",
    );
  }

  #needsNumber(): void {
    if (this.#result.kind === "number") return;
    throw new AdError(
      "result-not-scalar",
      `${this.#transform}: ${this.#captured.name} does not return a single number.`,
      "Use jacobian(f) for the derivatives of several results, or return their sum.",
    );
  }
}

const zeroLike = (x: Leaf): Leaf => (typeof x === "number" ? 0 : new Float64Array(x.length));

const sizeOf = (x: Leaf): number => (typeof x === "number" ? 1 : x.length);

/** Where each of several things begins that follow each other; last, where they end. */
function startsOf(sizes: readonly number[]): number[] {
  const starts = [0];
  for (const size of sizes) starts.push(starts.at(-1)! + size);
  return starts;
}

const listOf = (out: unknown): readonly Leaf[] =>
  out === undefined ? [] : Array.isArray(out) ? (out as Leaf[]) : [out as Leaf];

function mapNumbers(x: unknown, f: (k: number) => unknown): unknown {
  if (typeof x === "number") return f(x);
  if (x instanceof Float64Array) return Array.from(x, f);
  if (Array.isArray(x)) return x.map((y) => mapNumbers(y, f));
  if (typeof x !== "object" || x === null) return x;
  return Object.fromEntries(Object.entries(x).map(([key, y]) => [key, mapNumbers(y, f)]));
}

export const unsupported = (name: string, what: string): AdError =>
  new AdError(
    "unsupported-transform",
    `${name}: the ${what} of a plain function is not available yet.`,
    "Write the function on Reals, where every transform composes with every other.",
  );
