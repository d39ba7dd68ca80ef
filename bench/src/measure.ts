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
  /** After the first run: how many runs, and how long they took, until a run took at most a quarter longer than `time`. */
  readonly peak: { readonly runs: number; readonly time: number };
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

/** A contender that could not run here, and why. */
interface Missing {
  readonly contender: string;
  readonly reason: string;
}

export interface Findings {
  readonly row: string;
  readonly group: string;
  readonly title: string;
  readonly rounds: number;
  readonly part: string | undefined;
  readonly findings: readonly Finding[];
  readonly comparisons: readonly Compared[];
  readonly missing: readonly Missing[];
}

export interface MeasureOptions {
  /** How many rounds, at most: fewer, but at least five, where they would take longer than half a minute. Default 15. */
  readonly rounds?: number;
  /** How long one contender runs in one round, in milliseconds, at least. Default 20. */
  readonly sample?: number;
  /** Count the time of the processor, all threads of the process together, instead of what passes on the wall. Default false. */
  readonly cpu?: boolean;
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
  /** Everything that was timed after the first run, in order. */
  readonly history: Stretch[];
}

/** So many runs one after the other, and how long they took. */
interface Stretch {
  readonly runs: number;
  readonly time: number;
}

/** @throws Error where a contender fails that may not, or its result is not that of the first */
export async function measure(
  row: Row,
  { rounds: wanted = 15, sample = 20, cpu = false }: MeasureOptions = {},
): Promise<Findings> {
  const runners: Runner[] = [];
  const missing: Missing[] = [];
  for (const contender of row.contenders) {
    const reason = contender.missing?.();
    try {
      if (reason !== undefined) missing.push({ contender: contender.name, reason });
      else runners.push(checked(row, runners, await start(contender, sample, cpu)));
    } catch (error) {
      if (contender.mayFail !== true) throw error;
      missing.push({ contender: contender.name, reason: `it fails: ${firstLine(error)}` });
    }
  }
  const round = runners.reduce((total, { repeats, warm }) => total + repeats * warm, 0);
  const rounds = Math.min(wanted, Math.max(5, Math.floor(LONGEST / round)));

  for (let round = 0; round < rounds; round++) {
    for (let k = 0; k < runners.length; k++) {
      const { clock, repeats, times, history } = runners[(round + k) % runners.length]!;
      // Nobody pays for what another one left lying about.
      collectGarbage();
      const time = clock(repeats);
      times.push(time / repeats);
      history.push({ runs: repeats, time });
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
    findings: runners.map(({ contender, times, first, history, facts = {} }) => {
      const ratios = times.map((time, round) => time / reference[round]!);
      const best = Math.min(...times);
      const time = quantile(times, 0.5);
      return {
        contender: contender.name,
        time,
        best,
        perPart: row.parts === undefined ? undefined : best / row.parts.count,
        ratio: quantile(ratios, 0.5),
        ratioQuartiles: [quantile(ratios, 0.25), quantile(ratios, 0.75)],
        first,
        peak: peakIn(history, time),
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
async function start(contender: Contender, sample: number, cpu: boolean): Promise<Runner> {
  const begin = performance.now();
  const ready = await contender.prepare();
  ready.run();
  const first = 1000 * (performance.now() - begin);
  const { run, clock: elsewhere } = ready;
  const clock = (repeats: number): number => elsewhere?.(repeats, cpu) ?? time(run, repeats, cpu);
  const history: Stretch[] = [];
  let repeats = 1;
  for (let time = 0; ; repeats *= 2) {
    time = clock(repeats);
    history.push({ runs: repeats, time });
    // Machine code is not the fastest yet after few runs: half of the sample's time is spent warming.
    if (time >= 500 * sample || repeats > 2 ** 30) {
      const warm = time / repeats;
      repeats = Math.max(FEWEST, Math.ceil((1000 * sample) / warm));
      return { ...ready, clock, contender, first, warm, repeats, times: [], history };
    }
  }
}

/** What it took until the speed was that of the end. */
function peakIn(history: readonly Stretch[], steady: number): Finding["peak"] {
  let [runs, time] = [0, 0];
  for (const stretch of history) {
    if (stretch.time / stretch.runs <= 1.25 * steady) break;
    runs += stretch.runs;
    time += stretch.time;
  }
  return { runs, time };
}

/** So that garbage that a run leaves is collected within a sample, and counts. */
const FEWEST = 2;
/** Half a minute, in microseconds. */
const LONGEST = 30e6;

/** Microseconds that so many runs take. */
function time(run: () => number, repeats: number, cpu: boolean): number {
  const begin = now(cpu);
  for (let i = 0; i < repeats; i++) sink += run();
  return now(cpu) - begin;
}

/** Microseconds since some moment. */
function now(cpu: boolean): number {
  if (!cpu) return 1000 * performance.now();
  const { user, system } = process.cpuUsage();
  return user + system;
}

/** Keeps results alive, so that no run can be left out as useless. */
let sink = 0;

const collectGarbage: () => void = (() => {
  setFlagsFromString("--expose-gc");
  return runInNewContext("gc") as () => void;
})();

/** The runner, if it gives what the first does that does the same work. */
function checked(row: Row, earlier: readonly Runner[], runner: Runner): Runner {
  const { name, work, tolerance = row.tolerance ?? 1e-9 } = runner.contender;
  const first = earlier.find(({ contender }) => contender.work === work);
  if (first === undefined) return runner;
  const complain = (place: string, got: number | undefined, wanted: number | undefined): never => {
    throw new Error(`${row.name}: ${name} gives ${got}${place}, but ${first.contender.name} gives ${wanted}`);
  };
  const [wanted, got] = [first.result?.(), runner.result?.()];
  if (wanted === undefined || got === undefined) {
    const [wanted, got] = [first.run(), runner.run()];
    if (!(Math.abs(got - wanted) <= tolerance * Math.abs(wanted))) complain("", got, wanted);
    return runner;
  }
  if (got.length !== wanted.length) complain(" numbers", got.length, wanted.length);
  const at = differs(got, wanted, tolerance);
  if (at !== undefined) complain(` in place ${at}`, got[at], wanted[at]);
  return runner;
}

const firstLine = (error: unknown): string =>
  (error instanceof Error ? error.message : String(error)).split("\n")[0]!;

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
