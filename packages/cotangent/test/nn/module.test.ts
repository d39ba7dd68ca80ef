import { describe, expect, it } from "vitest";
import { add, backpropagate, mul, square, sub } from "../../src/index.ts";
import type { Real, Scalar } from "../../src/index.ts";
import { Adam, Linear, Module, Network, Parameter, random, SGD } from "../../src/nn/index.ts";

class Line extends Module {
  readonly slope = new Parameter(2);
  readonly offset = new Parameter(-1);
  readonly label = "not a parameter";
  readonly sizes = [1, 2];

  forward(x: Real): Real {
    return add(mul(this.slope.value, x), this.offset.value);
  }
}

class Two extends Module {
  readonly lines = [new Line(), new Line()];
  readonly scale = new Parameter(3);
}

describe("modules", () => {
  it("find their parameters, with dotted names in the order of declaration", () => {
    expect(new Two().namedParameters().map(([name, { data }]) => [name, data])).toEqual([
      ["lines.0.slope", 2],
      ["lines.0.offset", -1],
      ["lines.1.slope", 2],
      ["lines.1.offset", -1],
      ["scale", 3],
    ]);
    expect(new Network(3, random(1)).parameters()).toHaveLength(2 * 3 + 3 + 3 * 3 + 3 + 3 + 1);
  });

  it("train and eval reach everything below", () => {
    const two = new Two();
    const flags = (): boolean[] => [two, ...two.children().map(([, child]) => child)].map((m) => m.training);
    expect(flags()).toEqual([true, true, true]);
    two.eval();
    expect(flags()).toEqual([false, false, false]);
    two.train();
    expect(flags()).toEqual([true, true, true]);
  });

  it("print themselves as a tree", () => {
    expect(String(new Two())).toBe("Two(\n  (lines.0): Line()\n  (lines.1): Line()\n)");
    expect(String(new Network(2, random(0)))).toBe(
      "Network(\n  (layer1): Linear(2 -> 2)\n  (layer2): Linear(2 -> 2)\n  (layer3): Linear(2 -> 1)\n)",
    );
  });

  it("a linear layer is its weighted sums, its parameters between -1 and 1", () => {
    const layer = new Linear(2, 3, random(7));
    layer.parameters().forEach(({ data }) => expect(Math.abs(data)).toBeLessThanOrEqual(1));
    const out = layer.forward([2, -3]);
    layer.biases.forEach((bias, j) => {
      const [w1, w2] = [layer.weights[0]![j]!.data, layer.weights[1]![j]!.data];
      expect((out[j] as Scalar).data).toBeCloseTo(bias.data + 2 * w1 - 3 * w2, 14);
    });
  });
});

describe("optimizers", () => {
  /** (slope·x + offset - y)² at x = 3, y = 1: derivatives 2·4·3 and 2·4. */
  const loss = (line: Line): Scalar => square(sub(line.forward(3), 1)) as Scalar;

  it("SGD steps by rate times derivative", () => {
    const line = new Line();
    const sgd = new SGD(line.parameters(), 0.01);
    backpropagate(loss(line));
    expect(line.slope.derivative).toBe(24);
    sgd.step();
    expect(line.slope.data).toBeCloseTo(2 - 0.24, 14);
    expect(line.offset.data).toBeCloseTo(-1 - 0.08, 14);
    expect(line.slope.derivative).toBeNull();
    sgd.step();
    expect(line.slope.data).toBeCloseTo(2 - 0.24, 14);
  });

  it("zeroGrad forgets what was accumulated", () => {
    const line = new Line();
    const sgd = new SGD(line.parameters(), 0.01);
    backpropagate(loss(line));
    backpropagate(loss(line));
    expect(line.slope.derivative).toBe(48);
    sgd.zeroGrad();
    expect(line.slope.derivative).toBe(0);
    backpropagate(loss(line));
    expect(line.slope.derivative).toBe(24);
  });

  it("Adam follows its paper", () => {
    const line = new Line();
    const adam = new Adam(line.parameters(), { rate: 0.1, beta1: 0.9, beta2: 0.999, epsilon: 0.5 });
    let [m, v, slope] = [0, 0, 2];
    for (let t = 1; t <= 5; t++) {
      adam.zeroGrad();
      backpropagate(loss(line));
      const g = line.slope.derivative!;
      m = 0.9 * m + 0.1 * g;
      v = 0.999 * v + 0.001 * g ** 2;
      slope -= (0.1 * (m / (1 - 0.9 ** t))) / (Math.sqrt(v / (1 - 0.999 ** t)) + 0.5);
      adam.step();
      expect(line.slope.data).toBeCloseTo(slope, 12);
    }
  });

  it.each([
    ["SGD", () => new SGD([], 0)],
    ["Adam", () => new Adam([], { rate: Number.NaN })],
  ])("%s refuses a rate that is none", (_name, make) => {
    expect(make).toThrow(expect.objectContaining({ code: "wrong-option" }));
  });
});
