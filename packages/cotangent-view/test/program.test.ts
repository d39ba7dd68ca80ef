import { add, compile, grad, mul, sin, sqrt, type Real } from "cotangent";
import { parse, type Program } from "cotangent/program";
import { describe, expect, test } from "vitest";

import { drawProgram, programToDot } from "../src/index.ts";
import { every, parseXml, texts } from "./support/xml.ts";

const read = (text: string): Program => parse(text, { primitives: [add, mul, sin, sqrt] });

const norm = read(`function norm(x: array): f64 {
  v0 = i32 0
  v1 = length(x)
  v2 = f64 0
  squares = for i = v0 to v1 (sum = v2) {
    element = load(x, i)
    v3 = mul(element, element)
    v4 = add(sum, v3)
    yield v4
  }
  v5 = sqrt(squares)
  return v5
}
`);

const words = (svg: string): string[] =>
  texts(svg)
    .filter((text) => !/^\d$/.test(text))
    .sort();

describe("a program", () => {
  test("has its parameters, operations and results, and its loops as frames", () => {
    const { svg, title, description } = drawProgram(norm);
    expect(words(svg)).toEqual(
      [
        "norm",
        "x",
        "length",
        "for",
        "x",
        "i",
        "load",
        "element",
        "mul",
        "sum",
        "add",
        "next",
        "sqrt",
        "result",
      ].sort(),
    );
    expect(title).toBe("Program of norm");
    expect(description).toBe(
      "From x (array) to 1 results. Operations: norm: 1 length, 1 for, 1 load, 1 mul, 1 add, 1 sqrt.",
    );
    // The constants: lo and the first sum, both 0. The indices: of length, for (lo, hi, sum), load, mul, add, sqrt.
    expect(
      texts(svg)
        .filter((text) => /^\d$/.test(text))
        .sort()
        .join(""),
    ).toBe(["00", "0", "012", "01", "01", "01", "0"].join("").split("").sort().join(""));
  });

  test("keeps what is in a frame inside it", () => {
    for (const direction of ["right", "down"] as const) {
      const root = parseXml(drawProgram(norm, { direction }).svg);
      const frame = [...every(root)].find(
        ({ name, attributes }) => name === "rect" && attributes["rx"] === "4",
      )!;
      const owner = [...every(root)].find(({ children }) => children.includes(frame))!;
      const inner = owner.children.find(
        ({ name, attributes }) => name === "g" && attributes["transform"] !== undefined,
      )!;
      const [dx = 0, dy = 0] = inner.attributes["transform"]!.match(/-?[\d.]+/g)!.map(Number);
      for (const { name, attributes: a } of every(inner)) {
        if (name !== "rect") continue;
        const [x, y, w, h] = ["x", "y", "width", "height"].map((key) => Number(a[key]));
        expect(dx + x! >= 0 && dx + x! + w! <= Number(frame.attributes["width"])).toBe(true);
        expect(dy + y! >= 0 && dy + y! + h! <= Number(frame.attributes["height"])).toBe(true);
      }
    }
  });

  test("with a branch and a loop that waits", () => {
    const { svg } = drawProgram(
      read(`function f(x: f64, n: i32): f64 {
  r = if n {
    v0 = sin(x)
    yield v0
  } else {
    yield x
  }
  y, steps = while (z = r) {
    v1 = f64 10
    v2 = f64.lt(z, v1)
    yield v2
  } do (u) {
    v3 = mul(u, u)
    yield v3
  }
  return y
}
`),
    );
    expect(texts(svg)).toEqual(
      expect.arrayContaining([
        "if",
        "then",
        "else",
        "while",
        "do",
        "condition",
        "next",
        "f64.lt",
        "10",
        "result",
      ]),
    );
  });

  test("of a compiled derivative, however large", () => {
    const f = (x: Real, y: Real): Real => add(mul(x, y), sin(x));
    expect(texts(drawProgram(compile(grad(f)).program).svg)).toEqual(expect.arrayContaining(["x", "y"]));

    const g = (xs: Real[]): Real =>
      xs.reduce((s, x, i) => add(s, mul(x, sin(xs[(i + 1) % xs.length]!))), 0 as Real);
    const compiled = compile(grad(g));
    compiled(Array.from({ length: 500 }, (_, i) => i));
    const said = texts(drawProgram(compiled.program).svg);
    expect(said.length).toBeLessThan(200);
    expect(said.length).toBeGreaterThan(4);
  });

  test("refuses what could not be read", () => {
    expect(() => drawProgram(norm, { limit: 1000 })).toThrow("[wrong-option]");
  });
});

describe("a program in DOT", () => {
  const ends = (dot: string): { declared: Set<string>; used: string[] } => ({
    declared: new Set([...dot.matchAll(/^ *("[^"]*"|\w+) \[label=/gm)].map(([, id]) => id!)),
    used: [...dot.matchAll(/^ *("[^"]*") -> ("[^"]*")/gm)].flatMap(([, a, b]) => [a!, b!]),
  });

  test("has a cluster for each loop, and no edge from or to nowhere", () => {
    const dot = programToDot(norm);
    expect(dot).toMatch(/^digraph \{\n  rankdir=TB;/);
    expect(dot).toContain('label="for"');
    expect(dot.match(/subgraph/g)).toHaveLength(2);
    const { declared, used } = ends(dot);
    // As in the drawing: 1 to length, 4 to the loop (x is used inside), 7 in it with its result, 2 behind it.
    expect(used.length).toBe(2 * 14);
    expect(used.filter((id) => !declared.has(id))).toEqual([]);
    expect(dot.split("{").length).toBe(dot.split("}").length);
  });

  test("of a large one groups its operations", () => {
    const lines = Array.from(
      { length: 100 },
      (_, i) => `  v${i} = ${i % 2 === 0 ? "sin" : "sqrt"}(${i === 0 ? "x" : `v${i - 1}`})`,
    );
    const large = read(`function f(x: f64): f64 {\n${lines.join("\n")}\n  return v99\n}\n`);
    const dot = programToDot(large);
    expect(dot).toContain("sin × 50");
    expect(dot).toContain("sqrt × 50");
    const { declared, used } = ends(dot);
    expect(used.filter((id) => !declared.has(id))).toEqual([]);
    expect(programToDot(large, { limit: Infinity }).match(/label="sin"/g)).toHaveLength(50);
  });
});
