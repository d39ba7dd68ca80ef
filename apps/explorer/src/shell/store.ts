/** State: slices by id, with listeners. */
import type { Slice, Store, Watched } from "../tab.ts";

/** A value with listeners. */
export class Value<T> implements Watched<T> {
  #value: T;
  readonly #listeners = new Set<(value: T) => void>();

  constructor(value: T) {
    this.#value = value;
  }

  get value(): T {
    return this.#value;
  }

  /** Sets it and tells everybody, unless it is the same. */
  replace(value: T): void {
    if (Object.is(value, this.#value)) return;
    this.#value = value;
    for (const listener of this.#listeners) listener(value);
  }

  subscribe(listener: (value: T) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }
}

class SliceStore<S extends object> extends Value<S> implements Store<S> {
  set(patch: Partial<S>): void {
    const before = this.value as Readonly<Record<string, unknown>>;
    const changes = Object.entries(patch).some(([key, x]) => !Object.is(before[key], x));
    if (changes) this.replace({ ...this.value, ...patch });
  }
}

/** What a link carries beside the tab: plain data, by slice. */
export type Saved = Readonly<Record<string, unknown>>;

/** All slices in use. */
export class State {
  readonly #stores = new Map<string, { readonly slice: Slice<object>; readonly store: SliceStore<object> }>();
  /** Of slices whose tab has not been opened yet. */
  #saved: Saved;
  readonly #changed: () => void;

  constructor(saved: Saved, changed: () => void) {
    this.#saved = saved;
    this.#changed = changed;
  }

  /** The slice's state, the same object for everybody. */
  use<S extends object>(slice: Slice<S>): Store<S> {
    const known = this.#stores.get(slice.id);
    if (known !== undefined) return known.store as unknown as Store<S>;
    const store = new SliceStore<S>(this.#read(slice));
    store.subscribe(this.#changed);
    this.#stores.set(slice.id, {
      slice: slice,
      store: store as unknown as SliceStore<object>,
    });
    return store;
  }

  #read<S extends object>(slice: Slice<S>): S {
    return Object.hasOwn(this.#saved, slice.id) ? slice.read(this.#saved[slice.id]) : slice.initial;
  }

  /** Another link was followed. */
  load(saved: Saved): void {
    this.#saved = saved;
    for (const { slice, store } of this.#stores.values()) {
      const next = this.#read(slice);
      if (JSON.stringify(next) !== JSON.stringify(store.value)) store.replace(next);
    }
  }

  /** What differs from where a visitor starts. */
  save(): Saved {
    const saved: Record<string, unknown> = { ...this.#saved };
    for (const [id, { slice, store }] of this.#stores) {
      const initial = slice.initial as Readonly<Record<string, unknown>>;
      const changed = Object.entries(store.value).filter(
        ([key, x]) => JSON.stringify(x) !== JSON.stringify(initial[key]),
      );
      delete saved[id];
      if (changed.length > 0) saved[id] = Object.fromEntries(changed);
    }
    return saved;
  }
}
