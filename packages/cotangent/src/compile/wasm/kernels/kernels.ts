/** The numerical functions inside a module: each is written when first used. */
import type { Callable, FunctionBuilder, ModuleBuilder } from "../assembler.ts";
import { definitions } from "./definitions.ts";
import { gammaDefinitions } from "./gamma.ts";
import { parseKernels, Writer } from "./language.ts";
import type { Definition } from "./language.ts";
import { writePolygamma } from "./polygamma.ts";

let parsed: ReadonlyMap<string, Definition> | undefined;
const all = (): ReadonlyMap<string, Definition> => (parsed ??= parseKernels(definitions + gammaDefinitions));

/** Building blocks of kernels, which are not functions of the library. */
const isBlock =
  /pair$|slow$|parts$|^(?:copysign|head|twosum|product|quotient|scaled|reduce|digit|whole|angle|tangent|arc|root|logspecial)$/;

/** Whether a primitive has a kernel. */
export const isKernel = (id: string): boolean => id === "polygamma" || (all().has(id) && !isBlock.test(id));

export class Kernels {
  readonly #module: ModuleBuilder;
  readonly #written = new Map<string, FunctionBuilder>();

  constructor(module: ModuleBuilder) {
    this.#module = module;
  }

  /** The function from one f64 per argument. */
  scalar(id: string): Callable {
    if (id === "polygamma") return this.#polygamma();
    return this.#function(id, 1, (f, definition, params) => {
      const slow = all().get(`${id}_slow`);
      const passes = f.local("i");
      this.#writer(f, 1).write(definition, params, () => f.set(passes));
      if (slow === undefined) return;
      const y = f.local("f");
      f.set(y).get(passes);
      f.if(
        "f",
        () => f.get(y),
        () => this.#writer(f, 1).write(slow, params, () => f.op("drop")),
      );
    });
  }

  /** The function from one f64x2 per argument; the same bits in each lane as `scalar` gives. */
  vector(id: string): Callable {
    const one = this.scalar(id);
    const inTurn = (f: FunctionBuilder, params: readonly number[]): void => {
      const lane = (k: 0 | 1): void => {
        for (const x of params) f.get(x).lane("f64x2.extract_lane", k);
        f.call(one);
      };
      lane(0);
      f.op("f64x2.splat");
      lane(1);
      f.lane("f64x2.replace_lane", 1);
    };
    if (id === "polygamma") return this.#once(`${id}2`, "vv", "v", (f) => inTurn(f, [0, 1]));
    return this.#function(id, 2, (f, definition, params) => {
      const passes = f.local("i");
      this.#writer(f, 2).write(definition, params, () => f.op("i64x2.all_true").set(passes));
      if (!all().has(`${id}_slow`)) return;
      const y = f.local("v");
      f.set(y).get(passes);
      f.if(
        "v",
        () => f.get(y),
        () => inTurn(f, params),
      );
    });
  }

  #polygamma(): Callable {
    return this.#once("polygamma1", "ff", "f", (f) =>
      writePolygamma(f, this.#module, { pow: this.scalar("pow"), tail: this.scalar("zetaparts") }),
    );
  }

  #writer(f: FunctionBuilder, lanes: 1 | 2): Writer {
    return new Writer(f, this.#module, all(), lanes);
  }

  #function(
    id: string,
    lanes: 1 | 2,
    write: (f: FunctionBuilder, definition: Definition, params: readonly number[]) => void,
  ): Callable {
    const definition = all().get(id)!;
    const [type, { params }] = [lanes === 1 ? "f" : "v", definition];
    return this.#once(`${id}${lanes}`, type.repeat(params.length), type, (f) =>
      write(
        f,
        definition,
        params.map((_, k) => k),
      ),
    );
  }

  #once(name: string, params: string, results: string, write: (f: FunctionBuilder) => void): Callable {
    let f = this.#written.get(name);
    if (f === undefined) {
      f = this.#module.function(name, params, results);
      this.#written.set(name, f);
      write(f);
    }
    return f;
  }
}
