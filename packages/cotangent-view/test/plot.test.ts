import { AdError, add, Context, log, mul, ScalarFunction, sigmoid, sin, square, type Real } from "cotangent";
import { describe, expect, test } from "vitest";

import {
  plotContour,
  plotDecision,
  plotFunction,
  plotFunction3D,
  plotLoss,
  sampleFunction,
  sampleSurface,
} from "../src/index.ts";
import { every, parseXml, texts } from "./support/xml.ts";

class Square extends ScalarFunction {
  static forward(ctx: Context<[number]>, x: number): number {
    ctx.saveForBackward(x);
    return x * x;
  }

  static backward(ctx: Context<[number]>, dOut: number): number {
    return 2 * ctx.savedValues * dOut;
  }
}

/** The lines of a plot: their points on the paper, in pieces where there are gaps. */
const lines = (
  svg: string,
): { points: [number, number][]; pieces: number; stroke: string | undefined; dash: string | undefined }[] =>
  [...every(parseXml(svg))]
    .filter(({ attributes: { "stroke-width": width, fill } }) => fill === "none" && Number(width) === 2.2)
    .map(({ attributes, children }) => {
      const d = children[0]?.attributes["d"] ?? "";
      return {
        points: [...d.matchAll(/([ML])?(-?[\d.]+),(-?[\d.]+)/g)].map(
          ([, , x, y]) => [Number(x), Number(y)] as [number, number],
        ),
        pieces: [...d.matchAll(/M/g)].length,
        stroke: attributes["stroke"],
        dash: attributes["stroke-dasharray"],
      };
    });

/** How far one is on each axis, read off the plot's own ticks. */
function scaleOf(svg: string): (p: [number, number]) => [number, number] {
  const ticks = [...every(parseXml(svg))]
    .filter(
      ({ name, attributes }) =>
        name === "text" &&
        /translate/.test(attributes["transform"] ?? "") &&
        attributes["font-style"] === undefined,
    )
    .map(({ text, attributes }) => ({
      value: Number(text.replace("−", "-")),
      at: attributes["transform"]!.match(/-?[\d.]+/g)!.map(Number),
    }))
    .filter(({ value }) => !Number.isNaN(value));
  const bottom = Math.max(...ticks.map(({ at }) => at[1]!));
  const xs = ticks.filter(({ at }) => at[1] === bottom);
  const ys = ticks.filter(({ at }) => at[1] !== bottom);
  const read = (list: { value: number; at: number[] }[], i: 0 | 1) => {
    const [a, b] = [list[0]!, list.at(-1)!];
    return (p: number): number => a.value + ((p - a.at[i]!) * (b.value - a.value)) / (b.at[i]! - a.at[i]!);
  };
  const [x, y] = [read(xs, 0), read(ys, 1)];
  return ([px, py]) => [x(px), y(py)];
}

describe("plotFunction", () => {
  test("draws 40 points, x = i/5 − 4, where the function says they are", () => {
    const { svg } = plotFunction("Square", (x: number) => Square.forward(new Context(), x));
    const [curve] = lines(svg);
    expect(curve!.points).toHaveLength(40);
    const read = scaleOf(svg);
    for (const [i, p] of curve!.points.entries()) {
      const [x, y] = read(p);
      expect(x).toBeCloseTo(i / 5 - 4, 1);
      expect(Math.abs(y - (i / 5 - 4) ** 2)).toBeLessThan(0.06);
    }
  });

  test("the page's derivative of AddTimes2 is 2 everywhere", () => {
    const figure = plotFunction("d Add Times 2: x=10", () => 2);
    const ys = new Set(lines(figure.svg)[0]!.points.map(([, y]) => y));
    expect(ys.size).toBe(1);
    expect(texts(figure.svg)).toEqual(expect.arrayContaining(["d Add Times 2: x=10", "x", "y", "2.0"]));
    expect(figure.description).toBe("x from −4 to 3.8: f(x) is constantly 2.");
  });

  test("draws derivatives, a tangent and a secant, each with a dash of its own", () => {
    const figure = plotFunction("x²", (x: Real) => square(x), {
      derivatives: 2,
      tangent: 1,
      secant: { at: 1, epsilon: 0.5 },
      others: { cubic: (x: Real) => mul(x, square(x)) },
    });
    const drawn = lines(figure.svg);
    expect(drawn).toHaveLength(6);
    expect(new Set(drawn.slice(0, 5).map(({ dash }) => dash)).size).toBe(5);
    expect(new Set(drawn.slice(0, 5).map(({ stroke }) => stroke)).size).toBe(5);
    expect(texts(figure.svg)).toEqual(
      expect.arrayContaining(["f(x)", "f′(x)", "f″(x)", "cubic", "tangent at 1, slope 2", "secant, slope 2"]),
    );
    expect(figure.description).toContain("f′(x) runs from −8 to 7.6");
    expect(figure.description).toContain("f″(x) is constantly 2");
    expect(figure.description).toContain("Marked: (1, 1), (0.5, 0.25), (1.5, 2.25).");
  });

  test("leaves gaps where there is no value, and at poles", () => {
    expect(lines(plotFunction("log", log).svg)[0]!.points).toHaveLength(19);
    const pole = lines(
      plotFunction("1/x", (x: number) => 1 / (x + 1e-9), { range: [-1, 1], points: 101 }).svg,
    )[0]!;
    expect(pole.pieces).toBe(2);
  });

  test("does not let a pole hide everything else", () => {
    const { svg } = plotFunction("1/x", (x: number) => 1 / x, { range: [-1, 1], points: 1000 });
    const ticks = texts(svg)
      .map((text) => Number(text.replace("−", "-")))
      .filter((x) => !Number.isNaN(x));
    expect(Math.max(...ticks)).toBeLessThan(50);
  });

  test("of nothing finite is an empty plot that says so", () => {
    const figure = plotFunction("nothing", () => NaN);
    expect(figure.description).toContain("f(x) is nowhere finite");
    parseXml(figure.svg);
  });

  test("chooses its colours for the paper", () => {
    const stroke = (theme: "light" | "dark"): string | undefined =>
      lines(plotFunction("sin", sin, { theme }).svg)[0]!.stroke;
    expect([stroke("light"), stroke("dark")]).toEqual(["#0b62c4", "#6cb2ff"]);
    expect(plotFunction("sin", sin, { theme: "dark" }).svg).not.toContain("<style>");
    expect(plotFunction("sin", sin).svg).toContain(".ct-stroke-series1{stroke:#6cb2ff}");
  });

  test("is the same each time", () => {
    expect(plotFunction("sin", sin, { derivatives: 1 }).svg).toBe(
      plotFunction("sin", sin, { derivatives: 1 }).svg,
    );
  });

  test.each([
    ["an empty range", { range: [1, 1] }],
    ["an infinite range", { range: [0, Infinity] }],
    ["one point", { points: 1 }],
    ["half a derivative", { derivatives: 0.5 }],
    ["a secant through one point", { secant: { at: 0, epsilon: 0 } }],
    ["no width", { width: 0 }],
  ] as const)("refuses %s", (_, options) => {
    expect(() => plotFunction("sin", sin, options)).toThrow(AdError);
    expect(() => plotFunction("sin", sin, options)).toThrow("[wrong-option]");
  });

  test("says what to do where derivatives are asked of a function of numbers", () => {
    expect(() => plotFunction("bad", (x: number) => x * 2, { derivatives: 1 })).toThrow(
      "[implicit-conversion]",
    );
  });
});

const bowl = (x: Real, y: Real): Real => add(square(x), mul(3, square(y)));

describe("plotContour", () => {
  const figure = plotContour("bowl", bowl, { gradient: true, path: [[-3, 3], [0, 0]] }); // prettier-ignore

  test("has regions, arrows, a path, a scale of heights, and says where it is lowest", () => {
    const all = [...every(parseXml(figure.svg))];
    const filled = all.filter(
      ({ name, attributes }) =>
        name === "path" &&
        (attributes["fill"] ?? "").startsWith("#") &&
        attributes["stroke-width"] === undefined,
    );
    expect(filled.length).toBeGreaterThanOrEqual(9);
    expect(texts(figure.svg)).toEqual(expect.arrayContaining(["gradient", "path", "0", "64"]));
    expect(figure.description).toBe(
      "Contours of a function of two variables, x from −4 to 4 and y from −4 to 4. Its values run from 0, near (0, 0), to 64. Arrows point uphill, along the gradient. A path of 2 points ends at (0, 0).",
    );
  });

  test("its arrows point along the gradient as it is on the paper", () => {
    const arrows = [...every(parseXml(figure.svg))].flatMap(({ attributes: { transform = "" } }) => {
      const [, x, y, angle] =
        /^translate\((-?[\d.]+),(-?[\d.]+)\) rotate\((-?[\d.]+)\)/.exec(transform) ?? [];
      return angle === undefined
        ? []
        : [{ x: Number(x), y: Number(y), angle: (Number(angle) * Math.PI) / 180 }];
    });
    expect(arrows).toHaveLength(100);
    const left = Math.min(...arrows.map(({ x }) => x));
    const right = Math.max(...arrows.map(({ x }) => x));
    const top = Math.min(...arrows.map(({ y }) => y));
    const bottom = Math.max(...arrows.map(({ y }) => y));
    for (const { x, y, angle } of arrows) {
      // The outermost arrows stand at ±3.6.
      const [px, py] = [7.2 / (right - left), 7.2 / (bottom - top)];
      const [ax, ay] = [-3.6 + (x - left) * px, 3.6 - (y - top) * py];
      const [gx, gy] = [(2 * ax) / px, (6 * ay) / py];
      expect(Math.sin(angle) * gy - Math.cos(angle) * gx).toBeCloseTo(0, 0);
      expect(Math.sin(angle) * gx + Math.cos(angle) * gy).toBeGreaterThan(0);
    }
  });

  test("of a constant, and of what is not finite everywhere", () => {
    parseXml(plotContour("constant", () => 2).svg);
    parseXml(plotContour("log", (x: Real, y: Real) => log(add(x, y)), { gradient: true }).svg);
    expect(() => plotContour("nothing", () => NaN)).toThrow("[wrong-option]");
  });
});

describe("plotFunction3D", () => {
  const quads = (svg: string): string[] =>
    [...every(parseXml(svg))].flatMap(({ name, attributes: { d = "", fill = "none" } }) =>
      name === "path" && fill !== "none" ? [d] : [],
    );

  test("draws every piece of the surface inside the paper, and names the axes", () => {
    const figure = plotFunction3D("x y", (x: number, y: number) => x * y, { pieces: 10 });
    expect(quads(figure.svg)).toHaveLength(100);
    for (const d of quads(figure.svg)) {
      for (const [, x, y] of d.matchAll(/(-?[\d.]+),(-?[\d.]+)/g)) {
        expect(
          Number(x) >= 0 && Number(x) <= figure.width && Number(y) >= 0 && Number(y) <= figure.height,
        ).toBe(true);
      }
    }
    expect(texts(figure.svg)).toEqual(expect.arrayContaining(["x", "y", "z", "−16", "16", "−4", "4"]));
    expect(figure.description).toContain("its height runs from −16 to 16");
  });

  test.each([0, 35, 90, 180, 200, 300, 360])(
    "seen from %d degrees, what is nearer covers what is further",
    (azimuth) => {
      const figure = plotFunction3D("flat", () => 0, { pieces: 6, azimuth });
      const heights = quads(figure.svg).map((d) =>
        [...d.matchAll(/,(-?[\d.]+)/g)].reduce((sum, [, y]) => sum + Number(y), 0),
      );
      // Without height, what is nearer stands lower on the paper.
      expect([...heights].sort((a, b) => a - b).map(Math.round)).toEqual(heights.map(Math.round));
    },
  );

  test("has a hole where there is no value", () => {
    expect(quads(plotFunction3D("log", (x: number) => Math.log(x), { pieces: 8 }).svg)).toHaveLength(24);
  });

  test("refuses to look from below", () => {
    expect(() => plotFunction3D("f", () => 0, { elevation: -20 })).toThrow("[wrong-option]");
    expect(() => plotFunction3D("f", () => 0, { pieces: 1000 })).toThrow("[wrong-option]");
  });
});

describe("training", () => {
  test("losses of one run, and of several", () => {
    const one = plotLoss("Xor", [3, 2, 1.5]);
    expect(one.description).toBe("loss goes from 3 to 1.5 in 3 epochs, at least 1.5.");
    expect(texts(one.svg)).toEqual(expect.arrayContaining(["epoch", "loss"]));
    const two = plotLoss("Xor", { SGD: [3, 2], Adam: [3, 0.001] }, { scale: "log" });
    expect(texts(two.svg)).toEqual(expect.arrayContaining(["SGD", "Adam", "0.01", "1"]));
    expect(() => plotLoss("none", [])).toThrow("[wrong-option]");
    expect(() => plotLoss("none", [NaN])).toThrow("[wrong-option]");
  });

  test("the decision boundary, and who is on the wrong side of it", () => {
    const points = [
      { x: [0.2, 0.5], label: 0 },
      { x: [0.8, 0.5], label: 1 },
      { x: [0.7, 0.1], label: 0 },
    ] as const;
    const figure = plotDecision("Simple", (x) => sigmoid(20 * (x - 0.5)), points);
    expect(figure.description).toBe(
      "3 points of two classes, 2 and 1; the model puts 2 of them on the right side.",
    );
    const all = [...every(parseXml(figure.svg))];
    expect(all.filter(({ name, attributes }) => name === "circle" && attributes["r"] === "9")).toHaveLength(
      1,
    );
    expect(texts(figure.svg)).toEqual(
      expect.arrayContaining(["class 0", "class 1", "wrong side", "x₁", "x₂"]),
    );
  });
});

describe("what stands at the axes", () => {
  test("the numbers below the x axis stand in the middle below their ticks, those of the y axis end before them", () => {
    const root = parseXml(plotFunction("Square", (x: number) => x * x).svg);
    const anchors = new Map<string, string | undefined>();
    const walk = (at: ReturnType<typeof parseXml>, inherited: string | undefined): void => {
      const anchor = at.attributes["text-anchor"] ?? inherited;
      if (at.name === "text") anchors.set(at.text, anchor);
      for (const child of at.children) walk(child, anchor);
    };
    walk(root, undefined);
    expect([anchors.get("−3"), anchors.get("x"), anchors.get("14")]).toEqual(["middle", "middle", "end"]);
  });
});

describe("the numbers behind a plot", () => {
  test("of one variable: f, its derivatives, and what is marked", () => {
    const sampled = sampleFunction(square, { range: [-1, 3], points: 5, derivatives: 2, tangent: 2 });
    expect(sampled.x).toEqual([-1, 0, 1, 2, 3]);
    expect(sampled.curves.map(({ name, y }) => [name, ...y])).toEqual([
      ["f(x)", 1, 0, 1, 4, 9],
      ["f′(x)", -2, 0, 2, 4, 6],
      ["f″(x)", 2, 2, 2, 2, 2],
      ["tangent at 2, slope 4", -8, -4, 0, 4, 8],
    ]);
    expect(sampled.marked).toEqual([{ x: 2, y: 4 }]);
    expect(sampleFunction(log, { range: [-1, 1], points: 3 }).curves[0]!.y).toEqual([NaN, NaN, 0]);
  });

  test("of two: rows from below, and heights that divide them", () => {
    const sampled = sampleSurface((x: number, y: number) => x + 10 * y, {
      xRange: [0, 2],
      yRange: [0, 1],
      columns: 3,
      rows: 2,
    });
    expect(sampled).toMatchObject({ x: [0, 1, 2], y: [0, 1], highest: 12 });
    expect(sampled.z).toEqual([
      [0, 1, 2],
      [10, 11, 12],
    ]);
    expect(sampled.thresholds[0]).toBe(0);
    expect(() => sampleSurface(() => 1, { rows: 1 })).toThrow("[wrong-option]");
  });
});
