/** One visit: which tab is open, the state of all of them, and the address that says so. */
import type { TabContext, TabEntry } from "../tab.ts";
import { readAddress, writeAddress } from "./address.ts";
import { still, theme } from "./preferences.ts";
import { State, Value } from "./store.ts";
import type { Saved } from "./store.ts";

/** How long after the last change the address follows, in milliseconds. Browsers allow some 100 changes in 30 s. */
const PAUSE = 400;

export class Session {
  readonly tabs: readonly TabEntry[];
  readonly tab: Value<string>;
  readonly announcement: Value<string> = new Value("");
  readonly context: TabContext;
  readonly #state: State;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #written: string;

  private constructor(tabs: readonly TabEntry[], tab: string, saved: Saved) {
    this.tabs = tabs;
    this.tab = new Value(tab);
    this.#written = location.hash;
    this.#state = new State(saved, () => this.#schedule());
    this.context = {
      use: (slice) => this.#state.use(slice),
      theme,
      still,
      open: (id) => this.open(id),
      announce: (text) => this.announcement.replace(text),
    };
    this.tab.subscribe(() => this.#schedule());
    addEventListener("hashchange", () => void this.#follow());
  }

  static async start(tabs: readonly TabEntry[]): Promise<Session> {
    const { tab, saved } = await readAddress(
      location.hash,
      tabs.map(({ id }) => id),
    );
    return new Session(tabs, tab, saved);
  }

  open(id: string): void {
    if (this.tabs.some((tab) => tab.id === id)) this.tab.replace(id);
  }

  /** The address of what is seen now, to be sent to somebody. */
  async link(): Promise<string> {
    await this.#write();
    return location.href;
  }

  #schedule(): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.#write(), PAUSE);
  }

  async #write(): Promise<void> {
    clearTimeout(this.#timer);
    const hash = await writeAddress({ tab: this.tab.value, saved: this.#state.save() });
    if (hash === this.#written) return;
    this.#written = hash;
    // Replaced, not added: going back leaves the page instead of undoing the last move of a slider.
    history.replaceState(null, "", hash);
  }

  /** Somebody followed a link, or wrote into the address by hand. */
  async #follow(): Promise<void> {
    if (location.hash === this.#written) return;
    this.#written = location.hash;
    const { tab, saved } = await readAddress(
      location.hash,
      this.tabs.map(({ id }) => id),
    );
    this.#state.load(saved);
    this.tab.replace(tab);
  }
}
