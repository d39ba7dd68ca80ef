/** Programs as pictures: operations as boxes, loops and branches as frames around what they own. */
import { AdError } from "cotangent";
import type { Func, Op, Program, Region } from "cotangent/program";

import { element, group } from "../svg/element.ts";
import type { Element } from "../svg/element.ts";
import { Figure } from "../svg/figure.ts";
import type { FigureOptions } from "../svg/figure.ts";
import { shorten } from "../svg/text.ts";
import { paint } from "../svg/theme.ts";
import { drawEdge, drawNode } from "./draw.ts";
import { layout } from "./layout.ts";
import type { Direction } from "./layout.ts";
import { contentsOf, count, labelOf, titleOf, yieldOf } from "./regions.ts";

/** How a program is drawn. */
export interface ProgramOptions extends FigureOptions {
  /** Where the results stand. Default: `down`, as code is read. */
  readonly direction?: Direction;
  /** From how many operations on those of one region are grouped by what they do; at most 200. Default: 60. */
  readonly limit?: number;
}

const MOST_NODES = 200;
const HEADER = 28;
const MARGIN = 14;

/**
 * What a program does, as a graph: parameters and results are ellipses, operations boxes, and an edge says which argument it
 * is. A loop or a branch is a frame around its own graph, in which dashed boxes are values from outside.
 *
 *     drawProgram(compile(grad(f)).program);
 *
 * @throws AdError `wrong-option`
 */
export function drawProgram(program: Program, options: ProgramOptions = {}): Figure {
  const { direction = "down", limit = 60 } = options;
  if (!(limit >= 1 && limit <= MOST_NODES)) {
    throw new AdError(
      "wrong-option",
      `limit is ${limit}; a drawing of more than ${MOST_NODES} nodes in one region could not be read.`,
      `Choose a limit up to ${MOST_NODES}, or print the program as text.`,
    );
  }
  const parts = program.functions.map((f) => ({
    f,
    drawn: new RegionPainter(f, direction, limit).draw(f.body, "result"),
  }));
  const body: Element[] = [];
  let top = 0;
  const width = Math.max(...parts.map(({ f, drawn }) => Math.max(drawn.width, 40 + 9 * f.name.length)));
  for (const { f, drawn } of parts) {
    body.push(
      element(
        "text",
        { x: 16, y: top + 24, "font-size": 14, "font-weight": 600, fill: paint("ink") },
        shorten(f.name, 40),
      ),
      group({ transform: `translate(${(width - drawn.width) / 2} ${top + 28})` }, drawn.body),
    );
    top += drawn.height + 40;
  }
  const [entry] = program.functions as readonly [Func];
  const counts = program.functions.map(
    (f) => `${f.name}: ${[...count(f.body)].map(([what, n]) => `${n} ${what}`).join(", ")}`,
  );
  return new Figure(
    {
      title: `Program of ${entry.name}`,
      description: `From ${entry.params.map(({ name, ty }) => `${name} (${ty})`).join(", ") || "nothing"} to ${entry.results.length} results. Operations: ${counts.join("; ")}.`,
      width,
      height: top,
      body,
    },
    options,
  );
}

interface Drawn {
  readonly body: readonly Element[];
  readonly width: number;
  readonly height: number;
}

class RegionPainter {
  readonly #func: Func;
  readonly #direction: Direction;
  readonly #limit: number;

  constructor(func: Func, direction: Direction, limit: number) {
    this.#func = func;
    this.#direction = direction;
    this.#limit = limit;
  }

  draw(region: Region, yieldName: string): Drawn {
    const inner = new Map<string, Drawn>();
    const contents = contentsOf(this.#func, region, yieldName, this.#limit, (id, op) => {
      const { width, height, body } = this.#frame(op);
      inner.set(id, { width, height, body });
      return { width, height };
    });
    const { nodes, edges, width, height } = layout(contents, this.#direction, {
      gap: contents.grouped ? 62 : 30,
      port: 14,
    });
    const body = [
      ...nodes.map((node) => {
        const own = inner.get(node.id);
        if (own === undefined) return drawNode(node);
        const [left, top] = [node.x - node.width / 2, node.y - node.height / 2];
        return group({ transform: `translate(${left} ${top})` }, own.body);
      }),
      ...edges.map((edge) => drawEdge(edge, this.#direction, inner.has(edge.to) ? "muted" : undefined)),
    ];
    return { body, width, height };
  }

  /** A loop or a branch: its name, and its regions side by side. */
  #frame(op: Op): Drawn {
    const regions = op.regions.map((region, i) => ({
      title: titleOf(op, i),
      drawn: this.draw(region, yieldOf(op, i)),
    }));
    const titled = op.kind !== "for";
    const top = HEADER + (titled ? 16 : 0);
    const body: Element[] = [];
    let x = MARGIN;
    for (const { title, drawn } of regions) {
      if (titled)
        body.push(element("text", { x: x + 6, y: top, "font-size": 12, fill: paint("muted") }, title!));
      body.push(group({ transform: `translate(${x} ${top})` }, drawn.body));
      x += drawn.width + MARGIN;
    }
    const width = Math.max(x, 120);
    const height = top + Math.max(...regions.map(({ drawn }) => drawn.height)) + 6;
    return {
      body: [
        element("rect", {
          x: 0,
          y: 0,
          width,
          height,
          rx: 4,
          fill: "none",
          stroke: paint("muted"),
          "stroke-width": 1.4,
        }),
        element(
          "text",
          { x: 10, y: 19, "font-size": 14, "font-weight": 600, fill: paint("ink") },
          labelOf(op),
        ),
        ...body,
      ],
      width,
      height,
    };
  }
}
