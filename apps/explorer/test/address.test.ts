import fc from "fast-check";
import { describe, expect, test } from "vitest";

import { boxesSlice } from "../src/boxes/boxes-slice.ts";
import { functionSlice, isRange } from "../src/function-slice.ts";
import { viewSlice } from "../src/functions/view-slice.ts";
import { readAddress, writeAddress } from "../src/shell/address.ts";

const TABS = ["functions", "boxes"];

describe("the address", () => {
  test("is short where nothing was changed", async () => {
    expect(await writeAddress({ tab: "boxes", saved: {} })).toBe("#1/boxes");
    expect(await readAddress("#1/boxes", TABS)).toEqual({ tab: "boxes", saved: {} });
    expect(await readAddress("", TABS)).toEqual({ tab: "functions", saved: {} });
  });

  test("carries any state there and back, in characters that need no escaping", async () => {
    await fc.assert(
      fc.asyncProperty(fc.dictionary(fc.string(), fc.jsonValue(), { minKeys: 1 }), async (data) => {
        const saved = JSON.parse(JSON.stringify(data)) as Record<string, unknown>;
        const address = await writeAddress({ tab: "functions", saved });
        expect(address).toMatch(/^#1\/functions\/[\w-]+$/);
        expect(await readAddress(address, TABS)).toEqual({ tab: "functions", saved });
      }),
      { seed: 5, numRuns: 100 },
    );
  });

  test("whatever it is, there is a tab, and plain data", async () => {
    await fc.assert(
      fc.asyncProperty(fc.string(), async (text) => {
        const { tab, saved } = await readAddress(`#1/functions/${text}`, TABS);
        expect(tab).toBe("functions");
        expect(typeof saved).toBe("object");
      }),
      { seed: 6, numRuns: 200 },
    );
  });

  test("a short link that unpacks to very much is not followed", async () => {
    const address = await writeAddress({ tab: "functions", saved: { x: "a".repeat(2_000_000) } });
    expect(address.length).toBeLessThan(10_000);
    expect(await readAddress(address, TABS)).toEqual({ tab: "functions", saved: {} });
  });
});

describe("what a link may say", () => {
  test.each([
    ["function", functionSlice],
    ["view", viewSlice],
    ["boxes", boxesSlice],
  ] as const)("of %s, anything, and what is read is valid and reads as itself", (_, slice) => {
    const read = slice.read as (data: unknown) => object;
    expect(read(slice.initial)).toEqual(slice.initial);
    expect(read(undefined)).toEqual(slice.initial);
    const keys = Object.keys(slice.initial);
    fc.assert(
      fc.property(fc.oneof(fc.anything(), fc.dictionary(fc.constantFrom(...keys), fc.anything())), (data) => {
        const state = read(data);
        expect(Object.keys(state)).toEqual(keys);
        expect(read(JSON.parse(JSON.stringify(state)))).toEqual(JSON.parse(JSON.stringify(state)));
      }),
      { seed: 7, numRuns: 500 },
    );
  });

  test("ranges are two finite numbers in order", () => {
    expect([[0, 1], [1, 0], [0, 0], [0], [0, Infinity], "01", null].map(isRange)).toEqual([
      true,
      false,
      false,
      false,
      false,
      false,
      false,
    ]);
    expect(functionSlice.read({ source: "x => x", ranges: { x: [2, 1], y: [1, 2] } }).ranges).toEqual({
      y: [1, 2],
    });
  });
});
