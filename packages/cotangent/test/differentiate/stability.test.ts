/** Arrays that go round: which elements are read again on the way back, and which recorded. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { reverse } from "../../src/differentiate/reverse.ts";
import { parse } from "../../src/program/parse.ts";
import { print } from "../../src/program/print.ts";
import { verify } from "./support.ts";
import { primitives } from "../program/texts.ts";

const RUNS = Number(globalThis.process?.env["COTANGENT_RUNS"] ?? 150);

const state = Float64Array.of(0.3, -0.7, 1.1);

/** A state that becomes another `n` times; `step` computes the new state `y` of the old one, `x`. */
const steps = (step: string, after: string = ""): string => `function f(start: array noalias, n: i32): f64 {
  zero = i32 0
  one = i32 1
  size = i32 3
  nothing = f64 0
  last = for i = zero to n (x = start) {
    ${step}
    yield y
  }
  ${after}
  sum = for k = zero to size (s = nothing) {
    e = load(last, k)
    square = mul(e, e)
    t = add(s, square)
    yield t
  }
  return sum
}`;

const fresh = `y = allocate(size)
  for j = zero to size {
    a = load(x, j)
    b = load(x, zero)
    c = mul(a, b)
    store(y, j, c)
  }`;

const recorded = (text: string): readonly string[] => {
  const program = parse(text, { primitives });
  for (const seed of [1, 2, 3]) verify(program, [state, 4], { seed });
  const slots = print(reverse(program, { seeds: "one" }).program).matchAll(/tape\.allocate\(\w+\) \[(.*)\]/g);
  return [...slots].flatMap((m) => m[1]!.split(", "));
};

describe("a state that is written once", () => {
  test("is read again", () => {
    expect(recorded(steps(fresh))).not.toContain("f64");
  });

  test("is recorded where the loop goes on to write it", () => {
    expect(
      recorded(
        steps(
          `${fresh}\n store(x, one, d0)`.replace("y = allocate", "d0 = load(start, zero)\n y = allocate"),
        ),
      ),
    ).toContain("f64");
  });

  test("is recorded where it is written after it was read, before it is handed on", () => {
    const again = `${fresh}
      u = load(y, zero)
      v = load(y, one)
      w = mul(u, v)
      store(y, one, w)`;
    expect(recorded(steps(again))).toContain("f64");
  });

  test("is recorded where the last is written", () => {
    expect(recorded(steps(fresh, "store(last, zero, nothing)"))).toContain("f64");
  });
});

/** A program in whose loops two arrays go round and change places; nearly all that is written is written to blocks by their first names. */
function grow(choices: readonly number[]): string {
  let at = 0;
  let names = 0;
  const pick = (n: number): number => (choices[at++] ?? 0) % n;
  const name = (): string => `n${names++}`;
  const lines: string[] = [];
  const one = <T>(list: readonly T[]): T => list[list.length - 1 - pick(list.length)]!;
  const index = (): string => one(["zero", "one", "two"]);
  /** `blocks` are among the `arrays`. */
  const work = (arrays: string[], blocks: string[], depth: number): void => {
    const allocate = (): void => {
      const block = name();
      lines.push(`${block} = allocate(size)`);
      arrays.push(block);
      blocks.push(block);
    };
    if (blocks.length === 0) allocate();
    for (let k = 3 + pick(5); k > 0; k--) {
      const what = pick(depth < 2 ? 7 : 6);
      if (what === 0) allocate();
      else if (what < 6) {
        const [u, v, w, x, z] = [name(), name(), name(), name(), name()];
        const to = pick(16) === 1 ? one(arrays) : one(blocks);
        lines.push(`${u} = load(${one(arrays)}, ${index()})`, `${v} = load(${one(arrays)}, ${index()})`);
        lines.push(`${w} = mul(${u}, ${v})`, `${x} = add(${w}, half)`, `${z} = sin(${x})`);
        lines.push(`${what === 5 ? "accumulate" : "store"}(${to}, ${index()}, ${z})`);
      } else arrays.push(...loop(one(arrays), one(arrays), arrays, blocks, depth + 1));
    }
  };
  const loop = (
    x: string,
    y: string,
    around: readonly string[],
    blocks: readonly string[],
    depth: number,
  ): string[] => {
    const [p, q, r, s] = [name(), name(), name(), name()];
    lines.push(`${p}, ${q} = for ${name()} = zero to n (${r} = ${x}, ${s} = ${y}) {`);
    const arrays = [...around, s, r];
    work(arrays, [...blocks], depth);
    lines.push(`yield ${one(arrays)}, ${one(arrays)}`, "}");
    return [p, q];
  };
  const arrays = ["a", "b"];
  const blocks: string[] = [];
  work(arrays, blocks, 0);
  arrays.push(...loop(one(arrays), one(arrays), arrays, blocks, 0));
  work(arrays, blocks, 2);
  return `function f(a: array, b: array, n: i32): f64 {
    zero = i32 0
    one = i32 1
    two = i32 2
    size = i32 3
    half = f64 0.5
    ${lines.join("\n")}
    r0 = load(${one(arrays)}, zero)
    r1 = load(${one(arrays)}, two)
    r2 = mul(r0, r1)
    r3 = load(${one(arrays)}, one)
    r4 = add(r2, r3)
    return r4
  }`;
}

test("random programs whose arrays go round", () => {
  fc.assert(
    fc.property(fc.array(fc.nat(1000), { minLength: 60, maxLength: 160, size: "max" }), (choices) => {
      const program = parse(grow(choices), { primitives });
      for (const n of [1, 3]) verify(program, [state, Float64Array.of(0.9, -0.2, 0.5), n], { smooth: false });
    }),
    { numRuns: RUNS, seed: 20261123 },
  );
});
