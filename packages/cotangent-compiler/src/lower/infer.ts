/** What the source says of the structure of something around a function: its type, or how it came about. */
import type { Structure } from "cotangent/program";

import { bare, isFunction, namesIn } from "../ast.ts";
import type { Node } from "../ast.ts";
import { namesOf } from "../scopes.ts";
import type { Local } from "../scopes.ts";
import { elementsOfKind } from "./elements.ts";
import { sameStructure } from "./merge.ts";
import type { Module } from "./module.ts";
import { structureFromType, structureOfNew } from "./types.ts";

const NUMBER: Structure = { kind: "number" };
const BOOLEAN: Structure = { kind: "boolean" };
const TYPED: Structure = { kind: "array", element: NUMBER, typed: true };

/** Nobody writes longer chains of declarations by hand. */
const DEEPEST = 12;

/**
 * The structure of what a local name holds, as far as annotations and initialisers tell; undefined where they say nothing that we
 * understand, so that its use has to tell.
 */
export const structureOfLocal = (module: Module, local: Local): Structure | undefined =>
  new Inference(module).ofLocal(local, DEEPEST);

class Inference {
  readonly #module: Module;

  constructor(module: Module) {
    this.#module = module;
  }

  ofLocal({ kind, name, node, pattern, each }: Local, depth: number): Structure | undefined {
    if (depth === 0 || pattern === undefined) return undefined;
    const whole =
      this.#annotated(pattern) ??
      (each !== undefined
        ? elementOf(this.#of(each, depth))
        : kind === "parameter"
          ? this.#argument(node, pattern, depth)
          : this.#of(node.init ?? undefined, depth));
    return this.#part(pattern, name, whole, depth);
  }

  #annotated(pattern: Node): Structure | undefined {
    const target = pattern.type === "AssignmentPattern" ? pattern.left : pattern;
    return structureFromType(target.typeAnnotation, this.#module.types);
  }

  /** What a method of an array passes to a function that is written where it is called: `points.map((p, i) => ...)`. */
  #argument(node: Node, pattern: Node, depth: number): Structure | undefined {
    const call = namesOf(this.#module.source.program).passedTo.get(node);
    const callee = call === undefined ? undefined : bare(call.callee);
    if (callee?.type !== "MemberExpression" || callee.computed || bare(call!.arguments[0]!) !== node)
      return undefined;
    const at = node.params.indexOf(pattern);
    const element = (): Structure | undefined => elementOf(this.#of(callee.object, depth));
    if (CALLS_BACK.has(callee.property.name)) return at === 0 ? element() : at === 1 ? NUMBER : undefined;
    return callee.property.name === "reduce" && at === 1 ? element() : undefined;
  }

  /** What a pattern takes out of something by a name. */
  #part(pattern: Node, name: string, whole: Structure | undefined, depth: number): Structure | undefined {
    switch (pattern.type) {
      case "Identifier":
        return whole;
      case "AssignmentPattern":
        return this.#part(pattern.left, name, whole ?? this.#of(pattern.right, depth), depth);
      case "ArrayPattern": {
        const i = pattern.elements.findIndex((e) => e !== null && namesIn(e).includes(name));
        const e = pattern.elements[i]!;
        if (e.type === "RestElement") return whole?.kind === "array" ? whole : undefined;
        return this.#part(e, name, whole?.kind === "tuple" ? whole.elements[i] : elementOf(whole), depth);
      }
      case "ObjectPattern": {
        const property = pattern.properties.find((p) => namesIn(patternOf(p)).includes(name))!;
        if (property.type === "RestElement" || property.computed) return undefined;
        const key = property.key.name ?? String(property.key.value);
        return this.#part(property.value as Node, name, fieldOf(whole, key), depth);
      }
      default:
        return undefined;
    }
  }

  #of(outer: Node | undefined, depth: number): Structure | undefined {
    if (outer === undefined || depth === 0) return undefined;
    const inner = (node: Node): Structure | undefined => this.#of(node, depth - 1);
    const node = outer;
    switch (node.type) {
      case "TSAsExpression":
      case "TSSatisfiesExpression":
      case "TSTypeAssertion":
        return structureFromType(node.typeAnnotation, this.#module.types) ?? inner(node.expression);
      case "Literal":
        if (typeof node.value === "number") return NUMBER;
        return typeof node.value === "boolean" ? BOOLEAN : undefined;
      case "UnaryExpression":
        if (node.operator === "!") return BOOLEAN;
        return "+-~".includes(node.operator) ? NUMBER : undefined;
      case "UpdateExpression":
        return NUMBER;
      case "BinaryExpression":
        if (COMPARISONS.has(node.operator)) return BOOLEAN;
        // It may put texts together.
        if (node.operator === "+") return same(inner(node.left), inner(node.right));
        return NUMBER;
      case "LogicalExpression":
        return same(inner(node.left), inner(node.right));
      case "ConditionalExpression":
        return same(inner(node.consequent as Node), inner(node.alternate!));
      case "NewExpression":
        return this.#made(node);
      case "ArrayExpression":
        return listOf(node.elements.map((e) => (e === null ? undefined : inner(e))));
      case "ObjectExpression":
        return this.#object(node, depth);
      case "Identifier":
        return this.#named(node, depth - 1);
      case "MemberExpression":
        return this.#member(node, depth - 1);
      case "CallExpression":
        return this.#called(node, depth - 1);
      default:
        return bare(node) === node ? undefined : inner(node.expression);
    }
  }

  #made(node: Node): Structure | undefined {
    const made = structureOfNew(node, this.#module.types);
    if (made !== undefined) return made;
    const { name } = bare(node.callee);
    if (name === "Float64Array") return TYPED;
    const elements = elementsOfKind(name);
    if (elements !== undefined) return { kind: "array", element: elements };
    const of = (node.typeArguments ?? node.typeParameters)?.params[0];
    const element = name === "Array" ? structureFromType(of, this.#module.types) : undefined;
    return element === undefined ? undefined : { kind: "array", element };
  }

  #object(node: Node, depth: number): Structure | undefined {
    const fields: (readonly [string, Structure])[] = [];
    for (const p of node.properties) {
      const s =
        p.type === "Property" && !p.computed && p.kind === "init"
          ? this.#of(p.value as Node, depth - 1)
          : undefined;
      if (s === undefined) return undefined;
      fields.push([p.key.name ?? String(p.key.value), s]);
    }
    return { kind: "object", fields };
  }

  #named(node: Node, depth: number): Structure | undefined {
    const local = namesOf(this.#module.source.program).locals.get(node);
    if (local !== undefined) return this.ofLocal(local, depth);
    if (node.name === "NaN" || node.name === "Infinity") return NUMBER;
    const d = this.#module.declarations.get(node.name);
    if (d?.kind !== "constant") return undefined;
    const whole = this.#annotated(d.pattern) ?? this.#of(d.init, depth);
    return this.#part(d.pattern, node.name, whole, depth);
  }

  #member(node: Node, depth: number): Structure | undefined {
    const { object, property } = node;
    if (!node.computed && property.name === "length") return NUMBER;
    if (isMath(object)) return NUMBER;
    const whole = this.#of(object, depth);
    if (!node.computed) return fieldOf(whole, property.name);
    const key = bare(property).value;
    if (typeof key === "string") return fieldOf(whole, key);
    return whole?.kind === "tuple" && typeof key === "number" ? whole.elements[key] : elementOf(whole);
  }

  #called(node: Node, depth: number): Structure | undefined {
    const callee = bare(node.callee);
    const result = this.#resultOf(callee, depth);
    if (result !== undefined || callee.type !== "MemberExpression" || callee.computed) return result;
    const { object, property } = callee;
    const name = property.name;
    if (isMath(object)) return NUMBER;
    const [first, second] = node.arguments;
    if (object.type === "Identifier" && object.name === "Float64Array") return TYPED;
    if (object.type === "Identifier" && object.name === "Array" && name === "from") {
      const make = second === undefined ? elementOf(this.#of(first, depth)) : this.#resultOf(second, depth);
      return make === undefined ? undefined : { kind: "array", element: make };
    }
    const list = asArray(this.#of(object, depth));
    if (list === undefined) return undefined;
    if (SAME.has(name)) return list;
    if (name === "indexOf" || name === "push") return NUMBER;
    if (name !== "map") return undefined;
    if (list.typed === true) return list;
    const made = first === undefined ? undefined : this.#resultOf(first, depth);
    return made === undefined ? undefined : { kind: "array", element: made };
  }

  /** What a function returns, if it says so: by a type, or by being an expression. */
  #resultOf(outer: Node, depth: number): Structure | undefined {
    const f = this.#functionOf(bare(outer));
    if (f === undefined || depth <= 0) return undefined;
    const said = structureFromType(f.returnType, this.#module.types);
    const code = f.body as Node;
    return said ?? (code.type === "BlockStatement" ? undefined : this.#of(code, depth - 1));
  }

  #functionOf(node: Node): Node | undefined {
    if (isFunction(node)) return node;
    if (node.type !== "Identifier") return undefined;
    const local = namesOf(this.#module.source.program).locals.get(node);
    const d = this.#module.declarations.get(node.name);
    const found =
      local !== undefined
        ? local.kind === "function"
          ? local.node
          : local.node.init
        : d?.kind === "function"
          ? d.node
          : d?.kind === "constant"
            ? d.init
            : undefined;
    return found !== undefined && found !== null && isFunction(bare(found)) ? bare(found) : undefined;
  }
}

const CALLS_BACK: ReadonlySet<string> = new Set(
  "map forEach filter some every find findIndex flatMap".split(" "),
);
/** Methods that return an array like the one they belong to. */
const SAME: ReadonlySet<string> = new Set("slice subarray filter sort reverse fill concat with".split(" "));
const COMPARISONS: ReadonlySet<string> = new Set("< > <= >= == != === !== in instanceof".split(" "));

const isMath = (node: Node): boolean => node.type === "Identifier" && node.name === "Math";

const patternOf = (property: Node): Node =>
  property.type === "RestElement" ? property : (property.value as Node);

/** A tuple whose elements are all alike may be used as an array. */
function asArray(s: Structure | undefined): Extract<Structure, { kind: "array" }> | undefined {
  const list = s?.kind === "tuple" ? listOf(s.elements) : s;
  return list?.kind === "array" ? list : undefined;
}

const elementOf = (s: Structure | undefined): Structure | undefined => asArray(s)?.element;

const fieldOf = (s: Structure | undefined, key: string): Structure | undefined =>
  s?.kind === "object" ? s.fields.find(([name]) => name === key)?.[1] : undefined;

const same = (x: Structure | undefined, y: Structure | undefined): Structure | undefined =>
  x !== undefined && y !== undefined && sameStructure(x, y) ? x : undefined;

/** What a literal in brackets makes: an array where all its elements are alike. */
function listOf(elements: readonly (Structure | undefined)[]): Structure | undefined {
  const known = elements.filter((e) => e !== undefined);
  const [first] = known;
  if (first === undefined || known.length < elements.length) return undefined;
  return known.every((e) => sameStructure(e, first))
    ? { kind: "array", element: first }
    : { kind: "tuple", elements: known };
}
