import type { Each, PrimitiveBase, Primitive } from "../real/real.ts";
import type { ListPrimitive } from "../real/primitive.ts";

/** How tightly an expression binds; an argument that binds less than its place asks for is put in parentheses. */
export const binding = { relation: 0, sum: 1, product: 2, prefix: 3, power: 4, atom: 5 } as const;
export type Binding = (typeof binding)[keyof typeof binding];

/** A piece of text in some language, and how tightly it binds. */
export interface Phrase {
  readonly text: string;
  readonly binding: Binding;
}

/** How an application is written, given how its arguments are. */
export type Form = (...args: Phrase[]) => Phrase;

/** How a primitive is written down, and where it may be tried. Apart from the primitive itself, so that programs that write nothing do without. */
export interface Notation {
  readonly primitive: PrimitiveBase;
  /** As a JavaScript expression; a function that `Math` lacks is called by the primitive's own name. */
  readonly js: Form;
  /** As LaTeX. */
  readonly latex: Form;
  /** For each argument, an interval on which the primitive is smooth: where tests and examples take their inputs. */
  readonly domain: readonly (readonly [low: number, high: number])[];
}

/** The forms of a primitive of arguments `A`, in a function: a program that writes nothing drops it unread. */
type Forms<Domain> = () => { readonly js: Form; readonly latex: Form; readonly domain: Domain };

/** Declares how `f` is written. Stands beside the declaration of `f`. */
export function notation<A extends readonly number[]>(
  f: Primitive<A>,
  forms: Forms<Each<A, readonly [number, number]>>,
): Notation;
export function notation(f: ListPrimitive, forms: Forms<Notation["domain"]>): Notation;
export function notation(f: PrimitiveBase, forms: Forms<Notation["domain"]>): Notation {
  return { primitive: f, ...forms() };
}

const inside = (p: Phrase, least: Binding, open = "(", close = ")"): string =>
  p.binding < least ? `${open}${p.text}${close}` : p.text;

const bracket = (p: Phrase, least: Binding): string => inside(p, least, "\\left(", "\\right)");

/** `x + y`: the left argument may bind as loosely as the whole, the right one must bind more tightly. */
export const infix =
  (operator: string, strength: Binding): Form =>
  (x, y) => ({
    text: `${inside(x, strength)} ${operator} ${inside(y, (strength + 1) as Binding)}`,
    binding: strength,
  });

/** `-x`; around anything but an atom there are parentheses, because JavaScript takes neither `--x` nor `-x ** 2` for it. */
export const prefix =
  (operator: string): Form =>
  (x) => ({ text: `${operator}${inside(x, binding.atom)}`, binding: binding.prefix });

/** `x ** y`: to the left JavaScript takes an atom only. */
export const power: Form = (x, y) => ({
  text: `${inside(x, binding.atom)} ** ${inside(y, binding.prefix)}`,
  binding: binding.power,
});

/** `Math.atan2(y, x)` */
export const call =
  (name: string): Form =>
  (...args) => ({ text: `${name}(${args.map((a) => a.text).join(", ")})`, binding: binding.atom });

/** Text around the arguments, which stand in it as they are: ``frame`\lfloor ${0} \rfloor` ``. It binds like an atom. */
export const frame =
  (text: TemplateStringsArray, ...places: readonly number[]): Form =>
  (...args) => ({
    text: text.raw.reduce((before, after, i) => `${before}${args[places[i - 1]!]!.text}${after}`),
    binding: binding.atom,
  });

/** An argument as it stands, by its place. */
export const argument =
  (i: number): Form =>
  (...args) =>
    args[i]!;

/** A fixed text, such as a constant. */
export const fixed =
  (text: string): Form =>
  () => ({ text, binding: binding.atom });

/** LaTeX `x \cdot y` */
export const latexInfix =
  (operator: string, strength: Binding): Form =>
  (x, y) => ({
    text: `${bracket(x, strength)} ${operator} ${bracket(y, (strength + 1) as Binding)}`,
    binding: strength,
  });

/** LaTeX `-x`, which binds like a sum: `a \cdot \left(-x\right)` */
export const latexMinus: Form = (x) => ({ text: `-${bracket(x, binding.product)}`, binding: binding.sum });

/** LaTeX `\frac{x}{y}`: needs no parentheses in a product, but does as the base of a power. */
export const fraction =
  (above: Form, below: Form): Form =>
  (...args) => ({
    text: `\\frac{${above(...args).text}}{${below(...args).text}}`,
    binding: binding.prefix,
  });

/** LaTeX `x^{y}` */
export const latexPower =
  (base: Form, exponent: Form): Form =>
  (...args) => ({
    text: `${bracket(base(...args), binding.atom)}^{${exponent(...args).text}}`,
    binding: binding.power,
  });

/** LaTeX `\sin x`, `\sin\left(x + y\right)` */
export const command =
  (name: string): Form =>
  (x) => ({
    text: x.binding === binding.atom ? `${name} ${x.text}` : `${name}\\left(${x.text}\\right)`,
    binding: binding.prefix,
  });
