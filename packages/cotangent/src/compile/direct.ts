/**
 * Compiled functions are called by functions that are written for their arguments: to take lists apart and put results together in
 * general takes longer than what small ones compute.
 */
import { hasLoops } from "../program/ir.ts";
import { generated } from "./execute.ts";
import type { Executable } from "./execute.ts";
import type { Recorded } from "./recorded.ts";
import { count } from "./shape.ts";
import type { Shape } from "./shape.ts";

/** Calls for arguments of one structure; for all others, what they were given instead. */
export interface Direct {
  readonly call: (...args: unknown[]) => unknown;
  readonly into: (out: object, ...args: unknown[]) => object;
}

/** Results of more numbers are not put together in a straight line. */
const MOST = 64;

/**
 * @param slow what is called with arguments of another structure, or with another place for the result
 */
export function directCalls(
  { program, args, spread, result, outputs }: Recorded,
  { target, call }: Executable,
  slow: Direct,
): Direct | undefined {
  if (target === "interpreter" || !spread || args.kind !== "list") return undefined;
  const writer = new Writer();
  const names = args.elements.map((_, i) => `a${i}`);
  const isKnown = args.elements.every((shape, i) => writer.take(shape, names[i]!));
  const size = count(result);
  const isLong = size > MOST && result.kind !== "typed";
  const value = outputs && !isLong ? writer.give(result) : "";
  if (!isKnown || value === undefined) return undefined;
  const passed = [...writer.numbers, ...writer.arrays];
  const run = (out: string): string => `kernel(${[...passed, out].join(", ")})`;
  const checked = (names: readonly string[], fallback: string, ...body: string[]): string =>
    [
      `function (${names.join(", ")}) {`,
      `  known: {`,
      `    if (arguments.length !== ${names.length}) break known;`,
      ...writer.checks.map((line) => `    ${line}`),
      ...body.map((line) => `    ${line}`),
      `  }`,
      `  return ${fallback}(...arguments);`,
      `}`,
    ].join("\n");
  const returned = !outputs
    ? [`return kernel(${passed.join(", ")});`]
    : result.kind === "typed"
      ? [`const out = new Float64Array(${size});`, `${run("out")};`, `return out;`]
      : [`${run("scratch")};`, `return ${value};`];
  // A loop writes some of the result before it has read all of the arguments; WebAssembly works on copies.
  const part = target === "js" && hasLoops(program) ? ".buffer" : "";
  const separate = writer.arrays.map((name) => ` && out${part} !== ${name}${part}`).join("");
  const written = outputs
    ? [`if (out instanceof Float64Array && out.length === ${size}${separate}) {`, `  ${run("out")};`]
    : [`if (Array.isArray(out) && out.length === 1) {`, `  out[0] = kernel(${passed.join(", ")});`];
  const source = [
    `"use strict";`,
    `return {`,
    `call: ${isLong ? "slow" : checked(names, "slow", ...returned)},`,
    `into: ${checked(["out", ...names], "slowInto", ...written, "  return out;", "}")},`,
    `};`,
  ].join("\n");
  const make = generated("kernel", "scratch", "slow", "slowInto", source);
  return make?.(call, new Float64Array(size), slow.call, slow.into) as Direct | undefined;
}

/** Writes what takes arguments apart and puts a result together. */
class Writer {
  /** Statements that leave the block `known` where the structure is another. */
  readonly checks: string[] = [];
  /** The names of the numbers, and of the typed arrays, in the arguments. */
  readonly numbers: string[] = [];
  readonly arrays: string[] = [];
  #next = 0;
  #written = 0;

  /** Takes apart what has this structure and this name. False if it takes more than this. */
  take(shape: Shape, name: string): boolean {
    switch (shape.kind) {
      case "number":
        this.checks.push(`if (typeof ${name} !== "number") break known;`);
        this.numbers.push(name);
        return true;
      case "typed":
        this.#refuse(`!(${name} instanceof Float64Array) || ${name}.length !== ${shape.length}`);
        this.arrays.push(name);
        return true;
      case "list":
        this.#refuse(`!Array.isArray(${name}) || ${name}.length !== ${shape.elements.length}`);
        return shape.elements.every((element, i) => {
          const part = `v${this.#next++}`;
          this.checks.push(`const ${part} = ${name}[${i}];`);
          return this.take(element, part);
        });
      default:
        return false;
    }
  }

  #refuse(condition: string): void {
    this.checks.push(`if (${condition}) break known;`);
  }

  /** An expression for something of this structure, made of numbers in `scratch`. */
  give(shape: Shape): string | undefined {
    switch (shape.kind) {
      case "number":
        return `scratch[${this.#written++}]`;
      case "typed": {
        const from = this.#written;
        this.#written += shape.length;
        return `scratch.slice(${from}, ${this.#written})`;
      }
      case "list":
        return this.#all(shape.elements, (parts) => `[${parts.join(", ")}]`);
      case "record":
        return this.#all(
          shape.fields,
          (parts) => `{ ${parts.map((part, k) => `${JSON.stringify(shape.keys[k])}: ${part}`).join(", ")} }`,
        );
      default:
        return undefined;
    }
  }

  #all(shapes: readonly Shape[], join: (parts: readonly string[]) => string): string | undefined {
    const parts: string[] = [];
    for (const shape of shapes) {
      const part = this.give(shape);
      if (part === undefined) return undefined;
      parts.push(part);
    }
    return join(parts);
  }
}
