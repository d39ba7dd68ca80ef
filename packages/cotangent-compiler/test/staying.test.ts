/** Lists whose elements are replaced: what would make them longer is left out where it never happens. */
import fc from "fast-check";
import { compile, grad } from "cotangent";
import { capturedOf, someOp } from "cotangent/program";
import { describe, expect, test } from "vitest";
import { capture } from "../src/capture.ts";
import type { AnyFunction } from "../src/capture.ts";

const RUNS = Number(globalThis.process?.env["COTANGENT_RUNS"] ?? 40);

/** Whether a list of a function may become longer than it was first made. */
const grows = (f: AnyFunction, ...args: readonly unknown[]): boolean =>
  capturedOf(f)!
    .specialise(args)
    .program.functions.some((g) =>
      someOp(
        g.body,
        (op) => op.kind === "if" && op.regions[0]!.ops.some((inner) => inner.kind === "allocate"),
      ),
    );

const table = (setting: string): string => `(n, m, x) => {
  const d = [];
  for (let i = 0; i <= n; i++) {
    const row = [];
    for (let j = 0; j <= m; j++) row.push(i === j ? x : 0.5);
    d.push(row);
  }
  for (let i = 1; i <= n; i++) for (let j = 1; j <= m; j++) { ${setting} }
  let total = 0;
  for (let i = 0; i <= n; i++) for (let j = 0; j < d[i].length; j++) total += d[i][j] * (i + 2 * j);
  return total + d[n].length;
}`;

// oxlint-disable-next-line no-implied-eval, typescript/no-implied-eval -- generated here
const plainOf = (source: string): AnyFunction => new Function(`return ${source}`)() as AnyFunction;

function agrees(source: string, sizes: readonly (readonly [number, number])[]): AnyFunction {
  const plain = plainOf(source) as (n: number, m: number, x: number) => number;
  const f: typeof plain = capture(plain, {});
  const compiled = compile(f, { math: "exact" });
  const derivative = grad(f, { wrt: 2 });
  for (const [n, m] of sizes) {
    expect({ source, n, m, y: compiled(n, m, 0.75) }).toEqual({ source, n, m, y: plain(n, m, 0.75) });
    const by = (h: number): number => (plain(n, m, 0.75 + h) - plain(n, m, 0.75 - h)) / (2 * h);
    const difference = (4 * by(2 ** -12) - by(2 ** -11)) / 3;
    const error = Math.abs(derivative(n, m, 0.75) - difference) / (1 + Math.abs(difference));
    expect({ source, n, m, close: error < 1e-6 || error }).toEqual({ source, n, m, close: true });
  }
  return f;
}

const sizes = [
  [0, 0],
  [1, 1],
  [3, 2],
  [2, 4],
] as const;

describe("rows whose elements are replaced", () => {
  test.each([
    ["by what is beside them", "d[i][j] = Math.sin(d[i - 1][j] + d[i][j - 1] * d[i - 1][j - 1]);"],
    ["in another row", "d[i - 1][j] = d[i][j - 1] * x; d[i][j - 1] = Math.cos(x) * d[i - 1][j - 1];"],
    ["where they are of some size", "if (d[i][j] < 0.6) d[i][j] = x * d[i - 1][j - 1];"],
    ["by more than one", "d[i][j] += x; d[i][j - 1] *= 0.5; d[n][m] -= d[0][0];"],
  ])("%s: they stay as long as they are", (_, setting) => {
    expect(grows(agrees(table(setting), sizes), 3, 2, 0.75)).toBe(false);
  });

  test.each([
    ["at the last", "d[i][j === m ? m + 1 : j] = x * j;"],
    ["by a loop that goes further", "if (i === 1) d[i][j + 1] = x * d[i - 1][j];"],
    ["by the length", "d[i][d[i].length] = d[i - 1][j] * x;"],
  ])("they become longer, %s", (_, setting) => {
    expect(grows(agrees(table(setting), sizes), 3, 2, 0.75)).toBe(true);
  });

  test("some become longer, and others stay", () => {
    const source = `(n, m, x) => {
      const a = [], b = [];
      for (let i = 0; i <= n; i++) { a.push(x * i); b.push(x); }
      for (let i = 0; i <= n; i++) a[i] = a[i] * a[i] + b[n - i];
      for (let i = 0; i <= n; i++) { b[b.length] = a[i] * x; a[0] += b[i + 1]; }
      let total = m;
      for (let i = 0; i < b.length; i++) total += b[i];
      return total + a[0];
    }`;
    expect(grows(agrees(source, sizes), 3, 2, 0.75)).toBe(true);
  });

  test("random ones do what they do in JavaScript", () => {
    const choices = fc.array(fc.nat(1000), { minLength: 20, maxLength: 40, size: "max" });
    const setting = (list: readonly number[]): string => {
      let at = 0;
      const one = (of: readonly string[]): string => of[(list[at++] ?? 0) % of.length]!;
      const row = (): string => one(["i", "i - 1", "n", "0", "Math.min(i + 1, n)"]);
      const inside = (r: string): string => one(["j", "j - 1", "0", `Math.min(j + 1, d[${r}].length - 1)`]);
      const element = (): string => {
        const r = row();
        return `d[${r}][${inside(r)}]`;
      };
      const target = (): string => {
        const r = row();
        const k =
          (list[at++] ?? 0) % 6 === 0
            ? one([`d[${r}].length`, `Math.min(j + 1, d[${r}].length)`])
            : inside(r);
        return `d[${r}][${k}]`;
      };
      const lines = Array.from({ length: 1 + ((list[at++] ?? 0) % 3) }, () => {
        const value = `${one(["Math.sin(", "0.5 * (", "x * ("])}${element()} * ${element()})`;
        return `${target()} = ${value};`;
      });
      return lines.join(" ");
    };
    fc.assert(
      fc.property(choices, (list) => {
        agrees(table(setting(list)), sizes);
      }),
      { numRuns: RUNS, seed: 20261123 },
    );
  });
});
