/**
 * Which loads can be repeated in the reverse sweep: those of elements that nothing overwrites between the load and the
 * end of the forward sweep. And where it pays to undo stores instead: the reverse sweep then finds memory as the forward
 * sweep had it at the same place.
 */
import type { Func, Op, OpOf, Program, Region, Value } from "../program/ir.ts";
import { definedBy, rootOf } from "../program/optimise/analysis.ts";
import { isMemory } from "./places.ts";
import type { Node, Places } from "./places.ts";

interface Access {
  readonly op: Op;
  readonly f: Func;
  /** In the order of the text. */
  readonly position: number;
  /** The loops around it, outermost first. */
  readonly loops: readonly Op[];
}

/** What is known of the memory of a class. */
interface Memory {
  readonly writes: Access[];
  readonly loads: Access[];
  readonly allocations: Access[];
  /** Whether its handles go through carries, branches, tapes or results: several blocks behind one name. */
  mixed: boolean;
  /** Functions that receive it. */
  readonly receivers: Set<Func>;
}

export class Stability {
  readonly #places: Places;
  readonly #memory = new Map<Node, Memory>();
  readonly #calls = new Map<Func, Access[]>();
  readonly #accesses = new Map<Op, Access>();
  /** Of a value: the last operation in its own region that uses it, itself or inside. */
  readonly #lastUser = new Map<Value, Op>();
  /** Of an operation: the position of the last one inside it. */
  readonly #end = new Map<Op, number>();
  readonly #stable = new Map<Op, boolean>();
  readonly #last = new Map<Node, Map<Func, Access>>();
  readonly #undone = new Map<Node, Map<Func, boolean>>();
  /** By function: the classes that it writes, and those that it calls. */
  readonly #written = new Map<Func, Set<Node>>();

  constructor(program: Program, places: Places) {
    this.#places = places;
    for (const f of program.functions) this.#function(f);
    this.#spreadWrites(program);
  }

  /** Whether a `load` (or `tape.load`) would give the same number in the reverse sweep. */
  stable(op: Op): boolean {
    let known = this.#stable.get(op);
    if (known === undefined) {
      const access = this.#accesses.get(op)!;
      known = !this.#overwritten(access, this.#classOf(access, op.args[0]!), new Set());
      this.#stable.set(op, known);
    }
    return known;
  }

  /** Whether stores into an array are to be undone on the way back: where it is read in deeper loops than written. */
  undone(f: Func, array: Value): boolean {
    const node = this.#places.node(f, array);
    let known = this.#undone.get(node)?.get(f);
    if (known === undefined) {
      known = this.#pays(f, array, this.#memory.get(node));
      const byFunction = this.#undone.get(node);
      if (byFunction === undefined) this.#undone.set(node, new Map([[f, known]]));
      else byFunction.set(f, known);
    }
    return known;
  }

  #pays(f: Func, array: Value, memory: Memory | undefined): boolean {
    if (memory === undefined || array.ty !== "array" || memory.writes.length === 0) return false;
    const { writes, loads } = memory;
    const entry = this.#places.program.functions[0]!;
    if (memory.mixed || [...memory.receivers].some((g) => g !== entry)) return false;
    if (![...writes, ...loads].every((x) => x.f === f && x.op.kind !== "call")) return false;
    const depth = writes.reduce((most, x) => Math.max(most, x.loops.length), 0);
    return loads.some((x) => x.loops.length > depth && !this.stable(x.op));
  }

  /**
   * Whether an array whose stores are undone holds, at the reverse of every operation that uses the loaded number, what
   * it held at the load.
   */
  current(f: Func, load: Op): boolean {
    const from = this.#accesses.get(load)!;
    const user = this.#lastUser.get(load.results[0]!);
    const last = user === undefined ? from.position : this.#end.get(user)!;
    const { writes } = this.#memory.get(this.#places.node(f, load.args[0]!))!;
    return !writes.some((w) => w.position > from.position && w.position <= last);
  }

  /** Whether the arrays of a class are all made inside a loop, and known nowhere else: each iteration has its own. */
  ownedBy(loop: Op, f: Func, v: Value): boolean {
    return this.#owned(loop, f, this.#places.node(f, v));
  }

  #lastWrite(node: Node, f: Func): Access | undefined {
    let byFunction = this.#last.get(node);
    if (byFunction === undefined) {
      byFunction = new Map();
      for (const write of this.#of(node).writes) {
        const before = byFunction.get(write.f);
        if (before === undefined || before.position < write.position) byFunction.set(write.f, write);
      }
      this.#last.set(node, byFunction);
    }
    return byFunction.get(f);
  }

  #owned(loop: Op, f: Func, node: Node): boolean {
    const { allocations, mixed, receivers } = this.#of(node);
    return !mixed && receivers.size === 0 && allocations.every((a) => a.f === f && a.loops.includes(loop));
  }

  /** Whether an array may be changed by a call or after it, so that the call could not be repeated later. */
  changes(call: OpOf<"call">, f: Func, v: Value): boolean {
    const node = this.#places.node(f, v);
    const callee = this.#places.functions.get(call.attr.callee)!;
    return (
      this.#written.get(callee)!.has(node) || this.#overwritten(this.#accesses.get(call)!, node, new Set())
    );
  }

  /** Whether an array is ever written to, and is given to one of these functions. */
  writtenAndGiven(f: Func, v: Value, to: ReadonlySet<string>): boolean {
    const { writes, receivers } = this.#of(this.#places.node(f, v));
    return writes.length > 0 && [...receivers].some((g) => to.has(g.name));
  }

  /** Whether the handles of a class are chosen at run time, so that shadows must go the same ways. */
  mixed(f: Func, v: Value): boolean {
    return v.ty === "tape" || this.#of(this.#places.node(f, v)).mixed;
  }

  #classOf(access: Access, array: Value): Node {
    return this.#places.node(access.f, array);
  }

  #of(node: Node): Memory {
    let memory = this.#memory.get(node);
    if (memory === undefined) {
      memory = { writes: [], loads: [], allocations: [], mixed: false, receivers: new Set() };
      this.#memory.set(node, memory);
    }
    return memory;
  }

  /** After which operation an array has its name. */
  #originOf(array: Value): number {
    const { def } = rootOf(array);
    if ("kind" in def) return this.#end.get(def)!;
    return def.parent === null ? -1 : this.#accesses.get(def.parent)!.position;
  }

  /**
   * Whether a write comes by the handle that an allocation has given, and the allocation after the name of what is read. Whenever it is
   * carried out after the load, it then is of a block that did not exist when the name was given.
   */
  #isLater(write: Access, origin: number): boolean {
    if (write.op.kind === "call") return false;
    const root = rootOf(write.op.args[0]!);
    return definedBy(root, "allocate") !== undefined && this.#originOf(root) > origin;
  }

  /** Whether something may write into the class after an access. */
  #overwritten(access: Access, node: Node, seen: Set<Op>): boolean {
    if (seen.has(access.op)) return false;
    seen.add(access.op);
    const { writes, receivers, mixed } = this.#of(node);
    if (access.op.kind === "load" && !this.#calls.has(access.f)) {
      const origin = this.#originOf(access.op.args[0]!);
      if (writes.every((w) => w.f === access.f && this.#isLater(w, origin))) return false;
    }
    // Outside all loops, the last write decides.
    const last = this.#lastWrite(node, access.f);
    if (last !== undefined && last.op !== access.op && last.position > access.position) return true;
    for (const write of access.loops.length === 0 ? [] : writes) {
      if (write.f !== access.f) continue;
      if (write.op !== access.op && write.position > access.position) return true;
      // In a common loop a write of the next iteration follows, unless each iteration has a block of its own.
      const common = access.loops.filter((loop) => write.loops.includes(loop));
      if (!common.every((loop) => this.#owned(loop, access.f, node))) return true;
    }
    // Whoever called this function may write after the call. A mixed handle may have come by a tape, unseen.
    if (!mixed && !receivers.has(access.f)) return false;
    return (this.#calls.get(access.f) ?? []).some((call) => this.#overwritten(call, node, seen));
  }

  #function(f: Func): void {
    let position = 0;
    const walk = (region: Region, loops: readonly Op[]): void => {
      for (const op of region.ops) {
        const access: Access = { op, f, position: position++, loops };
        this.#accesses.set(op, access);
        const inner = op.kind === "for" || op.kind === "while" ? [...loops, op] : loops;
        for (const r of op.regions) walk(r, inner);
        this.#end.set(op, position - 1);
        this.#access(access);
        for (const v of op.args) this.#use(v, op);
      }
    };
    for (const v of f.body.args) if (isMemory(v)) this.#of(this.#places.node(f, v)).receivers.add(f);
    walk(f.body, []);
    for (const v of f.body.yields) if (isMemory(v)) this.#of(this.#places.node(f, v)).receivers.add(f);
  }

  #use(v: Value, by: Op): void {
    const home = "kind" in v.def ? v.def.parent : v.def;
    let user = by;
    while (user.parent !== home) user = user.parent.parent!;
    this.#lastUser.set(v, user);
  }

  #access(access: Access): void {
    const { op, f } = access;
    const of = (v: Value): Memory => this.#of(this.#places.node(f, v));
    for (const r of op.results) {
      if (!isMemory(r)) continue;
      if (op.kind === "allocate" || op.kind === "tape.allocate" || op.kind === "data")
        of(r).allocations.push(access);
      else if (op.kind !== "subarray") of(r).mixed = true;
    }
    for (const region of op.regions) for (const v of region.args) if (isMemory(v)) of(v).mixed = true;
    switch (op.kind) {
      case "load":
      case "tape.load":
        of(op.args[0]!).loads.push(access);
        break;
      case "store":
      case "accumulate":
      case "fill":
        of(op.args[0]!).writes.push(access);
        break;
      case "tape.store":
        of(op.args[0]!).writes.push(access);
        if (isMemory(op.args[2]!)) of(op.args[2]!).mixed = true;
        break;
      case "copy":
        of(op.args[0]!).writes.push(access);
        of(op.args[1]!).loads.push(access);
        break;
      case "call": {
        const callee = this.#places.functions.get(op.attr.callee)!;
        const calls = this.#calls.get(callee);
        if (calls === undefined) this.#calls.set(callee, [access]);
        else calls.push(access);
        break;
      }
      default:
    }
  }

  /** Counts a call as a write into every class that the callee, or what it calls, writes. */
  #spreadWrites(program: Program): void {
    for (const f of program.functions) this.#written.set(f, new Set());
    for (const [node, { writes }] of this.#memory)
      for (const { f } of writes) this.#written.get(f)!.add(node);
    for (let changed = true; changed;) {
      changed = false;
      for (const [callee, calls] of this.#calls) {
        for (const node of this.#written.get(callee)!) {
          for (const call of calls) {
            const { writes } = this.#of(node);
            if (writes.includes(call)) continue;
            writes.push(call);
            this.#written.get(call.f)!.add(node);
            changed = true;
          }
        }
      }
    }
  }
}
