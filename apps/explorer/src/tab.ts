/**
 * What a tab is. The shell shows one tab at a time; each is a module of its own, loaded when it is first opened.
 *
 * To add one: a folder beside `functions`, whose `tab.tsx` exports `mount`, and a row in `tabs.ts`. A tab
 *
 * - draws into the element that it is given and cleans up in the function that it returns;
 * - keeps what a link should carry in a {@link Slice}: the shell writes it to the address and reads it back. It comes from
 *   whoever made the link, so `read` must take anything and give something valid;
 * - computes in a worker that can be stopped (`worker/client.ts`, `worker/serve.ts`), never in the page;
 * - follows `context.theme` and `context.still`, and says what only the eyes would notice with `context.announce`.
 */

/** A part of the state that a link carries; plain data. Several tabs may share one. */
export interface Slice<S extends object> {
  /** Short: it stands in the address. */
  readonly id: string;
  /** Where a visitor starts. What equals it is not written to the address. */
  readonly initial: S;
  /** Something valid, made of whatever stood in a link: checked field by field, of limited size. */
  readonly read: (data: unknown) => S;
}

/** A value that changes, and tells. */
export interface Watched<T> {
  readonly value: T;
  /** Calls `listener` at every change, not now; returns what ends it. */
  subscribe(listener: (value: T) => void): () => void;
}

/** A {@link Slice}'s present state. */
export interface Store<S extends object> extends Watched<S> {
  /** Changes some fields; the address follows a moment later. */
  set(patch: Partial<S>): void;
}

/** What the shell gives a tab. */
export interface TabContext {
  use<S extends object>(slice: Slice<S>): Store<S>;
  readonly theme: Watched<"light" | "dark">;
  /** Whether the reader asked for less motion. */
  readonly still: Watched<boolean>;
  /** Goes to another tab. */
  open(id: string): void;
  /** Says something to those who use a screen reader. */
  announce(text: string): void;
}

/** The module of a tab. */
interface TabModule {
  /** Draws the tab; returns what removes it again: timers, workers, listeners. */
  mount(element: HTMLElement, context: TabContext): () => void;
}

/** A tab as the shell knows it before it is loaded. */
export interface TabEntry {
  readonly id: string;
  readonly title: string;
  /** One line, for the tooltip and for search engines. */
  readonly about: string;
  readonly load: () => Promise<TabModule>;
}
