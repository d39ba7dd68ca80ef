/** Expressions as LaTeX. How a primitive is written is read off its declaration. */
import { binding, table } from "cotangent/notation";
import type { Phrase } from "cotangent/notation";

import type { Expression, Product, Sum } from "./algebra.ts";

const atom = (text: string): Phrase => ({ text, binding: binding.atom });

export function latexOf(x: Expression): Phrase {
  switch (x.kind) {
    case "number":
      return latexNumber(x.value);
    case "name":
      return atom(latexName(x.name));
    case "sum":
      return sum(x);
    case "product":
      return product(x);
    case "call": {
      const args = x.args.map(latexOf);
      // Iverson's brackets say "1 where it holds"; behind "if" stands the condition itself.
      if (x.f === "where" && !x.custom)
        args[0] = atom(args[0]!.text.replace(/^\\left\[(.*)\\right\]$/s, "$1"));
      const form = x.custom ? undefined : table.get(x.f)?.latex;
      if (form !== undefined) {
        const written = form(...args);
        // Named by a Greek letter, a function needs its parentheses: σ x would be a product.
        const [, letter, bare] = /^(\\(?:sigma|psi)) (.+)$/s.exec(written.text) ?? [];
        return letter === undefined ? written : atom(`${letter}\\left(${bare}\\right)`);
      }
      return atom(`${latexFunction(x.f)}\\left(${args.map(({ text }) => text).join(", ")}\\right)`);
    }
    default:
      return x satisfies never;
  }
}

const GREEK =
  /^(?:alpha|beta|gamma|delta|epsilon|zeta|eta|theta|iota|kappa|lambda|mu|nu|xi|pi|rho|sigma|tau|upsilon|phi|chi|psi|omega|Gamma|Delta|Theta|Lambda|Xi|Pi|Sigma|Upsilon|Phi|Psi|Omega)$/;

/** f, or \operatorname{Square} */
export const latexFunction = (name: string): string =>
  /^\p{L}(?:_\d+)?$/u.test(name) || GREEK.test(name) ? latexName(name) : `\\operatorname{${words(name)}}`;

/** x, \theta, x_{1} (of `x1` and `x_1`), \mathit{slope} */
export function latexName(name: string): string {
  const [, stem, index] = /^(\p{L}+?)_?(\d+|(?<=_)\w+)?$/u.exec(name.replace(/\[(\w+)\]$/, "_$1")) ?? [];
  if (stem === undefined) return `\\mathit{${words(name)}}`;
  const written = GREEK.test(stem) ? `\\${stem}` : stem.length === 1 ? stem : `\\mathit{${stem}}`;
  return index === undefined ? written : `${written}_{${words(index)}}`;
}

/** What has a meaning in LaTeX, without it. */
const words = (text: string): string => text.replace(/[\\{}$&#%^~]/g, "").replaceAll("_", "\\_");

/** 3, -3, \frac{1}{2}, \pi, 1.5 \cdot 10^{9} */
function latexNumber(x: number): Phrase {
  if (x < 0) return { text: `-${latexNumber(-x).text}`, binding: binding.sum };
  const [above, below] = fractionOf(x);
  if (below !== 1) return { text: `\\frac{${above}}{${below}}`, binding: binding.prefix };
  return atom(plainNumber(x));
}

function plainNumber(x: number): string {
  if (Number.isNaN(x)) return "\\text{NaN}";
  if (x === Infinity) return "\\infty";
  if (x === Math.PI) return "\\pi";
  if (x === Math.E) return "e";
  const short = String(x).length <= 8 ? String(x) : String(Number(x.toPrecision(6)));
  const [mantissa = "", exponent] = short.split("e");
  if (exponent === undefined) return mantissa;
  const power = `10^{${Number(exponent)}}`;
  return mantissa === "1" ? power : `${mantissa} \\cdot ${power}`;
}

const DENOMINATORS = [2, 3, 4, 5, 6, 7, 8, 9, 10, 12, 16];

/** The fraction with a small denominator that x is the nearest double to; x/1 where there is none, or a short decimal. */
function fractionOf(x: number): [number, number] {
  if (Number.isInteger(x) || x > 1000) return [x, 1];
  for (const below of DENOMINATORS) {
    const above = Math.round(x * below);
    if (above / below === x && (below !== 10 || String(x).length > 4))
      return below === 5 || below === 10 ? [x, 1] : [above, below];
  }
  return [x, 1];
}

function sum({ constant, terms }: Sum): Phrase {
  const parts = terms.map(([factor, term]) => ({
    negative: factor < 0,
    text: scaled(Math.abs(factor), term),
  }));
  if (constant !== 0) parts.push({ negative: constant < 0, text: latexNumber(Math.abs(constant)).text });
  // A sum does not begin with a minus sign where it need not.
  const first = parts.findIndex(({ negative }) => !negative);
  if (first > 0) parts.unshift(...parts.splice(first, 1));
  const text = parts.map(({ negative, text }, i) =>
    i === 0 ? (negative ? `-${text}` : text) : ` ${negative ? "-" : "+"} ${text}`,
  );
  return { text: text.join(""), binding: binding.sum };
}

function scaled(factor: number, term: Expression): string {
  const powers = term.kind === "product" ? term.powers : [[term, 1] as const];
  const own = term.kind === "product" ? term.factor : 1;
  return quotient(factor * own, powers).text;
}

function product({ factor, powers }: Product): Phrase {
  if (factor >= 0 || Number.isNaN(factor)) return quotient(factor, powers);
  return { text: `-${quotient(-factor, powers).text}`, binding: binding.sum };
}

type Power = readonly [base: Expression, exponent: number];

/** A positive number times powers: what has negative exponents stands below a line. */
function quotient(factor: number, powers: readonly Power[]): Phrase {
  const above = powers.filter(([, exponent]) => exponent > 0);
  const below = powers
    .filter(([, exponent]) => exponent < 0)
    .map(([base, exponent]) => [base, -exponent] as const);
  const [numerator, denominator] = fractionOf(factor);
  if (below.length === 0) {
    if (denominator === 1) return juxtaposed(factor, above);
    // A half of x is written x/2; a half of a long expression, as a factor before it.
    const simple = above.every(([base]) => base.kind !== "sum");
    if (simple) return fraction(juxtaposed(numerator, above), atom(String(denominator)));
    const rest = juxtaposed(1, above);
    return {
      text: `\\frac{${numerator}}{${denominator}} ${around(rest, binding.product)}`,
      binding: binding.product,
    };
  }
  return fraction(juxtaposed(numerator, above), juxtaposed(denominator, below));
}

const fraction = (above: Phrase, below: Phrase): Phrase => ({
  text: `\\frac{${above.text}}{${below.text}}`,
  binding: binding.prefix,
});

/** Names first, then functions, then what is in parentheses. */
const rank = ({ kind }: Expression): number => (kind === "name" ? 0 : kind === "sum" ? 2 : 1);

/** 2 x \sin x */
function juxtaposed(factor: number, powers: readonly Power[]): Phrase {
  const sorted = [...powers].sort(([a], [b]) => rank(a) - rank(b));
  if (factor === 1 && sorted.length === 1) return power(...sorted[0]!);
  const pieces = sorted.map(([base, exponent]) => power(base, exponent));
  if (factor !== 1 || pieces.length === 0) pieces.unshift(latexNumber(factor));
  if (pieces.length === 1) return pieces[0]!;
  const text = pieces
    .map((piece, i) => {
      const own = around(piece, binding.product);
      // Two numbers side by side would be read as one.
      if (i > 0 && /^\d/.test(own)) return `\\cdot ${own}`;
      // Nor could one tell where a long name ends.
      return i > 0 && pieces.some(({ text }) => text.startsWith("\\mathit")) ? `\\, ${own}` : own;
    })
    .join(" ");
  return { text, binding: binding.product };
}

const around = (phrase: Phrase, least: number): string =>
  phrase.binding < least ? `\\left(${phrase.text}\\right)` : phrase.text;

/** x^{2}, \sin^{2} x, \sqrt{x}, e^{2 x} */
function power(base: Expression, exponent: number): Phrase {
  if (exponent === 1) return latexOf(base);
  if (exponent === 0.5) return atom(`\\sqrt{${latexOf(base).text}}`);
  const raised = latexNumber(exponent).text;
  if (base.kind === "call" && !base.custom) {
    const written = latexOf(base).text;
    const [, command, rest] =
      /^(\\(?:sin|cos|tan|sinh|cosh|tanh|log|operatorname\{sech\}))((?: |\\left).*)$/s.exec(written) ?? [];
    if (command !== undefined && Number.isInteger(exponent)) {
      return { text: `${command}^{${raised}}${rest}`, binding: binding.prefix };
    }
  }
  return { text: `${around(latexOf(base), binding.atom)}^{${raised}}`, binding: binding.power };
}
