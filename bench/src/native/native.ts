/**
 * Peers in C++: compiled by g++ when they are first wanted, run in processes of their own, timed inside them. The data goes there
 * in a file, so that both sides compute with the same numbers.
 */
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const COMPILER = "g++";
/** How the peers are compiled: arithmetic stays IEEE, as JavaScript's is. */
const FLAGS: readonly string[] = ["-std=c++17", "-O3", "-march=native"];

/** A problem's program with its data. */
export interface Native {
  /** What the work computes. */
  readonly result: (work: string) => Float64Array;
  /** Microseconds that so many repetitions of the work take: of the processor's time, or on the wall. */
  readonly clock: (work: string, repeats: number, cpu: boolean) => number;
}

/** Why there can be no peers in C++ here; undefined if there can. */
export function noNative(): string | undefined {
  version ??= spawnSync(COMPILER, ["--version"], { encoding: "utf8" });
  return version.status === 0 ? undefined : `${COMPILER} is not installed`;
}
let version: ReturnType<typeof spawnSync> | undefined;

/** The compiler's version and flags, for the table; undefined where there is none. */
export const nativeCompiler = (): string | undefined =>
  noNative() === undefined ? `${String(version!.stdout).split("\n")[0]!} ${FLAGS.join(" ")}` : undefined;

/**
 * Compiles `cpp/<problem>.cpp` and gives it `data`.
 * @throws Error with what the compiler said
 */
export function native(problem: string, data: readonly Float64Array[]): Native {
  const program = build(problem);
  const place = join(folder(), `${problem}-${counter++}`);
  const input = `${place}.in`;
  const output = `${place}.out`;
  writeFileSync(input, encode(data));
  const run = (...args: string[]): string => {
    const { status, stdout, stderr, error } = spawnSync(program, [input, ...args], { encoding: "utf8" });
    if (status === 0) return stdout;
    throw new Error(`${problem} in C++ failed: ${error?.message ?? stderr}`);
  };
  return {
    clock: (work, repeats, cpu) => {
      const [wall, processor] = run(work, String(repeats)).split(" ").map(Number) as [number, number];
      return (cpu ? processor : wall) / 1000;
    },
    result: (work) => {
      run(work, "1", output);
      const bytes = readFileSync(output);
      return new Float64Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength));
    },
  };
}
let counter = 0;

function build(problem: string): string {
  const known = built.get(problem);
  if (known !== undefined) return known;
  const source = fileURLToPath(new URL(`../../cpp/${problem}.cpp`, import.meta.url));
  const program = join(folder(), problem);
  const { status, stderr } = spawnSync(COMPILER, [...FLAGS, "-o", program, source], { encoding: "utf8" });
  if (status !== 0) throw new Error(`${COMPILER} refuses ${problem}.cpp: ${stderr}`);
  built.set(problem, program);
  return program;
}
const built = new Map<string, string>();

/** A folder for as long as this process runs. */
function folder(): string {
  if (place === undefined) {
    const made = (place = mkdtempSync(join(tmpdir(), "cotangent-bench-")));
    process.once("exit", () => rmSync(made, { recursive: true, force: true }));
  }
  return place;
}
let place: string | undefined;

/** As bench.hpp reads it: how many arrays; and for each how many numbers, and these. */
function encode(data: readonly Float64Array[]): Float64Array {
  const all = new Float64Array(data.reduce((n, array) => n + 1 + array.length, 1));
  all[0] = data.length;
  let at = 1;
  for (const array of data) {
    all[at++] = array.length;
    all.set(array, at);
    at += array.length;
  }
  return all;
}
