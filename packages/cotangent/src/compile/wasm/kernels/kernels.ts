/** The numerical functions inside a module: each is written when first used. */
import type { Callable, FunctionBuilder, ModuleBuilder } from "../assembler.ts";
import type { Letter } from "../instructions.ts";
import { definitions } from "./definitions.ts";
import { parseKernels, Writer } from "./language.ts";
import type { Definition } from "./language.ts";
import type { writePolygamma } from "./polygamma.ts";
import { constants, tables } from "./tables.ts";
import type { MoreKernels } from "./tables.ts";

let parsed: ReadonlyMap<string, Definition> | undefined;
let more: (MoreKernels & { readonly polygamma: typeof writePolygamma }) | undefined;
const all = (): ReadonlyMap<string, Definition> =>
  (parsed ??= parseKernels(definitions + (more?.definitions ?? "")));

/** From now on there are these, too; without them, modules call upon the host. */
export function bring(kernels: NonNullable<typeof more>): void {
  if (more !== undefined) return;
  more = kernels;
  parsed = undefined;
  Object.assign(tables, kernels.tables);
  Object.assign(constants, kernels.constants);
}

/** The kernel that computes a primitive, by the name in its definition. */
const nameOf = (id: string): string => (id === "hypotSoFar" ? "hypot" : id);

/** Building blocks of kernels, which are not functions of the library. */
const isBlock =
  /pair$|slow$|parts$|^(?:copysign|head|twosum|product|quotient|scaled|reduce|digit|whole|angles?|sincos|tanhsech|tangent|arc|root|logspecial)$/;

/** Whether a primitive has a kernel. */
export const isKernel = (id: string): boolean =>
  (id === "polygamma" && more !== undefined) || (all().has(nameOf(id)) && !isBlock.test(id));

export class Kernels {
  readonly #module: ModuleBuilder;
  readonly #written = new Map<string, FunctionBuilder>();

  constructor(module: ModuleBuilder) {
    this.#module = module;
  }

  /** The function from one f64 per argument; of what are two functions, to the values of both. */
  scalar(primitive: string): Callable {
    const id = nameOf(primitive);
    if (id === "polygamma") return this.#polygamma();
    return this.#function(id, 1, (f, definition, params) => {
      const slow = all().get(`${id}_slow`);
      const passes = f.local("i");
      this.#writer(f, 1).write(definition, params, () => f.set(passes));
      if (slow === undefined) return;
      this.#unless(f, passes, () => this.#writer(f, 1).write(slow, params, () => f.op("drop")));
    });
  }

  /** Keeps the results on the stack if they passes, else pushes those of `slow`. */
  #unless(f: FunctionBuilder, passes: number, slow: () => void): void {
    const locals = Array.from(f.results, (type) => f.local(type as Letter));
    for (const local of [...locals].reverse()) f.set(local);
    f.get(passes);
    f.if(f.results, () => locals.forEach((local) => f.get(local)), slow);
  }

  /** The function from one f64x2 per argument; the same bits in each lane as `scalar` gives. */
  vector(id: string): Callable {
    const one = this.scalar(id);
    const inTurn = (f: FunctionBuilder, params: readonly number[]): void => {
      const lane = (k: 0 | 1): number[] => {
        for (const x of params) f.get(x).lane("f64x2.extract_lane", k);
        f.call(one);
        const locals = Array.from(one.results, () => f.local("f"));
        for (const local of [...locals].reverse()) f.set(local);
        return locals;
      };
      const [first, second] = [lane(0), lane(1)];
      first.forEach((x, k) => f.get(x).op("f64x2.splat").get(second[k]!).lane("f64x2.replace_lane", 1));
    };
    if (id === "polygamma") return this.#once(`${id}2`, "vv", "v", (f) => inTurn(f, [0, 1]));
    return this.#function(id, 2, (f, definition, params) => {
      const passes = f.local("i");
      this.#writer(f, 2).write(definition, params, () => f.op("i64x2.all_true").set(passes));
      if (all().has(`${id}_slow`)) this.#unless(f, passes, () => inTurn(f, params));
    });
  }

  #polygamma(): Callable {
    return this.#once("polygamma1", "ff", "f", (f) =>
      more!.polygamma(f, this.#module, { pow: this.scalar("pow"), tail: this.scalar("zetaparts") }),
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
    const [type, { params, results }] = [lanes === 1 ? "f" : "v", definition];
    return this.#once(`${id}${lanes}`, type.repeat(params.length), type.repeat(results.length), (f) =>
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
