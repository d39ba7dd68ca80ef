/** A running module: how arguments get into its memory and results out of it. */
import type { AdError } from "../errors.ts";
import { overlapping } from "../program/faults.ts";
import type { Ty } from "../program/ir.ts";
import type { ArrayInterface, Interface } from "./wasm/interface.ts";
import { SITE, SITE_VALUES } from "./wasm/layout.ts";
import type { Exports } from "./webassembly.ts";

type Datum = number | Float64Array;

/** Arrays shorter than this are copied element by element: that is faster than to call upon the engine. */
const SHORT = 24;
/** Of arrays this long, a copy is made from a view: a slice would be filled with zeros first. */
const LONG = 10_000;

/** The site that stands for no operation: there is no more memory. */
const OUT_OF_MEMORY = 1;

/** An array parameter. */
interface ArrayParameter extends ArrayInterface {
  /** Where it is at present, in elements, and how long. */
  at: number;
  length: number;
  /** That part of the memory: to make one at every call takes longer than to copy a hundred numbers. */
  block: Float64Array;
}

const NONE = new Float64Array(0);

/** An instance of a module. Nothing else refers to it or its memory: they go when this goes. */
export class Instance {
  readonly #exports: Exports;
  readonly #fault: (site: number, values: readonly number[]) => AdError;
  readonly #types: readonly Ty[];
  readonly #arrays: readonly ArrayParameter[];
  readonly #read: readonly ArrayParameter[];
  readonly #written: readonly ArrayParameter[];
  /** Arrays that must not overlap: one of the two is written to, and each is copied into the module by itself. */
  readonly #apart: readonly (readonly [ArrayParameter, ArrayParameter])[];
  readonly #results: readonly Ty[];
  /** The addresses of arguments that are not passed directly and of results. The globals are slow to ask. */
  readonly #parametersAt: number;
  readonly #resultsAt: number;
  /** The positions of numbers among the parameters. */
  readonly #numbers: readonly number[];
  readonly #direct: boolean;
  readonly #returned: boolean;
  /** Arguments as the module takes them: an array is an address and a length. */
  readonly #flat: number[] = [];
  /** Where each parameter is in `#flat`. */
  readonly #places: readonly number[];
  #f64!: Float64Array;
  /** Results as they were looked at last: mostly they are in the same place again. */
  readonly #views: (Float64Array | undefined)[] = [];
  #i32!: Int32Array;

  constructor(
    { types, arrays, results, direct, returned }: Interface,
    exports: Exports,
    fault: (site: number, values: readonly number[]) => AdError,
    keep: boolean = false,
  ) {
    this.#exports = exports;
    this.#fault = fault;
    this.#types = types;
    this.#arrays = arrays.map((a) => ({ ...a, at: -1, length: -1, block: NONE }));
    this.#read = this.#arrays.filter((a) => a.isRead);
    this.#written = keep ? [] : this.#arrays.filter((a) => a.isWritten);
    this.#apart = this.#read.flatMap((a, k) =>
      this.#read.slice(k + 1).flatMap((b) => (a.isWritten || b.isWritten ? [[a, b] as const] : [])),
    );
    let place = 0;
    this.#places = this.#types.map((ty) => (ty === "array" ? (place += 2) - 2 : place++));
    this.#results = results;
    this.#parametersAt = exports.parameters.value;
    this.#resultsAt = exports.results.value;
    this.#numbers = types.flatMap((ty, k) => (ty === "array" ? [] : [k]));
    this.#direct = direct;
    this.#returned = returned;
    this.#refresh();
  }

  /** Views of the memory as it is now: growing it takes the old ones away. */
  #refresh(): void {
    const { buffer } = this.#exports.memory;
    this.#f64 = new Float64Array(buffer);
    this.#i32 = new Int32Array(buffer);
    this.#views.length = 0;
    for (const array of this.#arrays)
      if (array.length >= 0) array.block = this.#f64.subarray(array.at, array.at + array.length);
  }

  /** Gives each array its place, one behind the other. */
  #layOut(args: readonly Datum[]): void {
    const { memory, heap, top } = this.#exports;
    let free = heap.value;
    for (const array of this.#arrays) {
      array.length = (args[array.position] as Float64Array).length;
      array.at = free / 8;
      if (this.#direct) {
        this.#flat[this.#places[array.position]!] = free;
        this.#flat[this.#places[array.position]! + 1] = array.length;
      }
      // Arrays begin at multiples of 16, where two elements are loaded fastest.
      free = (free + 8 * array.length + 15) & -16;
    }
    const missing = (free >>> 0) - memory.buffer.byteLength;
    if (missing > 0) {
      try {
        memory.grow(Math.ceil(missing / 65536));
      } catch {
        for (const array of this.#arrays) array.length = -1;
        throw this.#fault(OUT_OF_MEMORY, []);
      }
    }
    top.value = free;
    this.#refresh();
    // Where they are is said once, and only numbers at each call.
    if (!this.#direct) {
      for (const { at, length, position } of this.#arrays)
        this.#i32.set([8 * at, length], this.#parametersAt / 4 + 2 * position);
    }
  }

  readonly call = (...args: Datum[]): Datum | readonly Datum[] | undefined => this.#call(args, false);

  /** As `call`, but a result that is an array is the module's memory: it holds until the next call. */
  readonly peek = (...args: Datum[]): Datum | readonly Datum[] | undefined => this.#call(args, true);

  #call(args: readonly Datum[], peeks: boolean): Datum | readonly Datum[] | undefined {
    const { run } = this.#exports;
    const flat = this.#flat;
    for (const { position, length } of this.#arrays) {
      if ((args[position] as Float64Array).length === length) continue;
      this.#layOut(args);
      break;
    }
    if (this.#f64.length === 0) this.#refresh();
    const parameters = this.#parametersAt / 8;
    for (const k of this.#numbers) {
      const x = args[k] as number;
      if (this.#direct) flat[this.#places[k]!] = x;
      else if (this.#types[k] === "f64") this.#f64[parameters + k] = x;
      else this.#i32[2 * (parameters + k)] = x;
    }
    for (const [a, b] of this.#apart) {
      if (overlap(args[a.position] as Float64Array, args[b.position] as Float64Array))
        throw overlapping(a.name, b.name);
    }
    for (const { position, block } of this.#read) copy(args[position] as Float64Array, block);
    let returned: number | undefined;
    try {
      // To spread a list takes longer; more than a function takes is not looked at.
      returned =
        flat.length > 6 ? run(...flat) : run(flat[0]!, flat[1]!, flat[2]!, flat[3]!, flat[4]!, flat[5]!);
    } catch (error) {
      throw this.#explain(error);
    }
    if (this.#f64.length === 0) this.#refresh();
    for (const { position, block } of this.#written) copy(block, args[position] as Float64Array);
    if (this.#returned) return returned;
    const results: Datum[] = [];
    for (let k = 0; k < this.#results.length; k++) results.push(this.#result(k, args, peeks));
    return results.length > 1 ? results : results[0];
  }

  #result(k: number, args: readonly Datum[], peeks: boolean): Datum {
    const at = this.#resultsAt / 8 + k;
    if (this.#results[k] !== "array") return this.#f64[at]!;
    const [address, length] = [(this.#i32[2 * at]! >>> 0) / 8, this.#i32[2 * at + 1]!];
    // A result that is a parameter is that parameter.
    for (const p of this.#arrays) {
      if (p.at === address && p.length === length && length > 0)
        if (!p.isWritten || this.#written.includes(p)) return args[p.position]!;
    }
    if (!peeks && length < LONG) return this.#f64.slice(address, address + length);
    if (!peeks) return new Float64Array(this.#f64.subarray(address, address + length));
    const view = this.#views[k];
    return view?.byteOffset === 8 * address && view.length === length
      ? view
      : (this.#views[k] = this.#f64.subarray(address, address + length));
  }

  /** A trap as the error it stands for. */
  #explain(error: unknown): unknown {
    this.#refresh();
    const site = this.#i32[SITE / 4]!;
    // What was allocated before the trap is free again.
    for (const array of this.#arrays) array.length = -1;
    this.#exports.top.value = this.#exports.heap.value;
    if (site === 0) return error;
    this.#i32[SITE / 4] = 0;
    return this.#fault(site, Array.from(this.#f64.subarray(SITE_VALUES / 8, SITE_VALUES / 8 + 8)));
  }
}

function copy(from: Float64Array, to: Float64Array): void {
  const { length } = from;
  if (length > SHORT) to.set(from);
  else for (let i = 0; i < length; i++) to[i] = from[i]!;
}

/** Whether two arrays have elements in common. */
const overlap = (a: Float64Array, b: Float64Array): boolean =>
  a.buffer === b.buffer &&
  a.byteOffset < b.byteOffset + b.byteLength &&
  b.byteOffset < a.byteOffset + a.byteLength;
