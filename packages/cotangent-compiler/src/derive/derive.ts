/** Derivatives as TypeScript: what a person would write by hand, and other people can read. */
import { AdError } from "cotangent";
import { forPeople, forward, hvp, jacobian, hessian, reverse } from "cotangent/differentiate";
import { Builder, buildFunction, leafTypes, optimise } from "cotangent/program";
import type {
  CapturedParameter,
  Func,
  ParameterSpec,
  Program,
  Region,
  Structure,
  Ty,
  Value,
} from "cotangent/program";

import type { Node } from "../ast.ts";
import { lower, nowhere } from "../lower/lower.ts";
import type { Lowered } from "../lower/lower.ts";
import { functionsOf, readModule } from "../lower/module.ts";
import type { Module } from "../lower/module.ts";
import { structureFromType } from "../lower/types.ts";
import { parseSource } from "../source.ts";
import { nameAll } from "./naming.ts";
import { writeModule } from "./module.ts";
import type { Shape } from "./shape.ts";
import { withKinds } from "./types.ts";

export type DeriveMode = "reverse" | "forward" | "hessian" | "hvp" | "jacobian";

export interface DeriveOptions {
  /** The function's name. May be left out where the source has just one. */
  readonly function?: string;
  /** Unless said, `"reverse"`. */
  readonly mode?: DeriveMode;
  /** Names of the parameters by which to differentiate. Unless said, all. */
  readonly wrt?: readonly string[];
  /** With `"reverse"`: the result is `{ value, grad }`, as of `valueAndGrad`, instead of the gradient alone. */
  readonly value?: boolean;
  /** The file's name, for messages and for the comment above the derivative. */
  readonly file?: string;
  /** The module that another one imports from, already read. */
  readonly resolve?: (importer: string, from: string) => Module | undefined;
}

/** A derivative. */
export interface Derived {
  /** A TypeScript module without imports. */
  readonly code: string;
  /** The name of the function in it that is exported. */
  readonly name: string;
  /** The name of the function that was differentiated. */
  readonly function: string;
  readonly mode: DeriveMode;
}

/**
 * Writes the derivative of a plain function as a TypeScript module of its own.
 *
 *     derive("const square = (x: number) => x * x;").code
 *     // export function squareGradient(x: number): number {
 *     //   return 2 * x;
 *     // }
 *
 * @throws CompileError where the function is outside the language; AdError `wrong-option` for names that are not there,
 * `result-not-scalar`, `result-not-a-number`, `unsupported-transform`
 */
export function derive(source: string, options: DeriveOptions = {}): Derived {
  const module = readModule(parseSource(source, options.file));
  const { name, node } = chosen(module, options.function);
  const { resolve, mode = "reverse" } = options;
  const lowered = lower(module, node, name, undefined, {
    ...nowhere,
    resolve: (importer, from) => resolve?.(importer.source.file ?? "", from),
  });
  return deriveLowered(lowered, module, node, name, { ...options, mode });
}

/** Which mode writes a transform of the library's. */
const MODES: Readonly<Record<string, DeriveMode>> = {
  grad: "reverse",
  valueAndGrad: "reverse",
  vjp: "reverse",
  jvp: "forward",
  jacobian: "jacobian",
  hessian: "hessian",
  hvp: "hvp",
};

/** A transform of a function that has been lowered, as TypeScript; undefined where it cannot be written. */
export function deriveTransform(
  lowered: Lowered,
  module: Module,
  node: Node,
  name: string,
  transform: string,
  options: unknown,
): string | undefined {
  const mode = MODES[transform];
  if (mode === undefined) return undefined;
  const given = (options as { readonly wrt?: unknown } | undefined)?.wrt;
  const list = given === undefined ? undefined : Array.isArray(given) ? (given as unknown[]) : [given];
  const wrt = list?.map((x) => (typeof x === "number" ? lowered.params[x]!.name : String(x)));
  try {
    const value = transform === "valueAndGrad";
    return deriveLowered(lowered, module, node, name, { mode, value, ...(wrt === undefined ? {} : { wrt }) })
      .code;
  } catch (error) {
    if (error instanceof AdError) return undefined;
    throw error;
  }
}

/** The function with this name, or the only one there is. */
function chosen(module: Module, wanted: string | undefined): { readonly name: string; readonly node: Node } {
  const functions = functionsOf(module);
  const names = [...functions.keys()];
  const name = wanted ?? (names.length === 1 ? names[0] : undefined);
  const node = name === undefined ? undefined : functions.get(name);
  if (name === undefined || node === undefined) {
    const list = names.length === 0 ? "none" : names.join(", ");
    throw new AdError(
      "wrong-option",
      wanted === undefined
        ? `There are several functions: ${list}`
        : `There is no function ${JSON.stringify(wanted)}; there are: ${list}`,
      "Say which function to differentiate.",
    );
  }
  return { name, node };
}

/** The derivative of a function that has been lowered. */
function deriveLowered(
  given: Lowered,
  module: Module,
  node: Node,
  name: string,
  options: DeriveOptions & { readonly mode: DeriveMode },
): Derived {
  const lowered: Lowered = {
    ...given,
    params: given.params.map(({ name: own, structure }, i) => {
      const pattern = node.params[i];
      const target = pattern?.type === "AssignmentPattern" ? pattern.left : pattern;
      return {
        name: own,
        structure: withKinds(structure, structureFromType(target?.typeAnnotation, module.types)),
      };
    }),
  };
  if (lowered.users.length > 0) {
    throw new AdError(
      "unsupported-transform",
      `${name} calls ${lowered.users.join(", ")}, whose derivative is code of its own and cannot be written here.`,
      "Write that function in plain TypeScript, or use grad.",
    );
  }
  const program = optimise(lowered.program, { stage: "primal", readable: true });
  nameAll(program);
  const wrt = chosenParameters(lowered.params, options.wrt, name);
  const shape = SHAPES[options.mode]({ lowered, program, wrt, name, value: options.value === true });
  const readable = optimise(shape.program, { stage: "primal", readable: true });
  const code = writeModule(
    { ...shape, program: readable },
    { lowered, module, node, name, file: options.file, wrt },
  );
  return { code, name: shape.name, function: name, mode: options.mode };
}

function chosenParameters(
  params: readonly CapturedParameter[],
  names: readonly string[] | undefined,
  f: string,
): readonly number[] {
  if (names === undefined) return params.map((_, i) => i);
  return names.map((name) => {
    const at = params.findIndex((p) => p.name === name);
    if (at >= 0) return at;
    throw new AdError(
      "wrong-option",
      `wrt names ${JSON.stringify(name)}, but the parameters of ${f} are ${params.map((p) => p.name).join(", ")}.`,
      "Give the names of parameters.",
    );
  });
}

interface Task {
  readonly lowered: Lowered;
  readonly program: Program;
  /** Parameters by position. */
  readonly wrt: readonly number[];
  readonly name: string;
  readonly value: boolean;
}

const needsNumbers = (task: Task): void => {
  if (positionsOf(task.program.functions[0]!.results).length > 0) return;
  throw new AdError(
    "result-not-a-number",
    `jacobian: ${task.name} returns no numbers.`,
    "Return what is to be differentiated.",
  );
};

const needsNumber = (task: Task, what: string): void => {
  if (task.lowered.result.kind === "number") return;
  throw new AdError(
    "result-not-scalar",
    `${what}: ${task.name} does not return a single number.`,
    "Return one, or take the jacobian.",
  );
};

/** Where the leaves of each parameter begin. */
function starts(params: readonly CapturedParameter[]): number[] {
  let next = 0;
  return params.map((p) => (next += leafTypes(p.structure).length) - leafTypes(p.structure).length);
}

/** The leaves of the chosen parameters that carry derivatives, by position. */
function leavesOf({ lowered, wrt, program }: Task): number[] {
  const first = starts(lowered.params);
  const types = program.functions[0]!.params;
  return wrt.flatMap((i) =>
    leafTypes(lowered.params[i]!.structure)
      .map((_, k) => first[i]! + k)
      .filter((leaf) => types[leaf]!.ty !== "i32"),
  );
}

const positionsOf = (types: readonly Ty[]): number[] => types.flatMap((ty, i) => (ty === "i32" ? [] : [i]));

/** Writes the entry anew: it calls the derivative, and returns what is wanted of it. */
function entryOf(
  inner: Program,
  name: string,
  params: readonly ParameterSpec[],
  write: (
    b: Builder,
    args: readonly Value[],
    call: (args: readonly Value[]) => readonly Value[],
  ) => readonly Value[],
): Program {
  const target = inner.functions[0]!;
  const taken = new Set(inner.functions.map((f) => f.name));
  let own = name;
  while (taken.has(own)) own += "_";
  const entry: Func = buildFunction(own, params, (b, args) =>
    write(b, args, (list) => b.call(target.name, list, target.results)),
  );
  return { functions: [entry, ...inner.functions] };
}

/** Makes the program of each mode. */
const SHAPES: Readonly<Record<DeriveMode, (task: Task) => Shape>> = {
  reverse: (task) => {
    const { program, lowered, name } = task;
    const original = program.functions[0]!;
    const leaves = leavesOf(task);
    const scalar = lowered.result.kind === "number";
    const derived = reverse(program, {
      wrt: leaves,
      readable: forPeople,
      ...(scalar ? { of: [0], seeds: "one" as const } : {}),
    });
    const seeds = scalar ? [] : derived.of;
    const seedParams = seeds.map((k): ParameterSpec => ({
      name: `dOut${seeds.length > 1 ? k : ""}`,
      ty: original.results[k]!,
    }));
    const own = task.name + (scalar ? "Gradient" : "Pullback");
    const made = entryOf(derived.program, own, [...original.params, ...seedParams], (b, args, run) => {
      const arrays = derived.adjointParameters.map((i) => b.allocate(b.length(args[i]!)));
      const out = run([...args, ...arrays]);
      const count = original.results.length;
      const adjoint = (leaf: number): Value => {
        const at = derived.adjointParameters.indexOf(leaf);
        return at >= 0 ? arrays[at]! : out[count + derived.adjointResults.indexOf(leaf)]!;
      };
      return [...(task.value ? out.slice(0, count) : []), ...leaves.map(adjoint)];
    });
    return {
      name: own,
      program: made,
      kind: scalar ? "gradient" : "pullback",
      seeds: scalar ? [] : seedPositions(lowered.result, seeds),
      value: task.value,
      title: scalar ? `The gradient of \`${name}\`` : `The pullback of \`${name}\``,
    };
  },
  forward: (task) => {
    const { program, name } = task;
    const original = program.functions[0]!;
    const leaves = leavesOf(task);
    const derived = forward(program, { wrt: leaves, readable: forPeople });
    const tangents = leaves.map((i): ParameterSpec => ({
      name: `${original.params[i]!.name}Dot`,
      ty: original.params[i]!.ty,
    }));
    const own = `${name}Tangent`;
    const made = entryOf(derived.program, own, [...original.params, ...tangents], (b, args, run) => {
      const given = args.slice(original.params.length);
      const list = derived.tangentParameters.map((i) => {
        const at = leaves.indexOf(i);
        return at >= 0 ? given[at]! : b.allocate(b.length(args[i]!));
      });
      const out = run([...args.slice(0, original.params.length), ...list]);
      const count = original.results.length;
      const rates = original.results.map((_, k) => {
        const at = derived.tangentResults.indexOf(k);
        return at < 0 ? out[k]! : out[count + at]!;
      });
      return [...out.slice(0, count), ...rates];
    });
    return {
      name: own,
      program: made,
      kind: "tangent",
      seeds: leaves,
      value: true,
      title: `The derivative of \`${name}\` along a direction`,
    };
  },
  hessian: (task) => {
    needsNumber(task, "hessian");
    return matrix(task, "Hessian", (wrt) => hessian(task.program, { wrt, columns: 1, readable: forPeople }));
  },
  jacobian: (task) => {
    needsNumbers(task);
    return task.lowered.result.kind === "number"
      ? { ...SHAPES.reverse(task), name: `${task.name}Jacobian`, title: `The Jacobian of \`${task.name}\`` }
      : matrix(task, "Jacobian", (wrt) => jacobian(task.program, { wrt, columns: 1, readable: forPeople }));
  },
  hvp: (task) => {
    needsNumber(task, "hvp");
    const { program, name } = task;
    const original = program.functions[0]!;
    const leaves = leavesOf(task);
    const derived = hvp(program, { wrt: leaves, readable: forPeople });
    const isArray = (i: number): boolean => original.params[i]!.ty === "array";
    const along = leaves.map((i): ParameterSpec => ({
      name: `v${original.params[i]!.name}`,
      ty: original.params[i]!.ty,
    }));
    const own = `${name}Hvp`;
    const made = entryOf(derived, own, [...original.params, ...along], (b, args, run) => {
      const arrays = leaves.filter(isArray).map((i) => b.allocate(b.length(args[i]!)));
      const out = run([...args, ...arrays]);
      let [nextArray, nextNumber] = [0, original.results.length];
      return leaves.map((i) => (isArray(i) ? arrays[nextArray++]! : out[nextNumber++]!));
    });
    return {
      name: own,
      program: made,
      kind: "hvp",
      seeds: leaves,
      value: false,
      title: `The Hessian of \`${name}\` times a vector`,
    };
  },
};

/** Which leaves of the result have a seed. */
const seedPositions = (result: Structure, of: readonly number[]): readonly number[] =>
  positionsOf(leafTypes(result)).filter((k) => of.includes(k));

/** Hessians and Jacobians. */
function matrix(
  task: Task,
  what: "Hessian" | "Jacobian",
  derive: (wrt: readonly number[]) => Program,
): Shape {
  const { program, name } = task;
  const original = program.functions[0]!;
  const leaves = leavesOf(task);
  const isArray = (i: number): boolean => original.params[i]!.ty === "array";
  const fixed = !leaves.some(isArray) && (what === "Hessian" || !original.results.includes("array"));
  // What rows are put together like: the value, where its arrays or truths must be known.
  const value = what === "Jacobian" && (!fixed || original.results.includes("i32"));
  const own = `${name}${what}`;
  const task2 = { task, own, leaves, value };
  return {
    name: own,
    program: fixed ? columnByColumn(task2, what) : inOneArray(task2, what, derive(leaves)),
    kind: what === "Hessian" ? "hessian" : "jacobian",
    seeds: [],
    value,
    leaves,
    title: `The ${what} of \`${name}\``,
    fixed,
  };
}

interface MatrixTask {
  readonly task: Task;
  readonly own: string;
  readonly leaves: readonly number[];
  readonly value: boolean;
}

/** A matrix of as many numbers for all arguments: each column is a forward derivative of its own, in which all else is constant. */
function columnByColumn({ task, own, leaves, value }: MatrixTask, what: "Hessian" | "Jacobian"): Program {
  const { program } = task;
  const original = program.functions[0]!;
  const rows = positionsOf(original.results);
  const inner =
    what === "Hessian"
      ? reverse(program, { wrt: leaves, of: [0], seeds: "one", readable: forPeople })
      : undefined;
  const source = inner?.program ?? program;
  const derived = leaves.map((leaf, k) =>
    renamed(forward(source, { wrt: [leaf], readable: forPeople }), `_${k}`, source),
  );
  const functions = new Map(program.functions.map((f) => [f.name, f]));
  for (const d of derived)
    for (const f of d.program.functions) if (!functions.has(f.name)) functions.set(f.name, f);
  const all = { functions: [...functions.values()] };
  return entryOf(all, own, original.params, (b, args) => {
    const columns = derived.map((d) => {
      const entry = d.program.functions[0]!;
      const out = b.call(entry.name, [...args, b.f64(1)], entry.results);
      const first = source.functions[0]!.results.length;
      const of =
        inner === undefined
          ? rows
          : leaves.map((leaf) => original.results.length + inner.adjointResults.indexOf(leaf));
      return of.map((k) => out[first + d.tangentResults.indexOf(k)]!);
    });
    const height = columns[0]?.length ?? 0;
    const numbers = Array.from({ length: height }, (_, r) => columns.map((column) => column[r]!)).flat();
    return [...numbers, ...(value ? b.call(original.name, args, original.results) : [])];
  });
}

/** The same derivative with other names for its functions, but for those that are its source's own. */
function renamed<D extends { readonly program: Program }>(derivative: D, suffix: string, source: Program): D {
  const shared = new Set(source.functions);
  const own = derivative.program.functions.filter((f) => !shared.has(f));
  const names = new Set(own.map((f) => f.name));
  const region = (r: Region): void => {
    for (const op of r.ops) {
      if (op.kind === "call" && names.has(op.attr.callee)) {
        (op as { attr: { readonly callee: string } }).attr = { callee: op.attr.callee + suffix };
      }
      op.regions.forEach(region);
    }
  };
  for (const f of own) region(f.body);
  const functions = derivative.program.functions.map((f) =>
    shared.has(f) ? f : { ...f, name: f.name + suffix },
  );
  return { ...derivative, program: { functions } };
}

/** A matrix whose size depends on the arguments: all rows one after the other. */
function inOneArray(
  { task, own, leaves, value }: MatrixTask,
  what: "Hessian" | "Jacobian",
  derived: Program,
): Program {
  const { program } = task;
  const original = program.functions[0]!;
  const rows = positionsOf(original.results);
  const more = program.functions.filter((f) => !derived.functions.some((g) => g.name === f.name));
  const parts = { functions: [...derived.functions, ...more] };
  return entryOf(parts, own, original.params, (b, args, run) => {
    const sizeOf = (ty: Ty, v: Value): Value => (ty === "array" ? b.length(v) : b.i32(1));
    const total = (list: readonly Value[]): Value => list.reduce((x, y) => b.op("i32.add", x, y), b.i32(0));
    const width = total(leaves.map((i) => sizeOf(original.params[i]!.ty, args[i]!)));
    const values = value ? b.call(original.name, args, original.results) : [];
    const height =
      what === "Hessian" ? width : total(rows.map((k) => sizeOf(original.results[k]!, values[k]!)));
    const out = b.allocate(b.op("i32.mul", height, width));
    out.name = what.toLowerCase();
    run([...args, out]);
    return [out, ...values];
  });
}
