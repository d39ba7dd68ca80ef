/** What of the Functions tab a link carries beside the function. */
import { isRecord, oneOf, textUpTo } from "../read.ts";
import type { Slice } from "../tab.ts";

const PICTURES = ["curves", "contours", "space"] as const;
const LISTINGS = ["typescript", "javascript", "program", "wat"] as const;
const MODES = ["value", "reverse", "forward", "hessian"] as const;

/** The lines of the source that are pointed at; no link carries these. */
export interface Selection {
  readonly from: number;
  readonly to: number;
}

export interface Pane {
  readonly kind: (typeof LISTINGS)[number];
  readonly mode: (typeof MODES)[number];
}

export interface ViewState {
  readonly picture: (typeof PICTURES)[number];
  /** The input that the curves go along; empty: the first. */
  readonly along: string;
  /** The second one of contours. */
  readonly across: string;
  /** How many derivatives are drawn. */
  readonly order: "0" | "1" | "2";
  readonly left: Pane;
  readonly right: Pane;
}

const initial: ViewState = {
  picture: "curves",
  along: "",
  across: "",
  order: "1",
  left: { kind: "typescript", mode: "reverse" },
  right: { kind: "program", mode: "reverse" },
};

export const viewSlice: Slice<ViewState> = {
  id: "view",
  initial,
  read: (data) => {
    const d = isRecord(data) ? data : {};
    return {
      picture: oneOf(d["picture"], PICTURES, initial.picture),
      along: textUpTo(d["along"], 100, ""),
      across: textUpTo(d["across"], 100, ""),
      order: oneOf(d["order"], ["0", "1", "2"], initial.order),
      left: readPane(d["left"], initial.left),
      right: readPane(d["right"], initial.right),
    };
  },
};

function readPane(data: unknown, otherwise: Pane): Pane {
  const d = isRecord(data) ? data : {};
  return { kind: oneOf(d["kind"], LISTINGS, otherwise.kind), mode: oneOf(d["mode"], MODES, otherwise.mode) };
}
