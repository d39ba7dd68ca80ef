/** What `math: "exact"` asks for beyond the host's own functions. */
import { abs, add, div, hypot, max, mul, sqrt, sub } from "../primitives/index.ts";
import { hypotSoFar } from "../primitives/inner.ts";
import { buildFunction } from "./builder.ts";
import { Copy } from "./copy.ts";
import { isOp, someOp } from "./ir.ts";
import type { Op, Program, Value } from "./ir.ts";

/**
 * The same program with the last digits that `Math.hypot` of three or more has in V8: not nested, but one sum, of squares that are scaled by
 * the greatest, with what rounding takes from it added again (W. Kahan, "Further remarks on reducing truncation errors", 1965). How it is
 * computed is for each engine to choose; of two arguments it is the host's own function that is called.
 */
export function exact(program: Program): Program {
  if (!program.functions.some((f) => someOp(f.body, (op) => isHypot(op) && parts(op).length > 2)))
    return program;
  const functions = program.functions.map((f) =>
    buildFunction(f.name, f.params, (b, args) => new Exact(b).region(f.body, args), { pullback: f.pullback }),
  );
  return { functions };
}

const isHypot = (op: Op): boolean => op.kind === "primitive" && op.attr === hypot;

/** The arguments of the call that an operation ends. */
const parts = (op: Op): readonly Value[] =>
  op.args.flatMap((v) =>
    isOp(v.def) && v.def.kind === "primitive" && v.def.attr === hypotSoFar ? parts(v.def) : [v],
  );

class Exact extends Copy {
  protected override op(op: Op): void {
    this.plain(op);
    if (!isHypot(op)) return;
    const given = parts(op);
    if (given.length < 3) return;
    const { b } = this;
    const sizes = given.map((v) => b.primitive(abs, this.values.get(v)!));
    const most = sizes.reduce((x, y) => b.primitive(max, x, y));
    let [sum, lost]: (Value | undefined)[] = [];
    for (const size of sizes) {
      const ratio = b.primitive(div, size, most);
      const all = b.primitive(mul, ratio, ratio);
      const square: Value = lost === undefined ? all : b.primitive(sub, all, lost);
      if (sum === undefined) sum = square;
      else {
        const next: Value = b.primitive(add, sum, square);
        lost = b.primitive(sub, b.primitive(sub, next, sum), square);
        sum = next;
      }
    }
    const scaled = b.primitive(mul, b.primitive(sqrt, sum!), most);
    // Of zeros, of infinities and of NaN it is what it is when nested.
    const isUsual = b.op("i32.and", b.op("f64.gt", most, b.f64(0)), b.op("f64.lt", most, b.f64(Infinity)));
    const [out] = op.results;
    this.bind(out!, b.select(isUsual, scaled, this.values.get(out!)!));
  }
}
