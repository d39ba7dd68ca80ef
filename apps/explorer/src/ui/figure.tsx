/** SVG text of cotangent-view's, in the page. */
import type { JSX } from "preact";
import { useEffect, useRef } from "preact/hooks";

/** A drawing as plain data, as a worker sends it. */
export interface Drawing {
  readonly svg: string;
  readonly width: number;
  readonly height: number;
}

export function FigureElement({ drawing }: { readonly drawing: Drawing }): JSX.Element {
  const element = useRef<HTMLDivElement>(null);
  useEffect(() => {
    // Parsed as XML, and never as HTML: what is in it cannot run.
    const parsed = new DOMParser().parseFromString(drawing.svg, "image/svg+xml").documentElement;
    element.current!.replaceChildren(document.importNode(parsed, true));
  }, [drawing.svg]);
  return <div class="figure" ref={element} />;
}
