/** The colours, once for both themes. A drawing names a colour; what it looks like is decided when it is written out. */

/** `auto` follows the reader's system (`prefers-color-scheme`), also where the figure is an `<img>`. */
export type Theme = "light" | "dark" | "auto";

/** The names of the colours. */
export type Colour =
  | "paper"
  | "ink"
  | "muted"
  | "rule"
  | "forward"
  | "backward"
  | "outline"
  | "onBox"
  | "onBoxMuted"
  | "red"
  | "redText"
  | "variable"
  | "constant"
  | "series1"
  | "series2"
  | "series3"
  | "series4"
  | "series5"
  | "classA"
  | "classB"
  | "level0"
  | "level1"
  | "level2"
  | "level3"
  | "level4"
  | "level5"
  | "level6"
  | "level7"
  | "level8";

/** [on light paper, on dark paper]. Text has at least 4.5:1 against the paper it stands on, lines that matter 3:1. */
const colours: Readonly<Record<Colour, readonly [light: string, dark: string]>> = {
  paper: ["#ffffff", "#0d1117"],
  ink: ["#1b1f24", "#e6edf3"],
  muted: ["#57606a", "#9ea7b3"],
  rule: ["#d0d7de", "#30363d"],
  // The course's colours mean the same in both themes, so what stands on them is dark in both.
  forward: ["#ebebeb", "#ebebeb"],
  backward: ["#69bac9", "#69bac9"],
  outline: ["#000000", "#000000"],
  onBox: ["#111111", "#111111"],
  onBoxMuted: ["#3d434a", "#3d434a"],
  red: ["#ff0800", "#ff0800"],
  redText: ["#c40600", "#ff7b72"],
  variable: ["#ffffff", "#161b22"],
  constant: ["#f6f8fa", "#21262d"],
  series1: ["#0b62c4", "#6cb2ff"],
  series2: ["#b14300", "#ffa657"],
  series3: ["#0a7b5b", "#56d4a8"],
  series4: ["#8b3fc9", "#d2a8ff"],
  series5: ["#b4235f", "#ff8fb9"],
  classA: ["#9cc7f5", "#17406d"],
  classB: ["#f8c79b", "#6b3a10"],
  // From low to high; ink can be read on all of them.
  level0: ["#f1f7fc", "#0f1d2e"],
  level1: ["#deecf7", "#13263d"],
  level2: ["#cce1f2", "#17304c"],
  level3: ["#b9d6ee", "#1b3a5b"],
  level4: ["#a6cbe9", "#1f436a"],
  level5: ["#93c0e4", "#234c79"],
  level6: ["#80b5e0", "#275688"],
  level7: ["#6eaadb", "#2b6097"],
  level8: ["#5b9fd6", "#2f69a6"],
};

/** What a drawing writes where a colour goes. */
export const paint = (colour: Colour): string => `var(--${colour})`;

const reference = /^var\(--(\w+)\)$/;

/** The colour that `text` names, if it is such a reference. */
export function painted(text: string): Colour | undefined {
  const name = reference.exec(text)?.[1];
  return name !== undefined && Object.hasOwn(colours, name) ? (name as Colour) : undefined;
}

/** How the colour is written where one theme has been chosen, and what `auto` starts from: light. */
export const plain = (colour: Colour, theme: Theme): string => colours[colour][theme === "dark" ? 1 : 0];

/** Whether dark paper changes the colour at all. */
const changes = (colour: Colour): boolean => colours[colour][0] !== colours[colour][1];

/**
 * The class by which a style sheet can find what is painted so; none where both themes agree. Colours are written as
 * attributes, which every renderer of SVG understands; the style sheet only overrides them on dark paper.
 */
export const className = (property: string, colour: Colour): string | undefined =>
  changes(colour) ? `ct-${property}-${colour}` : undefined;

/** The rules of `auto` for the classes in use. */
export function darkRules(used: ReadonlyMap<string, readonly [property: string, colour: Colour]>): string {
  const rules = [...used].map(([name, [property, colour]]) => `.${name}{${property}:${colours[colour][1]}}`);
  return rules.length === 0 ? "" : `@media (prefers-color-scheme: dark){${rules.join("")}}`;
}

/** From low to high. */
export const levels: readonly Colour[] = [
  "level0",
  "level1",
  "level2",
  "level3",
  "level4",
  "level5",
  "level6",
  "level7",
  "level8",
];
