/**
 * Measures the contenders of a row in interleaved rounds: in every round each of them runs once, in turn the first, and is
 * compared with the row's first contender in the same round. What is reported is the median over the rounds, so that other
 * work on the machine, which comes and goes, falls on all alike.
 */
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import type { Contender, Ready, Row } from "./row.ts";

/** What was found of one contender. Times in microseconds. */
export interface Finding {
  readonly contender: string;
  /** One run: the median over the rounds. */
  readonly time: number;
  /** The same: the quickest round, which other work on the machine disturbed least. */
  readonly best: number;
  /** The quickest round for each of the row's parts. */
  readonly perPart: number | undefined;
  /** Time beside the first contender's in the same round: median, and the middle half of the rounds. */
  readonly ratio: number;
  readonly ratioQuartiles: readonly [number, number];
  /** Getting ready and the first run. */
  readonly first: number;
  readonly facts: Readonly<Record<string, number>>;
}

/** One contender's time beside another's in the same round. */
interface Compared {
  readonly name: string;
  /** Median, and the middle half of the rounds. */
  readonly ratio: number;
  readonly quartiles: readonly [number, number];
  /** Quickest round beside quickest round. */
  readonly best: number;
}

export interface Findings {
  readonly row: string;
  readonly group: string;
  readonly title: string;
  readonly rounds: number;
  readonly part: string | undefined;
  readonly findings: readonly Finding[];
  readonly comparisons: readonly Compared[];
  /** Which contenders could not run here, and why. */
  readonly missing: readonly { readonly contender: string; readonly reason: string }[];
}

export interface MeasureOptions {
  /** How many rounds, at most: fewer, but at least five, where they would take longer than half a minute. Default 15. */
  readonly rounds?: number;
  /** How long one contender runs in one round, in milliseconds, at least. Default 20. */
  readonly sample?: number;
}

/** A contender while it is measured. */
interface Runner extends Ready {
  readonly contender: Contender;
  readonly clock: (repeats: number) => number;
  readonly first: number;
  /** Microseconds that a run took while it got warm. */
  readonly warm: number;
  /** Runs in one sample. */
  readonly repeats: number;
  readonly times: number[];
}

/** @throws Error where a contender's result is not that of the first */
export function measure(row: Row, { rounds: wanted = 15, sample = 20 }: MeasureOptions = {}): Findings {
  const missing = row.contenders.flatMap(({ name, missing }) => {
    const reason = missing?.();
    return reason === undefined ? [] : [{ contender: name, reason }];
  });
  const present = row.contenders.filter(({ name }) => missing.every(({ contender }) => contender !== name));
  const runners = present.map((contender) => start(contender, sample));
  checkResults(row, runners);
  const round = runners.reduce((total, { repeats, warm }) => total + repeats * warm, 0);
  const rounds = Math.min(wanted, Math.max(5, Math.floor(LONGEST / round)));

  for (let round = 0; round < rounds; round++) {
    for (let k = 0; k < runners.length; k++) {
      const { clock, repeats, times } = runners[(round + k) % runners.length]!;
      // Nobody pays for what another one left lying about.
      collectGarbage();
      times.push(clock(repeats) / repeats);
    }
  }

  const reference = runners[0]!.times;
  const timesOf = (name: string): readonly number[] | undefined =>
    runners.find(({ contender }) => contender.name === name)?.times;
  return {
    row: row.name,
    group: row.group ?? row.name,
    title: row.title,
    rounds,
    part: row.parts?.name,
    findings: runners.map(({ contender, times, first, facts = {} }) => {
      const ratios = times.map((time, round) => time / reference[round]!);
      const best = Math.min(...times);
      return {
        contender: contender.name,
        time: quantile(times, 0.5),
        best,
        perPart: row.parts === undefined ? undefined : best / row.parts.count,
        ratio: quantile(ratios, 0.5),
        ratioQuartiles: [quantile(ratios, 0.25), quantile(ratios, 0.75)],
        first,
        facts,
      };
    }),
    comparisons: (row.comparisons ?? []).flatMap(({ name, contender, to }) => {
      const [times, others] = [timesOf(contender), timesOf(to)];
      if (times === undefined || others === undefined) return [];
      const ratios = times.map((time, round) => time / others[round]!);
      return [
        {
          name,
          ratio: quantile(ratios, 0.5),
          quartiles: [quantile(ratios, 0.25), quantile(ratios, 0.75)] as const,
          best: Math.min(...times) / Math.min(...others),
        },
      ];
    }),
    missing,
  };
}

/** Lets the contender get ready and warm, and finds how often it must run to fill a sample. */
function start(contender: Contender, sample: number): Runner {
  const begin = performance.now();
  const ready = contender.prepare();
  ready.run();
  const first = 1000 * (performance.now() - begin);
  const clock = ready.clock ?? ((repeats: number): number => time(ready.run, repeats));
  let repeats = 1;
  for (let time = 0; ; repeats *= 2) {
    time = clock(repeats);
    // Machine code is not the fastest yet after few runs: half of the sample's time is spent warming.
    if (time >= 500 * sample || repeats > 2 ** 30) {
      const warm = time / repeats;
      repeats = Math.max(FEWEST, Math.ceil((1000 * sample) / warm));
      return { ...ready, clock, contender, first, warm, repeats, times: [] };
    }
  }
}

/** So that garbage that a run leaves is collected within a sample, and counts. */
const FEWEST = 2;
/** Half a minute, in microseconds. */
const LONGEST = 30e6;

/** Microseconds that so many runs take. */
function time(run: () => number, repeats: number): number {
  const begin = performance.now();
  for (let i = 0; i < repeats; i++) sink += run();
  return 1000 * (performance.now() - begin);
}

/** Keeps results alive, so that no run can be left out as useless. */
let sink = 0;

const collectGarbage: () => void = (() => {
  setFlagsFromString("--expose-gc");
  return runInNewContext("gc") as () => void;
})();

function checkResults(row: Row, runners: readonly Runner[]): void {
  const firsts = new Map<string | undefined, Runner>();
  for (const runner of runners) {
    const { work } = runner.contender;
    const first = firsts.get(work);
    if (first === undefined) firsts.set(work, runner);
    else checkResult(row, first, runner);
  }
}

function checkResult(row: Row, first: Runner, other: Runner): void {
  const complain = (place: string, got: number | undefined, wanted: number | undefined): never => {
    throw new Error(
      `${row.name}: ${other.contender.name} gives ${got}${place}, but ${first.contender.name} gives ${wanted}`,
    );
  };
  const tolerance = row.tolerance ?? 1e-9;
  const [wanted, got] = [first.result?.(), other.result?.()];
  if (wanted === undefined || got === undefined) {
    const [wanted, got] = [first.run(), other.run()];
    if (!(Math.abs(got - wanted) <= tolerance * Math.abs(wanted))) complain("", got, wanted);
    return;
  }
  if (got.length !== wanted.length) complain(" numbers", got.length, wanted.length);
  const at = differs(got, wanted, tolerance);
  if (at !== undefined) complain(` in place ${at}`, got[at], wanted[at]);
}

/**
 * The first place where two lists of numbers differ by more than `tolerance`, relative to the Euclidean length of the whole: where
 * large terms cancel, a small sum cannot be exact in all its digits.
 */
export function differs(
  got: ArrayLike<number>,
  wanted: ArrayLike<number>,
  tolerance: number,
): number | undefined {
  let squares = 0;
  for (let i = 0; i < wanted.length; i++) squares += wanted[i]! ** 2;
  const allowed = tolerance * Math.sqrt(squares);
  for (let i = 0; i < wanted.length; i++) {
    if (!(Math.abs(got[i]! - wanted[i]!) <= allowed)) return i;
  }
  return undefined;
}

/** The value below which this share of the numbers lies, linear between neighbours. */
export function quantile(numbers: readonly number[], share: number): number {
  const sorted = [...numbers].sort((a, b) => a - b);
  const at = share * (sorted.length - 1);
  const [low, high] = [sorted[Math.floor(at)]!, sorted[Math.ceil(at)]!];
  return low + (at - Math.floor(at)) * (high - low);
}
