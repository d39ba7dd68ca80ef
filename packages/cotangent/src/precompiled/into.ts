/** Imported by precompiled code that is asked for `into`: results are written to where they are wanted, and nothing is allocated for them. */
import { assign, builder } from "../program/marshal.ts";
import type { Structure } from "../program/structure.ts";
import type { Code, Into } from "./index.ts";

export const into: Into = {
  assign,
  view: (result) => builder(viewOf(result)),
  rooms: (code) => {
    const rooms: Float64Array[] = [];
    let isKept = false;
    const peek: Code = (...leaves) => {
      isKept = true;
      try {
        return code()(...leaves);
      } finally {
        isKept = false;
      }
    };
    return {
      peek,
      room: (k, length) => {
        if (isKept && rooms[k]?.length === length) return rooms[k].fill(0);
        const fresh = new Float64Array(length);
        if (isKept) rooms[k] = fresh;
        return fresh;
      },
    };
  },
};

/** Lists of numbers that are in no other list are what the code returns, where they are copied anyway. */
const viewOf = (s: Structure): Structure =>
  s.kind === "array" && s.element.kind === "number"
    ? { ...s, typed: true }
    : s.kind === "tuple"
      ? { ...s, elements: s.elements.map(viewOf) }
      : s.kind === "object"
        ? { ...s, fields: s.fields.map(([key, e]) => [key, viewOf(e)] as const) }
        : s;
