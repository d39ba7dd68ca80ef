import { describe, expect, test } from "vitest";

import { binding } from "../../src/primitives/notation.ts";
import type { Phrase } from "../../src/primitives/notation.ts";
import { table } from "../../src/primitives/table.ts";

const atom = (text: string): Phrase => ({ text, binding: binding.atom });
const [x, y, z] = ["x", "y", "z"].map(atom) as [Phrase, Phrase, Phrase];
const latex = (id: string, ...args: Phrase[]): Phrase => table.get(id)!.latex(...args);

describe("LaTeX", () => {
  test.each([
    [latex("add", x, latex("mul", y, z)), String.raw`x + y \cdot z`],
    [latex("mul", latex("add", x, y), z), String.raw`\left(x + y\right) \cdot z`],
    [latex("sub", x, latex("sub", y, z)), String.raw`x - \left(y - z\right)`],
    [latex("sub", latex("sub", x, y), z), "x - y - z"],
    [latex("add", x, latex("neg", y)), String.raw`x + \left(-y\right)`],
    [latex("neg", latex("mul", x, y)), String.raw`-x \cdot y`],
    [latex("neg", latex("add", x, y)), String.raw`-\left(x + y\right)`],
    [latex("div", latex("add", x, y), z), String.raw`\frac{x + y}{z}`],
    [latex("mul", x, latex("div", y, z)), String.raw`x \cdot \frac{y}{z}`],
    [latex("square", latex("div", y, z)), String.raw`\left(\frac{y}{z}\right)^{2}`],
    [latex("inv", latex("add", x, y)), String.raw`\frac{1}{x + y}`],
    [latex("pow", latex("add", x, y), latex("neg", z)), String.raw`\left(x + y\right)^{-z}`],
    [latex("pow", latex("pow", x, y), z), String.raw`\left(x^{y}\right)^{z}`],
    [latex("pow", x, latex("pow", y, z)), String.raw`x^{y^{z}}`],
    [latex("exp", latex("neg", latex("square", x))), "e^{-x^{2}}"],
    [latex("sin", x), String.raw`\sin x`],
    [latex("sin", latex("add", x, y)), String.raw`\sin\left(x + y\right)`],
    [latex("square", latex("sin", x)), String.raw`\left(\sin x\right)^{2}`],
    [latex("mul", latex("sin", x), latex("cos", y)), String.raw`\sin x \cdot \cos y`],
    [latex("sqrt", latex("add", x, y)), String.raw`\sqrt{x + y}`],
    [latex("abs", latex("neg", x)), String.raw`\left|-x\right|`],
    [latex("hypot", latex("neg", x), y), String.raw`\sqrt{\left(-x\right)^{2} + y^{2}}`],
    [latex("sum", x, latex("neg", y), z), String.raw`x + \left(-y\right) + z`],
    [latex("sum"), "0"],
    [latex("mul", latex("sum", x, y), z), String.raw`\left(x + y\right) \cdot z`],
    [latex("lt", x, latex("add", y, z)), String.raw`\left[x < y + z\right]`],
    [
      latex("where", latex("gt", x, y), y, z),
      String.raw`\begin{cases} y & \text{if } \left[x > y\right] \\ z & \text{otherwise} \end{cases}`,
    ],
    [latex("reducedPow", x, y), "x^{y - 1}"],
    [latex("differenceOfSquares", x, latex("add", y, z)), String.raw`x^{2} - \left(y + z\right)^{2}`],
  ])("$text", ({ text }, expected) => {
    expect(text).toBe(expected);
  });

  test.each([...table.values()].map((notation) => ({ id: notation.primitive.id, notation })))(
    "$id has balanced braces, and names its arguments",
    ({ notation }) => {
      const args = notation.domain.map((_, i) => atom(`a_${i}`));
      const { text } = notation.latex(...args);
      const depth = (open: RegExp, close: RegExp): number =>
        (text.match(open) ?? []).length - (text.match(close) ?? []).length;
      expect([depth(/\{/g, /\}/g), depth(/\\left/g, /\\right/g), depth(/\\begin/g, /\\end/g)]).toEqual([
        0, 0, 0,
      ]);
      for (const { text: name } of args) expect(text).toContain(name);
    },
  );
});

describe("JavaScript", () => {
  const js = (id: string, ...args: Phrase[]): Phrase => table.get(id)!.js(...args);
  test.each([
    [js("neg", js("neg", x)), "-(-x)"],
    [js("pow", js("neg", x), y), "(-x) ** y"],
    [js("neg", js("pow", x, y)), "-(x ** y)"],
    [js("pow", js("pow", x, y), z), "(x ** y) ** z"],
    [js("pow", x, js("pow", y, z)), "x ** y ** z"],
    [js("pow", x, js("neg", y)), "x ** -y"],
    [js("sub", x, js("neg", y)), "x - -y"],
    [js("div", x, js("mul", y, z)), "x / (y * z)"],
    [js("mul", js("div", x, y), z), "x / y * z"],
    [js("square", x), "x * x"],
    [js("square", js("add", x, y)), "square(x + y)"],
    [js("atan2", js("add", x, y), z), "Math.atan2(x + y, z)"],
    [js("sum", x, y), "sum([x, y])"],
    [js("lt", x, js("add", y, z)), "Number(x < y + z)"],
    [js("where", js("gt", x, y), y, z), "(Number(x > y) ? y : z)"],
  ])("$text", ({ text }, expected) => {
    expect(text).toBe(expected);
  });
});
