/** A plain function as a row: its derivative and itself, by the compiler and by hand in C++. */
import { native, noNative } from "./native/native.ts";
import type { Native } from "./native/native.ts";
import type { Comparison, Contender, Ready, Row } from "./row.ts";

/** One problem at one size. */
export interface Problem {
  readonly name: string;
  readonly title: string;
  readonly full?: boolean;
  /** The peer is cpp/<this>.cpp. */
  readonly cpp: string;
  /** That has, beside the derivative by hand in plain loops, one whose sums and products are in another order, for speed. */
  readonly tuned?: boolean;
  /** What it reads. */
  readonly data: () => readonly Float64Array[];
  /** The function as it is written; none where it takes derivatives itself, which plain code cannot. */
  readonly plain?: () => Call;
  /** The same compiled; none where there is nothing but the derivative. */
  readonly primal?: () => Call;
  readonly derivative: () => Call;
  /** The same into what an earlier call has returned, as C++ by hand writes into the same memory each time. */
  readonly into?: () => (out: never) => void;
  /** The derivative by hand in JavaScript, where there is one. */
  readonly byHand?: () => Call;
}

/** A call with its arguments, which gives numbers in the structure that the function gives them. */
type Call = () => Numbers;
type Numbers = number | Float64Array | readonly Numbers[];

/** Ratios that each problem is about. */
const COMPARISONS: readonly Comparison[] = [
  { name: "derivative / C++", contender: "derivative", to: "C++ derivative" },
  { name: "derivative, into / C++", contender: "derivative, into", to: "C++ derivative" },
  { name: "derivative / C++ tuned", contender: "derivative", to: "C++ tuned derivative" },
  { name: "derivative / by hand in JS", contender: "derivative", to: "by hand in JS" },
  { name: "derivative / primal", contender: "derivative", to: "primal" },
  { name: "primal / plain", contender: "primal", to: "plain call" },
  { name: "primal / C++", contender: "primal", to: "C++ primal" },
  { name: "primal / C++ tuned", contender: "primal", to: "C++ tuned primal" },
];

export function problemRow(problem: Problem): Row {
  const { name, title, full = false, cpp, tuned = false } = problem;
  const { data, plain, primal, derivative, into, byHand } = problem;
  let peer: Native | undefined;
  const peerDoes = (name: string, work: string, own: string): Contender => ({
    name,
    work,
    missing: noNative,
    prepare: () => {
      peer ??= native(cpp, data());
      return elsewhere(peer, own);
    },
  });
  /** The program's own name for what is tuned is that of the work. */
  const inCpp = (work: string): Contender[] =>
    tuned
      ? [peerDoes(`C++ ${work}`, work, `${work}, straight`), peerDoes(`C++ tuned ${work}`, work, work)]
      : [peerDoes(`C++ ${work}`, work, work)];
  const here = (name: string, work: string, make: () => Call): Contender => ({
    name,
    work,
    prepare: () => {
      const call = make();
      return { run: () => first(call()), result: () => numbersOf(call()) };
    },
  });
  const filled = (make: NonNullable<Problem["into"]>) => (): Call => {
    const out = derivative()();
    const fill = make();
    return () => {
      fill(out as never);
      return out;
    };
  };
  return {
    name,
    title,
    full,
    group: cpp,
    tolerance: 1e-10,
    comparisons: COMPARISONS,
    contenders: [
      ...inCpp("derivative"),
      here("derivative", "derivative", derivative),
      ...(into === undefined ? [] : [here("derivative, into", "derivative", filled(into))]),
      ...(byHand === undefined ? [] : [here("by hand in JS", "derivative", byHand)]),
      ...(primal === undefined ? [] : [...inCpp("primal"), here("primal", "primal", primal)]),
      ...(plain === undefined ? [] : [here("plain call", "primal", plain)]),
    ],
  };
}

function elsewhere(peer: Native, work: string): Ready {
  return {
    run: () => peer.result(work)[0]!,
    result: () => peer.result(work),
    clock: (repeats, cpu) => peer.clock(work, repeats, cpu),
  };
}

/** Some number of a result: that somebody looks at it, at no cost. */
function first(x: Numbers): number {
  if (typeof x === "number") return x;
  return x instanceof Float64Array ? x[0]! : first(x[0]!);
}

/** All numbers of a result, one after another. A list of them can be too long for an array that is no Float64Array. */
export function numbersOf(x: unknown): ArrayLike<number> {
  if (typeof x === "number") return [x];
  if (x instanceof Float64Array) return x;
  return Object.values(x as object).flatMap((part) => Array.from(numbersOf(part)));
}
