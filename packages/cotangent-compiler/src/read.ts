/**
 * Functions read from a text: what a user typed into an editor or on a command line. Nothing of the text is run as JavaScript; it
 * is parsed, lowered to a program, and the program is what runs.
 */
import { AdError, compile, Scalar, Traced, value } from "cotangent";
import * as library from "cotangent";
import type { Real } from "cotangent";
import {
  attach,
  CAPTURE_VERSION,
  capturedOf,
  eachNumber,
  fromLeaves,
  missingArgument,
  replay,
  toLeaves,
} from "cotangent/program";
import type {
  Captured,
  CapturedParameter,
  Program,
  Specialisation,
  Structure,
  Watched,
} from "cotangent/program";

import { bare, isFunction } from "./ast.ts";
import type { Node } from "./ast.ts";
import { ByStructure } from "./structures.ts";
import { withLists } from "./lists.ts";
import { lower, nowhere } from "./lower/lower.ts";
import type { Found, Surroundings } from "./lower/lower.ts";
import { functionsOf, readModule } from "./lower/module.ts";
import type { Module } from "./lower/module.ts";
import { parseExpression, parseSource, refuse } from "./source.ts";
import type { TransformOptions } from "./transform.ts";

const TRANSFORMS = ["grad", "valueAndGrad", "jvp", "vjp", "jacobian", "hessian", "hvp"] as const;

/** What of the library is known by its name in a text that is nothing but a function expression: primitives and transforms. */
export const expressionNames: readonly string[] = [
  ...Object.entries(library).flatMap(([name, x]) =>
    typeof x === "function" && "partials" in x ? [name] : [],
  ),
  ...TRANSFORMS,
];

/** How a text is read. */
export interface ReadOptions {
  /** The function's name; may be left out where the text has only one. */
  readonly function?: string;
  /** What the text is called in messages. */
  readonly file?: string;
  /** The module that another one means by a path; without it, imports of other modules than `cotangent` are refused. */
  readonly resolve?: NonNullable<TransformOptions["resolve"]>;
  /**
   * How many loop iterations and calls a call of the function or of a transform of it may take, and on Reals how many operations;
   * beyond, it throws `out-of-steps`. Unless said, there is no limit for what is compiled, and one of 1,000,000 on Reals.
   */
  readonly steps?: number;
}

/**
 * A function read from a text. Called with numbers it is compiled; called with Scalars or other Reals it runs on them, operation by
 * operation. All transforms take it.
 */
export interface TextFunction {
  // oxlint-disable-next-line no-explicit-any -- erasure: what the arguments are, the text says
  (...args: any[]): any;
  readonly name: string;
  /** What it takes, as far as annotations, default values and the use of each parameter tell. */
  readonly parameters: readonly CapturedParameter[];
  /** What it returns if it is given that. */
  readonly result: Structure;
  /** What it computes if it is given that. */
  readonly program: Program;
}

/**
 * Reads a function from a text: either one function expression, in which the library's primitives and transforms are known by their names, or a
 * module, from which one function is taken.
 *
 *     const f = readFunction("(x, y) => sin(x) * y");
 *     grad(f)(0, 3); // [3, 0]
 *
 * @throws CompileError where the text is outside the language; AdError `wrong-option` where there is no such function
 */
export function readFunction(text: string, options: ReadOptions = {}): TextFunction {
  const { module, node, name, single } = find(text, options);
  const limit = options.steps === undefined ? {} : { steps: options.steps };
  const surroundings: Surroundings = {
    ...nowhere,
    resolve: (importer, from) => options.resolve?.(importer.source.file ?? "", from),
    find: (each) => (single ? libraryCalled(each) : undefined),
  };
  const lowering = (given: readonly (Structure | undefined)[] | undefined): Specialisation => {
    const lowered = lower(module, node, name, given, surroundings, new NothingOutside(module));
    const [user] = lowered.users;
    if (user !== undefined) refuseClass(module, user);
    return lowered;
  };
  const settled = (of: Specialisation): Specialisation => ({ ...of, program: withLists(of.program) });
  const first = lowering(undefined);
  const known = new ByStructure();
  known.add(
    first.params.map((p) => p.structure),
    settled(first),
  );
  const captured: Captured = {
    version: CAPTURE_VERSION,
    name,
    specialise: (args) => {
      const required = requiredParameters(node);
      if (args.length < required) throw missingArgument(name, required, args.length);
      return known.find(args, (given) => settled(lowering(given)));
    },
    outside: () => [],
  };
  let compiled: ((...args: unknown[]) => unknown) | undefined;
  const call = (...args: unknown[]): unknown =>
    args.some(isWatched) ? onReals(call, args, limit) : (compiled ??= compile(call, limit))(...args);
  Object.defineProperties(call, {
    name: { value: name },
    length: { value: requiredParameters(node) },
    parameters: { value: first.params },
    result: { value: first.result },
    program: { value: first.program },
  });
  return attach(call, captured, limit) as unknown as TextFunction;
}

/** What {@link traceOnScalars} recorded. */
export interface ScalarTrace {
  /** One variable for each number among the arguments, named after its place: `x`, `p.x`, `w[2]`. */
  readonly inputs: readonly Scalar[];
  /** The numbers of the result. */
  readonly outputs: readonly Real[];
}

/**
 * Runs a captured function on Scalars, its loops unrolled, for the graph of what was computed. Intermediate results have the names
 * that the text gives them.
 *
 *     drawGraph(traceOnScalars(readFunction("x => x * sin(x)"), [2]).outputs[0]);
 *
 * @throws AdError `out-of-steps` beyond so many operations; by default 100,000
 */
export function traceOnScalars(
  f: (...args: never[]) => unknown,
  args: readonly unknown[],
  options: { readonly steps?: number } = {},
): ScalarTrace {
  const inputs: Scalar[] = [];
  const { results, structure } = run(f, args, {
    steps: options.steps ?? 100_000,
    variable: (x, path) => {
      const variable = new Scalar(value(x), { name: path });
      inputs.push(variable);
      return variable;
    },
  });
  return { inputs, outputs: numbersOf(structure, results) };
}

const isList = (x: Watched): x is readonly Real[] => Array.isArray(x);

/** The numbers of a result. */
function numbersOf(s: Structure, leaves: readonly Watched[]): readonly Real[] {
  const found: Real[] = [];
  const lists = leaves.map((x): Real[] => (isList(x) ? [...x] : [x]));
  eachNumber(s, lists.values(), "", (leaf, at) => found.push(leaf[at]!));
  return found;
}

/** Is there anything but plain data in an argument? */
function isWatched(x: unknown): boolean {
  if (typeof x !== "object" || x === null || ArrayBuffer.isView(x)) return false;
  return x instanceof Traced || Object.values(x).some(isWatched);
}

/** A number that keeps the structure together; what is watched is put in its place afterwards, and may have no value at all. */
const plainNumber = (x: Real): number => (typeof x === "number" ? x : 0);

/** The function on Reals: its result has Reals where its numbers are. */
function onReals(
  f: (...args: never[]) => unknown,
  args: readonly unknown[],
  limit: Pick<RunOptions, "steps">,
): unknown {
  const { results, structure } = run(f, args, limit);
  const plain = fromLeaves(
    structure,
    results.map((x) => (isList(x) ? Float64Array.from(x, plainNumber) : plainNumber(x))).values(),
  );
  const next = numbersOf(structure, results).values();
  return withNumbers(structure, plain, () => next.next().value as Real);
}

interface RunOptions {
  readonly steps?: number;
  /** What to put in the place of a number. */
  readonly variable?: (x: Real, path: string) => Real;
}

/** Replays f's program for these arguments; the leaves of the result. */
function run(
  f: (...args: never[]) => unknown,
  args: readonly unknown[],
  { steps, variable = (x) => x }: RunOptions,
): { readonly results: readonly Watched[]; readonly structure: Structure } {
  const shadows = args.map(plainly);
  const { program, params, result } = capturedOf(f)!.specialise(shadows);
  const inputs = params.flatMap((p, i): Watched[] => {
    const leaves = toLeaves(p.structure, shadows[i], p.name);
    const lists: Real[][] = leaves.map((leaf) => (typeof leaf === "number" ? [leaf] : Array.from(leaf)));
    const numbers = numbersIn(p.structure, args[i]).values();
    eachNumber(p.structure, lists.values(), p.name, (leaf, at, path, kind) => {
      const x = numbers.next().value as Real;
      leaf[at] = kind === "number" ? variable(x, path) : leaf[at]!;
    });
    return leaves.map((leaf, k) => (typeof leaf === "number" ? lists[k]![0]! : lists[k]!));
  });
  const results = replay(program, inputs, {
    ...(steps === undefined ? {} : { steps }),
    onNamed: (x, name) => {
      if (x instanceof Scalar && x.name === String(x.uniqueId)) x.name = name;
    },
  });
  return { results, structure: result };
}

/** An argument with plain numbers in the place of watched ones. */
function plainly(x: unknown): unknown {
  if (x instanceof Traced) return 1;
  if (typeof x !== "object" || x === null || ArrayBuffer.isView(x)) return x;
  if (Array.isArray(x)) return (x as unknown[]).map(plainly);
  return Object.fromEntries(Object.entries(x).map(([key, y]) => [key, plainly(y)]));
}

/** The numbers and booleans of an argument in the order of `eachNumber`. */
function numbersIn(s: Structure, x: unknown): readonly unknown[] {
  switch (s.kind) {
    case "number":
    case "boolean":
      return [x];
    case "nothing":
      return [];
    case "array":
      return Array.from(x as ArrayLike<unknown>).flatMap((y) => numbersIn(s.element, y));
    case "tuple":
      return s.elements.flatMap((e, i) => numbersIn(e, (x as readonly unknown[])[i]));
    default:
      return s.fields.flatMap(([key, e]) => numbersIn(e, (x as Record<string, unknown>)[key]));
  }
}

/** The same structure with other numbers, in the order of `eachNumber`. */
function withNumbers(s: Structure, x: unknown, next: () => Real): unknown {
  switch (s.kind) {
    case "number":
      return next();
    case "boolean":
      next();
      return x;
    case "nothing":
      return x;
    case "array":
      return Array.from(x as ArrayLike<unknown>, (y) => withNumbers(s.element, y, next));
    case "tuple":
      return s.elements.map((e, i) => withNumbers(e, (x as readonly unknown[])[i], next));
    default:
      return Object.fromEntries(
        s.fields.map(([key, e]) => [key, withNumbers(e, (x as Record<string, unknown>)[key], next)]),
      );
  }
}

interface Target {
  readonly module: Module;
  readonly node: Node;
  readonly name: string;
  /** Whether the text is nothing but this function. */
  readonly single: boolean;
}

const ANONYMOUS = "f";

/** The function that is meant. */
function find(text: string, { function: wanted, file }: ReadOptions): Target {
  const expression = singleExpression(text, file);
  if (expression !== undefined) return expression;
  const module = readModule(parseSource(text, file));
  const named = functionsOf(module);
  const names = [...named.keys()];
  const name = wanted ?? (names.length === 1 ? names[0]! : undefined);
  const node = name === undefined ? undefined : named.get(name);
  const what = file ?? "The text";
  if (node === undefined) {
    const problem =
      names.length === 0
        ? `${what} has no function at its top level.`
        : wanted === undefined
          ? `${what} has ${names.length} functions.`
          : `${what} has no function ${wanted}.`;
    const remedy =
      names.length === 0
        ? "Write one: (x) => x ** 2, or function f(x) { ... }."
        : `Say which is meant: ${names.join(", ")}.`;
    throw new AdError("wrong-option", problem, remedy);
  }
  return { module, node, name: name!, single: false };
}

/**
 * Whether a text is one function expression, and no module.
 * @throws CompileError where it can only be meant as one, and is none
 */
export const isExpression = (text: string, file?: string): boolean =>
  singleExpression(text, file) !== undefined;

/** A text that is one function expression. */
function singleExpression(text: string, file: string | undefined): Target | undefined {
  if (!/^[\s(]*(?:async\b|function\b|[\p{L}\p{N}_$]+\s*=>|[({[])/u.test(text)) return undefined;
  let source;
  try {
    source = parseExpression(text, file);
  } catch (error) {
    // What can only be an expression says itself what is wrong with it; of a module, its own parser does.
    if (/^[\s(]*(?:[\p{L}\p{N}_$]+|\([^)]*\))\s*=>/u.test(text)) throw error;
    return undefined;
  }
  const node = bare(source.program);
  // Brackets around the whole are not part of the node.
  const opened = text.slice(0, node.start).replace(/[^(]/g, "");
  const rest = text.slice(source.program.end).replace(/[\s;]/g, "");
  if (!isFunction(node) || rest.replaceAll(")", "(") !== opened.slice(0, rest.length)) return undefined;
  const name = node.id?.name ?? ANONYMOUS;
  return { module: { source, declarations: new Map(), types: new Map() }, node, name, single: true };
}

/** In an expression of one line nobody imports anything: `sin` is the library's. */
const libraryCalled = (name: string): Found | undefined =>
  expressionNames.includes(name) ? { kind: "library", name } : undefined;

const requiredParameters = (node: Node): number => {
  const optional = node.params.findIndex((p) => p.type === "AssignmentPattern");
  return optional < 0 ? node.params.length : optional;
};

/** What is passed from outside at each call: nothing, since nothing of the text is run. */
class NothingOutside extends Map<string, Structure | "unknown"> {
  readonly #module: Module;

  constructor(module: Module) {
    super();
    this.#module = module;
  }

  override set(name: string): never {
    return refuseOutside(this.#module, name);
  }
}

function refuseOutside(module: Module, name: string): never {
  const d = module.declarations.get(name);
  const from = d?.kind === "import" ? ` It is imported from ${JSON.stringify(d.from)}.` : "";
  return refuse(
    module.source,
    d?.kind === "import" ? d.node : module.source.program,
    "unknown-name",
    `${name} is not known here: the source of its module is not at hand.${from}`,
    "Import functions and constants by a relative path, or write them into the same text.",
  );
}

function refuseClass(module: Module, name: string): never {
  const d = module.declarations.get(name);
  return refuse(
    module.source,
    d?.kind === "other" || d?.kind === "import" ? d.node : module.source.program,
    "unsupported-call",
    `${name} has a forward and a backward of its own, which would have to be run as they are; what is read from a text never is.`,
    "Write the function in plain TypeScript; or run a module that imports the class, with cotangent-compiler/register.",
  );
}
