import { constant, Scalar } from "cotangent";
import { describe, expect, test } from "vitest";

import { animateSteps, drawSteps } from "../src/index.ts";
import { every, parseXml, texts } from "./support/xml.ts";

/** z = x y + x² at (2, 3): x gets 3 + 2 + 2 = 7. */
function example(): Scalar {
  const x = new Scalar(2, { name: "x" });
  const y = new Scalar(3, { name: "y" });
  const z = x.mul(y).add(x.mul(x));
  z.name = "z";
  return z;
}

/** The texts of a frame but for the indices of arguments. */
const said = (svg: string): string[] => texts(svg).filter((text) => !/^\d$/.test(text));

describe("frames", () => {
  const frames = drawSteps(example());

  test("are the start, one for each operation, and the end", () => {
    expect(frames.map(({ description }) => description)).toEqual([
      "Start: the derivative of the output by itself is 1.",
      "Step 1 of 3: add (0) is handed 1 and passes back 1 to 6 and 1 to 4.",
      "Step 2 of 3: mul (1) is handed 1 and passes back 2 to x and 2 to x.",
      "Step 3 of 3: mul (2) is handed 1 and passes back 3 to x and 2 to y.",
      "Done: the derivatives by x, y are known.",
    ]);
    expect(new Set(frames.map(({ width, height }) => `${width} ${height}`)).size).toBe(1);
  });

  test("show the running sum at a variable that is used several times", () => {
    expect(said(frames[1]!.svg)).toContain("x = 2");
    expect(frames.map(({ svg }) => texts(svg).filter((text) => text.startsWith("∂")))).toEqual([
      ["∂ = 1"],
      expect.arrayContaining(["∂ = 1", "∂ = 1", "∂ = 1"]),
      expect.arrayContaining(["∂ = 2 + 2 = 4"]),
      expect.arrayContaining(["∂ = 4 + 3 = 7", "∂ = 2"]),
      expect.arrayContaining(["∂ = 7", "∂ = 2"]),
    ]);
    expect(texts(frames[4]!.svg)).not.toContain("∂ = 4 + 3 = 7");
  });

  test("are grey and dashed, teal, and red where something was just computed", () => {
    const looks = frames.map(({ svg }) => {
      const shapes = [...every(parseXml(svg))].filter(
        ({ name, attributes }) =>
          (name === "ellipse" || name === "rect") &&
          attributes["stroke"] !== undefined &&
          attributes["fill"] !== "none",
      );
      const count = (attribute: string, value: string): number =>
        shapes.filter(({ attributes }) => attributes[attribute] === value).length;
      return {
        grey: count("fill", "#ebebeb"),
        dashed: count("stroke-dasharray", "4 3"),
        teal: count("fill", "#69bac9"),
        red: count("stroke", "#ff0800"),
      };
    });
    // 3 operations and 5 variables
    expect(looks).toEqual([
      { grey: 7, dashed: 7, teal: 1, red: 1 },
      { grey: 4, dashed: 4, teal: 4, red: 3 },
      { grey: 3, dashed: 3, teal: 5, red: 2 },
      { grey: 0, dashed: 0, teal: 8, red: 3 },
      { grey: 0, dashed: 0, teal: 8, red: 0 },
    ]);
  });

  test("begin with the dOut that is asked for", () => {
    expect(texts(drawSteps(example(), { dOut: -0.5 }).at(-1)!.svg)).toContain("∂ = −3.5");
  });

  test("leave constants alone", () => {
    const frame = drawSteps(new Scalar(2, { name: "x" }).mul(constant(4))).at(-1)!;
    expect(said(frame.svg)).toEqual(expect.arrayContaining(["∂ = 4", "x = 2", "∂ = 1"]));
    expect(texts(frame.svg).filter((text) => text.startsWith("∂"))).toHaveLength(2);
  });

  test("are refused where there is nothing to pass back, or too much to watch", () => {
    expect(() => drawSteps(constant(1))).toThrow("[not-a-variable]");
    let y = new Scalar(1);
    for (let i = 0; i < 101; i++) y = y.neg();
    expect(() => drawSteps(y)).toThrow("[wrong-option]");
  });
});

describe("the animation", () => {
  const { svg } = animateSteps(example(), { secondsPerStep: 1.5 });
  const style = /<style>(.*)<\/style>/s.exec(svg)![1]!;

  test("shows in each frame what the frame shows", () => {
    const frames = drawSteps(example());
    const all = [...every(parseXml(svg))];
    for (const [k, frame] of frames.entries()) {
      const hidden = new Set(
        all
          .filter(({ attributes: { class: name = "" } }) => {
            const [, from, to] = /^ct-from(\d+)-to(\d+)of5$/.exec(name) ?? [];
            return from !== undefined && (k < Number(from) || k >= Number(to));
          })
          .flatMap((element) => Array.from(every(element))),
      );
      const seen = all
        .filter((element) => element.name === "text" && !hidden.has(element))
        .map(({ text }) => text);
      expect(seen.sort()).toEqual(texts(frame.svg).sort());
    }
  });

  test("turns each layer on and off at its time", () => {
    expect(style).toContain("7.5s step-end infinite");
    expect(style).toContain(
      "@keyframes ct-from1-to2of5{0%{opacity:0}20%{opacity:1}40%{opacity:0}100%{opacity:0}}",
    );
    expect(style).toContain("@keyframes ct-from4-to5of5{0%{opacity:0}80%{opacity:1}100%{opacity:1}}");
  });

  test("stands still at the end for who wants no motion", () => {
    expect(style).toContain("@media (prefers-reduced-motion:reduce){[class^=ct-from]{animation:none}}");
    expect(style).toMatch(/\.ct-from4-to5of5\{opacity:1;/);
    expect(style).toMatch(/\.ct-from1-to2of5\{opacity:0;/);
  });

  test("does not take forever", () => {
    expect(() => animateSteps(example(), { secondsPerStep: 0 })).toThrow("[wrong-option]");
  });
});
