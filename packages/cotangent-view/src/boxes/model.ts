/** What stands on the arrows of a box figure: in symbols, and in numbers found by running the functions. */
import { AdError, vjp } from "cotangent";
import type { FunctionClass, Primitive, Real } from "cotangent";

/**
 * What a box may stand for: a primitive (`mul`), a `ScalarFunction` class, a function of Reals, or only a symbol such as
 * `"f"` or `"g(x, y)"`, which has no numbers.
 */
export type BoxFunction =
  | Primitive<never>
  // oxlint-disable-next-line no-explicit-any -- erasure: a class of any arity, whatever it saves
  | FunctionClass<any, any>
  // oxlint-disable-next-line no-explicit-any -- erasure: a function of any number of Reals
  | ((...args: any[]) => Real)
  | string;

/** One box, with all that its arrows say. */
export interface Box {
  /** f */
  readonly symbol: string;
  /** Square; undefined for a mere symbol. */
  readonly name: string | undefined;
  /** What goes in, in order. */
  readonly inputs: readonly Label[];
  /** What comes out. */
  readonly output: Label;
  /** dOut: what comes back from the right. */
  readonly dOut: Label;
  /** f′ × dOut for each input: what goes back to the left. */
  readonly derivatives: readonly Label[];
}

/** What an arrow says. */
export interface Label {
  readonly symbol: string;
  /** As it is computed: `[2, 3, 6]` is 2 × 3 = 6, `[6]` is 6. Undefined where there are no numbers. */
  readonly numbers: readonly number[] | undefined;
}

export interface ChainOptions {
  readonly at: readonly number[] | undefined;
  readonly dOut: number | undefined;
  readonly inputs: readonly string[] | undefined;
  readonly names: boolean | undefined;
}

interface Part {
  readonly symbol: string;
  readonly name: string | undefined;
  readonly parameters: readonly string[];
  readonly run: ((...args: Real[]) => Real) | undefined;
}

const PARAMETERS = ["x", "y", "z", "u", "v", "w"];
/** As the page calls them: one function is f, two are g and then f. */
const SYMBOLS: readonly (readonly string[])[] = [[], ["f"], ["g", "f"], ["h", "g", "f"]];

/** The boxes of a chain, first function first. @throws AdError `wrong-option` where they cannot be chained */
export function chain(functions: readonly BoxFunction[], options: ChainOptions): Box[] {
  if (functions.length === 0) {
    throw new AdError(
      "wrong-option",
      "There is no function to draw.",
      "Give one function, or a list of them.",
    );
  }
  const { at } = options;
  const parts = functions.map((f, i) => part(f, i, functions.length, options));
  for (const { name, symbol, parameters } of parts.slice(1)) {
    if (parameters.length === 1) continue;
    throw new AdError(
      "wrong-option",
      `${name ?? symbol} takes ${parameters.length} arguments, but in a chain it is given one: what the box before it returns.`,
      "Only the first box may take several. Draw other computations with drawGraph(...).",
    );
  }
  const first = parts[0]!;
  if (at !== undefined && at.length !== first.parameters.length) {
    throw new AdError(
      "wrong-option",
      `${first.name ?? first.symbol} takes ${count(first.parameters.length, "argument")}, but at has ${count(at.length, "number")}.`,
      "Give one number per argument of the first function.",
    );
  }
  const named = options.names ?? parts.length > 2;
  const symbols = named ? namedSymbols(parts) : nestedSymbols(parts);
  const numbers = at === undefined ? undefined : numbersOf(parts, at, options.dOut ?? 1);
  return parts.map(({ symbol, name }, i) => {
    const words = symbols[i]!;
    const own = numbers?.[i];
    return {
      symbol,
      name,
      inputs: words.inputs.map((symbol, k) => ({ symbol, numbers: own && [own.inputs[k]!] })),
      output: { symbol: words.output, numbers: own && [own.output] },
      dOut: { symbol: words.dOut, numbers: own && [own.dOut] },
      derivatives: words.derivatives.map((symbol, k) => {
        const local = own?.partials[k];
        return {
          symbol,
          numbers: own && [local!, own.dOut, own.derivatives[k]!],
        };
      }),
    };
  });
}

function part(f: BoxFunction, place: number, of: number, { at, inputs }: ChainOptions): Part {
  if (typeof f === "string") {
    const [, symbol, list] = /^\s*([\p{L}][\p{L}\p{N}]*)\s*(?:\(([^()]*)\))?\s*$/u.exec(f) ?? [];
    const parameters = list?.split(",").map((name) => name.trim()) ?? [inputs?.[0] ?? "x"];
    if (symbol === undefined || parameters.includes("")) {
      throw new AdError(
        "wrong-option",
        `${JSON.stringify(f)} is not the symbol of a function.`,
        'Write "f", or "f(x, y)" for a function of two arguments.',
      );
    }
    return { symbol, name: undefined, parameters, run: undefined };
  }
  if (typeof f !== "function") {
    throw new AdError(
      "not-a-function",
      "A box was given something else than a function.",
      'Pass a primitive, a ScalarFunction class, a function of Reals, or a symbol such as "f".',
    );
  }
  const primitive = "arity" in f ? (f as { id: string; arity: number | undefined }) : undefined;
  const custom = "forward" in f ? (f as unknown as FunctionClass<Real[], Real[]>) : undefined;
  const declared = primitive ? (primitive.arity ?? 0) : custom ? custom.forward.length - 1 : f.length;
  // What takes any number of arguments is drawn with as many as there are numbers or names for.
  const arity = declared > 0 ? declared : place > 0 ? 1 : (at?.length ?? inputs?.length ?? 1);
  const run = custom
    ? (...args: Real[]) => (custom as unknown as { apply(...args: Real[]): Real }).apply(...args)
    : primitive?.arity === undefined && primitive !== undefined
      ? (...args: Real[]) => (f as unknown as (list: Real[]) => Real)(args)
      : (f as (...args: Real[]) => Real);
  const names = place === 0 ? inputs : undefined;
  return {
    symbol: SYMBOLS[of]?.[place] ?? `f_${place + 1}`,
    name: primitive?.id ?? (f.name || undefined),
    parameters: Array.from({ length: arity }, (_, i) => names?.[i] ?? PARAMETERS[i] ?? `x_${i + 1}`),
    run,
  };
}

interface Symbols {
  readonly inputs: readonly string[];
  readonly output: string;
  readonly dOut: string;
  readonly derivatives: readonly string[];
}

/** f′(x), or f′_x(x, y) where there are several arguments to choose from. */
const local = (symbol: string, parameters: readonly string[], i: number, args: string): string =>
  parameters.length === 1 ? `${symbol}′(${args})` : `${symbol}′_${parameters[i]}(${args})`;

/** Everything written out: f(g(x)), f′(g(x)), g′(x) × f′(g(x)). */
function nestedSymbols(parts: readonly Part[]): Symbols[] {
  let inputs = parts[0]!.parameters;
  const forward = parts.map(({ symbol, parameters }) => {
    const args = inputs.join(", ");
    const own = {
      inputs,
      output: `${symbol}(${args})`,
      partials: parameters.map((_, i) => local(symbol, parameters, i, args)),
    };
    inputs = [own.output];
    return own;
  });
  // One function is asked with any dOut; a chain starts with 1, the derivative of its result by itself.
  let dOut = parts.length === 1 ? "dOut" : "1";
  const backward = forward.reverse().map(({ inputs, output, partials }) => {
    const derivatives = partials.map((partial) => (dOut === "1" ? partial : `${partial} × ${dOut}`));
    const own = { inputs, output, dOut, derivatives };
    dOut = derivatives[0]!;
    return own;
  });
  return backward.reverse();
}

/** Every value with a name of its own: y = g(x), and what comes back is dOut. */
function namedSymbols(parts: readonly Part[]): Symbols[] {
  const last = parts.length - 1;
  const taken = parts[0]!.parameters;
  const free = ["y", "z", "u", "v", "w"]
    .concat(parts.map((_, i) => `y_${i + 1}`))
    .filter((n) => !taken.includes(n));
  let inputs = taken;
  // What comes back to box i; the last one is handed dOut itself, or the 1 that a chain starts with.
  const incoming = parts.map((_, i) =>
    i === last ? (last === 0 ? "dOut" : "1") : last === 1 ? "dOut" : `d_${i + 1}`,
  );
  return parts.map(({ symbol, parameters }, i) => {
    const args = inputs.join(", ");
    const value = `${symbol}(${args})`;
    const dOut = incoming[i]!;
    const own = {
      inputs,
      output: i === last ? value : `${free[i]} = ${value}`,
      dOut,
      derivatives: parameters.map((_, k) => {
        const partial = local(symbol, parameters, k, args);
        const product = dOut === "1" ? partial : `${partial} × ${dOut}`;
        return i === 0 ? product : `${incoming[i - 1]} = ${product}`;
      }),
    };
    inputs = [free[i]!];
    return own;
  });
}

interface Numbers {
  readonly inputs: readonly number[];
  readonly output: number;
  readonly partials: readonly number[];
  readonly dOut: number;
  readonly derivatives: readonly number[];
}

/** Runs the functions at `at`, forward and backward. */
function numbersOf(parts: readonly Part[], at: readonly number[], dOut: number): Numbers[] {
  let inputs = at;
  const forward = parts.map(({ run, symbol }) => {
    if (run === undefined) {
      throw new AdError(
        "wrong-option",
        `${symbol} is only a symbol: it has no value at (${at.join(", ")}).`,
        "Give the function itself, or leave out at.",
      );
    }
    const { value, pullback } = vjp(run)(...inputs);
    const own = { inputs, output: value, pullback: (d: number) => list(pullback(d)) };
    inputs = [own.output];
    return own;
  });
  let d = dOut;
  return forward
    .reverse()
    .map(({ inputs, output, pullback }) => {
      const own = { inputs, output, partials: pullback(1), dOut: d, derivatives: pullback(d) };
      d = own.derivatives[0]!;
      return own;
    })
    .reverse();
}

const list = (x: unknown): number[] => (Array.isArray(x) ? (x as number[]) : [x as number]);
const count = (n: number, what: string): string => `${n} ${what}${n === 1 ? "" : "s"}`;
