/** The figures of the examples, from which the documentation is made, with the code that makes each. */
import * as boxes from "../../examples/boxes.ts";
import * as formulas from "../../examples/formulas.ts";
import * as graphs from "../../examples/graphs.ts";
import * as plots from "../../examples/plots.ts";
import * as steps from "../../examples/steps.ts";
import { Figure, type Formula } from "../../src/index.ts";

export const examples: Readonly<Record<string, Readonly<Record<string, Figure | Formula>>>> = {
  boxes,
  graphs,
  steps,
  plots,
  formulas,
};

export const figures: readonly (readonly [name: string, figure: Figure])[] = Object.values(examples)
  .flatMap((all) => Object.entries(all))
  .filter((entry): entry is [string, Figure] => entry[1] instanceof Figure);

/** timesFiveForward is in times-five-forward.svg */
export const fileName = (name: string): string =>
  `${name.replace(/\d+[A-Z]?|[A-Z]/g, (part) => `-${part.toLowerCase()}`)}.svg`;

/** A part of an example's source that begins with a comment: what the comment says, and the code below it. */
export interface Part {
  readonly comment: string;
  readonly code: string;
}

export const parts = (source: string): Part[] =>
  [...source.matchAll(/^\/\*\*([\s\S]*?)\*\/\n([\s\S]*?)(?=^\/\*\*|(?![\s\S]))/gm)].map(
    ([, comment = "", code = ""]) => ({
      comment: comment.replace(/^ ?\* ?/gm, "").trim(),
      code: code.trim(),
    }),
  );
