/** `cotangent bench` */
import { compile, grad, hessian, jacobian } from "cotangent";
import type { CapturedParameter, Structure } from "cotangent/program";
import type { TextFunction } from "cotangent-compiler/read";

import { EXIT, UsageError } from "../command.ts";
import type { Command } from "../command.ts";
import { argumentsOf, textOf, wholeOf } from "../options.ts";
import { json } from "../output.ts";
import { functionOf, titleOf } from "../subject.ts";
import { hasColours, styled } from "../terminal.ts";
import { checkCount } from "../trace.ts";

type Call = (...args: readonly unknown[]) => unknown;

/** What can be measured: the name of the option's value, and what is compiled. */
const TRANSFORMS = {
  value: (f: TextFunction) => f as Call,
  gradient: (f: TextFunction) => grad(f as never) as unknown as Call,
  jacobian: (f: TextFunction) => jacobian(f as never) as unknown as Call,
  hessian: (f: TextFunction) => hessian(f as never) as unknown as Call,
} as const;
type Transform = keyof typeof TRANSFORMS;
const isTransform = (name: string): name is Transform => Object.hasOwn(TRANSFORMS, name);

const TARGETS = ["js", "wasm"] as const;

/** One line of the table. Times in microseconds. */
interface Finding {
  readonly transform: Transform;
  readonly target: "js" | "wasm" | "interpreter";
  /** Reading the arguments' structure, compiling, and the first run. */
  readonly first: number;
  /** A call: the median over the rounds. */
  readonly call: number;
  /** Beside the function itself as JavaScript in the same round: the median over the rounds. */
  readonly ratio: number;
}

/** While it is measured. */
interface Contender {
  readonly transform: Transform;
  readonly compiled: Call & { readonly target: Finding["target"] };
  readonly first: number;
  /** Calls in a round. */
  readonly repeats: number;
  readonly times: number[];
}

export const command: Command = (invocation) => {
  const { options, terminal } = invocation;
  const f = functionOf(invocation);
  const point = argumentsOf(options);
  const args = given(f, point, wholeOf(options, "length", 0, 10_000_000) ?? 100);
  const rounds = wholeOf(options, "rounds", 1, 10_000) ?? 15;
  // The function itself comes first: the others are set beside it.
  const wanted = new Set<Transform>(["value", ...transformsOf(textOf(options, "transforms"), f)]);
  const contenders = [...wanted].flatMap((transform) =>
    TARGETS.map((target) => start(f, transform, target, args, point === undefined)),
  );
  for (let round = 0; round < rounds; round++) {
    if (terminal.isErrorTerminal === true) terminal.error(`\rround ${round + 1} of ${rounds} `);
    // Each is the first in its turn, so that other work on the machine falls on all alike.
    contenders.forEach((_, k) => {
      const { compiled, repeats, times } = contenders[(k + round) % contenders.length]!;
      times.push(time(compiled, args, repeats) / repeats);
    });
  }
  if (terminal.isErrorTerminal === true) terminal.error("\r\u001b[K");
  const [reference] = contenders;
  const findings = contenders.map(({ transform, compiled, first, times }): Finding => {
    const ratios = times.map((each, round) => each / reference!.times[round]!);
    return { transform, target: compiled.target, first, call: median(times), ratio: median(ratios) };
  });
  terminal.out(
    options["json"] === true
      ? json({ function: f.name, node: process.version, rounds, findings })
      : table(titleOf(invocation, f), findings, hasColours(terminal.env, terminal.isTerminal)),
  );
  return EXIT.ok;
};

function transformsOf(list: string | undefined, f: TextFunction): readonly Transform[] {
  const usual = f.result.kind === "number" ? "gradient" : "jacobian";
  const names = list?.split(",").map((name) => name.trim()) ?? [usual];
  return names.map((name) => {
    if (isTransform(name)) return name;
    throw new UsageError(
      `--transforms has ${JSON.stringify(name)}.`,
      `Choose from ${Object.keys(TRANSFORMS).join(", ")}: --transforms gradient,hessian.`,
    );
  });
}

/** The arguments that were given, or such as fit the parameters. */
function given(f: TextFunction, args: readonly unknown[] | undefined, length: number): readonly unknown[] {
  const { parameters } = f;
  if (args === undefined) return parameters.map(({ structure }, k) => example(structure, length, k));
  checkCount(f, args);
  return args.map((x, k) => fitted(x, parameters[k]!));
}

/** In JSON, a Float64Array is a list. */
const fitted = (x: unknown, { structure }: CapturedParameter): unknown =>
  structure.kind === "array" && structure.typed === true && Array.isArray(x)
    ? Float64Array.from(x as number[])
    : x;

/** Numbers between 0.5 and 1.5, the same each time, no two of which follow each other closely. */
function example(structure: Structure, length: number, seed: number): unknown {
  switch (structure.kind) {
    case "number":
      return 0.5 + ((0.5 + seed * GOLDEN) % 1);
    case "boolean":
      return structure.of === undefined ? true : (structure.of[0] ?? "");
    case "nothing":
      return undefined;
    case "array": {
      const list = Array.from({ length }, (_, i) => example(structure.element, length, seed + i));
      return structure.typed === true ? Float64Array.from(list as number[]) : list;
    }
    case "tuple":
      return structure.elements.map((each, i) => example(each, length, seed + i));
    default:
      return Object.fromEntries(
        structure.fields.map(([name, each], i) => [name, example(each, length, seed + i)]),
      );
  }
}
const GOLDEN = (Math.sqrt(5) - 1) / 2;

/** Compiles, calls for the first time, and finds how many calls fill a round. */
function start(
  f: TextFunction,
  transform: Transform,
  target: (typeof TARGETS)[number],
  args: readonly unknown[],
  isExample: boolean,
): Contender {
  const begin = performance.now();
  const compiled = compile(TRANSFORMS[transform](f) as never, { target }) as unknown as Contender["compiled"];
  try {
    compiled(...args);
  } catch (error) {
    if (!isExample || (error as { code?: string }).code !== "not-an-index") throw error;
    throw new UsageError(
      `${f.name} computes indices from numbers that the examples do not fit.`,
      "Give the arguments: --arguments '[[1, 2, 3], 3]'.",
    );
  }
  const first = 1000 * (performance.now() - begin);
  let repeats = 1;
  for (;;) {
    const taken = time(compiled, args, repeats);
    if (taken >= ROUND / 2) return { transform, compiled, first, repeats, times: [] };
    repeats *= 2;
  }
}

/** How long one of them runs in a round, in microseconds, about. */
const ROUND = 10_000;

/** Microseconds for so many calls. The last result is looked at, so that no engine may leave the calls out. */
function time(f: Call, args: readonly unknown[], repeats: number): number {
  const begin = performance.now();
  let last: unknown;
  for (let i = 0; i < repeats; i++) last = f(...args);
  const taken = 1000 * (performance.now() - begin);
  return last === f ? NaN : taken;
}

function median(numbers: readonly number[]): number {
  const sorted = [...numbers].sort((a, b) => a - b);
  return (sorted[(sorted.length - 1) >> 1]! + sorted[sorted.length >> 1]!) / 2;
}

const CODE = { js: "JavaScript", wasm: "WebAssembly", interpreter: "interpreted" } as const;

/** The findings for people. */
function table(title: string, findings: readonly Finding[], colours: boolean): string {
  const lines = findings.map(({ transform, target, first, call, ratio }) => [
    transform,
    CODE[target],
    duration(first),
    duration(call),
    `${ratio.toPrecision(3)}x`,
  ]);
  const head = ["", "", "first call", "a call", "beside the value"];
  const widths = head.map((_, k) => Math.max(...[head, ...lines].map((line) => line[k]!.length)));
  const row = (cells: readonly string[]): string =>
    cells
      .map((cell, k) => (k < 2 ? cell.padEnd(widths[k]!) : cell.padStart(widths[k]!)))
      .join("  ")
      .trimEnd();
  return `${[`${title}, on Node ${process.version}`, "", styled(row(head), "dim", colours), ...lines.map(row)].join("\n")}\n`;
}

/** Microseconds, as people write them. */
function duration(microseconds: number): string {
  const [unit, factor] =
    microseconds < 1
      ? (["ns", 1000] as const)
      : microseconds < 1000
        ? (["µs", 1] as const)
        : microseconds < 1e6
          ? (["ms", 1e-3] as const)
          : (["s", 1e-6] as const);
  const n = microseconds * factor;
  return `${n >= 100 ? n.toFixed(0) : n.toPrecision(3)} ${unit}`;
}
