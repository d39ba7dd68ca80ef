/** Names for what the user did not name. */
import { isOp } from "cotangent/program";
import type { Op, Program, Region, Value } from "cotangent/program";

import { eachOperation } from "./classes.ts";
import { definedBy, WEAK } from "./facts.ts";

const capital = (s: string): string => s.charAt(0).toUpperCase() + s.slice(1);

/** What may be a variable: paths become one word. */
export function clean(name: string): string {
  const words = name
    .replaceAll(WEAK, "")
    .split(/[^\w$]+/)
    .filter((w) => w !== "");
  const word = words.map((w, i) => (i === 0 ? w : capital(w))).join("");
  return /^\d/.test(word) || word === "" ? `_${word}` : word;
}

/** One of several things by the name of all: `bodies`, `body`; undefined where the name is no plural. */
export function singularOf(name: string): string | undefined {
  if (name.length < 4 || !name.endsWith("s") || /(?:ss|us|is|series|species)$/i.test(name)) return undefined;
  return name.replace(/(?<=[a-z]{2})ies$|s$/i, (end) => (end.length > 1 ? "y" : ""));
}

/** The results of primitives, in words. */
const WORDS: Readonly<Record<string, string>> = {
  add: "total",
  sub: "difference",
  mul: "product",
  div: "ratio",
  inv: "inverse",
  neg: "opposite",
  square: "square",
  sqrt: "root",
  cbrt: "root",
  pow: "power",
  exp: "exponential",
  log: "logarithm",
  sin: "sine",
  cos: "cosine",
  tan: "tangent",
  abs: "size",
  hypot: "distance",
  hypotSoFar: "distance",
  max: "larger",
  min: "smaller",
  sign: "sign",
  where: "chosen",
};

/** A short name of an operand, to name something after it. */
function nameOf(v: Value | undefined): string | undefined {
  return v?.name === undefined || v.name.endsWith(WEAK) || v.name.includes(".") ? undefined : v.name;
}

/** A name for the element of an array: `xi`, `xNext`. */
function elementName(op: Op): string {
  const [array, index] = op.args as [Value, Value];
  const stem = nameOf(array) ?? "item";
  const singular = singularOf(stem) ?? stem;
  const at = definedBy(index);
  const plain = nameOf(index);
  if (plain !== undefined)
    return stem.length <= 2 && plain.length === 1
      ? `${stem}${plain}`
      : stem === singular
        ? `${stem}${capital(plain)}`
        : singular;
  if (at?.kind === "constant") return `${stem}${at.attr}`;
  if (at?.kind === "i32.add" || at?.kind === "i32.sub") {
    const [x, y] = at.args as [Value, Value];
    const step = definedBy(y);
    if (step?.kind === "constant" && nameOf(x) !== undefined) {
      const by = at.kind === "i32.add" ? step.attr : -step.attr;
      if (by === 1) return `${stem}Next`;
      if (by === -1) return `${stem}Previous`;
    }
  }
  return singular === stem ? `${stem}Value` : singular;
}

/** A name by what computes it. */
export function describe(v: Value): string {
  const { def } = v;
  if (!isOp(def)) {
    if (def.parent?.kind === "for" && v.index === 0) return "k";
    if (def.parent?.kind === "while" && v.ty === "i32") return "step";
    return v.ty === "i32" ? "count" : v.ty === "array" ? "list" : "value";
  }
  switch (def.kind) {
    case "primitive": {
      const word = WORDS[def.attr.id];
      if (word !== undefined) return word;
      const argument = nameOf(def.args[0]);
      return argument === undefined || argument.length > 8
        ? `${def.attr.id}Value`
        : `${def.attr.id}${capital(argument)}`;
    }
    case "load":
      return elementName(def);
    case "tape.load":
      return "saved";
    case "allocate":
      return "list";
    case "subarray":
      return nameOf(def.args[0]) === undefined ? "part" : `${nameOf(def.args[0])!}Part`;
    case "length":
      return "n";
    case "while":
      return v.index === def.args.length ? "steps" : "value";
    case "tape.allocate":
      return "tape";
    case "call":
      return v.ty === "tape" ? "tape" : "result";
    case "f64.rem":
    case "i32.rem":
      return "remainder";
    default:
  }
  if (/^(?:i32|f64)\.(?:eq|ne|lt|le|gt|ge)$/.test(def.kind)) return "condition";
  if (v.ty === "i32") return "index";
  return "value";
}

/**
 * Gives numbers without a name one that is used if a variable turns out to be needed; so derivatives are called after it.
 */
export function nameAll(program: Program): void {
  const name = (v: Value): void => {
    if (v.name === undefined && v.ty === "f64") v.name = describe(v) + WEAK;
  };
  eachOperation(program, (op) => {
    if (op.kind === "constant") return;
    // A loop's and a branch's results are called as what goes into them.
    if (op.kind === "for" || op.kind === "while") {
      const shift = op.kind === "for" ? 1 : 0;
      op.args.slice(2 * shift).forEach((_, k) => {
        const known = op.regions
          .map((r: Region) => r.args[k + shift]!)
          .find((v) => v.name !== undefined)?.name;
        if (known !== undefined) op.results[k]!.name ??= known;
        for (const r of op.regions) if (known !== undefined) r.args[k + shift]!.name ??= known;
      });
      op.regions.forEach((r) => r.args.forEach(name));
    }
    if (op.kind === "if") {
      op.results.forEach((v) => {
        const names = op.regions.map((r) => r.yields[v.index]!.name);
        v.name ??= names.find((n) => n !== undefined && !n.endsWith(WEAK));
      });
    }
    op.results.forEach(name);
  });
}
