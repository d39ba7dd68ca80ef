/** A derivative's program as a TypeScript module. */
import { isOp, leafTypes } from "cotangent/program";
import type { CapturedParameter, Func, Program, Structure, Value } from "cotangent/program";

import { bare } from "../ast.ts";
import type { Node } from "../ast.ts";
import { Classes, eachOperation } from "./classes.ts";
import { definedBy, Facts, isNamed } from "./facts.ts";
import { helperTexts } from "./helpers.ts";
import { clean } from "./naming.ts";
import { isConverting, leavesOf, putTogether, takeApart, Words } from "./structures.ts";
import type { Leaf, Part } from "./structures.ts";
import { withReadableNumbers } from "./text/algebra.ts";
import { printAlias, printFunction, printStatements } from "./text/print.ts";
import { withoutUnread } from "./text/reads.ts";
import { tidy } from "./text/tidy.ts";
import { call, num, text, use } from "./text/tree.ts";
import type { Expression, Statement, Variable } from "./text/tree.ts";
import { Types } from "./types.ts";
import { Matrix, matrixType, rowType } from "./matrix.ts";
import { FunctionWriter } from "./write.ts";
import type { Origin, Shape } from "./shape.ts";
import type { Shared } from "./shared.ts";

export function writeModule(shape: Shape, origin: Origin): string {
  return new ModuleWriter(shape, origin).write();
}

/** What derivatives of functions are called. */
const WAYS: Readonly<Record<string, string>> = {
  forth: "Forward",
  back: "Backward",
  forward: "Tangent",
  reverse: "Gradient",
};

const pascal = (name: string): string => name.charAt(0).toUpperCase() + name.slice(1);

class ModuleWriter {
  readonly #shape: Shape;
  readonly #origin: Origin;
  readonly #program: Program;
  readonly #types: Types;
  readonly #facts = new Map<Func, Facts>();
  readonly #tapes = new Map<
    string,
    { readonly type: string; readonly tape: Value; readonly slots: readonly string[] }
  >();

  #tapeTypeCount = 0;

  constructor(shape: Shape, origin: Origin) {
    this.#shape = shape;
    this.#origin = origin;
    this.#program = shape.program;
    this.#types = new Types(origin.module);
    this.#nameResults();
    this.#program.functions.forEach((f, k) => this.#facts.set(f, new Facts(f, k === 0)));
  }

  write(): string {
    const [entry, ...others] = this.#program.functions as [Func, ...Func[]];
    const { lowered, name, module, node, wrt } = this.#origin;
    const given = [...lowered.params, ...lowered.outside].flatMap((p) => leavesOf(p.structure));
    const those = (is: (s: Structure) => boolean): Value[] =>
      entry.body.args.slice(0, given.length).filter((_, k) => is(given[k]!));
    const texts = those((s) => s.kind === "boolean" && s.of !== undefined);
    const classes = new Classes(this.#program, this.#plainArrays(entry), texts);
    const functions = this.#functionNames(others);
    const taken = new Set(["Row", this.#shape.name, name, ...functions.values(), ...module.types.keys()]);
    const data = this.#data(taken);
    const params = new Map(
      others.map((f) => [
        f.name,
        f.body.args.flatMap((v, i) => (this.#facts.get(f)!.isNeeded(v) ? [i] : [])),
      ]),
    );
    const shared: Shared = {
      classes,
      functions,
      params,
      helpers: new Set(),
      data,
      converting: new Set(those(isConverting)),
      taken,
      tapeType: (tape) => this.#tape(tape, classes).type,
      slotNames: (tape) => this.#tape(tape, classes).slots,
    };
    void lowered;
    void node;
    void wrt;
    const main = this.#entry(entry, shared);
    const rest = others.map((f) => this.#function(f, shared));
    const constants = [...data].map(([elements, word]) =>
      printStatements([
        {
          kind: "declare",
          keyword: "const",
          target: { name: word },
          type: undefined,
          value: withReadableNumbers({ kind: "array", elements: Array.from(elements, num) }),
        },
      ]),
    );
    const isMatrix = this.#shape.kind === "hessian" || this.#shape.kind === "jacobian";
    const parts = [
      ...this.#types.declarations,
      ...(isMatrix && this.#shape.fixed !== true ? [printAlias("Row", rowType(this.#origin))] : []),
      ...this.#tapeTypes(classes),
      ...constants.map((c) => `${c}\n`),
      main,
      ...rest,
      ...helperTexts(shared.helpers),
    ];
    return parts.join("\n");
  }

  // Names

  /** What is returned is called after the parameter that it belongs to. */
  #nameResults(): void {
    const { lowered, wrt } = this.#origin;
    const { kind, value } = this.#shape;
    if (kind !== "gradient" && kind !== "pullback") return;
    const [entry] = this.#program.functions as [Func];
    let at = value ? leafTypes(lowered.result).length : 0;
    const first: number[] = [];
    lowered.params.reduce((n, p, i) => ((first[i] = n), n + leafTypes(p.structure).length), 0);
    for (const i of wrt) {
      leafTypes(lowered.params[i]!.structure).forEach((ty, k) => {
        if (ty === "i32") return;
        const result = entry.body.yields[at++]!;
        const name = entry.params[first[i]! + k]!.name;
        if (!isNamed(result) && definedBy(result)?.kind !== "constant") result.name = `d${pascal(name)}`;
      });
    }
  }

  #functionNames(functions: readonly Func[]): ReadonlyMap<string, string> {
    const taken = new Set<string>([this.#shape.name, this.#origin.name]);
    return new Map(
      functions.map((f) => {
        const [, own, ways] = /^(.*?)((?:_\d+|_(?:forth|back|forward|reverse)\d*)*)$/.exec(f.name)!;
        const stem = clean(own!) + ways!.replace(/_([a-z]*)\d*/g, (_, way: string) => WAYS[way] ?? "");
        let name = stem;
        for (let k = 2; taken.has(name); k++) name = `${stem}${k}`;
        taken.add(name);
        return [f.name, name];
      }),
    );
  }

  #data(taken: Set<string>): ReadonlyMap<Float64Array, string> {
    const found = new Map<Float64Array, string>();
    eachOperation(this.#program, (op, f) => {
      if (op.kind !== "data" || found.has(op.attr) || !this.#facts.get(f)!.needed.has(op)) return;
      const stem = clean(op.results[0]!.name ?? "table");
      let name = stem;
      for (let k = 2; taken.has(name); k++) name = `${stem}${k}`;
      taken.add(name);
      found.set(op.attr, name);
    });
    return found;
  }

  // Tapes that are handed on

  #tape(tape: Value, classes: Classes): { readonly type: string; readonly slots: readonly string[] } {
    const key = classes.tapeName(tape);
    let known = this.#tapes.get(key);
    if (known === undefined) {
      const kind = classes.tape(tape);
      const slots: string[] = [];
      kind.stored.forEach((v, k) => {
        const stem = v === undefined ? "unused" : v.ty === "tape" ? "inner" : clean(v.name ?? "value");
        let name = stem;
        for (let n = 2; slots.includes(name); n++) name = `${stem}${n}`;
        slots[k] = name;
      });
      // Others are variables, and have no type.
      if (kind.escapes) this.#tapeTypeCount++;
      const word = this.#tapeTypeCount <= 1 ? "Tape" : `Tape${this.#tapeTypeCount}`;
      known = { type: word, tape, slots };
      this.#tapes.set(key, known);
    }
    return known;
  }

  #tapeTypes(classes: Classes): string[] {
    const texts: string[] = [];
    const done = new Set<string>();
    for (let more = true; more;) {
      more = false;
      for (const { type, tape, slots } of this.#tapes.values()) {
        const kind = classes.tape(tape);
        if (!kind.escapes || done.has(type)) continue;
        done.add(type);
        more = true;
        const lines = kind.stored.flatMap((v, k) => {
          if (v === undefined) return [];
          const element = this.#slotType(v, classes);
          return [`  ${slots[k]!}: ${kind.single ? element : `${element}[]`};\n`];
        });
        texts.push(
          `/** What is remembered on the way forward for the way back. */\ninterface ${type} {\n${lines.join("")}}\n`,
        );
      }
    }
    return texts;
  }

  #slotType(v: Value, classes: Classes): string {
    switch (v.ty) {
      case "f64":
        return "number";
      case "i32":
        return classes.isTruth(v) ? "boolean" : "number";
      case "array":
        return classes.isPlain(v) ? "number[]" : "Float64Array";
      default:
        return this.#tape(v, classes).type;
    }
  }

  // Functions

  #function(f: Func, shared: Shared): string {
    const facts = this.#facts.get(f)!;
    const writer = new FunctionWriter(f, facts, shared);
    const body = writer.write((values) =>
      values.length === 0
        ? undefined
        : values.length === 1
          ? values[0]!()
          : { kind: "array", elements: values.map((v) => v()) },
    );
    const results = f.body.yields.map((v) => writer.typeOf(v));
    return printFunction({
      name: shared.functions.get(f.name)!,
      exported: false,
      comment: [],
      params: shared.params.get(f.name)!.map((i) => ({
        name: writer.parameter(f.body.args[i]!).name,
        type: writer.typeOf(f.body.args[i]!),
      })),
      result: results.length === 0 ? "void" : results.length === 1 ? results[0]! : `[${results.join(", ")}]`,
      body: readable(tidy(body)),
    });
  }

  /** Arrays of the entry that may be `number[]`: those passed as such, and those returned as such. */
  #plainArrays(entry: Func): Value[] {
    const { lowered } = this.#origin;
    const found: Value[] = [];
    const structures = [
      ...lowered.params.map((p) => p.structure),
      ...lowered.outside.map((p) => p.structure),
    ];
    let next = 0;
    // Truths have no derivative to be returned.
    const markActive = (s: Structure): void => {
      if (s.kind === "boolean") return;
      if (s.kind === "tuple") s.elements.forEach(markActive);
      else if (s.kind === "object") s.fields.forEach(([, e]) => markActive(e));
      else mark(s, entry.body.yields);
    };
    const mark = (s: Structure, values: readonly Value[]): void => {
      if (s.kind === "array") {
        const count = leafTypes(s).length;
        if (s.typed !== true) found.push(...values.slice(next, next + count).filter((x) => x.ty === "array"));
        next += count;
      } else if (s.kind === "tuple") s.elements.forEach((e) => mark(e, values));
      else if (s.kind === "object") s.fields.forEach(([, e]) => mark(e, values));
      else if (s.kind !== "nothing") next++;
    };
    structures.forEach((s) => mark(s, entry.body.args));
    const { kind, value } = this.#shape;
    if (kind === "hessian" || kind === "jacobian") return found;
    next = 0;
    const returned = entry.body.yields;
    if (value) mark(lowered.result, returned);
    if (kind === "tangent") mark(lowered.result, returned);
    else for (const i of this.#origin.wrt) markActive(lowered.params[i]!.structure);
    return found;
  }

  #entry(entry: Func, shared: Shared): string {
    const { lowered, node, name, wrt } = this.#origin;
    const facts = this.#facts.get(entry)!;
    const words = new Words([...shared.taken, ...lowered.params.map((p) => p.name)]);
    const prologue: Statement[] = [];
    const bindings = new Map<Value, Expression>();
    const copied = new Set<Value>();
    const numbers = new Map<Value, Variable>();
    let next = 0;
    const leaves: Leaf[][] = [];
    const bind = (p: CapturedParameter, parameter: Variable, active = false): void => {
      const apart: Statement[] = [];
      const types = leafTypes(p.structure);
      // What has no derivative has no tangent and no cotangent.
      const own = takeApart(p.structure, use(parameter), p.name, words, apart).filter(
        (_, k) => !active || types[k] !== "i32",
      );
      const values = entry.body.args.slice(next, next + own.length);
      next += own.length;
      if (values.some((v) => facts.isNeeded(v))) prologue.push(...apart);
      leaves.push(own);
      own.forEach((leaf, k) => {
        const v = values[k]!;
        // A number by its name is a variable like any other.
        const isText = p.structure.kind === "boolean" && p.structure.of !== undefined;
        if ((p.structure.kind === "number" || p.structure.kind === "boolean") && !isText)
          numbers.set(v, parameter);
        else bindings.set(v, this.#prepared(v, leaf, p, facts, shared, words, prologue, copied));
      });
    };
    const parameters = lowered.params.map((p) => ({ name: p.name }));
    lowered.params.forEach((p, i) => bind(p, parameters[i]!));
    lowered.outside.forEach((p) => bind(p, { name: p.name }));
    const more = this.#seedParameters(bind, words);
    const writer = new FunctionWriter(entry, facts, shared, bindings, numbers);
    const body = writer.write(
      (values, out, names) => this.#result(values, entry, shared, parameters, leaves, words.fork(names), out),
      [...parameters, ...words.given, ...lowered.outside.map((p) => ({ name: p.name }))],
    );
    const printed = readable(tidy(withoutUnread([...prologue, ...body])));
    const written = printStatements(printed);
    // An underscore says that a parameter is there for the signature only.
    for (const v of [...parameters, ...more.map((m) => m.variable)]) {
      if (!isMentioned(written, v.name)) v.name = `_${v.name}`;
    }
    const params = lowered.params.map((p, i) => {
      const pattern = node.params[i]!;
      const target = pattern.type === "AssignmentPattern" ? pattern.left : pattern;
      const fallback = pattern.type === "AssignmentPattern" ? literal(pattern.right) : undefined;
      return {
        name: parameters[i]!.name,
        type: this.#types.parameter(target.typeAnnotation, p.structure),
        fallback: more.length > 0 ? undefined : fallback,
      };
    });
    void name;
    void wrt;
    return printFunction({
      name: this.#shape.name,
      exported: true,
      comment: this.#comment(),
      params: [...params, ...more.map((m) => ({ name: m.variable.name, type: m.type }))],
      result: this.#resultType(),
      body: printed,
    });
  }

  #prepared(
    v: Value,
    leaf: Leaf,
    p: CapturedParameter,
    facts: Facts,
    shared: Shared,
    words: Words,
    prologue: Statement[],
    copied: Set<Value>,
  ): Expression {
    if (v.ty !== "array" || !facts.isNeeded(v)) return leaf.expression;
    const given = leaf.passed ? !isTyped(p.structure, leaf) : true;
    const plain = shared.classes.isPlain(v);
    const converts = given && !plain;
    const isWritten = facts.isWritten(v) && leaf.passed;
    const isForeign = shared.converting.has(v);
    const isHandedOn = facts
      .usesOf(v)
      .some(({ at }) => !isOp(at) || !(at.kind === "load" || at.kind === "length"));
    if (!converts && !isWritten && !(isForeign && isHandedOn)) return leaf.expression;
    const copy = words.fresh(`${clean(v.name ?? p.name)}Copy`);
    copied.add(v);
    const value = converts
      ? call("Float64Array.from", leaf.expression)
      : isForeign
        ? call("Array.from", leaf.expression)
        : call({ kind: "member", object: leaf.expression, name: "slice" });
    prologue.push({ kind: "declare", keyword: "const", target: copy, type: undefined, value });
    return use(copy);
  }

  #seedParameters(
    bind: (p: CapturedParameter, v: Variable, active: boolean) => void,
    words: Words,
  ): { readonly variable: Variable; readonly type: string }[] {
    const { lowered, wrt, node } = this.#origin;
    const more: { readonly variable: Variable; readonly type: string }[] = [];
    const add = (name: string, structure: Structure, type: string): void => {
      const variable = words.fresh(name);
      more.push({ variable, type });
      bind({ name: variable.name, structure }, variable, true);
    };
    if (this.#shape.kind === "pullback")
      add("dOut", lowered.result, this.#types.result(node.returnType, lowered.result));
    if (this.#shape.kind === "tangent" || this.#shape.kind === "hvp") {
      for (const i of wrt) {
        const p = lowered.params[i]!;
        const pattern = node.params[i]!;
        const target = pattern.type === "AssignmentPattern" ? pattern.left : pattern;
        const name = this.#shape.kind === "hvp" ? `v${pascal(p.name)}` : `${p.name}Dot`;
        add(name, p.structure, this.#types.parameter(target.typeAnnotation, p.structure));
      }
    }
    return more;
  }

  #result(
    values: readonly (() => Expression)[],
    entry: Func,
    shared: Shared,
    parameters: readonly Variable[],
    leaves: readonly (readonly Leaf[])[],
    words: Words,
    out: Statement[],
  ): Expression {
    const { lowered, wrt } = this.#origin;
    const { kind } = this.#shape;
    const yields = entry.body.yields;
    if (kind === "hessian" || kind === "jacobian") {
      const isTruth = (k: number): boolean => shared.classes.isTruth(yields[k]!);
      return new Matrix(this.#shape, this.#origin, values, isTruth, parameters, leaves, words, out).write();
    }
    let at = 0;
    const part = (): Part => {
      const v = yields[at]!;
      const isTruth = shared.classes.isTruth(v);
      return { read: values[at++]!, plain: v.ty === "array" && shared.classes.isPlain(v), isTruth };
    };
    const structured = (
      s: Structure,
      types: readonly string[],
      like: Expression,
      likes: readonly Expression[],
    ): Expression => {
      const parts = types.map((ty): Part =>
        ty === "i32" ? { read: () => text("false"), plain: false } : part(),
      );
      return putTogether(s, parts.values(), { whole: like, leaves: likes.values(), words });
    };
    const ofResult = (): Expression => {
      const types = leafTypes(lowered.result);
      const parts = types.map(() => part());
      likes ??= parts.map((p) => p.read);
      const leaves = likes.map((read) => read()).values();
      return putTogether(
        lowered.result,
        parts.values(),
        parts[0]?.read === likes[0] ? undefined : { whole: undefined, leaves, words },
      );
    };
    // Where arrays in a tangent begin, the value tells.
    let likes: (() => Expression)[] | undefined;
    const value = this.#shape.value ? ofResult() : undefined;
    if (kind === "tangent") {
      return {
        kind: "object",
        fields: [
          ["value", value!],
          ["tangent", ofResult()],
        ],
      };
    }
    const each = wrt.map((i) => {
      const { structure } = lowered.params[i]!;
      return structured(
        structure,
        leafTypes(structure),
        use(parameters[i]!),
        leaves[i]!.map((l) => l.expression),
      );
    });
    const all: Expression =
      lowered.params.length === 1 && each.length === 1 ? each[0]! : { kind: "array", elements: each };
    return value === undefined
      ? all
      : {
          kind: "object",
          fields: [
            ["value", value],
            ["grad", all],
          ],
        };
  }

  #resultType(): string {
    const { lowered, wrt, node } = this.#origin;
    const { kind } = this.#shape;
    const value = (): string => this.#types.result(node.returnType, lowered.result);
    if (kind === "tangent") return `{ value: ${value()}; tangent: ${value()} }`;
    if (kind === "hessian" || kind === "jacobian")
      return matrixType(this.#origin, kind, this.#shape.fixed === true);
    const each = wrt.map((i) => {
      const pattern = node.params[i]!;
      const target = pattern.type === "AssignmentPattern" ? pattern.left : pattern;
      return this.#types.result(target.typeAnnotation, lowered.params[i]!.structure);
    });
    const all =
      lowered.params.length === 1 && each.length === 1
        ? each[0]!
        : `[${each.map((t, k) => `d${pascal(lowered.params[wrt[k]!]!.name)}: ${t}`).join(", ")}]`;
    return this.#shape.value ? `{ value: ${value()}; grad: ${all} }` : all;
  }

  #comment(): string[] {
    const { file, node, wrt, lowered } = this.#origin;
    const place = file === undefined ? "" : ` (${file.replace(/^.*\//, "")}:${node.loc.start.line})`;
    const names = wrt.map((i) => `\`${lowered.params[i]!.name}\``);
    const by = names.length <= 1 ? names.join("") : `${names.slice(0, -1).join(", ")} and ${names.at(-1)!}`;
    return [`${this.#shape.title}${place} by ${by}.`];
  }
}

const isMentioned = (code: string, name: string): boolean =>
  new RegExp(`(?<![\\w$.])${name.replaceAll("$", "\\$")}(?![\\w$])`).test(code);

/** Whether the array that a leaf is was passed as a Float64Array. */
function isTyped(s: Structure, leaf: Leaf): boolean {
  // A part of an object: told by the path, which is the expression.
  let at: Structure = s;
  const names: string[] = [];
  for (let e = leaf.expression; e.kind === "member" || e.kind === "index"; e = e.object) {
    names.unshift(e.kind === "member" ? e.name : e.index.kind === "number" ? String(e.index.value) : "");
  }
  for (const name of names) {
    if (at.kind === "tuple") at = at.elements[Number(name)]!;
    else if (at.kind === "object") at = at.fields.find(([field]) => field === name)![1];
  }
  return at.kind === "array" && at.typed === true;
}

/** A default value that can be copied. */
function literal(node: Node): string | undefined {
  const n = bare(node);
  return n.type === "Literal" && typeof n.value === "number" ? String(n.value) : undefined;
}

/** Statements with all their numbers readable. */
function readable(statements: readonly Statement[]): Statement[] {
  return statements.map((s): Statement => {
    switch (s.kind) {
      case "declare":
        return s.value === undefined ? s : { ...s, value: withReadableNumbers(s.value) };
      case "assign":
        return { ...s, value: withReadableNumbers(s.value) };
      case "if":
        return { ...s, test: withReadableNumbers(s.test), yes: readable(s.yes), no: readable(s.no) };
      case "for":
      case "of":
      case "forever":
        return { ...s, body: readable(s.body) };
      case "while":
        return { ...s, test: withReadableNumbers(s.test), body: readable(s.body) };
      case "evaluate":
        return { ...s, value: withReadableNumbers(s.value) };
      case "return":
        return s.value === undefined ? s : { ...s, value: withReadableNumbers(s.value) };
      default:
        return s;
    }
  });
}
