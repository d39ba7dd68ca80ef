/** GradBench's protocol, the tool's side: a message is a line of JSON, and each is answered by one. */
import { fields, InputError } from "./input.ts";
import { modules } from "./modules.ts";
import type { Prepared } from "./modules.ts";

interface Timing {
  readonly name: string;
  readonly nanoseconds: number;
}

type Answer = Readonly<Record<string, unknown>>;

/** One conversation. */
export class Session {
  readonly #defined = new Set<string>();

  /** The answer to a line, as a line. Never throws: what went wrong is said in the answer. */
  answer(line: string): string {
    let id: unknown = null;
    try {
      const message = fields(parse(line), "A message");
      id = message["id"] ?? null;
      if (typeof id !== "number") throw new InputError("A message must have a number as its id.");
      return JSON.stringify({ id, ...this.#reply(message) });
    } catch (error) {
      return JSON.stringify({ id, success: false, error: textOf(error) });
    }
  }

  #reply(message: Answer): Answer {
    switch (message["kind"]) {
      case "start":
        return { tool: "cotangent" };
      case "define":
        return this.#define(message["module"]);
      case "evaluate":
        return this.#evaluate(message);
      default:
        // An analysis, or what a later version of the protocol sends: heard.
        return {};
    }
  }

  #define(module: unknown): Answer {
    if (!modules.has(module as string)) {
      return failed(
        `There is no module ${JSON.stringify(module)}; there are ${[...modules.keys()].join(", ")}.`,
      );
    }
    this.#defined.add(module as string);
    return { success: true };
  }

  #evaluate({ module, function: name, input }: Answer): Answer {
    if (!this.#defined.has(module as string)) {
      return failed(`The module ${JSON.stringify(module)} has not been defined.`);
    }
    const functions = modules.get(module as string)!;
    const evaluable = functions.get(name as string);
    if (evaluable === undefined) {
      return failed(
        `The module ${module} has no function ${JSON.stringify(name)}; it has ${[...functions.keys()].join(", ")}.`,
      );
    }
    const { runs, seconds } = howOften(input);
    const begin = process.hrtime.bigint();
    const ready = evaluable(input);
    // The first run compiles.
    ready.run();
    const prepare = { name: "prepare", nanoseconds: Number(process.hrtime.bigint() - begin) };
    const timings = [prepare].concat(evaluations(ready, runs, seconds));
    const output = ready.output();
    return isFinite(output) ? { success: true, output, timings } : failed(NOT_FINITE);
  }
}

const NOT_FINITE = "The result has infinities or NaN in it, which JSON cannot say.";

const failed = (error: string): Answer => ({ success: false, error });

const textOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

function parse(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch (error) {
    throw new InputError(`The line is not JSON: ${textOf(error)}`);
  }
}

/** How many runs the eval wants at least, and for how many seconds at least; unless it says, one. */
function howOften(input: unknown): { runs: number; seconds: number } {
  const given = typeof input === "object" && input !== null ? (input as Answer) : {};
  const { min_runs: runs = 1, min_seconds: seconds = 0 } = given;
  if (typeof runs !== "number" || !Number.isInteger(runs) || runs < 1) {
    throw new InputError(`min_runs must be a whole number from 1, not ${JSON.stringify(runs)}.`);
  }
  if (typeof seconds !== "number" || seconds < 0) {
    throw new InputError(`min_seconds must be a number from 0, not ${JSON.stringify(seconds)}.`);
  }
  return { runs, seconds };
}

function evaluations({ run }: Prepared, runs: number, seconds: number): readonly Timing[] {
  const timings: Timing[] = [];
  let elapsed = 0;
  while (timings.length < runs || elapsed < 1e9 * seconds) {
    const begin = process.hrtime.bigint();
    run();
    const nanoseconds = Number(process.hrtime.bigint() - begin);
    timings.push({ name: "evaluate", nanoseconds });
    elapsed += nanoseconds;
  }
  return timings;
}

function isFinite(x: unknown): boolean {
  if (typeof x === "number") return Number.isFinite(x);
  return Object.values(x as object).every(isFinite);
}
