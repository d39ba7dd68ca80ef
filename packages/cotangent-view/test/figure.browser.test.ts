/** Figures in a browser: they parse, they become elements, and the dark theme is seen. */
import { describe, expect, test } from "vitest";

import { boxes, drawGraph, plotFunction } from "../src/index.ts";
import { figures } from "./support/figures.ts";

describe.each(figures)("%s", (_, figure) => {
  test("is XML to the browser, and stays within its paper", () => {
    const parsed = new DOMParser().parseFromString(figure.svg, "image/svg+xml");
    expect(parsed.querySelector("parsererror")).toBeNull();

    const element = figure.element();
    document.body.append(element);
    try {
      expect(element).toBeInstanceOf(SVGSVGElement);
      const paper = element.getBoundingClientRect();
      for (const shape of element.querySelectorAll("rect, ellipse, circle, text")) {
        if (shape.closest("clipPath, defs") !== null) continue;
        const { left, right, top, bottom } = shape.getBoundingClientRect();
        const across = left >= paper.left - 1 && right <= paper.right + 1;
        const along = top >= paper.top - 1 && bottom <= paper.bottom + 1;
        expect(across && along ? "inside" : shape.outerHTML).toBe("inside");
      }
    } finally {
      element.remove();
    }
  });
});

test("a figure for either theme has the colours of that theme", () => {
  const fill = (theme: "light" | "dark"): string => {
    const element = boxes("f", { theme }).element();
    document.body.append(element);
    const { fill } = getComputedStyle(element.querySelector("rect")!);
    element.remove();
    return fill;
  };
  expect([fill("light"), fill("dark")]).toEqual(["rgb(255, 255, 255)", "rgb(13, 17, 23)"]);
});

test("plots and graphs are made in the browser as they are in Node", () => {
  const plot = plotFunction("Square", (x: number) => x * x);
  expect(plot.description).toBe("x from −4 to 3.8: f(x) runs from 16 to 14.44, between 0 and 16.");
  expect(plot.element().querySelectorAll("path").length).toBeGreaterThan(10);
  expect(() => drawGraph(3)).toThrow("[not-a-variable]");
});
