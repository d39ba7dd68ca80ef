import { Scalar } from "../index.ts";

/** A number that is trained: it holds a variable, which every update replaces by a new one. */
export class Parameter {
  #value: Scalar;

  constructor(value: number) {
    this.#value = new Scalar(value);
  }

  /** The variable, to be computed with. */
  get value(): Scalar {
    return this.#value;
  }

  /** Its value, as a plain number. */
  get data(): number {
    return this.#value.data;
  }

  /** What backward passes have left; null before the first. */
  get derivative(): number | null {
    return this.#value.derivative;
  }

  /** Takes a new value, without derivative. @throws AdError `not-a-number`, `nan-input` */
  update(value: number): void {
    this.#value = new Scalar(value);
  }

  toString(): string {
    return `Parameter(${this.data})`;
  }
}

/** What a module may be made of. */
type Part = Parameter | Module | readonly Part[];

const isPart = (x: unknown): x is Part =>
  x instanceof Parameter || x instanceof Module || (Array.isArray(x) && x.length > 0 && x.every(isPart));

/**
 * A part of a network: whatever parameters and modules are among its properties (also in arrays of these) belong to it.
 *
 *     class Line extends Module {
 *       readonly slope = new Parameter(1);
 *       readonly offset = new Parameter(0);
 *       forward(x: Real): Real {
 *         return add(mul(this.slope.value, x), this.offset.value);
 *       }
 *     }
 */
export abstract class Module {
  #training = true;

  /** Whether it is being trained, rather than used: for what behaves differently then. */
  get training(): boolean {
    return this.#training;
  }

  /** Sets this module and all below it to training. */
  train(): void {
    for (const [, module] of this.#modules("")) module.#training = true;
  }

  /** Sets this module and all below it to being used. */
  eval(): void {
    for (const [, module] of this.#modules("")) module.#training = false;
  }

  /** All parameters of this module and those below it, in the order of declaration. */
  parameters(): Parameter[] {
    return this.namedParameters().map(([, parameter]) => parameter);
  }

  /** The same with their names: the path from here, joined by dots, as in `layer1.weights.0.1`. */
  namedParameters(): [name: string, parameter: Parameter][] {
    const found: [string, Parameter][] = [];
    const visit = (name: string, part: Part): void => {
      if (part instanceof Parameter) found.push([name, part]);
      else for (const [key, own] of partsOf(part)) visit(name === "" ? key : `${name}.${key}`, own);
    };
    visit("", this);
    return found;
  }

  /** The modules directly below, by name. */
  children(): [name: string, module: Module][] {
    const found: [string, Module][] = [];
    const visit = (name: string, part: Part): void => {
      if (part instanceof Module) found.push([name, part]);
      else if (!(part instanceof Parameter))
        for (const [key, own] of partsOf(part)) visit(`${name}.${key}`, own);
    };
    for (const [key, part] of partsOf(this)) visit(key, part);
    return found;
  }

  /** This module and all below it, with their dotted names. */
  *#modules(name: string): Generator<[string, Module]> {
    yield [name, this];
    for (const [key, child] of this.children()) yield* child.#modules(name === "" ? key : `${name}.${key}`);
  }

  /** What stands in parentheses behind the name when it is printed. */
  protected describe(): string {
    return "";
  }

  /** The module and what is below it, as a tree. */
  toString(): string {
    const children = this.children().map(
      ([name, child]) => `\n  (${name}): ${child.toString().replaceAll("\n", "\n  ")}`,
    );
    const inside = this.describe() + children.join("") + (children.length > 0 ? "\n" : "");
    return `${this.constructor.name}(${inside})`;
  }
}

function partsOf(owner: Module | readonly Part[]): [key: string, part: Part][] {
  return Object.entries(owner).filter((entry): entry is [string, Part] => isPart(entry[1]));
}
