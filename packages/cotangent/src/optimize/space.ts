/** Between a user's structure of parameters and the list of numbers with which the solvers work. */
import { AdError, flatten, Traced } from "../index.ts";
import type { Real, Tree } from "../index.ts";
import type { Vector } from "./vectors.ts";

/** Parameters as a list: what they were taken from, and how they are put together again. */
export class Space {
  readonly start: Vector;
  /** Names the solver in messages. */
  readonly solver: string;
  readonly #tree: Tree;
  /** The parameters are a Float64Array already. */
  readonly #isList: boolean;

  /**
   * @param solver names the solver in messages
   * @throws AdError `not-a-number`, `nan-input`, `bad-start`
   */
  constructor(solver: string, start: unknown) {
    this.solver = solver;
    this.#tree = flatten(start, `${solver}: start`);
    this.#isList = start instanceof Float64Array;
    const { leaves } = this.#tree;
    if (leaves.length === 0) {
      throw new AdError("bad-start", `${solver}: start holds no number.`, "Give at least one parameter.");
    }
    this.start = Float64Array.from(leaves, (x, i) => this.plain(x, `number ${i + 1} of start`));
    const at = this.start.findIndex((x) => !Number.isFinite(x));
    if (at >= 0) {
      throw new AdError(
        "bad-start",
        `${solver}: number ${at + 1} of start is ${this.start[at]}.`,
        "Start at finite numbers.",
      );
    }
  }

  /** The structure that holds these numbers (or other things, one for each). */
  build(x: Iterable<unknown>): unknown {
    if (this.#isList && x instanceof Float64Array) return x.slice();
    return this.#tree.rebuild([...x]);
  }

  /** Rows of a matrix over the parameters, as a structure of structures. */
  buildMatrix(rows: readonly Vector[]): unknown {
    return this.#tree.rebuild(
      rows.map((row) => this.build(row)),
      true,
    );
  }

  /** The plain numbers of a result. @throws AdError `not-a-number`, `watched-result` */
  numbers(result: unknown, what: string): Vector {
    if (result instanceof Float64Array) return result.slice();
    const { leaves } = flatten(result, `${this.solver}: ${what}`, "allow");
    return Float64Array.from(leaves, (x) => this.plain(x, what));
  }

  /** @throws AdError `watched-result` */
  plain(x: Real, what: string): number {
    if (!(x instanceof Traced)) return x;
    throw new AdError(
      "watched-result",
      `${this.solver}: ${what} is ${x}, a variable that some differentiation is watching: solvers work on plain numbers.`,
      "Take value(x) of what the function uses from outside; a solution cannot be differentiated through the solver.",
    );
  }
}
