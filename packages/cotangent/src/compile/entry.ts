/**
 * Plain functions are called by code that is written for the structures of their arguments and results: closures for any structure
 * (`program/marshal.ts`) take ten times as long. They do what is not written here: what does not fit, and all where a page's policy forbids
 * to make code.
 */
import type { Captured, Specialisation } from "../program/captured.ts";
import { choiceAt, placeOf, widened } from "../program/marshal.ts";
import { children, leafTypes, stride } from "../program/structure.ts";
import type { Structure } from "../program/structure.ts";
import { generated } from "./execute.ts";
import type { Executable } from "./execute.ts";

type Call = (...args: unknown[]) => unknown;
type ArrayStructure = Extract<Structure, { kind: "array" }>;

/** What a function is called with that was written for it. */
export interface Around {
  /** What runs the program; busy while it does, since a program may call what calls it. */
  readonly ready: { readonly run: Executable["call"]; isBusy: boolean };
  /** What is called with arguments of another structure. */
  readonly slow: Call;
  readonly outside: Captured["outside"];
  /** Whether these arguments get this program; undefined: all that have its structure. */
  readonly fits: ((args: readonly unknown[]) => boolean) | undefined;
}

/** The function that is called for a program that writes to no argument; undefined where no code may be made. */
export function entry(of: Specialisation, around: Around): Call | undefined {
  const text = new Writer(of, around.fits !== undefined).text;
  return generated(
    "around",
    "widened",
    "placeOf",
    "choiceAt",
    text,
  )?.(around, widened, placeOf, choiceAt) as Call;
}

class Writer {
  readonly text: string;
  /** What is done once. */
  readonly #once: string[] = [];
  /** What is done before the program is called, and behind it. */
  #lines: string[] = [];
  /** What the program is called with; arrays that are copied are b0, b1, ..., of which ub0, ub1, ... numbers are in use. */
  readonly #leaves: string[] = [];
  #next = 0;

  constructor({ params, outside, result }: Specialisation, asks: boolean) {
    const names = params.map((_, i) => `a${i}`);
    const push = (x: string): void => void this.#leaves.push(x);
    params.forEach((p, i) => this.#take(p.structure, names[i]!, push));
    if (outside.length > 0) this.#lines.push("const around = outside();");
    outside.forEach((p, i) => this.#take(p.structure, this.#constant(`around[${i}]`), push));
    const copies = this.#leaves.filter((leaf) => leaf.startsWith("b"));
    const taken = this.#lines;
    this.#lines = [];
    const built = this.#given(result);
    this.text = [
      `"use strict";`,
      `const { ready, slow, outside, fits } = around;`,
      "const { run } = ready;",
      ...this.#once,
      `return function (${names.join()}) {`,
      `known: {`,
      `if (ready.isBusy || arguments.length !== ${names.length}) break known;`,
      `ready.isBusy = true;`,
      `try {`,
      ...copies.map((b) => `let ${b} = kept_${b}, u${b} = 0;`),
      ...taken,
      ...copies.map((b) => `kept_${b} = u${b} === ${b}.length ? ${b} : (${b} = ${b}.slice(0, u${b}));`),
      ...(asks ? [`if (!fits([${names.join()}])) break known;`] : []),
      `const o = run(${this.#leaves.join()});`,
      ...this.#lines,
      `return ${built};`,
      `} finally { ready.isBusy = false; }`,
      `}`,
      `return slow(...arguments);`,
      `};`,
    ].join("\n");
  }

  #constant(value: string, lines: string[] = this.#lines): string {
    const name = `v${this.#next++}`;
    lines.push(`const ${name} = ${value};`);
    return name;
  }

  #refuse(condition: string): void {
    this.#lines.push(`if (${condition}) break known;`);
  }

  #loop(length: string, body: (i: string) => void): void {
    const i = `v${this.#next++}`;
    this.#lines.push(`for (let ${i} = 0; ${i} < ${length}; ${i}++) {`);
    body(i);
    this.#lines.push("}");
  }

  /** Takes x apart; what is in no array inside it goes to `put`, in order. */
  #take(s: Structure, x: string, put: (x: string) => void, isInside: boolean = false): void {
    switch (s.kind) {
      case "number":
        this.#refuse(`typeof ${x} !== "number"`);
        put(x);
        return;
      case "boolean":
        if (s.of === undefined) this.#refuse(`typeof ${x} !== "boolean"`);
        put(s.of === undefined ? `(${x} ? 1 : 0)` : `placeOf(${this.#texts(s.of)}, ${x})`);
        return;
      case "nothing":
        return;
      case "array": {
        const isTyped = `${x} instanceof Float64Array`;
        if (isInside) {
          this.#refuse(`!(Array.isArray(${x}) || ${isTyped})`);
          const [begin, length] = this.#copied(s, x);
          put(stride(s.element) === 1 ? begin : `${begin} / ${stride(s.element) || 1}`);
          put(length);
        } else if (s.typed === true && s.element.kind === "number") {
          this.#refuse(`!(${isTyped})`);
          put(x);
        } else {
          this.#refuse(`!Array.isArray(${x})`);
          this.#copied(s, x);
        }
        return;
      }
      default:
        this.#refuse(
          s.kind === "tuple"
            ? `!Array.isArray(${x}) || ${x}.length !== ${s.elements.length}`
            : `typeof ${x} !== "object" || ${x} === null`,
        );
        for (const [key, part] of children(s))
          if (part.kind !== "nothing")
            this.#take(part, this.#constant(`${x}[${JSON.stringify(key)}]`), put, isInside);
    }
  }

  /** Copies a list to a leaf of its own, behind what is there: where it begins, and how long it is. */
  #copied(s: ArrayStructure, x: string): readonly [begin: string, length: string] {
    const leaf = `b${this.#leaves.length}`;
    const used = `u${leaf}`;
    this.#leaves.push(leaf);
    this.#once.push(`let kept_${leaf} = new Float64Array(0);`);
    const size = stride(s.element);
    const length = this.#constant(`${x}.length`);
    const begin = this.#constant(used);
    this.#lines.push(`${used} += ${size === 1 ? length : `${length} * ${size}`};`);
    this.#lines.push(`if (${used} > ${leaf}.length) ${leaf} = widened(${leaf}, ${begin}, ${used});`);
    this.#loop(length, (i) => {
      const at = this.#constant(size === 1 ? `${begin} + ${i}` : `${begin} + ${i} * ${size}`);
      let offset = 0;
      this.#take(
        s.element,
        this.#constant(`${x}[${i}]`),
        (y) => this.#lines.push(`${leaf}[${at} + ${offset++}] = ${y};`),
        true,
      );
    });
    return [begin, length];
  }

  /** An expression for the result; what has to be done before is written down. */
  #given(result: Structure): string {
    const types = leafTypes(result);
    let leaf = 0;
    const next = (): string => (types.length === 1 ? "o" : `o[${leaf}]`);
    const give = (s: Structure, get: () => string, isInside: boolean): string => {
      switch (s.kind) {
        case "number":
          return get();
        case "boolean":
          return s.of === undefined ? `${get()} !== 0` : `choiceAt(${this.#texts(s.of)}, ${get()})`;
        case "nothing":
          return s.is === "null" ? "null" : "undefined";
        case "array": {
          const size = stride(s.element);
          // Found in order, before there is a loop around it.
          const records = `r${leaf++}`;
          if (!isInside && s.typed === true) return records;
          const begin = isInside ? this.#constant(`${get()} | 0`) : "0";
          const many = this.#constant(
            isInside
              ? `${get()} | 0`
              : size === 0
                ? "0"
                : size === 1
                  ? `${records}.length`
                  : `${records}.length / ${size}`,
          );
          if (s.typed === true) return `${records}.slice(${begin}, ${begin} + ${many})`;
          // To push would make room for sixteen.
          const list = this.#constant(`new Array(${many})`);
          this.#loop(many, (i) => {
            const at = this.#constant(`(${begin} + ${i}) * ${size}`);
            let offset = 0;
            this.#lines.push(
              `${list}[${i}] = ${give(s.element, () => `${records}[${at} + ${offset++}]`, true)};`,
            );
          });
          return list;
        }
        default: {
          const parts = children(s).map(([key, part]) => [JSON.stringify(key), give(part, get, isInside)]);
          if (s.kind === "tuple") return `[${parts.map(([, x]) => x).join()}]`;
          return `{ ${parts.map(([key, x]) => `${key}: ${x}`).join()} }`;
        }
      }
    };
    types.forEach((type, k) => {
      leaf = k;
      if (type === "array") this.#lines.push(`const r${k} = ${next()};`);
    });
    leaf = 0;
    return give(
      result,
      () => {
        const x = next();
        leaf++;
        return x;
      },
      false,
    );
  }

  #texts(of: readonly string[]): string {
    return this.#constant(JSON.stringify(of), this.#once);
  }
}
