/** `structuredClone(x)`: copies all the way down. */
import type { Node } from "../ast.ts";
import { getField, makeObject } from "./access.ts";
import { copyOf } from "./arrays.ts";
import { lengthOf } from "./blocks.ts";
import type { Context } from "./context.ts";
import { there } from "./maybe.ts";
import { generate } from "./methods.ts";
import { index } from "./numbers.ts";
import { elementUnchecked } from "./records.ts";
import { kindOf } from "./values.ts";
import type { Num, Val } from "./values.ts";

/**
 * @param done what was copied before: the same object twice is one object, and its copy is, too
 * @param path where in the whole this is
 */
export function cloned(
  cx: Context,
  whole: Val,
  node: Node,
  done: Map<unknown, Val> = new Map(),
  path: string = "",
): Val {
  const x = there(cx, whole, node);
  const inner = (part: Val, key: string): Val => cloned(cx, part, node, done, `${path}.${key}`);
  switch (x.t) {
    case "num":
    case "bool":
    case "str":
    case "text":
    case "nothing":
    case "unknown":
    case "poison":
      return x;
    case "obj": {
      if (x.made !== undefined || x.accessors !== undefined) break;
      const known = done.get(x.fields);
      if (known !== undefined) return known;
      const fields = [...x.fields.keys()].map(
        (key) => [key, inner(getField(cx, x, key, node), key)] as const,
      );
      const copy = makeObject(x.tuple, fields, undefined);
      done.set(x.fields, copy);
      return copy;
    }
    case "place": {
      const { structure: s } = x;
      if (s.kind !== "tuple" && (s.kind !== "object" || s.made !== undefined)) break;
      const keys = s.kind === "tuple" ? s.elements.map((_, i) => String(i)) : s.fields.map(([key]) => key);
      const fields = keys.map((key) => [key, inner(getField(cx, x, key, node), key)] as const);
      return makeObject(s.kind === "tuple", fields, undefined);
    }
    case "vec": {
      const known = done.get(x.length);
      if (known !== undefined) return known;
      const isFlat = x.store.element.kind === "number" || x.store.element.kind === "boolean";
      // What is learned of a copy is learned of it alone.
      const site = cx.parts.prelude(node, `clone${path}`, "() => 0").node;
      const element = (i: Num): Val => inner(elementUnchecked(cx, x, index(cx, i, "i")), "[]");
      const copy = isFlat ? copyOf(cx, x, site) : generate(cx, lengthOf(cx, x), element, site, undefined);
      done.set(x.length, copy);
      return copy;
    }
    default:
  }
  return cx.refuse(
    node,
    "unsupported-call",
    `structuredClone of ${kindOf(x)} gives no copy of it: of an object, JavaScript copies the fields alone, and functions not at all.`,
    "Copy what holds numbers by name: { ...p }, a.slice(), rows.map((row) => row.slice()).",
  );
}
