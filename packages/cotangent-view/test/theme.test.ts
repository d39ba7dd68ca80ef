import { expect, test } from "vitest";

import { levels, plain, type Colour } from "../src/svg/theme.ts";

/** Relative luminance, as WCAG 2 defines it. */
function luminance(colour: string): number {
  const [r = 0, g = 0, b = 0] = [1, 3, 5].map((i) => {
    const c = Number.parseInt(colour.slice(i, i + 2), 16) / 255;
    return c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

/** From 1 to 21. */
function contrast(a: string, b: string): number {
  const [low = 0, high = 0] = [luminance(a), luminance(b)].sort((x, y) => x - y);
  return (high + 0.05) / (low + 0.05);
}

const pairs: readonly (readonly [on: Colour, least: number, colours: readonly Colour[]])[] = [
  ["paper", 4.5, ["ink", "muted", "redText"]],
  ["paper", 3, ["series1", "series2", "series3", "series4", "series5", "red"]],
  ["variable", 4.5, ["ink", "muted"]],
  ["constant", 4.5, ["ink", "muted"]],
  ["forward", 4.5, ["onBox", "onBoxMuted", "outline"]],
  ["backward", 4.5, ["onBox", "onBoxMuted", "outline"]],
  ["classA", 3, ["series1"]],
  ["classB", 3, ["series2"]],
  ...levels.map((level) => [level, 4.5, ["ink"]] as const),
];

test.each(["light", "dark"] as const)("%s: everything can be told from what it stands on", (theme) => {
  const faint = pairs.flatMap(([on, least, colours]) =>
    colours.flatMap((colour) => {
      const found = contrast(plain(colour, theme), plain(on, theme));
      return found < least ? [`${colour} on ${on}: ${found.toFixed(2)} of ${least}`] : [];
    }),
  );
  expect(faint).toEqual([]);
});
