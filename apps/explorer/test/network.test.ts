import { readFileSync } from "node:fs";
import { sigmoid, value } from "cotangent";
import { describe, expect, test } from "vitest";

import { boundary } from "../src/network/boundary.ts";
import { loss, logit } from "../src/network/model.ts";
import { networkSlice } from "../src/network/settings.ts";
import type { NetworkSettings } from "../src/network/settings.ts";
import { onScalars, probabilities, rightOnes, startTraining } from "../src/network/training.ts";

const source = readFileSync(new URL("../src/network/model.ts", import.meta.url), "utf8");
const settings = (patch: Partial<NetworkSettings>): NetworkSettings => ({
  ...networkSlice.initial,
  ...patch,
});

describe("compiled code", () => {
  test.each([
    { optimizer: "sgd", rate: 0.5, hidden: 5, data: "xor" },
    { optimizer: "adam", rate: 0.02, hidden: 3, data: "circle" },
    { optimizer: "sgd", rate: 1, hidden: 1, data: "spiral" },
  ] as const)("trains as Scalars do: $optimizer on $data", (patch) => {
    const [scalars, compiled] = (["scalars", "compiled"] as const).map((engine) =>
      startTraining(settings({ ...patch, engine }), source),
    ) as [ReturnType<typeof startTraining>, ReturnType<typeof startTraining>];
    expect(compiled.weights()).toEqual(scalars.weights());
    for (let epoch = 0; epoch < 40; epoch++) {
      const [a, b] = [scalars.epoch(), compiled.epoch()];
      // The sums are rounded in another order; what that makes grows from epoch to epoch.
      expect(Math.abs(a - b)).toBeLessThan(1e-9 * Math.max(1, Math.abs(a)));
    }
    scalars.weights().forEach((w, i) => expect(compiled.weights()[i]).toBeCloseTo(w, 8));
  });

  test("learns xor", () => {
    const training = startTraining(settings({ engine: "compiled", hidden: 10 }), source);
    let mean = 1;
    for (let epoch = 0; epoch < 1500; epoch++) mean = training.epoch();
    expect(mean).toBeLessThan(0.1);
    expect(rightOnes(training.data, training.weights(), 10).filter(Boolean).length).toBeGreaterThanOrEqual(
      49,
    );
  });
});

test("the plain network is the trainer's", () => {
  const training = onScalars(startTraining(settings({}), source).data, settings({ hidden: 4, seed: 9 }));
  const { trainer, data } = training;
  const p = training.weights();
  for (const [x, y] of data.points) {
    expect(logit(p, 4, x, y)).toBeCloseTo(value(trainer.network.logit(x, y)), 14);
  }
  const points = Float64Array.from(data.points.flat());
  const before = loss(p, 4, points, Float64Array.from(data.labels));
  expect(trainer.epoch().loss / data.points.length).toBeCloseTo(before, 14);
  const field = probabilities(p, 4, 8);
  expect(field[3 * 8 + 5]).toBeCloseTo(value(sigmoid(logit(p, 4, 5.5 / 8, 3.5 / 8))), 6);
});

describe("the boundary", () => {
  test("passes where the field passes through a half", () => {
    const size = 20;
    const field = Float64Array.from({ length: size * size }, (_, i) => {
      const [x, y] = [((i % size) + 0.5) / size, (Math.floor(i / size) + 0.5) / size];
      return 0.5 + (x - 0.3) + 0.2 * (y - 0.5);
    });
    const segments = boundary(field, size);
    // It rises through all rows, and passes four columns.
    expect(segments).toHaveLength(size - 1 + 4);
    for (const [x1, y1, x2, y2] of segments) {
      expect(x1 - 0.3 + 0.2 * (y1 - 0.5)).toBeCloseTo(0, 12);
      expect(x2 - 0.3 + 0.2 * (y2 - 0.5)).toBeCloseTo(0, 12);
    }
  });

  test("is nowhere where one class has everything", () => {
    expect(boundary(new Float32Array(16).fill(0.9), 4)).toEqual([]);
  });
});

describe("what a link says", () => {
  test("is taken where it is valid, within limits", () => {
    const { read, initial } = networkSlice;
    expect(read(initial)).toEqual(initial);
    expect(
      read({ data: "spiral", hidden: 1e9, points: -1, rate: "x", optimizer: "adam", seed: 3.7, engine: 7 }),
    ).toEqual({
      ...initial,
      data: "spiral",
      hidden: 16,
      points: 10,
      optimizer: "adam",
      seed: 4,
    });
    for (const nonsense of [null, undefined, 3, "a", [], [1], { data: {} }, { data: "__proto__" }]) {
      expect(read(nonsense)).toEqual(initial);
    }
  });
});
