/**
 * Documents with choices of where to break lines, after Wadler, "A prettier printer" (2003): a group is written on one line
 * if it fits, otherwise all its own breaks are taken.
 */
export type Doc =
  | string
  | readonly Doc[]
  | { readonly kind: "line"; readonly flat: "" | " " }
  | { readonly kind: "hard" }
  | { readonly kind: "indent"; readonly content: Doc }
  | { readonly kind: "group"; readonly content: Doc }
  | { readonly kind: "next"; readonly content: Doc }
  | { readonly kind: "broken"; readonly broken: string; readonly flat: string };

/** A space, or a new line. */
export const line: Doc = { kind: "line", flat: " " };
/** Nothing, or a new line. */
export const softline: Doc = { kind: "line", flat: "" };
export const hardline: Doc = { kind: "hard" };
export const indent = (...content: readonly Doc[]): Doc => ({ kind: "indent", content });
export const group = (...content: readonly Doc[]): Doc => ({ kind: "group", content });
/** On the same line if it can begin there, else on a new one, indented. */
export const next = (content: Doc): Doc => ({ kind: "next", content });
/** One text where the group around it is broken, another where it is not. */
export const ifBroken = (broken: string, flat = ""): Doc => ({ kind: "broken", broken, flat });

export const join = (separator: Doc, parts: readonly Doc[]): Doc[] =>
  parts.flatMap((part, i) => (i === 0 ? [part] : [separator, part]));

interface Pending {
  readonly doc: Doc;
  readonly indent: number;
  readonly flat: boolean;
}

/** The document as text whose lines have at most `width` characters, where it has that choice. */
export function layOut(doc: Doc, width: number): string {
  const lines: string[] = [];
  let last = "";
  let column = 0;
  const stack: Pending[] = [{ doc, indent: 0, flat: false }];
  for (let next = stack.pop(); next !== undefined; next = stack.pop()) {
    const { doc: d, indent: depth, flat } = next;
    if (typeof d === "string") {
      last += d;
      column += d.length;
    } else if (isList(d)) {
      for (let i = d.length - 1; i >= 0; i--) stack.push({ doc: d[i]!, indent: depth, flat });
    } else if (d.kind === "indent") {
      stack.push({ doc: d.content, indent: depth + 2, flat });
    } else if (d.kind === "group") {
      const inner: Pending = { doc: d.content, indent: depth, flat: true };
      stack.push({ ...inner, flat: flat || fits(inner, stack, width - column) });
    } else if (d.kind === "next") {
      const after: Pending = { doc: [" ", d.content], indent: depth, flat };
      const below: Pending = { doc: indent(hardline, d.content), indent: depth, flat };
      stack.push(flat || fits(after, stack, width - column) ? after : below);
    } else if (d.kind === "broken") {
      const chosen = flat ? d.flat : d.broken;
      last += chosen;
      column += chosen.length;
    } else if (d.kind === "line" && flat) {
      last += d.flat;
      column += d.flat.length;
    } else {
      lines.push(last.trimEnd());
      last = " ".repeat(depth);
      column = depth;
    }
  }
  return [...lines, last].join("\n");
}

const isList = (doc: Doc): doc is readonly Doc[] => Array.isArray(doc);

/** Whether what comes next fits into `room` up to the first new line behind it. */
function fits(first: Pending, rest: readonly Pending[], room: number): boolean {
  const stack = [first];
  let left = room;
  let behind = rest.length;
  while (left >= 0) {
    let next = stack.pop();
    if (next === undefined) {
      if (behind === 0) return true;
      next = rest[--behind]!;
    }
    const { doc, indent: depth, flat } = next;
    if (typeof doc === "string") left -= doc.length;
    else if (isList(doc)) {
      for (let i = doc.length - 1; i >= 0; i--) stack.push({ doc: doc[i]!, indent: depth, flat });
    } else if (doc.kind === "indent" || doc.kind === "group") {
      stack.push({ doc: doc.content, indent: depth, flat });
    } else if (doc.kind === "next") {
      if (!flat) return true;
      stack.push({ doc: [" ", doc.content], indent: depth, flat });
    } else if (doc.kind === "broken") left -= (flat ? doc.flat : doc.broken).length;
    else if (doc.kind === "line" && flat) left -= doc.flat.length;
    else return doc.kind === "line" || !flat;
  }
  return false;
}
