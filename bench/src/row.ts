/** What is measured: rows of contenders that do the same work. */

/** What a contender has ready to run. */
export interface Ready {
  /** Does the work once, and returns a number by which results are compared (such as the sum of a gradient). */
  readonly run: () => number;
  /** Further findings for the table, by name: the size of a module in bytes, say. */
  readonly facts?: Readonly<Record<string, number>>;
}

/** One way to do a row's work. */
export interface Contender {
  readonly name: string;
  /** Gets ready; how long this and the first run take is reported apart (compiling is done here, or then). */
  readonly prepare: () => Ready;
}

/** One piece of work, and the ways to do it. */
export interface Row {
  /** Short, without spaces: rows are chosen by it. */
  readonly name: string;
  /** One line for the table. */
  readonly title: string;
  /** The first is the one to which the others are compared. */
  readonly contenders: readonly Contender[];
  /** Into how many parts the time is divided where a time for each part is wanted: nodes, points, steps. */
  readonly parts?: { readonly count: number; readonly name: string };
  /** How far results may differ, relative to their size. Default 1e-9. */
  readonly tolerance?: number;
}
