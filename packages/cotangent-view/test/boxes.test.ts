import { AdError, mul, ScalarFunction, sin, sum, type Context, type Real } from "cotangent";
import { describe, expect, test } from "vitest";

import { boxes } from "../src/index.ts";
import { every, parseXml, texts } from "./support/xml.ts";

class TimesFive extends ScalarFunction {
  static forward(_ctx: Context<[]>, x: number): number {
    return x * 5;
  }

  static backward(_ctx: Context<[]>, dOut: number): number {
    return 5 * dOut;
  }
}

class AddTimes2 extends ScalarFunction {
  static forward(_ctx: Context<[]>, x: number, y: number): number {
    return x + 2 * y;
  }

  static backward(_ctx: Context<[]>, dOut: number): [number, number] {
    return [dOut, 2 * dOut];
  }
}

class Square extends ScalarFunction {
  static forward(ctx: Context<[number]>, x: number): number {
    ctx.saveForBackward(x);
    return x * x;
  }

  static backward(ctx: Context<[number]>, dOut: number): number {
    return 2 * ctx.savedValues * dOut;
  }
}

const colours = (svg: string): (string | undefined)[] =>
  [...every(parseXml(svg))].filter(({ name }) => name === "rect").map(({ attributes }) => attributes["fill"]);

/** The x coordinates at which arrows begin, against those of their tips. */
const pointsRight = (svg: string): boolean[] =>
  [...every(parseXml(svg))].flatMap(({ attributes: { d = "", fill } }) => {
    const [, from, to] = /^M([\d.]+),[\d.]+L([\d.]+),[\d.]+$/.exec(d) ?? [];
    return fill === "none" ? [Number(from) < Number(to)] : [];
  });

describe("one function", () => {
  test("forward: grey, left to right, values above the arrows", () => {
    const { svg } = boxes(TimesFive);
    expect(texts(svg)).toEqual(["x", "f", "TimesFive", "f(x)"]);
    expect(colours(svg)).toEqual(["#ffffff", "#ebebeb"]);
    expect(pointsRight(svg)).toEqual([true, true]);
  });

  test("backward: teal, right to left, dOut on the right and f′(x) × dOut on the left", () => {
    const { svg } = boxes(TimesFive, { direction: "backward" });
    expect(texts(svg)).toEqual(["f′(x) × dOut", "f′", "TimesFive", "dOut"]);
    expect(colours(svg)).toEqual(["#ffffff", "#69bac9"]);
    expect(pointsRight(svg)).toEqual([false, false]);
  });

  test("with numbers, found by running it", () => {
    expect(texts(boxes(TimesFive, { at: [3] }).svg)).toEqual(["3", "f", "TimesFive", "15"]);
    expect(texts(boxes(Square, { at: [-3], dOut: 0.5, direction: "backward" }).svg)).toEqual([
      "−6 × 0.5 = −3",
      "f′",
      "Square",
      "0.5",
    ]);
  });

  test("with both", () => {
    expect(texts(boxes(TimesFive, { at: [3], dOut: -2, direction: "both", show: "both" }).svg)).toEqual([
      "x = 3",
      "f",
      "TimesFive",
      "f(x) = 15",
      "f′(x) × dOut = 5 × (−2) = −10",
      "f′",
      "TimesFive",
      "dOut = −2",
    ]);
  });

  test("two arguments have two derivatives", () => {
    expect(texts(boxes(AddTimes2, { direction: "backward" }).svg)).toEqual([
      "f′x(x, y) × dOut",
      "f′y(x, y) × dOut",
      "f′",
      "AddTimes2",
      "dOut",
    ]);
    expect(texts(boxes(AddTimes2, { direction: "backward", at: [10, 3] }).svg).slice(0, 2)).toEqual([
      "1 × 1 = 1",
      "2 × 1 = 2",
    ]);
  });

  test("primitives, lists and functions of Reals", () => {
    expect(texts(boxes(mul, { at: [3, 4] }).svg)).toEqual(["3", "4", "f", "mul", "12"]);
    expect(texts(boxes(sum as never, { at: [1, 2, 3] }).svg)).toEqual(["1", "2", "3", "f", "sum", "6"]);
    const cube = (x: Real): Real => mul(x, mul(x, x));
    expect(texts(boxes(cube, { at: [2], direction: "backward", inputs: ["t"] }).svg)).toEqual([
      "12 × 1 = 12",
      "f′",
      "cube",
      "1",
    ]);
    expect(texts(boxes(sin, { inputs: ["t"] }).svg)).toEqual(["t", "f", "sin", "f(t)"]);
  });
});

describe("chains", () => {
  test("carry g(x) forward, and f′(g(x)) backward, starting with 1", () => {
    expect(texts(boxes(["g", "f"]).svg)).toEqual(["x", "g", "g(x)", "f", "f(g(x))"]);
    expect(texts(boxes(["g", "f"], { direction: "backward" }).svg)).toEqual([
      "g′(x) × f′(g(x))",
      "g′",
      "f′(g(x))",
      "f′",
      "1",
    ]);
  });

  test("with a name for each part", () => {
    expect(texts(boxes(["g", "f"], { direction: "both", names: true }).svg)).toEqual([
      "x", "g", "y = g(x)", "f", "f(y)",
      "g′(x) × dOut", "g′", "dOut = f′(y)", "f′", "1",
    ]); // prettier-ignore
  });

  test("the left box is handed what the right one returned", () => {
    expect(texts(boxes([TimesFive, Square], { at: [2], direction: "both" }).svg)).toEqual([
      "2", "g", "TimesFive", "10", "f", "Square", "100",
      "5 × 20 = 100", "g′", "TimesFive", "20 × 1 = 20", "f′", "Square", "1",
    ]); // prettier-ignore
  });

  test("the second box does not care how many arguments the first has", () => {
    expect(texts(boxes(["g(x, y)", "f"], { direction: "backward" }).svg)).toEqual([
      "g′x(x, y) × f′(g(x, y))",
      "g′y(x, y) × f′(g(x, y))",
      "g′",
      "f′(g(x, y))",
      "f′",
      "1",
    ]);
    expect(texts(boxes([mul, Square], { at: [3, 4], direction: "backward" }).svg).slice(0, 2)).toEqual([
      "4 × 24 = 96",
      "3 × 24 = 72",
    ]);
  });

  test("of three", () => {
    expect(texts(boxes([TimesFive, Square, TimesFive], { at: [1], direction: "backward" }).svg)).toEqual([
      "5 × 50 = 250", "h′", "TimesFive", "10 × 5 = 50", "g′", "Square", "5 × 1 = 5", "f′", "TimesFive", "1",
    ]); // prettier-ignore
    expect(texts(boxes(["h", "g", "f"]).svg)).toEqual(["x", "h", "y = h(x)", "g", "z = g(y)", "f", "f(z)"]);
  });
});

test("the description says what is to be seen", () => {
  expect(boxes(Square, { at: [3], direction: "both" }).description).toBe(
    "Forward, left to right: Square takes 3 and gives 9. Backward, right to left: Square is handed 1 and passes back 6 × 1 = 6.",
  );
});

test("names that mean something in XML are text", () => {
  const evil = Object.defineProperty((x: Real): Real => x, "name", { value: `<b>&"'\u0000` });
  expect(texts(boxes(evil).svg)).toContain(`<b>&"'\uFFFD`);
});

test.each([
  ["nothing to draw", () => boxes([]), "wrong-option"],
  ["numbers for a symbol", () => boxes("f", { at: [1] }), "wrong-option"],
  ["numbers without inputs", () => boxes(Square, { show: "numbers" }), "wrong-option"],
  ["too few inputs", () => boxes(AddTimes2, { at: [1] }), "wrong-option"],
  ["a second box of two arguments", () => boxes([Square, AddTimes2]), "wrong-option"],
  ["no symbol", () => boxes("f g"), "wrong-option"],
  ["no function", () => boxes(3 as never), "not-a-function"],
  ["no theme", () => boxes(Square, { theme: "pink" as never }), "wrong-option"],
])("refuses %s", (_, draw, code) => {
  expect(draw).toThrow(AdError);
  expect(draw).toThrow(`[${code}]`);
});
