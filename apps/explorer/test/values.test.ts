import type { Structure } from "cotangent/program";
import { describe, expect, test } from "vitest";

import {
  argumentOf,
  dataOf,
  directionOf,
  fitting,
  leavesOf,
  startingValue,
  withLeaf,
} from "../src/language/values.ts";
import { linear, niceStep, rangeOf, snapped, ticks } from "../src/ui/scale.ts";

const number: Structure = { kind: "number" };
const points: Structure = {
  kind: "array",
  element: {
    kind: "object",
    fields: [
      ["x", number],
      ["on", { kind: "boolean" }],
    ],
  },
};

describe("arguments as plain data", () => {
  const data = [
    { x: 2, on: true },
    { x: 5, on: false },
  ];

  test("what fits stays, what does not is replaced", () => {
    expect(fitting(points, data)).toEqual(data);
    expect(fitting(points, [{ x: "2" }, 7])).toEqual([
      { x: 1, on: true },
      { x: 1, on: true },
    ]);
    expect(fitting(number, NaN)).toBe(1);
    expect(fitting({ kind: "tuple", elements: [number, number] }, [1, 2, 3])).toEqual([1, 2]);
    expect(startingValue({ kind: "array", element: number })).toEqual([1, 2, 3]);
  });

  test("its numbers have the names that a reader would write", () => {
    expect(leavesOf(points, data, "p", 0).map(({ path, value }) => [path, value])).toEqual([
      ["p[0].x", 2],
      ["p[0].on", true],
      ["p[1].x", 5],
      ["p[1].on", false],
    ]);
  });

  test("one number is changed, and nothing else", () => {
    const [, , leaf] = leavesOf(points, data, "p", 0);
    expect(withLeaf(data, leaf!.place, 9)).toEqual([data[0], { x: 9, on: false }]);
    expect(data[1]!.x).toBe(5);
  });

  test("a direction is 1 at one number, 0 at all others", () => {
    const [first, , second] = leavesOf(points, data, "p", 0);
    const xs = (place: typeof first) =>
      (directionOf(points, data, place?.place) as { x: number }[]).map(({ x }) => x);
    expect([xs(first), xs(second), xs(undefined)]).toEqual([
      [1, 0],
      [0, 1],
      [0, 0],
    ]);
  });

  test("typed arrays go in and come out", () => {
    const typed: Structure = { kind: "array", element: number, typed: true };
    expect(argumentOf(typed, [1, 2])).toEqual(Float64Array.of(1, 2));
    expect(dataOf({ a: Float64Array.of(1, 2), b: [true] })).toEqual({ a: [1, 2], b: [true] });
  });
});

describe("axes", () => {
  test("ticks stand at round numbers, within the axis", () => {
    expect(ticks({ low: -1, high: 1 }, 4)).toEqual([-1, -0.5, 0, 0.5, 1]);
    expect(ticks({ low: 0.1, high: 0.35 }, 5)).toEqual([0.1, 0.15, 0.2, 0.25, 0.3, 0.35]);
    expect(ticks({ low: 3e8, high: 7e8 }, 4)).toEqual([3e8, 4e8, 5e8, 6e8, 7e8]);
  });

  test("steps are 1, 2 or 5 times a power of ten, and numbers snap to them as they are written", () => {
    expect([0.03, 1, 1.1, 4e5, 7].map(niceStep)).toEqual([0.05, 1, 2, 5e5, 10]);
    expect(snapped(0.30000000000000004, 0.1)).toBe(0.3);
    expect(snapped(1234567, 1000)).toBe(1235000);
  });

  test("a pole does not decide what is seen; a constant stands in the middle", () => {
    const pole = Array.from({ length: 200 }, (_, i) => 1 / (i / 100 - 1.0001));
    const [low, high] = rangeOf(pole);
    expect(low).toBeGreaterThan(-200);
    expect(high).toBeLessThan(200);
    expect(rangeOf([4, 4])).toEqual([2, 6]);
    expect(rangeOf([NaN, Infinity])).toEqual([-1, 1]);
    const { at, from } = linear([0, 10], [100, 200]);
    expect([at(5), from(150)]).toEqual([150, 5]);
  });
});
