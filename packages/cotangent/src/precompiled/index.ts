/**
 * The entry `cotangent/precompiled`: what a module whose derivatives were compiled when it was built needs at run time. Build
 * plugins write calls of this.
 */
import { AdError, missingArgument } from "../errors.ts";
import type { AliasCheck, CapturedParameter, Restore } from "../program/captured.ts";
import { faultOf } from "../program/faults.ts";
import type { Site } from "../program/faults.ts";
import { builder, copyOf, listed, taker, toLeaves } from "../program/marshal.ts";
import type { Leaf, Structure } from "../program/structure.ts";
import { isMapped } from "../transforms/arguments.ts";
import { compiler } from "../transforms/transformed.ts";

/** Throws the error of the k-th place where the code may fail. */
type Fault = (k: number, ...values: readonly (number | Float64Array)[]) => never;
/** That error. */
export type ErrorAt = (k: number, values: readonly number[]) => AdError;

/** Finished code: from one argument per leaf to the result, bare if there is one leaf. */
export interface Code {
  (...leaves: Leaf[]): Leaf | readonly Leaf[] | undefined;
  /** The same, but arrays among the results may be gone after the next call: for whoever copies them. */
  peek?: (...leaves: Leaf[]) => Leaf | readonly Leaf[] | undefined;
}

/** What code is given. */
interface Given {
  readonly fault: Fault;
  readonly errorAt: ErrorAt;
  readonly wasm: () => Uint8Array;
  /** An array of zeros for the k-th result. */
  readonly room: (k: number, length: number) => Float64Array;
}

type Call = (...args: unknown[]) => unknown;

/** A function for a number of arguments, as a build writes it. */
export interface Precompiled {
  readonly params: readonly CapturedParameter[];
  /** What the function refers to outside itself. */
  readonly outside?: readonly CapturedParameter[];
  readonly result: Structure;
  /** The code, ready when it is first called. */
  readonly code: (given: Given) => Code;
  /** Arrays among the leaves, by position, that the code writes to, but must not of its caller. */
  readonly keep?: readonly number[];
  /** What `fault(k)` stands for. */
  readonly sites?: readonly (Site | null)[];
  /** The bytes of the module, if it is one. */
  readonly wasm?: () => Uint8Array;
  /**
   * Where arguments are numbers and Float64Arrays, and so is the result: a function written for them. It calls `slow` with all
   * others.
   */
  readonly direct?: (code: () => Code, slow: Call) => Call;
  /** Of `vjp`: from arguments and the result's cotangent to the derivative. */
  readonly pullback?: Precompiled;
  /** What refuses arguments that share an array which the function writes to. */
  readonly apart?: AliasCheck;
  /** What gives its caller what it writes to copies of the arguments. */
  readonly restore?: Restore | undefined;
}

/**
 * A derivative, or a compiled function, of which only the code is left. It is called like what `compile` returns.
 * @param variants for each number of arguments that may be passed, fewest first
 * @param outside the present values of what the function refers to
 * @param into what `compile` gives beyond the call: results where they are wanted
 */
export const precompiled = (
  name: string,
  variants: readonly Precompiled[],
  outside?: () => readonly unknown[],
  into?: Into,
): Call => precompiledClosures(name, variants, into)(outside);

/** The same for a function that is made again and again, inside another: from what each refers to, to its derivative. The code is theirs in common. */
export function precompiledClosures(
  name: string,
  variants: readonly Precompiled[],
  into?: Into,
): (outside?: () => readonly unknown[]) => Call {
  const bound = variants.map((variant) => bind(variant, into));
  const last = bound.at(-1)!;
  return (outside = () => []) => {
    let latest = last;
    const run = (given: readonly unknown[], peeks: boolean): unknown => {
      const args = given.length === 3 && isMapped(call, given) ? given.slice(0, 1) : given;
      latest = bound.find((b) => b.count >= args.length) ?? last;
      if (args.length < latest.count) throw missingArgument(name, latest.count, args.length);
      return latest.call(args, outside, peeks);
    };
    const slow: Call = (...given) => run(given, false);
    const [only] = variants.length === 1 ? variants : [];
    const call: Call = only?.direct?.(last.code, slow) ?? slow;
    const getter = (get: () => unknown): PropertyDescriptor => ({ get, enumerable: true });
    const absent = (what: string): never => {
      throw new AdError(
        "precompiled",
        `${name} was compiled when it was built; ${what} is not in the bundle.`,
        "Leave out `precompile` in the build plugin's options, or compile the function itself where it is asked for.",
      );
    };
    return Object.defineProperties(call, {
      name: { value: name },
      length: { value: bound[0]!.count },
      ...(into && {
        into: { value: (out: unknown, ...args: unknown[]) => into.assign(out, run(args, true)) },
      }),
      source: getter(() => latest.source),
      target: getter(() => (latest.wasm === undefined ? "js" : "wasm")),
      wasm: getter(() => latest.wasm?.() ?? absent("a module")),
      program: getter(() => absent("its program")),
      batch: { value: () => absent("what maps it over batches") },
      // The transforms look here for a way to compile what they are given.
      [compiler]: { value: () => absent("the program that another derivative would be made from") },
    });
  };
}

/** How results are written to where they are wanted, so that none is made; only who asks for it brings it along. */
export interface Into {
  readonly assign: (out: unknown, from: unknown) => unknown;
  readonly view: (result: Structure) => (out: ReturnType<Code>) => unknown;
  /** @param code what asks for the rooms */
  readonly rooms: (code: () => Code) => Rooms;
}

interface Rooms {
  readonly room: Given["room"];
  /** Calls the code so that it has the arrays of the last such call. */
  readonly peek?: Code;
}

const FRESH: Rooms = { room: (_, length) => new Float64Array(length) };

interface Bound {
  readonly count: number;
  /** @param peeks for whoever copies the result at once */
  readonly call: (args: readonly unknown[], outside: () => readonly unknown[], peeks: boolean) => unknown;
  readonly code: () => Code;
  readonly source: string;
  readonly wasm: (() => Uint8Array) | undefined;
}

function bind(variant: Precompiled, into?: Into): Bound {
  const { params, result, pullback, keep = [] } = variant;
  const code = made(variant, into);
  const run = (leaves: Leaf[], peeks: boolean): ReturnType<Code> => {
    for (const k of keep) leaves[k] = (leaves[k] as Float64Array).slice();
    const ready = code();
    return ((peeks && ready.peek) || ready)(...leaves);
  };
  const free = variant.outside ?? [];
  const take = taker([...params, ...free]);
  const leavesOf = (args: readonly unknown[], outside: () => readonly unknown[]): Leaf[] => {
    const leaves: Leaf[] = [];
    take([...params.map((_, i) => args[i]), ...outside()], leaves);
    return leaves;
  };
  const backCode = pullback === undefined ? undefined : made(pullback);
  const build = builder(result);
  const { restore } = variant;
  const view = into?.view(result);
  const value = (leaves: Leaf[], peeks: boolean): unknown => ((peeks && view) || build)(run(leaves, peeks));
  const buildBack = pullback === undefined ? build : builder(pullback.result);
  return {
    count: params.length,
    code,
    source: String(variant.code),
    wasm: variant.wasm,
    call: (args, outside, peeks) => {
      variant.apart?.(args, outside);
      if (restore !== undefined) {
        const leaves = leavesOf(args, outside);
        return restore(args, leaves, listed(run(leaves, false)));
      }
      if (backCode === undefined) return value(leavesOf(args, outside), peeks);
      // The pullback belongs to what the arguments hold now, and code may write to its arguments.
      const kept = copyOf(leavesOf(args, outside));
      const own: Leaf[] = [];
      taker(params)(args, own);
      return {
        value: value(leavesOf(args, outside), false),
        pullback: (cotangent: unknown) => {
          const leaves = copyOf(kept);
          // Between those of the arguments and those of what is outside.
          leaves.splice(own.length, 0, ...toLeaves(result, cotangent, "the cotangent"));
          return buildBack(backCode()(...leaves));
        },
      };
    },
  };
}

/** The code, made at the first call: what it refers to may be declared further down. */
function made({ code, sites, wasm }: Precompiled, into?: Into): () => Code {
  let ready: Code | undefined;
  const errorAt: ErrorAt = (k, values) => faultOf(sites?.[k] ?? undefined, values);
  const fault: Fault = (k, ...values) => {
    throw errorAt(
      k,
      values.map((v) => (typeof v === "number" ? v : v.length)),
    );
  };
  const { room, peek } = into?.rooms(() => ready!) ?? FRESH;
  return () => {
    if (ready === undefined) {
      ready = code({ fault, errorAt, wasm: wasm!, room });
      if (peek !== undefined) ready.peek ??= peek;
    }
    return ready;
  };
}
