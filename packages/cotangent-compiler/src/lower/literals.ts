/** What is written in brackets and braces: lists with spreads, objects, texts with values in them. */
import { structureOf, toMemory } from "./records.ts";
import type { Node } from "../ast.ts";
import { getElement, getField, learn, makeObject } from "./access.ts";
import { copyOf } from "./arrays.ts";
import { lengthOf, NUMBER, newArray } from "./blocks.ts";
import type { Context } from "./context.ts";
import { anyNumber } from "./elements.ts";
import { there } from "./maybe.ts";
import { unsupported } from "./operators.ts";
import { METHODS_IN_WORDS } from "./prelude.ts";
import { asString } from "./texts.ts";
import { constant, NOTHING, kindOf } from "./values.ts";
import type { Env, Obj, Val, Vec, Accessor, Fun } from "./values.ts";

/** A text whose parts are known. */
export function template(cx: Context, node: Node, env: Env): Val {
  const parts = node.quasis.map((quasi, i) => {
    const part = node.expressions[i];
    const text = (quasi.value as { cooked: string }).cooked;
    return part === undefined ? text : text + asString(cx, cx.parts.expression(part, env), part);
  });
  return { t: "str", k: parts.join("") };
}

/** An array among elements or arguments, spread there, whose length is not known before the program runs. */
export interface Run {
  readonly list: Vec;
  readonly node: Node;
}

export const isRun = (part: Val | Run): part is Run => "list" in part;

/** The elements of a list in brackets or of arguments, spreads spread. */
export function spread(cx: Context, nodes: readonly (Node | null)[], env: Env): readonly Val[] {
  return runs(cx, nodes, env).map((part) =>
    isRun(part)
      ? cx.refuse(
          part.node,
          "unsupported-array",
          "The length of what is spread here is not known when compiling.",
          "Pass the array itself, and take its elements there.",
        )
      : part,
  );
}

/** The same where arrays of any length have their place. */
export function runs(cx: Context, nodes: readonly (Node | null)[], env: Env): readonly (Val | Run)[] {
  return nodes.flatMap((element): readonly (Val | Run)[] => {
    if (element === null) return [NOTHING];
    if (element.type !== "SpreadElement") return [cx.parts.expression(element, env)];
    const x = there(cx, cx.parts.expression(element.argument!, env), element.argument!);
    if (x.t === "obj" && x.tuple) return [...x.fields.values()].map((cell) => cx.read(cell));
    if (x.t === "place" && x.structure.kind === "tuple") {
      return x.structure.elements.map((_, i) => getField(cx, x, String(i), element));
    }
    if (x.t === "vec") {
      const n = lengthOf(cx, x).k;
      return n !== undefined && n <= 64
        ? Array.from({ length: n }, (_, i) => getElement(cx, x, constant(i), element))
        : [{ list: x, node: element }];
    }
    if (x.t === "unknown") return learn(cx, x.path, "array");
    return cx.refuse(
      element,
      "unsupported-array",
      "Only arrays can be spread here.",
      "Name what is to be passed, one by one.",
    );
  });
}

/** `[...a, x, ...b]`, with arrays of any length. */
export function joined(cx: Context, parts: readonly (Val | Run)[], node: Node): Val {
  const lists: Val[] = [];
  let single: Val[] = [];
  const flush = (): void => {
    if (single.length > 0) lists.push(tupleOf(single, node));
    single = [];
  };
  for (const part of parts) {
    if (isRun(part)) {
      flush();
      lists.push(part.list);
    } else single.push(part);
  }
  flush();
  const [first] = lists;
  if (lists.length === 1 && first?.t === "vec")
    return { ...copyOf(cx, first, node, undefined, anyNumber(first.store.element)), typed: false };
  const all = lists.reduce((before, list, k) =>
    cx.parts.call(cx.parts.prelude(node, `concat${k}`, METHODS_IN_WORDS["concat"]!), [before, list], node),
  );
  const stores = lists.flatMap((list) => (list.t === "vec" ? [list.store] : []));
  if (all.t === "vec" && stores.some((store, k) => stores.indexOf(store) < k)) all.store.sharing.repeat({});
  return all;
}

export const tupleOf = (items: readonly Val[], node: Node): Obj =>
  makeObject(
    true,
    items.map((x, i) => [String(i), x] as const),
    node,
  );

export function arrayLiteral(cx: Context, node: Node, env: Env, name?: string): Val {
  const site = cx.knowledge.site(node);
  const { elements } = node;
  // [...a] of an array is a copy of it.
  const only = elements.length === 1 ? elements[0] : undefined;
  if (only?.type === "SpreadElement") {
    const x = cx.parts.expression(only.argument!, env);
    if (x.t === "vec") return { ...copyOf(cx, x, node, name, anyNumber(x.store.element)), typed: false };
  }
  if (elements.length === 0 && site.memory !== true) {
    site.memory = true;
    site.growable = true;
  }
  const parts = runs(cx, elements, env);
  if (parts.some(isRun)) return joined(cx, parts, node);
  const items = parts as readonly Val[];
  const tuple = tupleOf(items, node);
  if (site.memory !== true) return tuple;
  const element = site.element ?? (items[0] === undefined ? NUMBER : structureOf(cx, items[0], node));
  const growable = site.growable === true;
  if (items.length === 0) return newArray(cx, element, constant(0), node, { growable, name });
  return toMemory(cx, tuple, element, node, { growable, name, site: node });
}

export function objectLiteral(cx: Context, node: Node, env: Env): Obj {
  const fields = new Map<string, Val>();
  const accessors = new Map<string, Accessor>();
  for (const property of node.properties) {
    if (property.type === "SpreadElement") {
      const x = cx.parts.expression(property.argument!, env);
      for (const [key, value] of entriesOf(cx, x, property)) fields.set(key, value);
      continue;
    }
    const key = keyOf(cx, property, env);
    if (property.kind !== "init") {
      const fun: Fun = { t: "fun", node: property.value as Node, env, name: key };
      const { get, set } = accessors.get(key) ?? {};
      accessors.set(
        key,
        property.kind === "get" ? { t: "accessor", get: fun, set } : { t: "accessor", get, set: fun },
      );
    } else fields.set(key, cx.parts.expression(property.value as Node, env, key));
  }
  const made = makeObject(false, fields, node);
  return accessors.size === 0 ? made : { ...made, accessors };
}

/** The name of a property. */
export function keyOf(cx: Context, property: Node, env: Env): string {
  if (!property.computed) {
    return property.key.type === "Identifier" ? property.key.name : String(property.key.value);
  }
  const key = cx.parts.expression(property.key, env);
  if (key.t === "str") return key.k;
  if (key.t === "num" && key.k !== undefined) return String(key.k);
  return unsupported(cx, property.key, "A computed field name");
}

/** Fields in the order in which JavaScript goes through them: those whose names are indices come first. */
function inOrder(fields: readonly (readonly [string, Val])[]): readonly (readonly [string, Val])[] {
  const isIndex = (key: string): boolean => /^(?:0|[1-9]\d*)$/.test(key);
  const indices = fields.filter(([key]) => isIndex(key)).sort(([x], [y]) => Number(x) - Number(y));
  return [...indices, ...fields.filter(([key]) => !isIndex(key))];
}

/** The fields of an object. */
export function entriesOf(cx: Context, whole: Val, node: Node): readonly (readonly [string, Val])[] {
  const x = there(cx, whole, node);
  if (x.t === "obj" && !x.tuple) {
    const own = [...x.fields].filter(([key]) => !key.startsWith("#"));
    const gotten = [...(x.accessors?.keys() ?? [])];
    return inOrder([
      ...own.map(([key, cell]) => [key, cx.read(cell)] as const),
      ...gotten.map((key) => [key, getField(cx, x, key, node)] as const),
    ]);
  }
  if (x.t === "place" && x.structure.kind === "object") {
    return inOrder(x.structure.fields.map(([key]) => [key, getField(cx, x, key, node)] as const));
  }
  return cx.refuse(
    node,
    "unsupported-type",
    `The fields of ${kindOf(x)} are not known here.`,
    "Name the fields one by one.",
  );
}
