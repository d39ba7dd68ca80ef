import { afterEach, describe, expect, it, vi } from "vitest";
import { main } from "../src/cli.ts";
import { differs, measure, quantile } from "../src/measure.ts";
import type { Findings } from "../src/measure.ts";
import type { Row } from "../src/row.ts";
import { rows } from "../src/rows.ts";
import { markdown, summary, table } from "../src/table.ts";

/** Does as much work as it is told. */
const contender = (name: string, work: number, result = 1) => ({
  name,
  prepare: () => ({
    run: () => {
      let x = 0;
      for (let i = 0; i < work; i++) x += Math.sin(x + i);
      return Number.isFinite(x) ? result : Number.NaN;
    },
    facts: { bytes: 7 },
  }),
});

describe("the harness", () => {
  const row: Row = {
    name: "sines",
    title: "sines",
    parts: { count: 10, name: "sine" },
    contenders: [contender("few", 1000), contender("many", 20_000)],
  };

  it("compares contenders within each round", async () => {
    const findings = await measure(row, { rounds: 5, sample: 2 });
    const [few, many] = findings.findings;
    expect(findings.rounds).toBe(5);
    expect(few!.ratio).toBe(1);
    expect(many!.ratio).toBeGreaterThan(2);
    expect(few!.perPart).toBe(few!.best / 10);
    expect(few!.best).toBeLessThanOrEqual(few!.time);
    expect(many!.ratioQuartiles[0]).toBeLessThanOrEqual(many!.ratio);
    expect(many!.ratioQuartiles[1]).toBeGreaterThanOrEqual(many!.ratio);
  });

  it("prints a table with every contender", async () => {
    const text = table(await measure(row, { rounds: 1, sample: 1 }));
    expect(text).toMatch(/sines: sines\n +time +best +per sine +ratio/);
    expect(text).toMatch(/few .* 1\.00x .*bytes 7/);
    expect(text).toMatch(/many .*x/);
  });

  it("refuses contenders whose results differ", async () => {
    const wrong = { ...row, contenders: [contender("right", 1), contender("wrong", 1, 2)] };
    await expect(measure(wrong, { rounds: 1, sample: 1 })).rejects.toThrow(
      "sines: wrong gives 2, but right gives 1",
    );
  });

  it("compares every number, where there are several", async () => {
    const list = (name: string, numbers: readonly number[]) => ({
      name,
      prepare: () => ({ run: () => 1, result: () => numbers }),
    });
    const against = (...other: number[]): Row => ({
      ...row,
      contenders: [list("right", [3, 4]), list("other", other)],
    });
    const options = { rounds: 1, sample: 0.01 };
    await expect(measure(against(3, 4 + 4e-9), options)).resolves.toMatchObject({ rounds: 1 });
    await expect(measure(against(3 + 6e-9, 4), options)).rejects.toThrow(
      "other gives 3.000000006 in place 0",
    );
    await expect(measure(against(3), options)).rejects.toThrow("other gives 1 numbers, but right gives 2");
    await expect(measure(against(3, Number.NaN), options)).rejects.toThrow("other gives NaN in place 1");
    expect(differs([1, 2], [1, 2], 0)).toBe(undefined);
  });

  it("goes on without what is missing, and without what may fail and does", async () => {
    const fails = {
      name: "failing",
      mayFail: true,
      prepare: () => {
        throw new Error("too large\nin line 3");
      },
    };
    const others = [
      { ...contender("absent", 1), missing: () => "not installed" },
      fails,
      { ...contender("wrong", 1, 2), mayFail: true },
      { ...contender("rough", 1, 1.1), tolerance: 0.2 },
    ];
    const findings = await measure(
      { ...row, contenders: [contender("right", 1), ...others] },
      { rounds: 1, sample: 0.01 },
    );
    expect(findings.findings.map((each) => each.contender)).toEqual(["right", "rough"]);
    expect(findings.missing).toEqual([
      { contender: "absent", reason: "not installed" },
      { contender: "failing", reason: "it fails: too large" },
      { contender: "wrong", reason: "it fails: sines: wrong gives 2, but right gives 1" },
    ]);
    expect(table(findings)).toContain("Without failing: it fails: too large.");
  });

  it("lets each problem count once in the summary, whatever its sizes", async () => {
    const clocked = (name: string, work: string, time: number) => ({
      name,
      work,
      prepare: () => ({ run: () => 1, clock: (repeats: number) => repeats * time }),
    });
    const sized = (name: string, group: string, time: number): Row => ({
      name,
      title: name,
      group,
      contenders: [clocked("a", "one", time), clocked("b", "two", 1000)],
      comparisons: [{ name: "a / b", contender: "a", to: "b" }],
    });
    const rows = [sized("x-1", "x", 1000), sized("x-2", "x", 4000), sized("y", "y", 16_000)];
    const found = [];
    for (const each of rows) found.push(await measure(each, { rounds: 1, sample: 1 }));
    expect(found.map(({ comparisons }) => comparisons[0]!.best)).toEqual([1, 4, 16]);
    expect(summary(found).split("\n").slice(2)).toEqual([
      "                  a / b",
      "  x-1             1.00x",
      "  x-2             4.00x",
      "  y               16.0x",
      "  all x           2.00x",
      "  geometric mean  5.66x",
    ]);
    expect(markdown(found).split("\n")).toEqual([
      "| problem (rows) | a / b |",
      "| --- | --- |",
      "| x (2) | 2.0 (1.0 to 4.0) |",
      "| y (1) | 16 |",
      "| **geometric mean** | **5.7** |",
    ]);
    const nothing = [await measure(row, { rounds: 1, sample: 1 })];
    expect([summary(nothing), markdown(nothing)]).toEqual(["", ""]);
  });

  it("says of how many problems a mean is that not all have part in, and keeps the order of the columns", () => {
    const of = (name: string, ...ratios: readonly (readonly [string, number])[]): Findings => ({
      row: name,
      group: name,
      title: name,
      rounds: 1,
      part: undefined,
      findings: [],
      comparisons: ratios.map(([name, best]) => ({ name, ratio: best, quartiles: [best, best], best })),
      missing: [],
    });
    const rows = [of("x", ["a / b", 4], ["a / d", 1]), of("y", ["a / b", 1], ["a / c", 8], ["a / d", 4])];
    expect(summary(rows).split("\n").slice(2)).toEqual([
      "                  a / b           a / c  a / d",
      "  x               4.00x                  1.00x",
      "  y               1.00x           8.00x  4.00x",
      "  geometric mean  2.00x  8.00x (1 of 2)  2.00x",
    ]);
    expect(markdown(rows).split("\n").slice(2)).toEqual([
      "| x (1) | 4.0 |  | 1.0 |",
      "| y (1) | 1.0 | 8.0 | 4.0 |",
      "| **geometric mean** | **2.0** | **8.0** (1 of 2) | **2.0** |",
    ]);
  });

  it("takes medians and quartiles", () => {
    expect(quantile([3, 1, 2], 0.5)).toBe(2);
    expect(quantile([4, 1, 2, 3], 0.5)).toBe(2.5);
    expect(quantile([1, 2, 3, 4, 5], 0.25)).toBe(2);
  });
});

describe("the rows", () => {
  it("have names of their own, that can be typed", () => {
    const names = rows.map(({ name }) => name);
    expect(new Set(names).size).toBe(names.length);
    for (const name of names) expect(name).toMatch(/^\S+$/);
  });

  it("of Scalars: everybody computes the same gradient", async () => {
    const row = rows.find(({ name }) => name === "scalars-1000")!;
    const ready = await Promise.all(row.contenders.map(async ({ prepare }) => prepare()));
    const [byHand, ...others] = ready.map(({ run }) => run());
    expect(others).toHaveLength(3);
    for (const other of others) expect(other / byHand!).toBeCloseTo(1, 12);
  });
});

describe("the command line", () => {
  afterEach(() => {
    vi.restoreAllMocks();
    process.exitCode = undefined;
  });

  /** What is written when these are typed, and the exit code. */
  async function typed(...args: readonly string[]): Promise<{ out: string; error: string; code: unknown }> {
    const out = vi.spyOn(console, "log").mockImplementation(() => undefined);
    const error = vi.spyOn(console, "error").mockImplementation(() => undefined);
    await main(rows, args);
    const text = (spy: typeof out): string => spy.mock.calls.map(([line]) => String(line)).join("\n");
    return { out: text(out), error: text(error), code: process.exitCode };
  }

  it("says what there is", async () => {
    for (const asked of ["--help", "-h"]) {
      const { out, error, code } = await typed(asked);
      expect([error, code]).toEqual(["", undefined]);
      expect(out).toMatch(/^ {2}--rounds N +how often/m);
      expect(out).toMatch(/^ {2}-h, --help +/m);
      for (const { name } of rows) expect(out).toContain(`\n  ${name} `);
      vi.restoreAllMocks();
    }
    const { out } = await typed("--list");
    expect(out.split("\n")).toHaveLength(rows.length);
  });

  it.each([
    [["--roundz", "3"], "There is no option --roundz. --help shows what there is."],
    [["-r", "3"], "There is no option -r. --help shows what there is."],
    [["--rounds"], "--rounds needs a value: --rounds N."],
    [["--rounds", "--cpu"], "--rounds needs a value: --rounds N."],
    [["--list=all"], "--list takes no value."],
    [["--rounds", "1.5", "scalars-1000"], '--rounds takes a whole number from 1, not "1.5".'],
    [["nothing-1000"], "No row is called nothing-1000. --list shows what there is."],
    [["scalars-1000", "nothing"], "No row is called nothing. --list shows what there is."],
  ])("refuses %j in one line", async (args, message) => {
    expect(await typed(...args)).toEqual({ out: "", error: message, code: 2 });
  });

  it("says so where only long rows are meant, but none by its whole name", async () => {
    const long = rows.find(({ full }) => full === true)!.name;
    const part = long.slice(0, -1);
    const short = rows.some(({ name, full }) => full !== true && name.includes(part));
    expect(short).toBe(false);
    const { error, code } = await typed(part);
    expect([error, code]).toEqual([`All rows called ${part} are long: name one in full, or add --full.`, 2]);
  });
});
