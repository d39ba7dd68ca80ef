import { nameOf } from "../real/real.ts";
import type { Func, Location, Op, OpOf, Program, Region, Value } from "./ir.ts";

/** How to print. */
export interface PrintOptions {
  /** Whether to add where in the user's source each operation was written. */
  readonly locations?: boolean;
}

/**
 * The text of a program, which `parse` reads:
 *
 *     function norm2(x: array): f64 {
 *       v0 = i32 0
 *       v1 = length(x)
 *       v2 = f64 0
 *       norm = for i = v0 to v1 (sum = v2) {
 *         xi = load(x, i)
 *         v3 = mul(xi, xi)
 *         v4 = add(sum, v3)
 *         yield v4
 *       }
 *       return norm
 *     }
 *
 * Values go by the user's names, made unique, or by `v` and a number.
 */
export function print(program: Program, options: PrintOptions = {}): string {
  return program.functions.map((f) => new Printer(f, options).print()).join("\n");
}

/** What may be a name in the text. */
const IDENTIFIER = /^[A-Za-z_$][\w$.]*$/;
/** The names of values that have none. */
export const ANONYMOUS: RegExp = /^v\d+$/;

class Printer {
  readonly #func: Func;
  readonly #options: PrintOptions;
  readonly #lines: string[] = [];
  readonly #names: (string | undefined)[] = [];
  readonly #taken = new Set<string>();
  #anonymous = 0;

  constructor(func: Func, options: PrintOptions) {
    this.#func = func;
    this.#options = options;
  }

  print(): string {
    const { name, params, body, results, pullback } = this.#func;
    const list = params.map((p, i) => {
      const noalias = p.noalias ? " noalias" : "";
      return `${this.#name(body.args[i]!)}: ${p.ty}${noalias}`;
    });
    const types = results.length > 0 ? `: ${results.join(", ")}` : "";
    const derivative = pullback === undefined ? "" : ` pullback ${pullback}`;
    this.#lines.push(`function ${name}(${list.join(", ")})${types}${derivative} {`);
    this.#region(body, 1, "return");
    this.#lines.push("}\n");
    return this.#lines.join("\n");
  }

  #name(v: Value): string {
    return (this.#names[v.id] ??= this.#unique(v.name));
  }

  #unique(wanted: string | undefined): string {
    let name = wanted;
    if (name === undefined || !IDENTIFIER.test(name)) name = `v${this.#anonymous++}`;
    else if (ANONYMOUS.test(name) || RESERVED.has(name)) name += "_";
    for (let n = 1, stem = name; this.#taken.has(name); n++) name = `${stem}_${n}`;
    this.#taken.add(name);
    return name;
  }

  #list(values: readonly Value[]): string {
    return values.map((v) => this.#name(v)).join(", ");
  }

  #region(region: Region, depth: number, end: "yield" | "return"): void {
    for (const op of region.ops) this.#op(op, depth);
    if (region.yields.length > 0) this.#line(depth, `${end} ${this.#list(region.yields)}`);
  }

  #line(depth: number, text: string): void {
    this.#lines.push("  ".repeat(depth) + text);
  }

  #op(op: Op, depth: number): void {
    // The head comes first, so that names are given out in the order of reading; the results' names are reserved before.
    const results = op.results.length > 0 ? `${this.#list(op.results)} = ` : "";
    const at = this.#options.locations === true && op.loc !== undefined ? ` @${quoted(op.loc)}` : "";
    if (op.regions.length === 0) return this.#line(depth, results + this.#simple(op) + at);
    this.#line(depth, `${results}${this.#head(op)} {`);
    this.#region(op.regions[0]!, depth + 1, "yield");
    const second = op.regions[1];
    if (second !== undefined) {
      this.#line(depth, `${op.kind === "while" ? `} do (${this.#list(second.args)})` : "} else"} {`);
      this.#region(second, depth + 1, "yield");
    }
    this.#line(depth, `}${at}`);
  }

  /** What stands before the first brace of an operation with regions. */
  #head(op: Op): string {
    const checkpoint = (attr: { checkpoint?: boolean }): string =>
      attr.checkpoint === true ? " checkpoint" : "";
    if (op.kind === "for") {
      const [index, ...carries] = op.regions[0]!.args;
      const [lo, hi, ...inits] = op.args;
      const step = op.attr.step === 1 ? "" : ` step ${op.attr.step}`;
      const range = `${this.#name(index!)} = ${this.#name(lo!)} to ${this.#name(hi!)}${step}`;
      return `for ${range}${checkpoint(op.attr)}${this.#carries(carries, inits)}`;
    }
    if (op.kind === "while")
      return `while${checkpoint(op.attr)}${this.#carries(op.regions[0]!.args, op.args)}`;
    return `if ${this.#list(op.args)}`;
  }

  #carries(carries: readonly Value[], inits: readonly Value[]): string {
    if (inits.length === 0) return "";
    return ` (${carries.map((v, i) => `${this.#name(v)} = ${this.#name(inits[i]!)}`).join(", ")})`;
  }

  /** An operation without regions, but for its results. */
  #simple(op: Op): string {
    const args = `(${this.#list(op.args)})`;
    switch (op.kind) {
      case "constant":
        return `${op.results[0]!.ty} ${number(op.attr)}`;
      case "data":
        return `data [${Array.from(op.attr, number).join(", ")}]`;
      case "primitive":
        return op.attr.id + args;
      case "f64.index":
      case "bound":
        return `${op.kind}${args} ${JSON.stringify(op.attr.name)}`;
      case "fail":
        return `fail${args} ${op.attr.code} ${JSON.stringify(op.attr.message)} ${JSON.stringify(op.attr.remedy)}`;
      case "call": {
        const types = op.results.length > 0 ? `: ${op.results.map((v) => v.ty).join(", ")}` : "";
        return `call ${op.attr.callee}${args}${types}`;
      }
      case "external":
        return external(op) + args;
      case "tape.allocate":
        return `${op.kind}${args} [${op.attr.slots.join(", ")}]${op.attr.growable ? " growable" : ""}`;
      case "tape.store":
        return `${op.kind}${args} slot ${op.attr.slot}`;
      case "tape.load":
        return `${op.kind}${args} slot ${op.attr.slot}: ${op.results[0]!.ty}`;
      default:
        return op.kind + args;
    }
  }
}

/** Words that end a region, where an operation could begin with a name. */
const RESERVED: ReadonlySet<string> = new Set(["yield", "return"]);

const number = (x: number): string => (Object.is(x, -0) ? "-0" : String(x));
const external = (op: OpOf<"external">): string =>
  `external ${op.attr.half} ${JSON.stringify(nameOf(op.attr.function))}`;

const quoted = ({ file, line, column }: Location): string =>
  `${file === undefined ? "" : JSON.stringify(file)}:${line}:${column}`;

/** `model.ts:12:5` */
export const place = (loc: Location): string => `${loc.file ?? ""}:${loc.line}:${loc.column}`;
