import { AdError } from "cotangent";

import { element, escape, px, write } from "./element.ts";
import type { Element } from "./element.ts";
import { paint } from "./theme.ts";
import type { Theme } from "./theme.ts";

/** What every figure takes. */
export interface FigureOptions {
  /** Colours for light paper, for dark paper, or (by default) for whichever the reader's system prefers. */
  readonly theme?: Theme;
  /** The short name that assistive technology reads out; each kind of figure has one of its own. */
  readonly title?: string;
  /** What is to be seen, in words; each kind of figure writes one of its own. */
  readonly description?: string;
}

/** What a figure is made of. */
interface Drawing {
  readonly title: string;
  readonly description: string;
  /** In pixels. */
  readonly width: number;
  readonly height: number;
  readonly body: readonly Element[];
  /** Rules beside the colours. */
  readonly style?: string;
}

const FONT = "ui-sans-serif, system-ui, 'Helvetica Neue', Arial, 'Open Sans', sans-serif";

/**
 * A finished picture: a whole SVG document, with a title and a description for those who cannot see it. It needs nothing
 * from outside itself, and may stand in a file, in an `<img>`, or in a page.
 *
 *     writeFileSync("square.svg", boxes(Square).svg);
 *     document.body.append(boxes(Square).element());
 */
export class Figure {
  /** The document, as text. */
  readonly svg: string;
  readonly title: string;
  readonly description: string;
  /** In pixels, at its natural size. */
  readonly width: number;
  readonly height: number;

  /** @internal */
  constructor(drawing: Drawing, { theme = "auto", title, description }: FigureOptions = {}) {
    if (!["light", "dark", "auto"].includes(theme)) {
      throw new AdError(
        "wrong-option",
        `There is no theme ${JSON.stringify(theme)}.`,
        'Choose "light", "dark" or "auto".',
      );
    }
    this.title = title ?? drawing.title;
    this.description = description ?? drawing.description;
    this.width = px(drawing.width);
    this.height = px(drawing.height);
    const paper = element("rect", { width: this.width, height: this.height, fill: paint("paper") });
    const { body, style } = write([paper, ...drawing.body], theme);
    const rules = style + (drawing.style ?? "");
    // Several figures may stand in one page, so the ids come from what the figure is.
    const id = `ct-${fingerprint(this.title + this.description + body)}`;
    const { width, height } = this;
    this.svg = [
      `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" role="img" aria-labelledby="${id}-title ${id}-desc" font-family="${escape(FONT)}">`,
      `<title id="${id}-title">${escape(this.title)}</title>`,
      `<desc id="${id}-desc">${escape(this.description)}</desc>`,
      ...(rules === "" ? [] : [`<style>${rules}</style>`]),
      body,
      "</svg>",
      "",
    ].join("\n");
  }

  /**
   * The figure as an element of the page, in a browser.
   * @throws AdError `wrong-option` where there is no page
   */
  element(): SVGSVGElement {
    if (typeof DOMParser === "undefined") {
      throw new AdError(
        "wrong-option",
        "There is no page here to make an element for.",
        "Use figure.svg, the text of the whole document.",
      );
    }
    const parsed = new DOMParser().parseFromString(this.svg, "image/svg+xml").documentElement;
    return document.importNode(parsed, true) as unknown as SVGSVGElement;
  }

  /** The document, as text. */
  toString(): string {
    return this.svg;
  }
}

/** A short text that stands for `text` (FNV-1a, 32 bits). */
export function fingerprint(text: string): string {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  return (hash >>> 0).toString(36);
}
