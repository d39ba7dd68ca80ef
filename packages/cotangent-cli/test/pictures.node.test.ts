import { readdirSync, readFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, test } from "vitest";

import { makeCotangent } from "./support/cotangent.ts";
import type { Cotangent } from "./support/cotangent.ts";

let cotangent: Cotangent;
beforeAll(async () => {
  cotangent = await makeCotangent();
  await cotangent.write({
    "model.ts": `
      import { half } from "./helpers/half.ts";
      interface Parameters { k: number; w: number[] }
      const K = 3;
      export function energy(x: number, p: Parameters): number {
        "use grad";
        let total = half(K * p.k * x ** 2);
        for (const w of p.w) total += w * x;
        return total;
      }
      export const wave = (t: number): number => Math.sin(t);
    `,
    "helpers/half.ts": "export const half = (x: number): number => x / 2;\n",
  });
});
afterAll(() => cotangent.remove());

/** The run, which is expected to go well. */
async function ok(...args: string[]): Promise<string> {
  const { code, out, error } = await cotangent.run(args);
  expect({ code, error }).toEqual({ code: 0, error: "" });
  return out;
}

const sizeOfPng = (path: string): [width: number, height: number] => {
  const bytes = readFileSync(path);
  expect(bytes.subarray(0, 8)).toEqual(Buffer.from([137, 80, 78, 71, 13, 10, 26, 10]));
  return [bytes.readUInt32BE(16), bytes.readUInt32BE(20)];
};

describe("plot", () => {
  test("in the terminal: a title, a legend, labelled axes, curves in dots", async () => {
    const out = await ok(
      "plot",
      "x => Math.sin(x) * x",
      "--derivatives",
      "1",
      "--range",
      "-3,3",
      "--size",
      "60x20",
    );
    const lines = out.split("\n");
    expect(lines[0]).toBe("sin(x) * x");
    expect(lines[1]).toMatch(/f\(x\) {3}\S+.* f′\(x\)$/);
    expect(lines[2]).toBe(" f");
    expect(out).toMatch(/^ 0 ┤/m);
    expect(out).toMatch(/^−2 ┤/m);
    expect(lines.at(-2)!.trim().split(/\s+/)).toEqual(["−3", "−2", "−1", "0", "1", "2", "3", "x"]);
    expect(lines.filter((line) => /[\u2801-\u28ff]/.test(line)).length).toBeGreaterThan(10);
    expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(60);
    expect(out).not.toContain("\u001b");
  });

  test("a curve passes where the function does", async () => {
    // From corner to corner: in every row the dots are where y = x.
    const out = await ok("plot", "x => x", "--range", "0,1", "--y-range", "0,1", "--size", "60x25");
    const rows = out.split("\n").filter((line) => /[│┤]/.test(line));
    rows.forEach((row, i) => {
      const cells = row.slice(row.search(/[│┤]/) + 1);
      const at = cells.search(/[\u2801-\u28ff]/);
      expect(Math.abs(at / 49 - (rows.length - 1 - i) / (rows.length - 1))).toBeLessThan(0.06);
    });
  });

  test("colours only where they are wanted", async () => {
    const args = ["plot", "x => x ** 2"];
    expect((await cotangent.run(args, { env: { FORCE_COLOR: "1" } })).out).toContain("\u001b[34m");
    expect((await cotangent.run(args, { env: { FORCE_COLOR: "0" } })).out).not.toContain("\u001b");
  });

  test("as SVG and PNG, with a theme and a size", async () => {
    await ok(
      "plot",
      "x => x ** 3 - x",
      "--tangent",
      "1",
      "-o",
      "cubic.svg",
      "--theme",
      "dark",
      "--title",
      "Cubic",
    );
    const svg = readFileSync(cotangent.path("cubic.svg"), "utf8");
    expect(svg).toMatch(/^<svg [^]*<\/svg>\n$/);
    expect(svg).toContain(">Cubic<");
    expect(svg).toContain("tangent at 1, slope 2");
    expect(svg).toContain("#0d1117");
    await ok("plot", "x => x ** 3 - x", "-o", "cubic.png", "--size", "400x300", "--scale", "1");
    expect(sizeOfPng(cotangent.path("cubic.png"))[0]).toBe(400);
    await ok("plot", "x => x ** 3 - x", "-o", "twice.png", "--size", "400x300");
    expect(sizeOfPng(cotangent.path("twice.png"))[0]).toBe(800);
  });

  test("text is drawn in PNGs: the same plot without its words has fewer dark pixels", async () => {
    await ok("plot", "x => 0 * x", "--title", "MMMMMMMMMMMMMMMM", "-o", "words.png");
    await ok("plot", "x => 0 * x", "--title", ".", "-o", "point.png");
    expect(readFileSync(cotangent.path("words.png")).length).toBeGreaterThan(
      readFileSync(cotangent.path("point.png")).length + 200,
    );
  });

  test("as JSON: the numbers", async () => {
    const data = JSON.parse(
      await ok("plot", "x => x ** 3", "-d", "2", "--range", "-1,1", "--points", "3", "--json"),
    ) as unknown;
    expect(data).toEqual({
      function: "f",
      variable: "x",
      x: [-1, 0, 1],
      curves: [
        { name: "f(x)", y: [-1, 0, 1] },
        { name: "f′(x)", y: [3, 0, 3] },
        { name: "f″(x)", y: [-6, 0, 6] },
      ],
      yRange: [-6.6, 6.6],
      marked: [],
    });
    const gap = JSON.parse(
      await ok("plot", "x => Math.log(x)", "--range", "-1,1", "--points", "2", "--json"),
    ) as {
      curves: { y: (number | null)[] }[];
    };
    expect(gap.curves[0]!.y).toEqual([null, 0]);
  });

  test("of two variables: shades and arrows, contours, a surface", async () => {
    const f = "(x, y) => x ** 2 + y ** 2";
    const out = await ok("plot", f, "--range", "-2,2", "--y-range", "-1,1", "--gradient", "--size", "70x24");
    expect(out.split("\n")[1]).toMatch(/^␣ from 0\.?\d* {2}· from /);
    for (const arrow of "→↗↑↖←↙↓↘") expect(out).toContain(arrow);
    // The corners are highest; the middle is lowest.
    const rows = out
      .split("\n")
      .filter((line) => /[│┤]/.test(line))
      .map((line) => line.slice(line.search(/[│┤]/) + 1));
    expect([rows[0]![0], rows.at(-1)!.at(-1), rows[9]![28]]).toEqual(["█", "█", " "]);
    expect(await ok("plot", f, "--format", "svg", "--gradient")).toContain("gradient");
    expect(await ok("plot", f, "--format", "svg", "--surface")).toMatch(/^<svg/);
    const data = JSON.parse(
      await ok("plot", f, "--json", "--points", "3", "--range", "0,2", "--y-range", "0,2", "--gradient"),
    ) as {
      z: number[][];
      gradient: number[][][];
    };
    expect(data.z).toEqual([
      [0, 1, 4],
      [1, 2, 5],
      [4, 5, 8],
    ]);
    expect(data.gradient[2]![1]).toEqual([2, 4]);
  });

  test("of a file: its imports are followed, other arguments are held fixed", async () => {
    const at = (x: number): number => 4.5 * x * x + 3 * x;
    const data = JSON.parse(
      await ok(
        "plot",
        "model.ts",
        "-f",
        "energy",
        "--arguments",
        '[null, {"k": 3, "w": [1, 2]}]',
        "-d",
        "1",
        "--points",
        "3",
        "--range",
        "0,2",
        "--json",
      ),
    ) as { variable: string; curves: { y: number[] }[] };
    expect(data.variable).toBe("x");
    expect(data.curves.map(({ y }) => y)).toEqual([
      [0, at(1), at(2)],
      [3, 12, 21],
    ]);
    const inside = JSON.parse(
      await ok(
        "plot",
        "model.ts",
        "-f",
        "energy",
        "--arguments",
        '[2, {"k": 3, "w": [null, 2]}]',
        "--points",
        "2",
        "--range",
        "0,1",
        "--json",
      ),
    ) as { variable: string; curves: { y: number[] }[] };
    expect([inside.variable, inside.curves[0]!.y]).toEqual(["p.w[0]", [22, 24]]);
    expect(await ok("plot", "model.ts", "--function", "wave")).toContain("wave");
    expect(
      await ok(
        "plot",
        "(a, b, c) => a * b + c",
        "--at",
        "1,_,pi/2",
        "--json",
        "--points",
        "2",
        "--range",
        "0,1",
      ),
    ).toContain(String(Math.PI / 2));
  });

  test("of a text on standard input", async () => {
    const { code, out } = await cotangent.run(["plot", "-", "--json", "--points", "2"], {
      input: "export const f = (x: number) => 2 * x;",
    });
    expect(code).toBe(0);
    expect((JSON.parse(out) as { curves: { y: number[] }[] }).curves[0]!.y).toEqual([-8, 8]);
  });
});

describe("graph", () => {
  test("at a point, line by line, with derivatives", async () => {
    expect(await ok("graph", "(x, y) => { const u = x * y; return u + sin(x); }", "--at", "2,3", "-d")).toBe(
      [
        "x                 = 2         ∂ = 2.58385",
        "y                 = 3         ∂ = 2",
        "u   = mul(x, y)   = 6         ∂ = 1",
        "v1  = sin(x)      = 0.909297  ∂ = 1",
        "f   = add(u, v1)  = 6.9093    ∂ = 1",
        "",
      ].join("\n"),
    );
  });

  test("as SVG, PNG, DOT and JSON", async () => {
    const args = ["graph", "(x, y) => x * y", "--at", "2,3", "-d"];
    expect(await ok(...args, "--format", "svg")).toContain("<title");
    await ok(...args, "-o", "graph.png");
    expect(sizeOfPng(cotangent.path("graph.png"))[0]).toBeGreaterThan(300);
    expect(await ok(...args, "--format", "dot", "--direction", "down")).toMatch(
      /^digraph \{\n {2}rankdir=TB;[^]*label="x = 2\\n∂ = 3"/,
    );
    await ok(...args, "-o", "graph.gv");
    expect(readFileSync(cotangent.path("graph.gv"), "utf8")).toMatch(/^digraph/);
    expect(JSON.parse(await ok(...args, "--json"))).toEqual({
      output: "v2",
      variables: [
        { id: "v2", kind: "intermediate", name: "f", value: 6, derivative: 1 },
        { id: "v1", kind: "leaf", name: "y", value: 3, derivative: 2 },
        { id: "v0", kind: "leaf", name: "x", value: 2, derivative: 3 },
      ],
      operations: [{ id: "f0", number: 0, name: "mul", inputs: ["v0", "v1"], output: "v2" }],
    });
  });

  test("without arguments: the program, with its loops; or that of the gradient", async () => {
    const f = "(x, n) => { let p = 1; for (let i = 0; i < n; i++) p *= x; return p; }";
    const text = await ok("graph", f);
    expect(text).toMatch(/^function f\(x: f64, n: f64\): f64 \{/);
    expect(text).toContain("for i = ");
    expect(await ok("graph", f, "--format", "dot")).toContain("subgraph");
    expect(await ok("graph", f, "--format", "svg", "--gradient")).toMatch(/^<svg/);
    expect(await ok("graph", "(p: { a: number; w: number[] }) => p.a * p.w[0]", "--gradient")).toContain(
      "function",
    );
    expect(JSON.parse(await ok("graph", f, "--json"))).toEqual({ program: text });
  });
});

describe("steps", () => {
  const f = "(x, y) => x * y + x * x";
  test("in words: who is handed what, and the sums", async () => {
    const out = await ok("steps", f, "--at", "2,3");
    expect(out).toContain("and passes 2 to x: 2 + 2 = 4 so far");
    expect(out.trimEnd().split("\n").slice(-2)).toEqual(["∂/∂x = 7", "∂/∂y = 2"]);
    const data = JSON.parse(await ok("steps", f, "--at", "2,3", "--d-out", "10", "--json")) as {
      derivatives: unknown;
      steps: unknown[];
    };
    expect(data.derivatives).toEqual({ x: 70, y: 20 });
    expect(data.steps).toHaveLength(3);
  });

  test("as an animation, or as a file for each step", async () => {
    expect(await ok("steps", f, "--at", "2,3", "--format", "svg", "--seconds", "1")).toContain("@keyframes");
    await ok("steps", f, "--at", "2,3", "-o", "step.png", "--scale", "1");
    await ok("steps", f, "--at", "2,3", "-o", "frame.svg", "--frames");
    const files = readdirSync(cotangent.folder);
    expect(files.filter((file) => file.startsWith("step-"))).toEqual(
      [0, 1, 2, 3, 4].map((k) => `step-${k}.png`),
    );
    expect(files.filter((file) => file.startsWith("frame-"))).toHaveLength(5);
    expect(new Set([0, 1, 2].map((k) => sizeOfPng(cotangent.path(`step-${k}.png`)).join()))).toHaveLength(1);
  });
});
