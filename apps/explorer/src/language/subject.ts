/** A function read from a text, with its derivatives: what the worker knows of what is in the editor. */
import { compile, grad, hessian, hvp, jacobian, jvp } from "cotangent";
import type { Compiled } from "cotangent";
import { readFunction } from "cotangent-compiler/read";
import type { TextFunction } from "cotangent-compiler/read";
import { capturedOf, leafTypes } from "cotangent/program";
import type { Program, Region, Structure, Value } from "cotangent/program";

import { functionNames } from "./names.ts";
import type { Derivation } from "./text.ts";
import { argumentOf, dataOf, directionOf, leavesOf } from "./values.ts";
import type { Data, Leaf, Parameter } from "./values.ts";

// oxlint-disable-next-line no-explicit-any -- erasure: the text says what the arguments are
type AnyFunction = (...args: any[]) => any;

/** What a call gives: the function's numbers and their slopes along one direction. */
interface Along {
  readonly values: readonly number[];
  readonly slopes: readonly number[];
}

export class Subject {
  readonly f: TextFunction;
  readonly parameters: readonly Parameter[];
  readonly result: Structure;
  /** Whether the text is one function expression, and no module. */
  readonly expression: boolean;
  readonly #pushforward: AnyFunction;
  #gradient: AnyFunction | undefined;
  #product: AnyFunction | undefined;

  constructor(source: string, name: string) {
    this.f = readFunction(source, name === "" ? {} : { function: name });
    this.parameters = this.f.parameters;
    this.result = this.f.result;
    this.expression = functionNames(source).length === 0;
    this.#pushforward = jvp(this.f);
  }

  /** The arguments as the function takes them. */
  arguments(inputs: readonly Data[]): unknown[] {
    return this.parameters.map(({ structure }, i) => argumentOf(structure, inputs[i]!));
  }

  leaves(inputs: readonly Data[]): Leaf[] {
    return this.parameters.flatMap(({ name, structure }, i) => leavesOf(structure, inputs[i]!, name, i));
  }

  /** The names of the result's numbers: empty where there is one. */
  outputs(result: unknown): string[] {
    return this.#numbers(result).map(({ path }) => path.replace(/^\./, ""));
  }

  #numbers(result: unknown): Leaf[] {
    return leavesOf(this.result, dataOf(result), "", 0).filter(({ value }) => typeof value === "number");
  }

  values(inputs: readonly Data[]): readonly number[] {
    return this.#numbers(this.f(...this.arguments(inputs))).map(({ value }) => value as number);
  }

  /** Whether the result is a single number, so that it has a gradient. */
  get scalar(): boolean {
    return this.result.kind === "number";
  }

  #direction(inputs: readonly Data[], { argument, place }: Leaf): unknown[] {
    return this.parameters.map(({ structure }, i) =>
      argumentOf(structure, directionOf(structure, inputs[i]!, i === argument ? place : undefined)),
    );
  }

  /** Values and derivatives by one of the inputs, in forward mode. */
  along(inputs: readonly Data[], leaf: Leaf): Along {
    const { value, tangent } = this.#pushforward(this.arguments(inputs), this.#direction(inputs, leaf)) as {
      value: unknown;
      tangent: unknown;
    };
    const numbers = (x: unknown): number[] => this.#numbers(x).map(({ value }) => value as number);
    return { values: numbers(value), slopes: numbers(tangent) };
  }

  /** The second derivative by one of the inputs, of a single number. */
  second(inputs: readonly Data[], leaf: Leaf): number {
    const product = (this.#product ??= hvp(this.f) as unknown as AnyFunction);
    return this.#at(product(this.arguments(inputs), this.#direction(inputs, leaf)), leaf);
  }

  /** The gradient by reverse mode, one number per leaf, of a single number. */
  gradient(inputs: readonly Data[]): readonly number[] {
    const gradient = (this.#gradient ??= grad(this.f) as unknown as AnyFunction);
    const found = gradient(...this.arguments(inputs)) as unknown;
    return this.leaves(inputs).map((leaf) => (typeof leaf.value === "number" ? this.#at(found, leaf) : 0));
  }

  /** The derivative by one leaf, out of derivatives in the arguments' structure. */
  #at(derivatives: unknown, { argument, place }: Leaf): number {
    let x = this.parameters.length === 1 ? derivatives : (derivatives as readonly unknown[])[argument];
    for (const key of place) x = (x as Readonly<Record<string | number, unknown>>)[key];
    return x as number;
  }

  /** The arguments that must be integers, by position: they count, index or bound something. */
  integers(inputs: readonly Data[]): readonly number[] {
    const { program, params } = capturedOf(this.f)!.specialise(this.arguments(inputs));
    const indices = indexed(program);
    const [entry] = program.functions;
    let next = 0;
    return params.flatMap(({ structure }, i) => {
      const at = next;
      next += leafTypes(structure).length;
      return structure.kind === "number" && indices.has(entry!.body.args[at]!) ? [i] : [];
    });
  }

  /** The function or a derivative of it, compiled. Of several results, `reverse` is the Jacobian. */
  compiled(what: Derivation, target: "js" | "wasm"): Compiled<AnyFunction> {
    return compile(this.#derived(what), { target });
  }

  #derived(what: Derivation): AnyFunction {
    const f = this.f as unknown as AnyFunction;
    switch (what) {
      case "value":
        return f;
      case "reverse":
        return (this.scalar ? grad(f) : jacobian(f)) as AnyFunction;
      case "forward":
        return this.#pushforward;
      default:
        return hessian(f) as AnyFunction;
    }
  }

  /** What to call {@link compiled} with. */
  call(what: Derivation, inputs: readonly Data[]): unknown[] {
    const args = this.arguments(inputs);
    if (what !== "forward") return args;
    const first = this.leaves(inputs).find(({ value }) => typeof value === "number");
    return [args, first === undefined ? args : this.#direction(inputs, first)];
  }
}

/** What a program's entry turns into an index. */
function indexed(program: Program): ReadonlySet<Value> {
  const found = new Set<Value>();
  const visit = (region: Region): void => {
    for (const op of region.ops) {
      if (op.kind === "f64.index") found.add(op.args[0]!);
      op.regions.forEach(visit);
    }
  };
  visit(program.functions[0]!.body);
  return found;
}
