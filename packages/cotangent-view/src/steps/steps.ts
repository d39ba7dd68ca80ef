import { AdError } from "cotangent";
import type { Real } from "cotangent";

import { drawEdge, drawNode, halo } from "../graph/draw.ts";
import type { Direction } from "../graph/layout.ts";
import { arrow } from "../svg/arrow.ts";
import { element, group } from "../svg/element.ts";
import type { Element } from "../svg/element.ts";
import { Figure } from "../svg/figure.ts";
import type { FigureOptions } from "../svg/figure.ts";
import { formatNumber, textWidth } from "../svg/text.ts";
import { paint } from "../svg/theme.ts";
import { framesOf } from "./frames.ts";
import type { Frame, FrameEdge, Frames } from "./frames.ts";

/** How backpropagation is shown. */
export interface StepsOptions extends FigureOptions {
  /** Where the output stands. Default: `right`. */
  readonly direction?: Direction;
  /** The derivative to start from. Default: 1. */
  readonly dOut?: number;
}

export interface AnimationOptions extends StepsOptions {
  /** How long a step is seen, in seconds. Default: 2. */
  readonly secondsPerStep?: number;
}

/** Room for the caption below the graph. */
const CAPTION = 44;
const CAPTION_SIZE = 14;

/**
 * Backpropagation step by step, as a list of figures with the same layout: what is unprocessed is grey and dashed, what is
 * processed teal, and the derivative just computed red; at each variable stands the sum so far. The first figure is the start,
 * then there is one per operation, and the last shows the end.
 *
 *     drawSteps(x.mul(y).add(x)).forEach((figure, i) => writeFileSync(`step-${i}.svg`, figure.svg));
 *
 * @throws AdError `not-a-variable`; `wrong-option` beyond 100 operations
 */
export function drawSteps(output: Real, options: StepsOptions = {}): Figure[] {
  const { direction = "right", dOut = 1 } = options;
  const all = framesOf(output, direction, dOut);
  const size = sizeOf(all);
  return all.frames.map((frame, k) => {
    const graph = [
      ...frame.nodes.map(({ node, state }) => drawNode(node, state)),
      ...frame.edges.map((edge) => drawFrameEdge(edge, direction)),
    ];
    return new Figure(
      {
        title: `${all.title}: ${k} of ${all.frames.length - 1}`,
        description: frame.caption,
        body: compose(graph, [drawCaption(frame, size)], all, size),
        ...size,
      },
      options,
    );
  });
}

/**
 * All steps of {@link drawSteps} in one animated SVG that repeats for ever. It is made of style sheets alone, and runs
 * in an `<img>` too; who asked their system for less motion sees the last step.
 *
 * @throws AdError as {@link drawSteps}
 */
export function animateSteps(output: Real, options: AnimationOptions = {}): Figure {
  const { direction = "right", dOut = 1, secondsPerStep = 2 } = options;
  if (!(secondsPerStep > 0 && secondsPerStep < Infinity)) {
    throw new AdError(
      "wrong-option",
      `secondsPerStep is ${secondsPerStep}.`,
      "Give a number of seconds above 0.",
    );
  }
  const all = framesOf(output, direction, dOut);
  const { frames } = all;
  const size = sizeOf(all);
  const timeline = new Timeline(frames.length, secondsPerStep);
  const graph = [
    ...frames[0]!.nodes.map((_, i) =>
      timeline.layer(
        frames.map(({ nodes }) => nodes[i]!),
        ({ node, state }) => `${state.done} ${state.hot} ${node.lines.join()}`,
        ({ node, state }) => drawNode(node, state),
      ),
    ),
    ...frames[0]!.edges.map((_, i) =>
      timeline.layer(
        frames.map(({ edges }) => edges[i]!),
        ({ passes }) => String(passes),
        (edge) => drawFrameEdge(edge, direction),
      ),
    ),
  ].flat();
  const captions = timeline.layer(
    frames,
    ({ caption }) => caption,
    (frame) => drawCaption(frame, size),
  );
  return new Figure(
    {
      title: all.title,
      description: frames.map(({ caption }) => caption).join(" "),
      body: compose(graph, captions, all, size),
      style: timeline.style(),
      ...size,
    },
    options,
  );
}

/** What is seen from one frame to another, as elements that a style sheet shows and hides. */
class Timeline {
  readonly #count: number;
  readonly #seconds: number;
  /** The intervals in use, by the name of their class. */
  readonly #intervals: Map<string, readonly [from: number, to: number]> = new Map();

  constructor(count: number, secondsPerStep: number) {
    this.#count = count;
    this.#seconds = count * secondsPerStep;
  }

  /** Draws what changes over the frames, once for each of its looks: frames with the same key look the same. */
  layer<T>(frames: readonly T[], key: (frame: T) => string, draw: (frame: T) => Element): Element[] {
    const keys = frames.map(key);
    const layers: Element[] = [];
    for (let from = 0; from < frames.length;) {
      let to = from + 1;
      while (to < frames.length && keys[to] === keys[from]) to++;
      const drawn = draw(frames[from]!);
      const always = from === 0 && to === frames.length;
      layers.push(always ? drawn : group({ class: this.#show(from, to) }, [drawn]));
      from = to;
    }
    return layers;
  }

  #show(from: number, to: number): string {
    const name = `ct-from${from}-to${to}of${this.#count}`;
    this.#intervals.set(name, [from, to]);
    return name;
  }

  style(): string {
    const percent = (frame: number): string => `${Math.round((frame / this.#count) * 1e5) / 1e3}%`;
    let rules = "";
    for (const [name, [from, to]] of this.#intervals) {
      const start = from === 0 ? "0%{opacity:1}" : `0%{opacity:0}${percent(from)}{opacity:1}`;
      const end = to === this.#count ? "100%{opacity:1}" : `${percent(to)}{opacity:0}100%{opacity:0}`;
      // Without animation, the last frame is what is seen.
      rules += `.${name}{opacity:${to === this.#count ? 1 : 0};animation:${name} ${this.#seconds}s step-end infinite}@keyframes ${name}{${start}${end}}`;
    }
    return `${rules}@media (prefers-reduced-motion:reduce){[class^=ct-from]{animation:none}}`;
  }
}

function drawFrameEdge({ edge, passes }: FrameEdge, direction: Direction): Element {
  if (passes === undefined) return drawEdge(edge, direction);
  // It is passed back: from the operation to its input, with what is passed.
  const back = [...edge.points].reverse();
  const start = back[0]!;
  const right = direction === "right";
  return group({}, [
    arrow(back, { colour: "red", width: 2.4 }),
    element(
      "text",
      {
        // From top to bottom, the numbers stand outside of where the arguments arrive.
        x: right || edge.side < 0 ? start.x - 8 : start.x + 8,
        y: right ? start.y - 5 : start.y - 8,
        "text-anchor": right || edge.side < 0 ? "end" : "start",
        "font-size": 13,
        "font-weight": 600,
        fill: paint("redText"),
        ...halo,
      },
      formatNumber(passes),
    ),
  ]);
}

const drawCaption = ({ caption }: Frame, { width, height }: { width: number; height: number }): Element =>
  element(
    "text",
    { x: width / 2, y: height - 18, "font-size": CAPTION_SIZE, "text-anchor": "middle", fill: paint("ink") },
    caption,
  );

function sizeOf({ width, height, frames }: Frames): { width: number; height: number } {
  const caption = Math.max(...frames.map(({ caption }) => textWidth(caption, CAPTION_SIZE)));
  return { width: Math.max(width, caption + 32), height: height + CAPTION };
}

/** The graph in the middle, with the captions below. */
const compose = (
  graph: readonly Element[],
  captions: readonly Element[],
  { width }: Frames,
  size: { width: number },
): Element[] => [group({ transform: `translate(${(size.width - width) / 2} 0)` }, graph), ...captions];
