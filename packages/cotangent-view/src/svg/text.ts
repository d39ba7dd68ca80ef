/** Text in drawings: how wide it will be, how numbers are written, and mathematics in italics. */
import { element } from "./element.ts";
import type { Element } from "./element.ts";

/** A number for people: at most `digits` significant digits, a true minus sign, ∞. */
export function formatNumber(x: number, digits: number = 4): string {
  if (Number.isNaN(x)) return "NaN";
  if (!Number.isFinite(x)) return x > 0 ? "∞" : "−∞";
  if (x === 0) return "0";
  const size = Math.abs(x);
  // Whole numbers stay whole as long as they are readable: 1024, not 1.024 × 10³.
  if (Number.isInteger(x) && size < 1e6) return minus(String(x));
  const rounded = Number(x.toPrecision(digits));
  if (size >= 1e-3 && size < 1e6) return minus(String(rounded));
  const [mantissa = "", exponent = ""] = rounded.toExponential().split("e");
  const power = String(Number(exponent)).replace(/[-\d]/g, (c) => SUPERSCRIPTS[c]!);
  return minus(
    mantissa === "1" ? `10${power}` : mantissa === "-1" ? `-10${power}` : `${mantissa}×10${power}`,
  );
}

const SUPERSCRIPTS: Readonly<Record<string, string>> = {
  "-": "⁻",
  0: "⁰",
  1: "¹",
  2: "²",
  3: "³",
  4: "⁴",
  5: "⁵",
  6: "⁶",
  7: "⁷",
  8: "⁸",
  9: "⁹",
};
const minus = (text: string): string => text.replace("-", "−");

/** Advance widths in em: enough to leave room, not enough to typeset. */
const WIDTHS: readonly (readonly [characters: RegExp, width: number])[] = [
  [/[ijltfI.,:;'|!()[\]]/, 0.31],
  [/[mwMW@%—]/, 0.87],
  [/[A-Z∂Σ]/, 0.68],
  [/[×=+−<>±≈→←↦∞]/, 0.62],
  [/[′″⁻⁰¹²³⁴⁵⁶⁷⁸⁹₀-₉]/, 0.37],
  [/\s/, 0.28],
  [/[ -\u024F\u0370-\u03FF]/, 0.57],
];

/** About how wide `text` is, in pixels, at a font size in pixels. */
export function textWidth(text: string, size: number): number {
  let em = 0;
  for (const c of text) em += WIDTHS.find(([characters]) => characters.test(c))?.[1] ?? 1;
  return em * size;
}

/** As {@link textWidth}, of mathematics in which `_x` is a subscript. */
export const mathWidth = (text: string, size: number): number =>
  runs(text).reduce((sum, run) => sum + textWidth(run.text, run.low ? size * SMALL : size), 0);

/** `text`, shortened to about `limit` characters. */
export const shorten = (text: string, limit: number): string => {
  const characters = Array.from(text);
  return characters.length <= limit ? text : `${characters.slice(0, limit - 1).join("")}…`;
};

const SMALL = 0.72;
export const SERIF =
  "'STIX Two Text', 'Latin Modern Roman', Cambria, 'Times New Roman', Tinos, Georgia, serif";

interface Run {
  readonly text: string;
  readonly italic: boolean;
  readonly low: boolean;
}

/** Names are italic, everything else upright; `_x` or `_out` stands low. */
function runs(text: string): Run[] {
  return [...text.matchAll(/_([\p{L}\p{N}]+)|(\p{L}[\p{L}\p{N}]*)|([^\p{L}_]+|_)/gu)].map(
    ([, low, name, other]) => ({
      text: low ?? name ?? other ?? "",
      italic: (low ?? name) !== undefined && !/^\p{N}+$/u.test(low ?? "") && name !== "NaN",
      low: low !== undefined,
    }),
  );
}

/** Mathematics, as a `<text>`. */
export function mathText(text: string, size: number, attributes: Element["attributes"]): Element {
  let lowered = false;
  const spans = runs(text).map((run) => {
    const drop = run.low === lowered ? 0 : run.low ? size * 0.22 : -size * 0.22;
    lowered = run.low;
    return element(
      "tspan",
      {
        dy: drop === 0 ? undefined : drop,
        "font-size": run.low ? size * SMALL : undefined,
        "font-style": run.italic ? "italic" : undefined,
      },
      run.text,
    );
  });
  return element("text", { "font-family": SERIF, "font-size": size, ...attributes }, ...spans);
}
