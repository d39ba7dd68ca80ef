/**
 * An assembler for WebAssembly. It keeps the types of the operand stack while a function is written, so that a mistake
 * fails where it is made, and not when the engine refuses the module.
 */
import { Bytes } from "./bytes.ts";
import { accesses, instructions, lanes } from "./instructions.ts";
import type { Access, Instruction, LaneInstruction, Letter } from "./instructions.ts";

/** Types of values, written as letters: "iff" is (i32, f64, f64). */
export type Types = string;

const code: Record<Letter, number> = { i: 0x7f, l: 0x7e, f: 0x7c, v: 0x7b };
const typeName: Record<string, string> = { i: "i32", l: "i64", f: "f64", v: "v128" };
const spell = (types: Types): string => `[${Array.from(types, (t) => typeName[t] ?? t).join(" ")}]`;

/** Where a branch can go. */
export interface Label {
  readonly depth: number;
  /** What a branch must leave on the stack. */
  readonly carries: Types;
}

/** A function that can be called: imported, or written in this module. */
export interface Callable {
  readonly index: number;
  readonly name: string;
  readonly params: Types;
  readonly results: Types;
}

const split = (signature: string): [params: Types, results: Types] => {
  const at = signature.indexOf(":");
  return [signature.slice(0, at), signature.slice(at + 1)];
};
const signatures = new Map(
  Object.entries({ ...instructions, ...accesses, ...lanes }).map(([name, [, s]]) => [name, split(s)]),
);

/** One function, being written. */
export class FunctionBuilder implements Callable {
  readonly index: number;
  readonly name: string;
  readonly params: Types;
  readonly results: Types;
  readonly #module: ModuleBuilder;
  readonly #code = new Bytes();
  /** Types of all locals, parameters first. */
  readonly #locals: string[];
  readonly #free: Record<string, number[]> = { i: [], l: [], f: [], v: [] };
  readonly #stack: string[] = [];
  #depth = 0;
  /** How many operands belong to the enclosing blocks. */
  #floor = 0;
  /** After an unconditional branch: what follows is never reached. */
  #dead = false;

  constructor(module: ModuleBuilder, index: number, name: string, params: Types, results: Types) {
    this.#module = module;
    this.index = index;
    this.name = name;
    this.params = params;
    this.results = results;
    this.#locals = Array.from(params);
  }

  /** The size of what was written so far, in bytes. */
  get size(): number {
    return this.#code.length;
  }

  // Locals

  /** A local of the given type; its value is undefined (it may have been used before). */
  local(type: Letter): number {
    return this.#free[type]!.pop() ?? this.#locals.push(type) - 1;
  }

  /** Gives a local back, to be used for another value of its type. */
  release(local: number): void {
    this.#free[this.#locals[local]!]!.push(local);
  }

  get(local: number): this {
    this.#byte(0x20, local);
    this.#push(this.#locals[local]!);
    return this;
  }

  set(local: number): this {
    this.#pop(this.#locals[local]!, "local.set");
    this.#byte(0x21, local);
    return this;
  }

  tee(local: number): this {
    this.#pop(this.#locals[local]!, "local.tee");
    this.#byte(0x22, local);
    this.#push(this.#locals[local]!);
    return this;
  }

  getGlobal(global: number): this {
    this.#byte(0x23, global);
    this.#push("i");
    return this;
  }

  setGlobal(global: number): this {
    this.#pop("i", "global.set");
    this.#byte(0x24, global);
    return this;
  }

  // Constants

  i32(value: number): this {
    this.#code.byte(0x41);
    this.#code.s32(value);
    this.#push("i");
    return this;
  }

  i64(value: bigint): this {
    this.#code.byte(0x42);
    this.#code.s64(value);
    this.#push("l");
    return this;
  }

  /** A constant inside the code. Engines are slow at these: see {@link ModuleBuilder.constant}. */
  f64(value: number): this {
    this.#code.byte(0x44);
    this.#code.f64(value);
    this.#push("f");
    return this;
  }

  // Instructions

  op(name: Instruction): this {
    const [params, results] = signatures.get(name)!;
    this.#pops(params, name);
    this.#opcode(instructions[name][0]);
    this.#pushes(results);
    return this;
  }

  lane(name: LaneInstruction, lane: 0 | 1): this {
    const [params, results] = signatures.get(name)!;
    this.#pops(params, name);
    this.#opcode(lanes[name][0]);
    this.#code.byte(lane);
    this.#pushes(results);
    return this;
  }

  /** A load or a store at the address on the stack plus `offset`. */
  access(name: Access, offset = 0): this {
    const [params, results] = signatures.get(name)!;
    this.#pops(params, name);
    this.#opcode(accesses[name][0]);
    this.#code.u32(accesses[name][2]);
    this.#code.u32(offset);
    this.#pushes(results);
    return this;
  }

  /** Loads one number at the address on the stack plus `offset` into the second lane of the vector below it. */
  loadSecondLane(offset: number): this {
    // The format wants (address, vector); the vector comes first here, because it is loaded first.
    this.#secondLane(0xfd57, "v128.load64_lane", offset);
    this.#push("v");
    return this;
  }

  /** Stores the second lane of the vector on the stack at the address below it plus `offset`. */
  storeSecondLane(offset: number): this {
    this.#secondLane(0xfd5b, "v128.store64_lane", offset);
    return this;
  }

  #secondLane(opcode: number, name: string, offset: number): void {
    this.#pops("iv", name);
    this.#opcode(opcode);
    this.#code.u32(3);
    this.#code.u32(offset);
    this.#code.byte(1);
  }

  /** Of two values of one type, the first if the condition on top of the stack is not zero. */
  select(type: "i" | "l" | "f"): this {
    this.#pops(`${type}${type}i`, "select");
    this.#code.byte(0x1b);
    this.#push(type);
    return this;
  }

  /** Of two vectors, the second lane of the first and the first lane of the second. */
  joinLanes(): this {
    this.#pops("vv", "i8x16.shuffle");
    this.#opcode(0xfd0d);
    for (let i = 8; i < 24; i++) this.#code.byte(i);
    this.#push("v");
    return this;
  }

  /** memory.copy(destination, source, bytes) */
  copy(): this {
    this.#pops("iii", "memory.copy");
    this.#code.append([0xfc, 0x0a, 0, 0]);
    return this;
  }

  /** memory.fill(destination, byte, bytes) */
  fill(): this {
    this.#pops("iii", "memory.fill");
    this.#code.append([0xfc, 0x0b, 0]);
    return this;
  }

  memorySize(): this {
    this.#code.append([0x3f, 0]);
    this.#push("i");
    return this;
  }

  memoryGrow(): this {
    this.#pop("i", "memory.grow");
    this.#code.append([0x40, 0]);
    this.#push("i");
    return this;
  }

  call(target: Callable): this {
    this.#pops(target.params, `call ${target.name}`);
    this.#byte(0x10, target.index);
    this.#pushes(target.results);
    return this;
  }

  // Control

  block(results: Types, body: (end: Label) => void): this {
    return this.#structured(0x02, results, results, body);
  }

  loop(results: Types, body: (again: Label) => void): this {
    return this.#structured(0x03, results, "", body);
  }

  if(results: Types, then: (end: Label) => void, otherwise?: (end: Label) => void): this {
    this.#pop("i", "if");
    return this.#structured(0x04, results, results, then, otherwise);
  }

  br(label: Label): this {
    this.#pops(label.carries, "br");
    this.#byte(0x0c, this.#depth - label.depth);
    this.#die();
    return this;
  }

  brIf(label: Label): this {
    this.#pop("i", "br_if");
    this.#pops(label.carries, "br_if");
    this.#byte(0x0d, this.#depth - label.depth);
    this.#pushes(label.carries);
    return this;
  }

  return(): this {
    this.#pops(this.results, "return");
    this.#code.byte(0x0f);
    this.#die();
    return this;
  }

  unreachable(): this {
    this.#code.byte(0);
    this.#die();
    return this;
  }

  /** The body as the format has it: declarations of locals, then code. */
  encode(): Bytes {
    this.#close(this.results, `the end of ${this.name}`);
    const out = new Bytes();
    const runs: [type: string, count: number][] = [];
    for (const type of this.#locals.slice(this.params.length)) {
      const last = runs.at(-1);
      if (last?.[0] === type) last[1]++;
      else runs.push([type, 1]);
    }
    out.u32(runs.length);
    for (const [type, count] of runs) {
      out.u32(count);
      out.byte(code[type as Letter]);
    }
    out.append(this.#code.view());
    out.byte(0x0b);
    return out;
  }

  #structured(
    opcode: number,
    results: Types,
    carries: Types,
    body: (label: Label) => void,
    otherwise?: (label: Label) => void,
  ): this {
    const floor = this.#floor;
    const dead = this.#dead;
    this.#floor = this.#stack.length;
    const label: Label = { depth: ++this.#depth, carries };
    this.#code.byte(opcode);
    if (results.length === 0) this.#code.byte(0x40);
    else if (results.length === 1) this.#code.byte(code[results as Letter]);
    else this.#code.s32(this.#module.type("", results));
    body(label);
    this.#close(results, "the end of a block");
    if (otherwise !== undefined) {
      this.#code.byte(0x05);
      this.#dead = dead;
      otherwise(label);
      this.#close(results, "the end of an else");
    }
    this.#code.byte(0x0b);
    this.#depth--;
    this.#floor = floor;
    this.#dead = dead;
    this.#pushes(results);
    return this;
  }

  #byte(opcode: number, operand: number): void {
    this.#code.byte(opcode);
    this.#code.u32(operand);
  }

  #opcode(opcode: number): void {
    if (opcode > 0xff) {
      this.#code.byte(opcode >> 8);
      this.#code.u32(opcode & 0xff);
    } else {
      this.#code.byte(opcode);
    }
  }

  #push(type: string): void {
    this.#stack.push(type);
  }

  #pushes(types: Types): void {
    for (let i = 0; i < types.length; i++) this.#stack.push(types[i]!);
  }

  #pop(type: string, where: string): void {
    if (this.#stack.length === this.#floor) {
      if (this.#dead) return;
      throw this.#mistake(where, type, "");
    }
    const found = this.#stack.pop()!;
    if (found !== type && type !== "?") throw this.#mistake(where, type, found);
  }

  #pops(types: Types, where: string): void {
    for (let i = types.length - 1; i >= 0; i--) this.#pop(types[i]!, where);
  }

  #close(results: Types, where: string): void {
    this.#pops(results, where);
    if (this.#stack.length > this.#floor) {
      throw this.#mistake(where, results, this.#stack.slice(this.#floor).join("") + results);
    }
  }

  #die(): void {
    this.#stack.length = this.#floor;
    this.#dead = true;
  }

  #mistake(where: string, wanted: Types, found: Types): Error {
    return new Error(`${this.name}: ${where} wants ${spell(wanted)} on the stack, which has ${spell(found)}`);
  }
}

/** A module, being written. Imported functions come first. */
export class ModuleBuilder {
  readonly #types = new Map<string, number>();
  readonly #imports: [module: string, callable: Callable][] = [];
  readonly #functions: FunctionBuilder[] = [];
  readonly #exports: [name: string, kind: number, index: number][] = [];
  readonly #globals: [value: number, mutable: boolean][] = [];
  readonly #data: number[] = [];
  readonly #constants = new Map<string, number>();
  readonly #origin: number;

  /** @param origin the address of the first constant, in bytes; a multiple of 8 */
  constructor(origin: number) {
    this.#origin = origin;
  }

  /** The index of a function type. */
  type(params: Types, results: Types): number {
    const key = `${params}:${results}`;
    let index = this.#types.get(key);
    if (index === undefined) this.#types.set(key, (index = this.#types.size));
    return index;
  }

  import(module: string, name: string, params: Types, results: Types): Callable {
    if (this.#functions.length > 0) throw new Error(`${name} is imported after a function was written`);
    const callable = { index: this.#imports.length, name, params, results };
    this.#imports.push([module, callable]);
    this.type(params, results);
    return callable;
  }

  function(name: string, params: Types, results: Types): FunctionBuilder {
    const f = new FunctionBuilder(this, this.#imports.length + this.#functions.length, name, params, results);
    this.#functions.push(f);
    this.type(params, results);
    return f;
  }

  /** A global i32. */
  global(value: number, mutable: boolean): number {
    return this.#globals.push([value, mutable]) - 1;
  }

  /** Sets what a global holds at the start. */
  initialise(global: number, value: number): void {
    this.#globals[global]![0] = value;
  }

  exportFunction(name: string, f: Callable): void {
    this.#exports.push([name, 0, f.index]);
  }

  exportGlobal(name: string, global: number): void {
    this.#exports.push([name, 3, global]);
  }

  /** The address of the number `value` in the module's data; equal numbers (same bits) share one. */
  constant(value: number): number {
    return this.table([value]);
  }

  /** The address of a table of numbers in the module's data; a table written twice is stored once. */
  table(
    values: readonly number[],
    key: string = values.map((v) => (Object.is(v, -0) ? "-0" : String(v))).join(),
  ): number {
    let address = this.#constants.get(key);
    if (address === undefined) {
      address = this.dataEnd;
      this.#constants.set(key, address);
      for (const v of values) this.#data.push(v);
    }
    return address;
  }

  /** The address behind the data. */
  get dataEnd(): number {
    return this.#origin + 8 * this.#data.length;
  }

  /** The module. Its memory, exported as "memory", holds at least `bytes`. */
  encode(bytes: number): Uint8Array {
    const out = new Bytes();
    out.append([0, 0x61, 0x73, 0x6d, 1, 0, 0, 0]);
    const section = (id: number, count: number, write: (body: Bytes) => void): void => {
      if (count === 0) return;
      const body = new Bytes();
      body.u32(count);
      write(body);
      out.byte(id);
      out.sized(body);
    };
    // Written first, because writing the bodies can add types.
    const bodies = this.#functions.map((f) => f.encode());
    section(1, this.#types.size, (body) => {
      for (const key of this.#types.keys()) {
        body.byte(0x60);
        for (const side of split(key)) {
          body.u32(side.length);
          for (const t of side) body.byte(code[t as Letter]);
        }
      }
    });
    section(2, this.#imports.length, (body) => {
      for (const [module, { name, params, results }] of this.#imports) {
        body.name(module);
        body.name(name);
        body.byte(0);
        body.u32(this.type(params, results));
      }
    });
    section(3, this.#functions.length, (body) => {
      for (const f of this.#functions) body.u32(this.type(f.params, f.results));
    });
    section(5, 1, (body) => {
      body.byte(0);
      body.u32(Math.ceil(bytes / 65536));
    });
    section(6, this.#globals.length, (body) => {
      for (const [value, mutable] of this.#globals) {
        body.append([0x7f, mutable ? 1 : 0, 0x41]);
        body.s32(value);
        body.byte(0x0b);
      }
    });
    section(7, this.#exports.length + 1, (body) => {
      body.name("memory");
      body.append([2, 0]);
      for (const [name, kind, index] of this.#exports) {
        body.name(name);
        body.byte(kind);
        body.u32(index);
      }
    });
    section(10, bodies.length, (body) => {
      for (const f of bodies) body.sized(f);
    });
    section(11, this.#data.length > 0 ? 1 : 0, (body) => {
      body.append([0, 0x41]);
      body.s32(this.#origin);
      body.byte(0x0b);
      body.u32(8 * this.#data.length);
      body.append(new Uint8Array(Float64Array.from(this.#data).buffer));
    });
    return out.view().slice();
  }
}
