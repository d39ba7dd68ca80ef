import { describe, expect, it } from "vitest";
import { grad, log, mul, neg, sigmoid, sub, sum, value } from "../../src/index.ts";
import type { Real } from "../../src/index.ts";
import { Adam, dataSet, dataSetNames, train, Trainer } from "../../src/nn/index.ts";
import type { DataSetName, Epoch } from "../../src/nn/index.ts";

describe("data sets", () => {
  it.each(dataSetNames)("%s: the same seed, the same points", (name) => {
    const data = dataSet(name, 50, 3);
    expect(data.points).toHaveLength(50);
    expect(data.labels).toHaveLength(50);
    expect(dataSet(name, 50, 3)).toEqual(data);
    expect(new Set(data.labels)).toEqual(new Set([0, 1]));
  });

  it("another seed, other points", () => {
    expect(dataSet("xor", 50, 4).points).not.toEqual(dataSet("xor", 50, 3).points);
  });

  const rules: [DataSetName, (x: number, y: number) => boolean][] = [
    ["simple", (x) => x < 0.5],
    ["diag", (x, y) => x + y < 0.5],
    ["split", (x) => x < 0.2 || x > 0.8],
    ["xor", (x, y) => (x < 0.5 && y > 0.5) || (x > 0.5 && y < 0.5)],
    ["circle", (x, y) => (x - 0.5) * (x - 0.5) + (y - 0.5) * (y - 0.5) > 0.1],
  ];
  it.each(rules)("%s: uniform in the square, classified by its rule", (name, isOne) => {
    const { points, labels } = dataSet(name, 4000, 1);
    points.forEach(([x, y], i) => expect(labels[i]).toBe(isOne(x, y) ? 1 : 0));
    const mean = (k: 0 | 1): number => points.reduce((total, p) => total + p[k], 0) / points.length;
    // The standard deviation of such a mean is 0.0046.
    expect(Math.abs(mean(0) - 0.5)).toBeLessThan(0.02);
    expect(Math.abs(mean(1) - 0.5)).toBeLessThan(0.02);
    points.forEach((p) => p.forEach((x) => expect(x >= 0 && x < 1).toBe(true)));
  });

  it("spiral: two arms around the middle, a quarter turn apart", () => {
    const { points, labels } = dataSet("spiral", 50);
    const arm = points.filter((_, i) => labels[i] === 0);
    expect(arm).toHaveLength(25);
    points
      .filter((_, i) => labels[i] === 1)
      .forEach(([x, y], i) => {
        expect(x - 0.5).toBeCloseTo(arm[i]![1] - 0.5, 14);
        expect(y - 0.5).toBeCloseTo(0.5 - arm[i]![0], 14);
      });
    // t = 10·(5 + k)/25, at a distance of t/20.
    expect(arm.map(([x, y]) => Math.hypot(x - 0.5, y - 0.5) * 20)[10]).toBeCloseTo(6, 12);
  });

  it.each([
    ["xor", 0],
    ["xor", 1.5],
    ["moons", 50],
  ] as const)("refuses %s with %d points", (name, n) => {
    expect(() => dataSet(name as DataSetName, n)).toThrow(expect.objectContaining({ code: "wrong-option" }));
  });
});

describe("training", () => {
  it("an epoch is one step down the gradient of the mean log loss", () => {
    const data = dataSet("diag", 20, 2);
    const trainer = new Trainer(data, { hidden: 3, seed: 5, rate: 0.25 });
    const parameters = trainer.network.parameters();
    const before = parameters.map(({ data }) => data);
    // The same network once more, as a function of its weights, by the formulas of the course.
    const mean = (w: readonly Real[]): Real => {
      let at = 0;
      const layer = (n: number, m: number): { w: Real[][]; b: Real[] } => ({
        w: Array.from({ length: n }, () => Array.from({ length: m }, () => w[at++]!)),
        b: Array.from({ length: m }, () => w[at++]!),
      });
      const layers = [layer(2, 3), layer(3, 3), layer(3, 1)];
      const losses = data.points.map((point, i) => {
        let xs: Real[] = [...point];
        layers.forEach(({ w, b }, k) => {
          xs = b.map((bj, j) => sum([bj, ...xs.map((x, r) => mul(x, w[r]![j]!))]));
          if (k < 2) xs = xs.map((x) => (value(x) > 0 ? x : 0));
        });
        const p = sigmoid(xs[0]!);
        return neg(log(data.labels[i] === 1 ? p : sub(1, p)));
      });
      return mul(sum(losses), 1 / 20);
    };
    const { loss } = trainer.epoch();
    expect(loss / 20).toBeCloseTo(mean(before) as number, 12);
    const expected = grad(mean)(before);
    parameters.forEach(({ data }, i) => expect(data).toBeCloseTo(before[i]! - 0.25 * expected[i]!, 12));
  });

  it("learns the course's easy sets with its defaults", () => {
    expect(train(dataSet("simple")).correct).toBe(50);
    expect(train(dataSet("diag")).correct).toBe(50);
  });

  it("learns Xor with ten units", () => {
    const { correct, history } = train(dataSet("xor"), { hidden: 10, seed: 2, epochs: 250 });
    expect(correct).toBe(50);
    expect(history).toHaveLength(250);
    expect(history.at(-1)!.loss).toBeLessThan(history[0]!.loss / 3);
  });

  it("does the same again with the same seed, but for rounding", () => {
    const losses = (seed: number) =>
      train(dataSet("xor"), { seed, epochs: 20 }).history.map(({ loss }) => loss);
    const [one, again, other] = [losses(1), losses(1), losses(2)];
    one.forEach((loss, i) => expect(again[i]! / loss).toBeCloseTo(1, 12));
    expect(other[19]! / one[19]!).not.toBeCloseTo(1, 3);
  });

  it("by another optimizer", () => {
    const adam = train(dataSet("xor"), {
      hidden: 10,
      epochs: 150,
      optimizer: (parameters) => new Adam(parameters, { rate: 0.05 }),
    });
    expect(adam.correct).toBe(50);
  });

  it("shows every epoch, and stops when asked", () => {
    const seen: Epoch[] = [];
    const signal = { aborted: false };
    const { stopped, history } = train(dataSet("simple"), {
      signal,
      onEpoch: (epoch) => {
        seen.push(epoch);
        signal.aborted = epoch.epoch === 7;
      },
    });
    expect(stopped).toBe(true);
    expect(seen.map(({ epoch }) => epoch)).toEqual([1, 2, 3, 4, 5, 6, 7]);
    expect(history).toEqual(seen);
  });

  it("refuses a network without units", () => {
    expect(() => train(dataSet("xor"), { hidden: 0 })).toThrow(
      expect.objectContaining({ code: "wrong-option" }),
    );
  });
});
