/** From a function of a program to the statements of a TypeScript function. */
import { isOp } from "cotangent/program";
import type { Func, Op, Region, Value } from "cotangent/program";

import { isParameter } from "./classes.ts";
import { Expressions } from "./expressions.ts";
import { definedBy, isNamed } from "./facts.ts";
import type { Facts } from "./facts.ts";
import { clean, describe } from "./naming.ts";
import { common, contains, isInside } from "./regions.ts";
import type { Shared } from "./shared.ts";
import { sum } from "./text/algebra.ts";
import { printExpression } from "./text/print.ts";
import { countReads } from "./text/reads.ts";
import { change } from "./text/shapes.ts";
import { call, element, infix, member, num, same, use } from "./text/tree.ts";
import type { Expression, Statement, Variable } from "./text/tree.ts";
import { Variables } from "./variables.ts";

/** The variable of some values, as it is found to be used. */
interface Info {
  readonly variable: Variable;
  readonly values: Value[];
  /** Where it is used and set; the innermost region around all is its scope. */
  readonly regions: Set<Region>;
  /** How often it is read; and whether it was, in the last run. */
  reads: number;
  wasRead: boolean;
  assigned: number;
  declared: boolean;
  scope: Region | undefined;
}

/** Of a variable that has not been met yet. */
const infoOf = (variable: Variable, values: Value[] = []): Info => ({
  variable,
  values,
  regions: new Set(),
  reads: 0,
  wasRead: true,
  assigned: 0,
  declared: false,
  scope: undefined,
});

export class FunctionWriter {
  readonly #f: Func;
  readonly #facts: Facts;
  readonly #shared: Shared;
  readonly #variables: Variables;
  readonly #expressions: Expressions;
  readonly #infos = new Map<Value, Info>();
  /** Variables that stand for the slots of tapes. */
  readonly #columns = new Map<string, Info>();
  readonly #given: ReadonlySet<Variable>;
  readonly #bindings: ReadonlyMap<Value, Expression>;
  /** The steps of the loops that have been written, by where they were written by the user. */
  readonly #directions = new Map<string, number>();
  #dry = true;
  #region: Region;
  #out: Statement[] = [];

  /**
   * @param bindings parameters that are not variables of their own
   * @param given the variables of parameters whose names are settled
   */
  constructor(
    f: Func,
    facts: Facts,
    shared: Shared,
    bindings: ReadonlyMap<Value, Expression> = new Map(),
    given: ReadonlyMap<Value, Variable> = new Map(),
  ) {
    this.#f = f;
    this.#facts = facts;
    this.#shared = shared;
    this.#bindings = bindings;
    this.#variables = new Variables(facts, new Set(bindings.keys()));
    this.#expressions = new Expressions(facts, shared, bindings, {
      variable: (v) => this.#use(this.#info(v)),
      slot: (tape, slot, record, read) => this.#slot(tape, slot, record, read),
    });
    this.#region = f.body;
    for (const [v, variable] of given) {
      const info = infoOf(variable, [v]);
      info.regions.add(f.body);
      this.#infos.set(this.#variables.of(v), info);
    }
    this.#given = new Set(given.values());
  }

  /**
   * The body; `result` makes an expression of what is returned, if anything is. `reserve` are variables that exist beside
   * those of the program.
   */
  write(
    result: (
      values: readonly (() => Expression)[],
      out: Statement[],
      taken: readonly string[],
    ) => Expression | undefined,
    reserve: readonly Variable[] = [],
  ): Statement[] {
    const make = (values: readonly Value[]): void => {
      const value = result(
        values.map((v, k) => () => this.#expressions.value(v, this.#f.body.yields[k])),
        this.#out,
        [...this.#infos.values(), ...this.#columns.values()].map((info) => info.variable.name),
      );
      if (value !== undefined) this.#out.push({ kind: "return", value });
    };
    this.#returned = make;
    // Runs that find out what is used where, until nothing is left that nobody reads.
    for (let more = true; more;) {
      for (const v of this.#f.body.args) if (!this.#bindings.has(v)) this.#info(v).regions.add(this.#f.body);
      const statements = this.#block(this.#f.body);
      more = false;
      const all = [...this.#infos.values(), ...this.#columns.values()];
      const columns = new Set([...this.#columns.values()].map((info) => info.variable));
      const read = new Map<Variable, number>();
      countReads(statements, columns, read);
      for (const info of all) info.reads = read.get(info.variable) ?? 0;
      for (const info of all) {
        if (info.wasRead && info.reads === 0) {
          info.wasRead = false;
          more = true;
        }
      }
      if (!more) break;
      for (const info of all) {
        info.assigned = 0;
        info.declared = false;
        info.regions.clear();
      }
    }
    for (const info of this.#infos.values()) info.declared = false;
    this.#name(reserve);
    this.#dry = false;
    this.#directions.clear();
    for (const v of this.#f.body.args) if (!this.#bindings.has(v)) this.#info(v).declared = true;
    return this.#block(this.#f.body);
  }
  #returned: (values: readonly Value[]) => void = () => undefined;

  /** The variable of a parameter. */
  parameter(v: Value): Variable {
    return this.#info(v).variable;
  }

  // Variables

  #info(v: Value): Info {
    const root = this.#variables.of(v);
    let info = this.#infos.get(root);
    if (info === undefined) {
      this.#infos.set(root, (info = infoOf({ name: "" })));
    }
    if (!info.values.includes(v)) info.values.push(v);
    return info;
  }

  #use(info: Info): Expression {
    info.regions.add(this.#region);
    return use(info.variable);
  }

  /** Gives out names and scopes, after a first run that found out what is used where. */
  #name(reserve: readonly Variable[]): void {
    const all = [...this.#infos.values(), ...this.#columns.values()];
    for (const info of all)
      info.scope =
        [...info.regions].reduce<Region | undefined>(
          (a, b) => (a === undefined ? b : common(a, b)),
          undefined,
        ) ?? this.#f.body;
    const taken = new Map<string, Region[]>();
    const counted = new Map<Region, Map<string, number>>();
    for (const v of reserve) taken.set(v.name, [this.#f.body]);
    const isFree = (name: string, scope: Region): boolean =>
      !RESERVED.has(name) &&
      !this.#shared.taken.has(name) &&
      !this.#shared.helpers.has(name) &&
      !(taken.get(name) ?? []).some((other) => contains(other, scope) || contains(scope, other));
    const isParam = (info: Info): boolean => info.values.some(isParameter);
    const strong = (info: Info): boolean => info.values.some(isNamed);
    const rank = (info: Info): number => (isParam(info) ? 0 : strong(info) ? 1 : 2);
    const order = all
      .map((info, k) => [info, rank(info), k] as const)
      .sort((a, b) => a[1] - b[1] || a[2] - b[2]);
    for (const [info] of order) {
      // Reserved already.
      if (this.#given.has(info.variable)) continue;
      const wanted =
        info.variable.name === "" ? nameOf(info.values, this.#isTruth(info)) : info.variable.name;
      // What was remembered of a variable that is still about, or has gone on.
      const isRemembered = info.values.every((v) => definedBy(v)?.kind === "tape.load");
      const stem = isRemembered && strong(info) && !isFree(wanted, info.scope!) ? `${wanted}Before` : wanted;
      // What was taken stays taken: the search goes on where it ended for this place.
      const numbers = counted.get(info.scope!) ?? new Map<string, number>();
      counted.set(info.scope!, numbers);
      let k = numbers.get(stem) ?? 1;
      const numbered = (): string => (k === 1 ? stem : /\d$/.test(stem) ? `${stem}_${k}` : `${stem}${k}`);
      while (!isFree(numbered(), info.scope!)) k++;
      const name = numbered();
      numbers.set(stem, k);
      info.variable.name = name;
      taken.set(name, [...(taken.get(name) ?? []), info.scope!]);
    }
  }

  #isTruth({ values: [v] }: Info): boolean {
    return v !== undefined && this.#shared.classes.isTruth(v);
  }

  /** Sets a variable, unless nobody reads it. */
  #assign(info: Info, compute: () => Expression): void {
    if (!info.wasRead) return;
    info.regions.add(this.#region);
    const value = compute();
    const target = use(info.variable);
    if (this.#dry) {
      info.assigned++;
      this.#out.push({ kind: "assign", target, operator: "=", value });
      return;
    }
    if (!info.declared && info.scope === this.#region) {
      info.declared = true;
      const keyword = info.assigned === 1 ? "const" : "let";
      const tells = value.kind === "number" || (value.kind === "text" && /^(?:true|false)$/.test(value.text));
      const type = tells
        ? undefined
        : info.values[0]?.ty === "f64" && isChoice(value)
          ? "number"
          : this.#typeWhere(info, keyword, value);
      this.#out.push({ kind: "declare", keyword, target: info.variable, type, value });
      return;
    }
    const counts = info.values[0]?.ty === "i32" && value.kind === "infix" && value.operator === "+";
    if (counts && same(value.left, target) && same(value.right, num(1))) {
      this.#out.push({ kind: "count", target: info.variable });
    } else this.#out.push(change(target, value));
  }

  /** The type of a variable, where its first value does not tell it. */
  #typeWhere(info: Info, keyword: "const" | "let", value: Expression): string | undefined {
    const v = info.values[0];
    if (v === undefined || v.ty === "f64") return undefined;
    // TypeScript cannot tell by itself what an integer from an array is that goes round in a loop.
    if (keyword === "const")
      return v.ty === "i32" && value.kind === "infix" && value.operator === "|" ? "number" : undefined;
    return this.typeOf(v);
  }

  typeOf(v: Value): string {
    switch (v.ty) {
      case "f64":
        return "number";
      case "i32":
        return this.#shared.classes.isTruth(v) ? "boolean" : "number";
      case "array":
        return this.#shared.classes.isPlain(v) ? "number[]" : "Float64Array";
      default:
        return this.#shared.tapeType(v);
    }
  }

  /** Declares variables that are first set inside an operation but used behind it. */
  #declareFor(op: Op): void {
    if (this.#dry) return;
    for (const info of this.#infos.values()) {
      if (info.declared || info.scope !== this.#region || info.assigned === 0) continue;
      const inside = info.values.some((v) =>
        isOp(v.def) ? v.def === op || isInside(op, v.def.parent) : isInside(op, v.def),
      );
      if (!inside) continue;
      info.declared = true;
      const type = this.typeOf(info.values[0]!);
      this.#out.push({ kind: "declare", keyword: "let", target: info.variable, type, value: undefined });
    }
  }

  /** Several assignments as if at once: none reads what another has set. */
  #together(pairs: readonly (readonly [to: Value, from: Value])[]): void {
    const pending = pairs
      .map(([to, from]) => [to, this.#facts.real(from)] as const)
      .filter(
        ([to, from]) =>
          this.#facts.inlined.has(from) ||
          !hasVariable(from) ||
          this.#variables.of(to) !== this.#variables.of(from),
      )
      .map(([to, from]) => ({
        info: this.#info(to),
        root: this.#variables.of(to),
        compute: () => this.#expressions.value(from, to),
        reads: new Set(this.#variables.operands(from).map((v) => this.#variables.of(v))),
      }))
      .filter((p) => p.info.wasRead);
    while (pending.length > 0) {
      const at = pending.findIndex((p) => !pending.some((q) => q !== p && q.reads.has(p.root)));
      if (at >= 0) {
        const [next] = pending.splice(at, 1);
        this.#assign(next!.info, next!.compute);
        continue;
      }
      const all = pending.splice(0);
      for (const p of all) {
        p.info.regions.add(this.#region);
        if (this.#dry) p.info.assigned++;
      }
      this.#out.push({
        kind: "assign",
        target: { kind: "array", elements: all.map((p) => use(p.info.variable)) },
        operator: "=",
        value: { kind: "array", elements: all.map((p) => p.compute()) },
      });
    }
  }

  // Statements

  #block(region: Region): Statement[] {
    const [outer, around] = [this.#out, this.#region];
    const statements: Statement[] = [];
    this.#out = statements;
    this.#region = region;
    this.#operations(region);
    const returned = this.#facts.returns.get(region);
    if (returned !== undefined) {
      if (!this.#returnsInside(region)) this.#returned(returned);
    } else this.#together(this.#facts.yields(region));
    this.#out = outer;
    this.#region = around;
    return statements;
  }

  #returnsInside(region: Region): boolean {
    return region.ops.some((op) => op.kind === "if" && op.regions.some((r) => this.#facts.returns.has(r)));
  }

  #operations(region: Region): void {
    for (const op of region.ops) {
      if (!this.#facts.needed.has(op) || op.results.some((v) => this.#facts.inlined.has(v))) continue;
      this.#operation(op);
    }
  }

  #evaluate(value: Expression): void {
    this.#out.push({ kind: "evaluate", value });
  }

  #operation(op: Op): void {
    const [x, y, z] = op.args as [Value, Value, Value];
    const [out] = op.results as [Value];
    switch (op.kind) {
      case "store":
        this.#out.push(
          change(
            element(this.#expressions.value(x), this.#expressions.integer(y), false),
            this.#expressions.value(z),
          ),
        );
        return;
      case "accumulate": {
        const value = this.#expressions.value(z);
        const target = element(this.#expressions.value(x), this.#expressions.integer(y));
        this.#out.push(change(target, sum(target, value)));
        return;
      }
      case "fill":
        if (this.#isFresh(op)) return;
        this.#evaluate(call(member(this.#expressions.value(x), "fill"), this.#expressions.value(y)));
        return;
      case "copy":
        this.#evaluate(call(member(this.#expressions.value(x), "set"), this.#expressions.value(y)));
        return;
      case "fail":
        this.#out.push({ kind: "throw", message: this.#message(op) });
        return;
      case "for":
        return this.#for(op);
      case "while":
        return this.#while(op);
      case "if":
        return this.#if(op);
      case "call":
        return this.#call(op);
      case "tape.allocate":
        return this.#tape(op);
      case "tape.store":
        return this.#store(op);
      case "mark":
      case "reset":
      case "bound":
        return;
      default:
        this.#assign(this.#info(out), () => this.#expressions.compute(op, out));
    }
  }

  /** Filling with zeros what has just been made. */
  #isFresh(op: Op): boolean {
    const [array, x] = op.args as [Value, Value];
    const constant = definedBy(x);
    if (constant?.kind !== "constant" || !Object.is(constant.attr, 0)) return false;
    const made = definedBy(array);
    if (made?.kind !== "allocate" || made.parent !== op.parent) return false;
    const between = op.parent.ops.slice(op.parent.ops.indexOf(made) + 1, op.parent.ops.indexOf(op));
    return between.every((other) => other.regions.length === 0 && !other.args.includes(array));
  }

  #message(op: Extract<Op, { kind: "fail" }>): string {
    const parts = op.attr.message.replace(/[\\`$]/g, "\\$&");
    return `\`${parts.replace(/\{(\d+)\}/g, (_, k: string) => `\${${printExpression(this.#expressions.value(op.args[Number(k)]!))}}`)}\``;
  }

  #for(op: Extract<Op, { kind: "for" }>): void {
    const facts = this.#facts;
    const [body] = op.regions as [Region];
    const [index, ...carries] = body.args as [Value, ...Value[]];
    this.#comment(op);
    this.#declareAround(op);
    this.#together(facts.carries(op).map((k) => [carries[k]!, op.args[k + 2]!]));
    const { step } = op.attr;
    const from = this.#expressions.integer(op.args[0]!);
    const info = this.#info(index);
    info.declared = true;
    const at = use(info.variable);
    const test = this.#until(at, from, op.args[1]!, step);
    info.regions.add(body);
    const inner = this.#block(body);
    this.#out.push({ kind: "for", index: info.variable, from, test, step, body: inner });
  }

  /** `i < hi`, `i >= lo`: the limit written without - 1 where it can be. */
  #until(at: Expression, from: Expression, limit: Value, step: number): Expression {
    const op = definedBy(limit);
    const shift = (): number => {
      if (op?.kind === "constant") return 0;
      const constant =
        op !== undefined && this.#facts.inlined.has(limit) && (op.kind === "i32.add" || op.kind === "i32.sub")
          ? definedBy(op.args[1]!)
          : undefined;
      if (constant?.kind !== "constant") return 0;
      return op!.kind === "i32.add" ? constant.attr : -constant.attr;
    };
    const by = shift();
    if (step > 0 && by === 1) return infix("<=", at, this.#expressions.integer(op!.args[0]!));
    if (step < 0 && by === -1) return infix(">=", at, this.#expressions.integer(op!.args[0]!));
    if (step < 0 && op?.kind === "constant") return infix(">=", at, num(op.attr + 1));
    const end = this.#expressions.integer(limit);
    if (step < 0) return infix(">", at, end);
    return infix("<", at, from.kind === "number" && from.value >= 0 ? roundedUp(end) : end);
  }

  #while(op: Extract<Op, { kind: "while" }>): void {
    const facts = this.#facts;
    const [test, body] = op.regions as [Region, Region];
    this.#comment(op);
    this.#declareAround(op);
    this.#together(facts.carries(op).map((k) => [body.args[k]!, op.args[k]!]));
    const trips = op.results.at(-1)!;
    const counted = facts.isNeeded(trips) && facts.real(trips) === trips ? this.#info(trips) : undefined;
    if (counted !== undefined) this.#assign(counted, () => num(0));
    const plain = !facts.hasStatements(test);
    const [outer, around] = [this.#out, this.#region];
    const head: Statement[] = [];
    if (!plain) {
      // Computed in the loop's body, in front of everything.
      this.#out = head;
      this.#region = body;
      const place = this.#region;
      this.#operations(test);
      this.#region = place;
      head.push({
        kind: "if",
        test: this.#expressions.untruth(test.yields[0]!),
        yes: [{ kind: "break" }],
        no: [],
      });
      this.#out = outer;
      this.#region = around;
    }
    const condition = plain ? this.#expressions.truth(test.yields[0]!) : undefined;
    const inner = this.#block(body);
    if (counted?.wasRead === true) {
      counted.regions.add(body);
      if (this.#dry) counted.assigned++;
      inner.push({ kind: "count", target: counted.variable });
    }
    if (condition === undefined) this.#out.push({ kind: "forever", body: [...head, ...inner] });
    else this.#out.push({ kind: "while", test: condition, body: inner });
  }

  /** What a loop carries is declared with its first value, all else that is set inside but used behind it in front of it. */
  #declareAround(op: Op): void {
    const shift = op.kind === "for" ? 1 : 0;
    const carried = this.#facts.carries(op).map((k) => this.#info(op.regions[0]!.args[k + shift]!));
    const open = carried.filter((info) => !info.declared);
    for (const info of open) info.declared = true;
    this.#declareFor(op);
    for (const info of open) info.declared = false;
  }

  #if(op: Extract<Op, { kind: "if" }>): void {
    const facts = this.#facts;
    const [yes, no] = op.regions as [Region, Region];
    if (facts.conditionals.has(op)) {
      const out = op.results.find((v) => facts.isNeeded(v))!;
      this.#assign(this.#info(out), () => this.#expressions.compute(op, out));
      return;
    }
    const condition = op.args[0]!;
    if (facts.returns.has(yes)) {
      this.#declareFor(op);
      const test = this.#expressions.truth(condition);
      const first = this.#block(yes);
      if (test.kind === "text" && test.text === "true") {
        this.#out.push(...first);
        return;
      }
      this.#out.push({ kind: "if", test, yes: first, no: [] });
      const rest = this.#block(no);
      this.#out.push(...rest);
      return;
    }
    this.#declareFor(op);
    const [test, opposite] = [this.#expressions.truth(condition), this.#expressions.untruth(condition)];
    const [first, second] = [this.#block(yes), this.#block(no)];
    if (test.kind === "text") this.#out.push(...(test.text === "true" ? first : second));
    else if (first.length > 0) this.#out.push({ kind: "if", test, yes: first, no: second });
    else if (second.length > 0) this.#out.push({ kind: "if", test: opposite, yes: second, no: [] });
  }

  #call(op: Extract<Op, { kind: "call" }>): void {
    const params = this.#shared.params.get(op.attr.callee)!;
    const args = params.map((i) => this.#expressions.value(op.args[i]!, op.args[i]));
    const value = call(this.#shared.functions.get(op.attr.callee)!, ...args);
    const needed = op.results.map((v) => (this.#facts.isNeeded(v) ? this.#info(v) : undefined));
    const wanted = needed.map((info) => (info?.wasRead === true ? info : undefined));
    if (!wanted.some((info) => info !== undefined)) return this.#evaluate(value);
    if (op.results.length === 1) return this.#assign(wanted[0]!, () => value);
    for (const info of wanted) {
      if (info === undefined) continue;
      info.regions.add(this.#region);
      if (this.#dry) info.assigned++;
      info.declared = true;
    }
    const target = wanted.map((info) => info?.variable);
    while (target.at(-1) === undefined) target.pop();
    this.#out.push({ kind: "declare", keyword: "const", target, type: undefined, value });
  }

  // Tapes

  /** What is stored for later: variables of their own, or fields of an object that is handed on. */
  #slot(tape: Value, slot: number, record: Value, read: boolean): Expression {
    const kind = this.#shared.classes.tape(tape);
    const name = this.#shared.slotNames(tape)[slot]!;
    if (!kind.escapes) {
      const column = this.#use(this.#column(tape, slot));
      return kind.single ? column : element(column, this.#expressions.integer(record), read);
    }
    const field = member(this.#expressions.value(tape), name);
    return kind.single ? field : element(field, this.#expressions.integer(record), read);
  }

  #column(tape: Value, slot: number): Info {
    const key = `${this.#shared.classes.tapeName(tape)}.${slot}`;
    let info = this.#columns.get(key);
    if (info === undefined) {
      const name = this.#shared.slotNames(tape)[slot]!;
      info = infoOf({ name: `saved${name.charAt(0).toUpperCase()}${name.slice(1)}` });
      this.#columns.set(key, info);
    }
    return info;
  }

  #tape(op: Extract<Op, { kind: "tape.allocate" }>): void {
    const [out] = op.results as [Value];
    const { classes } = this.#shared;
    const kind = classes.tape(out);
    if (kind.escapes) {
      const type = this.#shared.tapeType(out);
      const names = this.#shared.slotNames(out);
      const fields = kind.single
        ? []
        : kind.stored.flatMap((v, k) =>
            v === undefined ? [] : [[names[k]!, { kind: "array", elements: [] }] as const],
          );
      const value: Expression = {
        kind: "as",
        value: { kind: "object", fields },
        type,
      };
      this.#assign(this.#info(out), () => value);
      return;
    }
    kind.stored.forEach((v, slot) => {
      if (v === undefined) return;
      const info = this.#column(out, slot);
      if (!info.wasRead) return;
      info.regions.add(this.#region);
      info.declared = true;
      const type = this.typeOf(v);
      if (kind.single) {
        this.#out.push({ kind: "declare", keyword: "let", target: info.variable, type, value: undefined });
        return;
      }
      const sized = !op.attr.growable && v.ty === "f64";
      const value: Expression = sized
        ? { kind: "new", type: "Float64Array", args: [this.#expressions.integer(op.args[0]!)] }
        : { kind: "array", elements: [] };
      this.#out.push({
        kind: "declare",
        keyword: "const",
        target: info.variable,
        type: sized ? undefined : `${type}[]`,
        value,
      });
    });
  }

  #store(op: Extract<Op, { kind: "tape.store" }>): void {
    const [tape, record, x] = op.args as [Value, Value, Value];
    const kind = this.#shared.classes.tape(tape);
    const stored = kind.stored[op.attr.slot]!;
    if (!kind.escapes) {
      if (!this.#column(tape, op.attr.slot).wasRead) return;
    }
    this.#out.push({
      kind: "assign",
      target: this.#slot(tape, op.attr.slot, record, false),
      operator: "=",
      value: this.#expressions.value(x, stored),
    });
  }

  /** A loop from the same place as another, but in the other direction, goes back through that. */
  #comment(op: Op): void {
    if (op.loc === undefined || this.#dry) return;
    const key = `${op.loc.line}:${op.loc.column}`;
    const direction = op.kind === "for" ? op.attr.step : 0;
    const first = this.#directions.get(key);
    this.#directions.set(key, first ?? direction);
    if (first !== undefined && first !== direction)
      this.#out.push({ kind: "comment", text: `Back through the loop of line ${op.loc.line}.` });
  }
}

/** x for ⌈x > 0 ? x : −1⌉: integers from 0 on are below the one where they are below the other. */
function roundedUp(limit: Expression): Expression {
  if (limit.kind !== "call" || limit.callee.kind !== "text" || limit.callee.text !== "Math.ceil")
    return limit;
  const [x] = limit.args as [Expression];
  if (x.kind !== "conditional" || x.test.kind !== "infix" || x.test.operator !== ">") return limit;
  const isPositive = same(x.test.left, x.yes) && same(x.test.right, num(0)) && same(x.no, num(-1));
  return isPositive ? x.yes : limit;
}

/** Whether a constant would have a type of its numbers alone, none of which is 0: comparing it with that were a mistake. */
const isChoice = (e: Expression): boolean =>
  e.kind === "conditional" &&
  [e.yes, e.no].every((x) => isChoice(x) || (x.kind === "number" && x.value !== 0));

const hasVariable = (v: Value): boolean => definedBy(v)?.kind !== "constant" && definedBy(v)?.kind !== "data";

/** The name that most fits a variable of these values. */
function nameOf(values: readonly Value[], truth: boolean): string {
  const pick = (list: readonly Value[]): string | undefined => list.find((v) => v.name !== undefined)?.name;
  const named = values.filter(isNamed);
  const given = pick(named.filter(isParameter)) ?? pick(named.filter((v) => !isOp(v.def))) ?? pick(named);
  if (given !== undefined) return clean(given);
  // Truths that go round in a loop are marks that it is to be left.
  if (truth) return values.some((v) => !isOp(v.def)) ? "done" : "condition";
  const weak = pick(values.filter((v) => !isOp(v.def))) ?? pick(values);
  return clean(weak ?? describe(values[0]!));
}

const RESERVED: ReadonlySet<string> = new Set(
  (
    "arguments await break case catch class const continue debugger default delete do else enum eval export extends false " +
    "finally for function if implements import in instanceof interface let Infinity Math NaN new null package private " +
    "protected public return static super switch this throw true try typeof undefined var void while with yield Float64Array " +
    "Array Number RangeError number boolean string object any never unknown symbol type declare"
  ).split(" "),
);
