import { add, constant, div, mul, noGrad, Scalar, ScalarFunction, sin, sum, type Context } from "cotangent";
import fc from "fast-check";
import { describe, expect, test } from "vitest";

import { backwardSteps, computationGraph, drawGraph, graphToDot } from "../src/index.ts";
import { summary } from "../src/graph/summary.ts";
import { every, parseXml, texts } from "./support/xml.ts";

const leaf = (value: number, name: string): Scalar => new Scalar(value, { name });

/** z = x y + sin x at (2, 3) */
function example(): { x: Scalar; y: Scalar; z: Scalar } {
  const x = leaf(2, "x");
  const y = leaf(3, "y");
  const z = x.mul(y).add(sin(x));
  z.name = "z";
  return { x, y, z };
}

describe("the graph of a computation", () => {
  test("has every variable once, and operations numbered from the output", () => {
    const { x, y, z } = example();
    const graph = computationGraph(z);
    expect(graph.operations.map(({ number, name }) => [number, name])).toEqual([
      [0, "add"],
      [1, "sin"],
      [2, "mul"],
    ]);
    expect(graph.output.scalar).toBe(z);
    const scalars = graph.variables.map(({ scalar }) => scalar);
    expect(scalars.filter((s) => s === x)).toHaveLength(1);
    expect(scalars.filter((s) => s === y)).toHaveLength(1);
    expect(graph.variables).toHaveLength(5);
    const inputs = graph.operations.find(({ name }) => name === "mul")!.inputs;
    expect(inputs.map(({ name }) => name)).toEqual(["x", "y"]);
  });

  test("tells variables apart by identity, not by name or value", () => {
    const graph = computationGraph(leaf(2, "x").mul(leaf(2, "x")));
    const [a, b] = graph.operations[0]!.inputs;
    expect(a!.id).not.toBe(b!.id);
    expect(computationGraph(square(leaf(2, "x"))).variables).toHaveLength(2);
  });

  test("shows constants by value, once for each use", () => {
    const graph = computationGraph(leaf(2, "x").mul(5).add(constant(5)));
    const constants = graph.variables.filter(({ kind }) => kind === "constant");
    expect(constants.map(({ value }) => value)).toEqual([5, 5]);
    expect(graph.operations.map(({ inputs }) => inputs.map(({ kind }) => kind))).toEqual([
      ["intermediate", "constant"],
      ["leaf", "constant"],
    ]);
  });

  test("is that of the very numbers, however long ago they were computed", () => {
    const x = leaf(1, "x");
    let y: Scalar = x;
    const n = 30_000;
    for (let i = 0; i < n; i++) y = y.add(x);
    const graph = computationGraph(y);
    expect(graph.operations).toHaveLength(n);
    expect(graph.variables).toHaveLength(n + 1);
    expect(backwardSteps(graph).derivatives.get(graph.variables.at(-1)!.id)).toBe(n + 1);
  });

  test.each([
    ["a number", 3],
    ["a constant", constant(3)],
    ["what was computed without history", noGrad(() => leaf(2, "x").mul(3))],
  ])("is refused for %s", (_, x) => {
    expect(() => computationGraph(x)).toThrow("[not-a-variable]");
    expect(() => drawGraph(x)).toThrow("[not-a-variable]");
    expect(() => graphToDot(x)).toThrow("[not-a-variable]");
  });
});

const square = (x: Scalar): Scalar => x.mul(x);

describe("passing back", () => {
  test("sums what comes from several uses, and touches nobody's derivative", () => {
    const { x, y, z } = example();
    const graph = computationGraph(z);
    const { steps, derivatives } = backwardSteps(graph, 2);
    const of = (s: Scalar): number | undefined =>
      derivatives.get(graph.variables.find((v) => v.scalar === s)!.id);
    expect(of(x)).toBeCloseTo(2 * (3 + Math.cos(2)), 14);
    expect(of(y)).toBe(4);
    expect(steps.map(({ operation, dOut }) => [operation.name, dOut])).toEqual([
      ["add", 2],
      ["sin", 2],
      ["mul", 2],
    ]);
    expect(steps[2]!.contributions).toMatchObject([
      { argument: 0, derivative: 6, before: 2 * Math.cos(2), first: false },
      { argument: 1, derivative: 4, before: 0, first: true },
    ]);
    expect([x.derivative, y.derivative]).toEqual([null, null]);
  });

  test("agrees with backward() where a variable is used in every way", () => {
    class Twice extends ScalarFunction {
      static forward(_ctx: Context<[]>, a: number, b: number): number {
        return 2 * a + b;
      }

      static backward(_ctx: Context<[]>, dOut: number): [number, number] {
        return [2 * dOut, dOut];
      }
    }
    const x = leaf(0.7, "x");
    const y = div(Twice.apply(x.mul(x) as never, sum([x, 3, x.exp(), x]) as never), x.add(2));
    const graph = computationGraph(y);
    const found = backwardSteps(graph).derivatives.get(
      graph.variables.find(({ scalar }) => scalar === x)!.id,
    );
    y.backward();
    expect(found).toBeCloseTo(x.derivative!, 14);
  });

  test("refuses a dOut that is not a number", () => {
    expect(() => backwardSteps(computationGraph(example().z), NaN)).toThrow("[not-a-number]");
  });
});

describe("the drawing", () => {
  test("has ellipses for variables, boxes for operations, and the indices of the arguments", () => {
    const { svg, description } = drawGraph(example().z, { derivatives: true });
    const shapes = [...every(parseXml(svg))].map(({ name }) => name);
    // The output has a second outline.
    expect(shapes.filter((name) => name === "ellipse")).toHaveLength(5 + 1);
    expect(shapes.filter((name) => name === "rect")).toHaveLength(3 + 1);
    expect(texts(svg).sort()).toEqual(
      ["x = 2", "∂ = 2.584", "y = 3", "∂ = 2", "6", "∂ = 1", "0.9093", "∂ = 1", "z = 6.909", "∂ = 1"]
        .concat(["mul (2)", "sin (1)", "add (0)"], ["0", "1", "0", "0", "1"])
        .sort(),
    );
    expect(description).toBe(
      "3 operations on 2 variables give 6.909: v1 = mul(x, y) = 6; v2 = sin(x) = 0.9093; z = add(v1, v2) = 6.909.",
    );
  });

  test("without values and unnamed intermediate results", () => {
    const { svg } = drawGraph(example().z, { values: false, intermediates: "named", direction: "down" });
    expect(
      texts(svg)
        .filter((text) => !/^\d$/.test(text))
        .sort(),
    ).toEqual(["add (0)", "mul (2)", "sin (1)", "x", "y", "z"]);
  });

  test("of a variable alone is that variable", () => {
    expect(texts(drawGraph(leaf(4, "x")).svg)).toEqual(["x = 4"]);
    expect(graphToDot(leaf(4, "x"))).toContain('label="x = 4"');
  });

  test("keeps every node clear of the others, and inside", () => {
    const weights = Array.from({ length: 12 }, (_, i) => leaf(i, `w_${i}`));
    const y = sum(weights.map((w, i) => w.mul(weights[(i * 5 + 1) % 12]!))).tanh();
    for (const direction of ["right", "down"] as const) {
      const figure = drawGraph(y, { direction, derivatives: true });
      const boxes = [...every(parseXml(figure.svg))].flatMap(({ name, attributes: a }) => {
        const n = (key: string): number => Number(a[key]);
        if (name === "ellipse")
          return [
            { x: n("cx") - n("rx"), y: n("cy") - n("ry"), w: 2 * n("rx"), h: 2 * n("ry"), fill: a["fill"] },
          ];
        if (name === "rect" && a["x"] !== undefined)
          return [{ x: n("x"), y: n("y"), w: n("width"), h: n("height"), fill: a["fill"] }];
        return [];
      });
      const solid = boxes.filter(({ fill }) => fill !== "none");
      expect(solid).toHaveLength(12 + 12 + 12 + 4);
      for (const [i, a] of solid.entries()) {
        expect(a.x >= 0 && a.y >= 0 && a.x + a.w <= figure.width && a.y + a.h <= figure.height).toBe(true);
        for (const b of solid.slice(0, i)) {
          expect(a.x + a.w <= b.x || b.x + b.w <= a.x || a.y + a.h <= b.y || b.y + b.h <= a.y).toBe(true);
        }
      }
    }
  });

  test("refuses to draw thousands of nodes one by one", () => {
    expect(() => drawGraph(example().z, { limit: 5000 })).toThrow("[wrong-option]");
  });
});

describe("a large graph", () => {
  /** Σ (a·tᵢ + b − sᵢ)², four operations for each of the 2500 points. */
  const points = Array.from({ length: 2500 }, (_, i) => i / 1000);
  const line = (): Scalar => {
    const a = leaf(0.7, "a");
    const b = leaf(-0.2, "b");
    return sum(points.map((t) => a.mul(t).add(b).sub(Math.sin(t)).square())).div(points.length);
  };

  test("is drawn as groups of like operations, with their numbers", () => {
    const { svg, description } = drawGraph(line(), { derivatives: true });
    const said = texts(svg);
    expect(said).toEqual(
      expect.arrayContaining([
        "mul × 2500",
        "add × 2500",
        "sub × 2500",
        "square × 2500",
        "sum",
        "div",
        "a",
        "b",
        "×2500",
      ]),
    );
    expect(description).toBe(
      "10002 operations on 2 variables give 0.138; drawn as 11 groups of like nodes, with their numbers.",
    );
    expect(said.length).toBeLessThan(60);
  });

  test("counts every node and every edge in some group", () => {
    const graph = computationGraph(line());
    const { nodes, edges } = summary(graph, undefined);
    const members = nodes.map(({ lines }) => Number(/ × (\d+)$/.exec(lines[0]!)?.[1] ?? 1));
    expect(members.reduce((a, b) => a + b)).toBe(graph.variables.length);
    const used = edges.map(({ label }) => Number(label.slice(1) || 1)).reduce((a, b) => a + b);
    expect(used).toBe(graph.operations.flatMap(({ inputs }) => inputs).length);
  });

  test("of a chain is one group that is chained", () => {
    const x = leaf(0.5, "x");
    let y: Scalar = x;
    for (let i = 0; i < 10_000; i++) y = sin(y);
    const said = texts(drawGraph(y).svg);
    expect(said).toEqual(expect.arrayContaining(["chained", "x", "sin"]));
    expect(said.length).toBeLessThan(120);
  });

  test("of many different functions is still small", () => {
    const x = leaf(0.5, "x");
    let y: Scalar = x;
    for (let i = 0; i < 300; i++) {
      const one = {
        [`f${i}`]: class extends ScalarFunction {
          static forward(_ctx: Context<[]>, a: number): number {
            return a;
          }

          static backward(_ctx: Context<[]>, dOut: number): number {
            return dOut;
          }
        },
      }[`f${i}`]!;
      y = one.apply(y);
    }
    expect(texts(drawGraph(y).svg)).toEqual(expect.arrayContaining(["299 functions × 299", "chained"]));
  });

  test("groups variables by the stems of their names", () => {
    const w = Array.from({ length: 200 }, (_, i) => leaf(i, `layer1.w[${i}]`));
    const said = texts(drawGraph(sum(w.map((each) => each.mul(2)))).svg);
    expect(said).toEqual(expect.arrayContaining(["layer….w[…] × 200", "mul × 200", "constants × 200"]));
  });
});

test("any computation, with any names, makes a well-formed drawing of all its nodes", () => {
  const name = fc.oneof(
    fc.string({ unit: "binary", maxLength: 12 }),
    fc.constantFrom("<x>", "&", '"', "]]>", "w[1]"),
  );
  const step = fc.record({ f: fc.nat(4), a: fc.nat(), b: fc.nat(), c: fc.double() });
  fc.assert(
    fc.property(
      fc.array(name, { minLength: 1, maxLength: 4 }),
      fc.array(step, { maxLength: 10 }),
      (names, steps) => {
        const all = names.map((each, i) => leaf(i + 0.5, each));
        for (const { f, a, b, c } of steps) {
          const [x, y] = [all[a % all.length]!, all[b % all.length]!];
          all.push(
            [(): Scalar => x.mul(y), () => sin(x), () => x.sub(c), () => sum([x, y, x]), () => x.div(y)][
              f
            ]!(),
          );
        }
        const y = all.at(-1)!;
        const graph = computationGraph(y);
        const root = parseXml(drawGraph(y, { derivatives: true, limit: 500 }).svg);
        const shapes = [...every(root)].filter(
          ({ attributes }) => attributes["stroke-width"] !== undefined && attributes["fill"] !== "none",
        );
        expect(shapes).toHaveLength(graph.variables.length + graph.operations.length);
        expect(parseXml(drawGraph(y, { limit: 1 }).svg).name).toBe("svg");
        expect(
          graphToDot(y)
            .split("\n")
            .filter((line) => line.includes("->")),
        ).toHaveLength(graph.operations.reduce((n, { inputs }) => n + inputs.length + 1, 0));
      },
    ),
    { seed: 9, numRuns: 12 },
  );
});

describe("DOT", () => {
  test("has the same nodes and edges", () => {
    expect(graphToDot(example().z)).toBe(`digraph {
  rankdir=LR;
  v0 [label="x = 2", shape=ellipse];
  v1 [label="y = 3", shape=ellipse];
  f2 [label="mul (2)", shape=box, style=filled, fillcolor="#ebebeb"];
  v2 [label="6", shape=ellipse];
  f1 [label="sin (1)", shape=box, style=filled, fillcolor="#ebebeb"];
  v3 [label="0.9093", shape=ellipse];
  f0 [label="add (0)", shape=box, style=filled, fillcolor="#ebebeb"];
  v4 [label="z = 6.909", shape=ellipse];
  v0 -> f2 [label="0"];
  v1 -> f2 [label="1"];
  f2 -> v2;
  v0 -> f1 [label="0"];
  f1 -> v3;
  v2 -> f0 [label="0"];
  v3 -> f0 [label="1"];
  f0 -> v4;
}
`);
  });

  test("is whole on request, and its strings stay strings", () => {
    const x = leaf(1, `"\\\n`);
    let y: Scalar = x;
    for (let i = 0; i < 1000; i++) y = add(y, 1);
    const dot = graphToDot(y, { limit: Infinity, direction: "down" });
    expect(dot.split("\n")).toHaveLength(3 + 1000 * 3 + 1 + 1000 * 3 + 1);
    expect(dot).toContain(String.raw`[label="\"\\  = 1"`);
    expect(graphToDot(mul(x, 2))).toContain("rankdir=LR");
  });
});
