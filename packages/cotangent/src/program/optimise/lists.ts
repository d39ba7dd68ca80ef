import type { Blocks } from "./blocks.ts";
import type { Folder } from "./folder.ts";
import { Formulas } from "./formulas.ts";
import { allocateOnce } from "./growing.ts";

/** What the optimiser asks about lists and rows. It is handed in, so that only what has lists brings the code along. */
export interface Lists {
  readonly allocateOnce: typeof allocateOnce;
  readonly formulas: (b: Folder, blocks: Blocks) => Formulas;
}

export const lists: Lists = { allocateOnce, formulas: (b, blocks) => new Formulas(b, blocks) };
