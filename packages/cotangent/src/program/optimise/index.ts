import type { Func, Op, Program } from "../ir.ts";
import { analyse } from "./analysis.ts";
import type { Analysis, Behaviour, BehaviourOf } from "./analysis.ts";
import { Blocks } from "./blocks.ts";
import type { OptimiseOptions } from "./options.ts";
import { rebuild } from "./rebuild.ts";
import type { RebuildOptions, Source } from "./elements.ts";
import type { Callee } from "./rebuild.ts";

export type { OptimiseOptions } from "./options.ts";

/** How often the whole is rewritten: what one pass uncovers, the next takes up; the last only sweeps. */
const ROUNDS = 5;
/** Programs of more values are rewritten once: what is left to gain is not worth the time. */
const LARGE = 100_000;
/** A function of at most so many operations takes the place of its calls. */
const INLINED_OPS = 40;
/** And so does one that is called once, if it is not huge. */
const INLINED_ONCE_OPS = 2000;

/**
 * The same program, faster: what it computes is the same to the bit (unless `fast` is allowed), and it fails where and how
 * the original does. Functions that are not called any more are left out.
 */
export function optimise(
  program: Program,
  options: OptimiseOptions & Pick<RebuildOptions, "lists"> = {},
): Program {
  let functions = program.functions;
  const all = { ...options, integers: new Set(options.integers) };
  for (let round = 0, before = 0; round < ROUNDS; round++) {
    functions = new Round(functions, all).run();
    const size = functions.reduce((n, f) => n + f.size, 0);
    if (size > LARGE && functions.every(isStraight)) return { functions: functions.map(sweeper(functions)) };
    // What a large program still has to gain is not worth another pass, where somebody waits for it.
    if (options.lists === undefined && Math.abs(size - before) <= size / 100) break;
    before = size;
  }
  return { functions };
}

const WORST: Behaviour = { writes: true, matters: true };

class Round {
  readonly #functions: ReadonlyMap<string, Func>;
  readonly #entry: Func;
  readonly #options: RebuildOptions;
  readonly #analyses = new Map<string, Analysis | null>();
  readonly #blocks = new Map<string, Blocks>();
  readonly #calls = new Map<string, readonly string[]>();
  readonly #callees = new Map<string, Callee>();

  constructor(functions: readonly Func[], options: RebuildOptions) {
    this.#functions = new Map(functions.map((f) => [f.name, f]));
    this.#entry = functions[0]!;
    this.#options = options;
    for (const f of functions) this.#calls.set(f.name, callsOf(f));
  }

  run(): Func[] {
    const done = new Map<string, Func>();
    const wanted = [this.#entry.name];
    for (const name of wanted) {
      if (done.has(name)) continue;
      const func = this.#functions.get(name)!;
      const rebuilt = rebuild(this.#source(name), (callee) => this.#callee(callee), this.#options);
      done.set(name, rebuilt);
      wanted.push(...callsOf(rebuilt));
      if (func.pullback !== undefined && this.#options.stage === "primal") wanted.push(func.pullback);
    }
    return [...done.values()];
  }

  #source(name: string): Source {
    return {
      func: this.#functions.get(name)!,
      analysis: this.analysis(name),
      blocks: this.#blocks.get(name)!,
    };
  }

  analysis(name: string): Analysis {
    const known = this.#analyses.get(name);
    if (known) return known;
    this.#analyses.set(name, null);
    const func = this.#functions.get(name)!;
    const blocks = new Blocks(func);
    this.#blocks.set(name, blocks);
    const behaviourOf: BehaviourOf = (callee) =>
      this.#analyses.get(callee) === null ? WORST : this.analysis(callee).behaviour;
    const analysis = analyse(func, behaviourOf, blocks.dead);
    this.#analyses.set(name, analysis);
    return analysis;
  }

  #callee(name: string): Callee {
    let callee = this.#callees.get(name);
    if (callee === undefined) {
      const source = this.#source(name);
      callee = { ...source, inline: this.#isInlined(source.func, source.analysis.count) };
      this.#callees.set(name, callee);
    }
    return callee;
  }

  #isInlined(func: Func, count: number): boolean {
    if (func.pullback !== undefined && this.#options.stage === "primal") return false;
    if (this.#reaches(func.name, func.name)) return false;
    if (count <= INLINED_OPS) return true;
    const callers = [...this.#calls.values()].flat().filter((name) => name === func.name).length;
    return callers === 1 && count <= INLINED_ONCE_OPS;
  }

  /** Whether a function can come to call another. */
  #reaches(from: string, to: string): boolean {
    const seen = new Set<string>();
    const open = [...this.#calls.get(from)!];
    for (let name = open.pop(); name !== undefined; name = open.pop()) {
      if (name === to) return true;
      if (seen.has(name)) continue;
      seen.add(name);
      open.push(...this.#calls.get(name)!);
    }
    return false;
  }
}

const isStraight = (f: Func): boolean => f.body.ops.every((op) => op.regions.length === 0);

/** Takes out of straight functions what nothing needs any more. */
function sweeper(functions: readonly Func[]): (f: Func) => Func {
  const round = new Round(functions, { integers: new Set() });
  return (f) => {
    const { needed } = round.analysis(f.name);
    (f.body as { ops: readonly Op[] }).ops = f.body.ops.filter((op) => needed.has(op));
    return f;
  };
}

/** The names of the functions that f calls, once for each call. */
function callsOf(f: Func): string[] {
  const names: string[] = [];
  const open = [f.body];
  for (let region = open.pop(); region !== undefined; region = open.pop()) {
    for (const op of region.ops) {
      if (op.kind === "call") names.push(op.attr.callee);
      open.push(...op.regions);
    }
  }
  return names;
}
