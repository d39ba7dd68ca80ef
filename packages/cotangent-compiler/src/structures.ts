/** The structures of values, and programs by them. */
import { AdError, Traced } from "cotangent";
import { children } from "cotangent/program";
import type { Specialisation, Structure } from "cotangent/program";

/** Looked up once: where modules are emulated, as by Vitest, an import that is looked up on a full stack is undefined, without an error. */
const Variable: typeof Traced = Traced;

/**
 * The structure of a value; what is neither a number nor made of numbers counts as nothing.
 * @throws AdError `wrong-structure` of functions and the like, but as fields of objects
 */
export function structureOf(x: unknown): Structure {
  switch (typeof x) {
    case "number":
      return { kind: "number" };
    case "boolean":
      return { kind: "boolean" };
    case "object":
      break;
    case "undefined":
      return { kind: "nothing" };
    case "string":
      return { kind: "nothing", is: "label" };
    default:
      throw new AdError(
        "wrong-structure",
        `A ${typeof x} was passed; a differentiable function takes numbers, booleans, texts, and arrays and objects of these.`,
        "Convert it first; a function is named in the scope of differentiable, or around a function that a build reads.",
      );
  }
  if (x === null) return { kind: "nothing", is: "null" };
  if (x instanceof Variable) {
    throw new AdError(
      "implicit-conversion",
      "A variable was passed to a plain function, which computes with numbers.",
      "Pass its value, value(x); or take the derivative of the plain function itself: grad(f).",
    );
  }
  if (x instanceof Float64Array) return { kind: "array", element: { kind: "number" }, typed: true };
  if (isView(x)) return { kind: "array", element: { kind: "number", as: kindOf(x) } };
  if (Array.isArray(x)) {
    const list = x as readonly unknown[];
    if (list.length === 0) return { kind: "array", element: { kind: "number" } };
    const first = structureOf(list[0]);
    return everyFits(first, list) && takesRoom(first)
      ? { kind: "array", element: first }
      : { kind: "tuple", elements: Array.from(list, structureOf) };
  }
  // Names and labels may stand beside the numbers.
  const field = (y: unknown): Structure =>
    y === undefined || isData(y) ? structureOf(y) : { kind: "nothing", is: "label" };
  return { kind: "object", fields: Object.entries(x).map(([key, y]) => [key, field(y)] as const) };
}

/** Whether there is something to hold of each element, by which elements are counted; of texts, it is which one. */
const takesRoom = (s: Structure): boolean =>
  s.kind === "nothing"
    ? s.is === "label"
    : s.kind === "tuple" || s.kind === "object"
      ? children(s).some(([, part]) => takesRoom(part))
      : true;

/** Whether x is an array of numbers of some other type than f64: data, an index, a picture. */
const isView = (x: unknown): x is object =>
  ArrayBuffer.isView(x) &&
  !(x instanceof Float64Array) &&
  typeof (x as unknown as ArrayLike<unknown>)[0] !== "bigint";

const kindOf = (x: object): string => x.constructor.name;

const isData = (x: unknown): boolean => ["number", "boolean", "object"].includes(typeof x);

/** Whether x has this structure. An empty array has that of any array. */
export function fits(s: Structure, x: unknown): boolean {
  switch (s.kind) {
    case "number":
    case "boolean":
      return typeof x === s.kind;
    case "nothing":
      if (s.is === undefined) return x === undefined;
      return s.is === "null" ? x === null : x !== undefined && !isData(x);
    case "array":
      if (s.typed === true) return x instanceof Float64Array;
      if (Array.isArray(x))
        return s.element.kind !== "number" || s.element.as === undefined ? everyFits(s.element, x) : false;
      return s.element.kind === "number" && isView(x) && s.element.as === kindOf(x);
    case "tuple":
      return (
        Array.isArray(x) &&
        x.length === s.elements.length &&
        s.elements.every((e, i) => fits(e, (x as unknown[])[i]))
      );
    default: {
      if (typeof x !== "object" || x === null || Array.isArray(x) || ArrayBuffer.isView(x)) return false;
      const keys = Object.keys(x);
      return (
        keys.length === s.fields.length &&
        s.fields.every(([key, e], i) => keys[i] === key && fits(e, (x as Record<string, unknown>)[key]))
      );
    }
  }
}

function everyFits(s: Structure, list: readonly unknown[]): boolean {
  for (let i = 0; i < list.length; i++) if (!fits(s, list[i])) return false;
  return true;
}

/** A function's programs, by the structures of arguments that they were made for. */
export class ByStructure {
  readonly #known: { readonly structures: readonly Structure[]; readonly found: Specialisation }[] = [];

  /** The program for these arguments, made by `make` if it is the first of its kind. */
  find(args: readonly unknown[], make: (structures: readonly Structure[]) => Specialisation): Specialisation {
    const known = this.#known.find(
      ({ structures }) => structures.length === args.length && structures.every((s, i) => fits(s, args[i])),
    );
    if (known !== undefined) return known.found;
    const structures = args.map((x) => structureOf(x));
    const found = make(structures);
    this.add(structures, found);
    return found;
  }

  /** Notes a program that is there already. */
  add(structures: readonly Structure[], found: Specialisation): void {
    this.#known.push({ structures, found });
  }
}
