/** What is measured: rows of contenders that do the same work. */

/** What a contender has ready to run. */
export interface Ready {
  /** Does the work once, and returns a number by which results are compared (such as the sum of a gradient). */
  readonly run: () => number;
  /** All numbers that the work gives: where two contenders have this, every number is compared. */
  readonly result?: () => ArrayLike<number>;
  /** Microseconds that so many runs take, of a contender that runs elsewhere and is timed there; of the processor's time, if `cpu`. */
  readonly clock?: (repeats: number, cpu: boolean) => number;
  /** Further findings for the table, by name: the size of a module in bytes, say. */
  readonly facts?: Readonly<Record<string, number>>;
}

/** One way to do a row's work. */
export interface Contender {
  readonly name: string;
  /** What it does, where not all contenders of a row do the same: results are compared among those that do. */
  readonly work?: string;
  /** Why it cannot run here; undefined if it can. */
  readonly missing?: () => string | undefined;
  /** Somebody else's: where it fails or gives other numbers, the row says so and goes on without it. */
  readonly mayFail?: boolean;
  /** How far its results may differ, where that is further than for the row: it computes in float32, say. */
  readonly tolerance?: number;
  /** Gets ready; how long this and the first run take is reported apart (compiling is done here, or then). */
  readonly prepare: () => Ready | Promise<Ready>;
}

/** A ratio that the row is about: how long one contender takes beside another. */
export interface Comparison {
  readonly name: string;
  readonly contender: string;
  readonly to: string;
}

/** One piece of work, and the ways to do it. */
export interface Row {
  /** Short, without spaces: rows are chosen by it. */
  readonly name: string;
  /** One line for the table. */
  readonly title: string;
  /** The first is the one to which the others are compared. */
  readonly contenders: readonly Contender[];
  /** Of several rows that are one problem in different sizes: the problem. In the summary each problem counts once. */
  readonly group?: string;
  /** What goes into the summary. */
  readonly comparisons?: readonly Comparison[];
  /** Takes long, or says little that another row does not say: run when it is named, or with --full. */
  readonly full?: boolean;
  /** Into how many parts the time is divided where a time for each part is wanted: nodes, points, steps. */
  readonly parts?: { readonly count: number; readonly name: string };
  /** How far results may differ, relative to their size. Default 1e-9. */
  readonly tolerance?: number;
}
