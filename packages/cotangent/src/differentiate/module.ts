/** The functions of a derivative program, made as they are called for. */
import type { Func, Program, Region } from "../program/ir.ts";

export class Module {
  readonly program: Program;
  readonly #names: Set<string>;
  readonly #made: Func[] = [];
  readonly #plain = new Set<Func>();
  readonly #work: (() => void)[] = [];

  constructor(program: Program) {
    this.program = program;
    this.#names = new Set(program.functions.map((f) => f.name));
  }

  /** The function of the original program. */
  lookup(name: string): Func {
    return this.program.functions.find((f) => f.name === name)!;
  }

  add(...made: readonly Func[]): void {
    this.#made.push(...made);
  }

  /** Has something done before the module is finished. */
  later(work: () => void): void {
    this.#work.push(work);
  }

  /** Takes a function over as it is, with all that it calls. */
  plain(name: string): void {
    const f = this.lookup(name);
    if (this.#plain.has(f)) return;
    this.#plain.add(f);
    const walk = (region: Region): void => {
      for (const op of region.ops) {
        if (op.kind === "call") this.plain(op.attr.callee);
        op.regions.forEach(walk);
      }
    };
    walk(f.body);
    if (f.pullback !== undefined) this.plain(f.pullback);
  }

  /** A name that no function has. */
  fresh(wanted: string): string {
    let name = wanted;
    for (let n = 2; this.#names.has(name); n++) name = `${wanted}${n}`;
    this.#names.add(name);
    return name;
  }

  finish(): Program {
    for (let next = this.#work.pop(); next !== undefined; next = this.#work.pop()) next();
    return { functions: [...this.#made, ...this.#plain] };
  }
}
