/** The functions that every module may need beside the program's own: memory, errors, and what one instruction cannot do. */
import type { Callable, FunctionBuilder, ModuleBuilder } from "./assembler.ts";
import {
  MAX_SITE_VALUES,
  SITE,
  SITE_VALUES,
  TAPE_CAPACITY,
  TAPE_HEADER,
  TAPE_RECORDS,
  TAPE_SLOTS,
} from "./layout.ts";

/** So many numbers, or fewer, are set to zero one after another: that is quicker than to call upon the engine. */
const SHORT = 32;

/** Written into a module when first asked for. */
export class Runtime {
  readonly #module: ModuleBuilder;
  readonly #written = new Map<string, FunctionBuilder>();
  /** The address of the first free byte. */
  readonly top: number;
  /** `reset` goes no lower: above it lie records of a tape that has grown. */
  readonly floor: number;

  constructor(module: ModuleBuilder) {
    this.#module = module;
    this.top = module.global(0, true);
    this.floor = module.global(0, true);
  }

  #function(name: string, params: string, results: string, write: (f: FunctionBuilder) => void): Callable {
    let f = this.#written.get(name);
    if (f === undefined) {
      f = this.#module.function(name, params, results);
      this.#written.set(name, f);
      write(f);
    }
    return f;
  }

  /** (bytes) -> address of a new block, whose content is whatever was there; a multiple of 16. Site 1 is "out of memory". */
  get reserve(): Callable {
    return this.#function("reserve", "i", "i", (f) => {
      const at = f.local("i");
      const end = f.local("i");
      f.getGlobal(this.top)
        .tee(at)
        .get(0)
        .i32(15)
        .op("i32.add")
        .i32(-16)
        .op("i32.and")
        .op("i32.add")
        .tee(end);
      f.get(at)
        .op("i32.lt_u")
        .if("", () => f.i32(1).call(this.fail(0)));
      f.get(end).memorySize().i32(16).op("i32.shl").op("i32.gt_u");
      // At 4 GB the size wraps to 0; then growing fails below, as it should.
      f.if("", () => {
        f.get(end)
          .memorySize()
          .i32(16)
          .op("i32.shl")
          .op("i32.sub")
          .i32(16)
          .op("i32.shr_u")
          .i32(1)
          .op("i32.add");
        // A quarter more than needed, so that growing in small steps stays rare; failing that, what is needed.
        f.memorySize().i32(2).op("i32.shr_u").op("i32.add").memoryGrow().i32(-1).op("i32.eq");
        f.if("", () => {
          f.get(end)
            .memorySize()
            .i32(16)
            .op("i32.shl")
            .op("i32.sub")
            .i32(16)
            .op("i32.shr_u")
            .i32(1)
            .op("i32.add");
          f.memoryGrow()
            .i32(-1)
            .op("i32.eq")
            .if("", () => f.i32(1).call(this.fail(0)));
        });
      });
      f.get(end).setGlobal(this.top).get(at);
    });
  }

  /** (n) -> address of n numbers, whatever they are. */
  get #block(): Callable {
    const { reserve } = this;
    return this.#function("block", "i", "i", (f) => {
      f.get(0)
        .i32(0x1fffffff)
        .op("i32.gt_u")
        .if("", () => f.i32(1).call(this.fail(0)));
      f.get(0).i32(3).op("i32.shl").call(reserve);
    });
  }

  /** Pushes the address of as many numbers, whatever they are, as are on the stack: in place, where there is room. */
  block(f: FunctionBuilder): void {
    const [n, at, bytes] = [f.local("i"), f.local("i"), f.local("i")];
    f.tee(n).i32(3).op("i32.shl").i32(15).op("i32.add").i32(-16).op("i32.and").set(bytes);
    f.get(n).i32(0x1fffffff).op("i32.gt_u").get(bytes);
    f.memorySize().i32(16).op("i32.shl").getGlobal(this.top).tee(at).op("i32.sub");
    f.op("i32.gt_u").op("i32.or");
    f.if(
      "i",
      () => f.get(n).call(this.#block),
      () => f.get(at).get(bytes).op("i32.add").setGlobal(this.top).get(at),
    );
    f.release(n);
    f.release(at);
    f.release(bytes);
  }

  /** (n) -> address of n zeros. */
  get allocate(): Callable {
    return this.#function("allocate", "i", "i", (f) => {
      const at = f.local("i");
      this.block(f.get(0));
      f.set(at);
      const end = f.local("i");
      f.get(0).i32(SHORT).op("i32.gt_u");
      f.if(
        "",
        () => f.get(at).i32(0).get(0).i32(3).op("i32.shl").fill(),
        () => {
          // Two at a time: blocks are multiples of two numbers.
          f.get(at)
            .get(0)
            .i32(1)
            .op("i32.add")
            .i32(-2)
            .op("i32.and")
            .i32(3)
            .op("i32.shl")
            .op("i32.add")
            .set(end);
          f.block("", (done) => {
            f.loop("", (again) => {
              f.get(end).get(at).op("i32.eq").brIf(done);
              f.get(end)
                .i32(16)
                .op("i32.sub")
                .tee(end)
                .i64(0n)
                .op("i64x2.splat")
                .access("v128.store")
                .br(again);
            });
          });
        },
      );
      f.get(at);
    });
  }

  /** (site, value...) does not return: it notes what refused, and traps. */
  fail(values: number): Callable {
    const count = Math.min(values, MAX_SITE_VALUES);
    return this.#function(`fail${count}`, `i${"f".repeat(count)}`, "", (f) => {
      f.i32(0).get(0).access("i32.store", SITE);
      for (let k = 0; k < count; k++)
        f.i32(0)
          .get(k + 1)
          .access("f64.store", SITE_VALUES + 8 * k);
      f.unreachable();
    });
  }

  /** (records, slots) -> tape */
  get tape(): Callable {
    const { reserve } = this;
    return this.#function("tape", "ii", "i", (f) => {
      const at = f.local("i");
      // 8 bytes for every slot of every record; more than 2^28 of them cannot be.
      f.get(0)
        .op("i64.extend_i32_u")
        .get(1)
        .op("i64.extend_i32_u")
        .op("i64.mul")
        .i64(0xfffffffn)
        .op("i64.gt_s");
      f.if("", () => f.i32(1).call(this.fail(0)));
      f.get(0).get(1).op("i32.mul").i32(3).op("i32.shl").i32(TAPE_HEADER).op("i32.add").call(reserve).tee(at);
      f.get(at).i32(TAPE_HEADER).op("i32.add").access("i32.store", TAPE_RECORDS);
      f.get(at).get(0).access("i32.store", TAPE_CAPACITY);
      f.get(at).get(1).access("i32.store", TAPE_SLOTS);
      f.get(at);
    });
  }

  /** (tape): makes room for twice as many records, and 8. */
  get growTape(): Callable {
    const { reserve } = this;
    return this.#function("growTape", "i", "", (f) => {
      const [capacity, larger, to, slot] = [f.local("i"), f.local("i"), f.local("i"), f.local("i")];
      f.get(0)
        .access("i32.load", TAPE_CAPACITY)
        .tee(capacity)
        .i32(1)
        .op("i32.shl")
        .i32(8)
        .op("i32.add")
        .set(larger);
      f.get(larger)
        .get(0)
        .access("i32.load", TAPE_SLOTS)
        .op("i32.mul")
        .i32(3)
        .op("i32.shl")
        .call(reserve)
        .set(to);
      f.get(0).access("i32.load", TAPE_SLOTS).set(slot);
      f.block("", (done) => {
        f.loop("", (again) => {
          f.get(slot).op("i32.eqz").brIf(done);
          f.get(slot).i32(1).op("i32.sub").set(slot);
          f.get(to).get(larger).get(slot).op("i32.mul").i32(3).op("i32.shl").op("i32.add");
          f.get(0).access("i32.load", TAPE_RECORDS);
          f.get(capacity).get(slot).op("i32.mul").i32(3).op("i32.shl").op("i32.add");
          f.get(capacity).i32(3).op("i32.shl").copy().br(again);
        });
      });
      f.get(0)
        .get(to)
        .access("i32.store", TAPE_RECORDS)
        .get(0)
        .get(larger)
        .access("i32.store", TAPE_CAPACITY);
      f.getGlobal(this.top).setGlobal(this.floor);
    });
  }

  /** (x, y) -> (x / y) | 0 */
  get div(): Callable {
    return this.#function("div", "ii", "i", (f) => {
      f.get(1)
        .op("i32.eqz")
        .if(
          "i",
          () => f.i32(0),
          () => {
            f.get(1).i32(-1).op("i32.eq");
            f.if(
              "i",
              () => f.i32(0).get(0).op("i32.sub"),
              () => f.get(0).get(1).op("i32.div_s"),
            );
          },
        );
    });
  }

  /** (x, y) -> (x % y) | 0 */
  get rem(): Callable {
    return this.#function("rem", "ii", "i", (f) => {
      f.get(1)
        .op("i32.eqz")
        .if(
          "i",
          () => f.i32(0),
          () => f.get(0).get(1).op("i32.rem_s"),
        );
    });
  }

  /** (x) -> x | 0, modulo 2^32 */
  get toInt32(): Callable {
    return this.#function("toInt32", "f", "i", (f) => {
      f.get(0)
        .op("f64.abs")
        .f64(2 ** 62)
        .op("f64.lt");
      f.if(
        "f",
        () => f.get(0),
        () =>
          f
            .get(0)
            .f64(2 ** 32)
            .call(this.remainder),
      );
      f.op("i64.trunc_sat_f64_s").op("i32.wrap_i64");
    });
  }

  /** (x, y) -> x % y, exactly: subtracts the greatest y 2^k <= x as long as there is one. */
  get remainder(): Callable {
    return this.#function("remainder", "ff", "f", (f) => {
      const [x, y, t] = [f.local("f"), f.local("f"), f.local("f")];
      const [k, up] = [f.local("i"), f.local("i")];
      const exponent = (v: number): void => {
        f.get(v).op("i64.reinterpret_f64").i64(52n).op("i64.shr_u").op("i32.wrap_i64");
      };
      const times2to = (power: () => void): void => {
        power();
        f.i32(1023)
          .op("i32.add")
          .op("i64.extend_i32_s")
          .i64(52n)
          .op("i64.shl")
          .op("f64.reinterpret_i64")
          .op("f64.mul");
      };
      f.get(0).op("f64.abs").set(x).get(1).op("f64.abs").set(y);
      f.get(y).f64(0).op("f64.gt").get(x).f64(Infinity).op("f64.lt").op("i32.and").op("i32.eqz");
      f.if("", () => f.f64(NaN).return());
      // Subnormal divisors are counted from their scaled exponent.
      f.get(y)
        .f64(2 ** -1022)
        .op("f64.lt")
        .if(
          "",
          () => f.i32(54).set(up),
          () => f.i32(0).set(up),
        );
      f.block("", (done) => {
        f.loop("", (again) => {
          f.get(x).get(y).op("f64.lt").brIf(done);
          f.get(y);
          times2to(() => f.get(up));
          f.set(t);
          exponent(x);
          exponent(t);
          f.op("i32.sub").set(k);
          // In two steps: 2^k itself may be out of range.
          f.get(t);
          times2to(() => f.get(k).i32(1).op("i32.shr_s"));
          times2to(() => f.get(k).get(k).i32(1).op("i32.shr_s").op("i32.sub"));
          f.set(t);
          f.get(t)
            .get(x)
            .op("f64.gt")
            .if("", () => f.get(t).f64(0.5).op("f64.mul").set(t));
          f.get(x).get(t).op("f64.sub").set(x).br(again);
        });
      });
      f.get(x).get(0).op("f64.copysign");
    });
  }
}
