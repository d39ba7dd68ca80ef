/** Drawings as trees of plain objects, and how they are written as SVG. */
import { className, darkRules, painted, plain } from "./theme.ts";
import type { Colour, Theme } from "./theme.ts";

/** An element of SVG. Attributes that are undefined are left out. */
export interface Element {
  readonly tag: string;
  readonly attributes: Readonly<Record<string, string | number | undefined>>;
  readonly children: readonly (Element | string)[];
}

/** `element("circle", { r: 3 })`; text among the children is escaped when written. */
export const element = (
  tag: string,
  attributes: Element["attributes"] = {},
  ...children: (Element | string)[]
): Element => ({ tag, attributes, children });

/** Elements that belong together. */
export const group = (attributes: Element["attributes"], children: readonly Element[]): Element => ({
  tag: "g",
  attributes,
  children,
});

/** A coordinate: hundredths of a pixel are enough. */
export const px = (x: number): number => Math.round(x * 100) / 100;

// Characters that XML 1.0 does not allow at all are replaced: a name may come from anywhere.
const forbidden =
  // oxlint-disable-next-line no-control-regex -- that is what is looked for
  /[\u0000-\u0008\u000B\u000C\u000E-\u001F\uFFFE\uFFFF]|[\uD800-\uDBFF](?![\uDC00-\uDFFF])|(?<![\uD800-\uDBFF])[\uDC00-\uDFFF]/g;
const escapes: Readonly<Record<string, string>> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" };

/** Text as it may stand in XML, in an element or in an attribute. */
export const escape = (text: string): string =>
  text.replace(forbidden, "\uFFFD").replace(/[&<>"]/g, (c) => escapes[c]!);

/** Writes trees as text, and collects the classes that the dark theme needs. */
class Writer {
  readonly used: Map<string, readonly [property: string, colour: Colour]> = new Map();
  readonly #theme: Theme;

  constructor(theme: Theme) {
    this.#theme = theme;
  }

  write(node: Element | string): string {
    if (typeof node === "string") return escape(node);
    const { tag, children } = node;
    const open = `<${tag}${this.#attributes(node)}`;
    if (children.length === 0) return `${open}/>`;
    // The rules of a style sheet are the library's own and hold nothing that XML would misread.
    const inside = children.map((child) => this.write(child)).join("");
    return `${open}>${inside}</${tag}>`;
  }

  #attributes({ attributes }: Element): string {
    const classes: string[] = [];
    let text = "";
    for (const [name, value] of Object.entries(attributes)) {
      if (value === undefined) continue;
      if (name === "class") {
        classes.push(String(value));
        continue;
      }
      const colour = typeof value === "string" ? painted(value) : undefined;
      if (colour === undefined) {
        text += ` ${name}="${escape(typeof value === "number" ? String(px(value)) : value)}"`;
        continue;
      }
      text += ` ${name}="${plain(colour, this.#theme)}"`;
      const found = this.#theme === "auto" ? className(name, colour) : undefined;
      if (found === undefined) continue;
      this.used.set(found, [name, colour]);
      classes.push(found);
    }
    return classes.length === 0 ? text : `${text} class="${escape(classes.join(" "))}"`;
  }
}

/** The bodies as text, and the style sheet that goes with them. */
export function write(nodes: readonly Element[], theme: Theme): { body: string; style: string } {
  const writer = new Writer(theme);
  const body = nodes.map((node) => writer.write(node)).join("\n");
  return { body, style: darkRules(writer.used) };
}
