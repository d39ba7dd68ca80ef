/**
 * Which arrays may share memory. Every array and tape value of the program belongs to a class; values of different
 * classes never overlap (arrays given to the entry are taken to be distinct). After B. Steensgaard, "Points-to analysis
 * in almost linear time" (POPL 1996): flow-insensitive, one union-find over the whole program.
 */
import type { Func, Op, Program, Region, Value } from "../program/ir.ts";

/** A number for everything that may carry a derivative: scalar values, classes of arrays, slots of tapes. */
export type Node = number;

export class Places {
  readonly program: Program;
  readonly functions: ReadonlyMap<string, Func>;
  readonly #base = new Map<Func, number>();
  readonly #parent: number[] = [];
  /** By the class of a tape: what its slots hold. */
  readonly #slots = new Map<Node, Map<number, Node>>();

  constructor(program: Program) {
    this.program = program;
    this.functions = new Map(program.functions.map((f) => [f.name, f]));
    for (const f of program.functions) {
      this.#base.set(f, this.#parent.length);
      for (let id = 0; id < f.size; id++) this.#parent.push(this.#parent.length);
    }
    for (const f of program.functions) this.#walk(f, f.body);
  }

  /** How many nodes there are. */
  get size(): number {
    return this.#parent.length;
  }

  /** The node of a scalar, or of the class of an array or tape. */
  node(f: Func, v: Value): Node {
    return this.#find(this.#base.get(f)! + v.id);
  }

  /** The node of what a tape holds in a slot: its own for numbers, the class of all that are stored there for handles. */
  slot(f: Func, tape: Value, slot: number): Node {
    return this.#slot(this.node(f, tape), slot);
  }

  /** Marks every tape that leads to something marked. */
  spread(marks: Uint8Array): void {
    for (let changed = true; changed;) {
      changed = false;
      for (const [tape, slots] of this.#slots) {
        if (marks[tape] === 1) continue;
        for (const node of slots.values())
          if (marks[this.#find(node)] === 1) [marks[tape], changed] = [1, true];
      }
    }
  }

  #slot(tape: Node, slot: number): Node {
    let slots = this.#slots.get(tape);
    if (slots === undefined) this.#slots.set(tape, (slots = new Map()));
    let node = slots.get(slot);
    if (node === undefined) {
      node = this.#parent.length;
      this.#parent.push(node);
      slots.set(slot, node);
    }
    return this.#find(node);
  }

  #find(node: Node): Node {
    let root = node;
    while (this.#parent[root] !== root) root = this.#parent[root]!;
    for (let x = node; x !== root;) {
      const next = this.#parent[x]!;
      this.#parent[x] = root;
      x = next;
    }
    return root;
  }

  #union(x: Node, y: Node): void {
    const [a, b] = [this.#find(x), this.#find(y)];
    if (a === b) return;
    this.#parent[b] = a;
    const [mine, theirs] = [this.#slots.get(a), this.#slots.get(b)];
    if (theirs === undefined) return;
    this.#slots.delete(b);
    if (mine === undefined) this.#slots.set(a, theirs);
    else for (const [slot, node] of theirs) this.#union(this.#slot(a, slot), node);
  }

  #walk(f: Func, region: Region): void {
    for (const op of region.ops) {
      for (const inner of op.regions) this.#walk(f, inner);
      this.#same(f, op);
    }
  }

  /** Puts the arrays that an operation passes on into one class. */
  #same(f: Func, op: Op): void {
    const same = (x: Value | undefined, y: Value | undefined): void => {
      if (x !== undefined && y !== undefined && isMemory(x)) this.#union(this.node(f, x), this.node(f, y));
    };
    switch (op.kind) {
      case "select":
        same(op.results[0], op.args[1]);
        same(op.results[0], op.args[2]);
        break;
      case "subarray":
        same(op.results[0], op.args[0]);
        break;
      case "for":
      case "while": {
        const first = op.kind === "for" ? 2 : 0;
        const body = op.regions.at(-1)!;
        body.yields.forEach((y, k) => {
          same(y, op.results[k]);
          same(y, op.args[first + k]);
          same(y, body.args[body.args.length - body.yields.length + k]);
          if (op.kind === "while") same(y, op.regions[0]!.args[k]);
        });
        break;
      }
      case "if":
        op.results.forEach((r, k) => op.regions.forEach((branch) => same(r, branch.yields[k])));
        break;
      case "call": {
        const callee = this.functions.get(op.attr.callee)!;
        const join = (x: Value, y: Value): void => {
          if (isMemory(x)) this.#union(this.node(f, x), this.node(callee, y));
        };
        op.args.forEach((x, i) => join(x, callee.body.args[i]!));
        op.results.forEach((r, k) => join(r, callee.body.yields[k]!));
        break;
      }
      case "tape.store":
        if (isMemory(op.args[2]!))
          this.#union(this.slot(f, op.args[0]!, op.attr.slot), this.node(f, op.args[2]!));
        break;
      case "tape.load":
        if (isMemory(op.results[0]!)) {
          this.#union(this.slot(f, op.args[0]!, op.attr.slot), this.node(f, op.results[0]!));
        }
        break;
      default:
    }
  }
}

/** Whether a value is the handle of mutable memory. */
export const isMemory = (v: Value): boolean => v.ty === "array" || v.ty === "tape";
