import { describe, expect, test } from "vitest";

import * as expectations from "../docs/expectations.js";
import { instrument } from "../docs/instrument.js";
import { snippetsOf } from "../docs/snippets.js";

const fenced = (...blocks: [info: string, ...code: string[]][]): string =>
  blocks.map(([info, ...code]) => ["```" + info, ...code, "```", ""].join("\n")).join("\n");

describe("the snippets of a document", () => {
  test("keep the line numbers of the document", () => {
    const [snippet] = snippetsOf(`# Title\n\n${fenced(["ts", "f(1);", "g(2);"])}`, "README.md");
    expect(snippet).toEqual({ line: 4, language: "ts", code: "\n\n\nf(1);\ng(2);", check: true, run: true });
  });

  test("are those in TypeScript and JavaScript, whatever the fence and the indentation", () => {
    const markdown =
      "~~~js\na\n```\nb\n~~~\n\n- item\n\n  ````typescript\n  c\n    d\n  ````\n```bash\nls\n```\n```\nx\n```\n";
    expect(snippetsOf(markdown, "x.md").map(({ language, code }) => [language, code.trimStart()])).toEqual([
      ["js", "a\n```\nb"],
      ["ts", "c\n  d"],
    ]);
  });

  test("can continue each other", () => {
    const markdown = fenced(["ts", "const x = 1;"], ["bash", "ls"], ["ts continued", "x;"]);
    expect(snippetsOf(markdown, "x.md")).toMatchObject([
      { line: 2, code: "\nconst x = 1;\n\n\n\n\n\n\n\nx;" },
    ]);
    expect(markdown.split("\n")[9]).toBe("x;");
    expect(() => snippetsOf(fenced(["ts continued", "x;"]), "x.md")).toThrow(
      "x.md:1: there is no ts block before",
    );
  });

  test("are left out in part or whole by a word, and only by one that is known", () => {
    const markdown = fenced(["ts no-run", "a"], ["ts no-check", "b"]);
    expect(snippetsOf(markdown, "x.md")).toMatchObject([
      { check: true, run: false },
      { check: false, run: false },
    ]);
    expect(() => snippetsOf(fenced(["ts norun", "a"]), "x.md")).toThrow('x.md:1: "norun" is not known');
  });
});

describe("comments that say what comes out", () => {
  /** The rewritten line, or lines, without the import in front. */
  const rewritten = (...code: string[]): string => {
    const snippet = {
      line: 2,
      language: "ts",
      code: `\n${code.join("\n")}`,
      check: true,
      run: true,
    } as const;
    return instrument(snippet, "x.ts", "expectations").replace(/^import .*\n/, "");
  };

  test.each([
    ["console.log(x, (y)); // 1 2", '__docs.printed(2, "1 2", x, (y)); // 1 2'],
    ["console.log(); // nothing", '__docs.printed(2, "nothing", ); // nothing'],
    ["f(3); // 12", '__docs.value(2, "12", (f(3))); // 12'],
    ["f(3); // => twelve", '__docs.value(2, "=> twelve", (f(3))); // => twelve'],
    ["f(3); // [1, 2]", '__docs.value(2, "[1, 2]", (f(3))); // [1, 2]'],
    ["x; // Scalar(3)", '__docs.value(2, "Scalar(3)", (x)); // Scalar(3)'],
    ["const y: Δ = f(3); // -.5", 'const y: Δ = f(3);; __docs.value(2, "-.5", y); // -.5'],
    [
      "f(); // throws NOT_A_NUMBER",
      'await __docs.throws(2, "throws NOT_A_NUMBER", async () => (f())); // throws NOT_A_NUMBER',
    ],
    ["f(3)\n// => 1\n//    2", '__docs.value(2, "=> 1\\n    2", (f(3)))\n// => 1\n//    2'],
  ])("%s", (code, expected) => {
    expect(rewritten(code)).toBe(expected);
  });

  test.each([
    "f(3); // an ordinary call",
    "f(3);\n// 12 lines below",
    "const { a, b } = f(3); // 12",
    "const f = (x: number) => x; // Number of the beast",
    "if (x) {\n  f(3); // 12\n}",
  ])("but not: %s", (code) => {
    expect(rewritten(code)).toBe(code);
  });

  test("code that cannot be read is an error", () => {
    expect(() => rewritten("const = 3;")).toThrow("x.ts");
  });
});

describe("expectations", () => {
  class Point {
    toString(): string {
      return "Point(1, 2)";
    }
  }

  test.each<[string, unknown]>([
    ["12", 12],
    ["-0", -0],
    ["'text'", "text"],
    ['"text"', "text"],
    ["[1, 2, [3]]", [1, 2, [3]]],
    ["{ a: 1, b: { c: [] } }", { a: 1, b: { c: [] } }],
    ["=> Float64Array(2) [1, 2]", Float64Array.of(1, 2)],
    ["0.333…", 1 / 3],
    ["[0.333..., 1]", [1 / 3, 1]],
    ["Point(1, 2)", new Point()],
    ["NaN", Number.NaN],
  ])("%s is met", (expected, value) => {
    expect(() => expectations.value(1, expected, value)).not.toThrow();
  });

  test.each<[string, unknown]>([
    ["12", 12.5],
    ["1", 12],
    ["0", -0],
    ["0.33", 1 / 3],
    ["1.5", 145],
    ["12", "12"],
    ["[1, 2]", [1, 2, 3]],
    ["", 3],
  ])("%s is not met by %o", (expected, value) => {
    expect(() => expectations.value(7, expected, value)).toThrow("line 7 gives");
  });

  test("what is printed is what Node prints", () => {
    expect(() => expectations.printed(1, "x 1 [ 2 ]", "x", 1, [2])).not.toThrow();
    expect(() => expectations.printed(1, "Point(1, 2)", new Point())).toThrow("line 1 gives");
  });

  test("an error is known by its code or message", async () => {
    const failing = () => Promise.reject(Object.assign(new Error("it went wrong"), { code: "E_WRONG" }));
    await expectations.throws(1, "throws E_WRONG", failing);
    await expectations.throws(1, "throws: it … wrong", failing);
    await expect(expectations.throws(1, "throws E_RIGHT", failing)).rejects.toThrow('should throw "E_RIGHT"');
    await expect(expectations.throws(1, "throws", async () => 3)).rejects.toThrow("but gives 3");
  });
});
