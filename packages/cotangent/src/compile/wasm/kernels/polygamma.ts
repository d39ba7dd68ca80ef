/** ψ⁽ⁿ⁾(x) inside a module: sums of as many powers as x is below 16, so loops, which the language of kernels has not. */
import type { Callable, FunctionBuilder, ModuleBuilder } from "../assembler.ts";

/** Where the asymptotic series begins, as in numeric/zeta.ts. */
const ASYMPTOTIC = 16;

/** Functions that {@link polygamma} calls: xʸ, and what zetaparts of gamma.ts has. */
interface Called {
  readonly pow: Callable;
  readonly tail: Callable;
}

/** Hurwitz's zeta function (s, x), the smallest terms first: from the tail at x − m, m = −16, down to x itself. */
function zeta(module: ModuleBuilder, { pow, tail }: Called): FunctionBuilder {
  const f = module.function("zeta", "ff", "f");
  const [s, x] = [0, 1];
  const [m, total] = [f.local("f"), f.local("f")];
  // x - 0 is -0 for -0, as x + 0 is not: of the two sides of the pole, the one that is meant.
  const at = (): FunctionBuilder => f.get(x).get(m).op("f64.sub");
  const power = (exponent: () => unknown): void => {
    at();
    exponent();
    f.call(pow);
  };
  f.get(x).f64(ASYMPTOTIC).op("f64.sub").op("f64.floor").f64(0);
  f.get(x).f64(ASYMPTOTIC).op("f64.lt").select("f").set(m);
  power(() => f.f64(1).get(s).op("f64.sub"));
  f.get(s);
  at().call(tail).op("f64.mul").set(total);
  f.block("", (end) => {
    f.loop("", (again) => {
      f.get(m).f64(0).op("f64.ge").brIf(end);
      f.get(m).f64(1).op("f64.add").set(m);
      f.get(total);
      power(() => f.get(s).op("f64.neg"));
      f.op("f64.add").set(total).br(again);
    });
  });
  f.get(total);
  return f;
}

/** Writes ψ⁽ⁿ⁾(x) = (−1)ⁿ⁺¹ n! ζ(n + 1, x) into `f`; for x ≤ 0 by the terms on both sides of x, as in numeric/zeta.ts. */
export function writePolygamma(f: FunctionBuilder, module: ModuleBuilder, called: Called): void {
  const [n, x] = [0, 1];
  const sum = zeta(module, called);
  const [s, sign, d, right, total] = [f.local("f"), f.local("f"), f.local("f"), f.local("i"), f.local("f")];
  f.get(n).f64(1).op("f64.add").set(s);
  // −1 unless s is even.
  f.f64(1).f64(-1);
  f.get(s).f64(0.5).op("f64.mul").op("f64.trunc").f64(2).op("f64.mul");
  f.get(s).op("f64.eq").select("f").set(sign);
  f.get(x).f64(0).op("f64.gt");
  f.if(
    "f",
    () => f.get(s).get(x).call(sum),
    () => {
      // The distance to the nearest integer, exact.
      f.get(x).get(x).op("f64.nearest").op("f64.sub").set(d);
      f.get(d).f64(0).op("f64.gt").set(right);
      f.get(s).get(d).f64(1).get(d).op("f64.add").get(right).select("f").call(sum);
      f.get(sign);
      f.get(s).f64(1).get(d).op("f64.sub").get(d).op("f64.neg").get(right).select("f").call(sum);
      f.get(s).f64(1).get(x).op("f64.sub").call(sum);
      f.op("f64.sub").op("f64.mul").op("f64.add");
    },
  );
  f.set(total);
  const i = f.local("f");
  f.f64(2).set(i);
  f.block("", (end) => {
    f.loop("", (again) => {
      f.get(i).get(n).op("f64.le");
      // Neither 0 nor infinite nor NaN: those stay, however large n is.
      f.get(total).f64(0).op("f64.mul").f64(0).op("f64.eq").op("i32.and");
      f.get(total).f64(0).op("f64.ne").op("i32.and").op("i32.eqz").brIf(end);
      f.get(total).get(i).op("f64.mul").set(total);
      f.get(i).f64(1).op("f64.add").set(i).br(again);
    });
  });
  f.get(sign).get(total).op("f64.mul");
}
