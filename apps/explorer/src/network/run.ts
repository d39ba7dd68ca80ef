/** The run that is seen: it asks the worker for a little training after another, and keeps what came of it. */
import { Value } from "../shell/store.ts";
import type { Store, Watched } from "../tab.ts";
import { Client, Stopped } from "../worker/client.ts";
import type { Begun, handlers, Snapshot } from "./handlers.ts";
import type { NetworkSettings } from "./settings.ts";

/** A run as the page sees it. */
export interface RunState {
  readonly begun: Begun | undefined;
  readonly now: Snapshot | undefined;
  /** Mean losses by epoch: all of them, or, of long runs, evenly chosen ones. */
  readonly losses: readonly (readonly [epoch: number, loss: number])[];
  readonly running: boolean;
  /** Epochs that were computed in a second of computing; undefined before the first. */
  readonly speed: number | undefined;
  readonly problem: string | undefined;
}

const NOTHING: RunState = {
  begun: undefined,
  now: undefined,
  losses: [],
  running: false,
  speed: undefined,
  problem: undefined,
};

/** Of longer runs, every second loss is forgotten. */
const MOST_LOSSES = 1600;
/** How long the worker trains between two pictures, in milliseconds. */
const SLICE = 25;
/** Between two epochs at the slow pace. */
const PAUSE = 120;
/** Who leaves the page alone for a night finds this. */
const MOST_EPOCHS = 1_000_000;

export class Run {
  readonly #settings: Store<NetworkSettings>;
  readonly #state = new Value<RunState>(NOTHING);
  readonly #worker = new Client<typeof handlers>(
    () => new Worker(new URL("./worker.ts", import.meta.url), { type: "module" }),
  );
  readonly #unsubscribe: () => void;
  /** Counted up by every beginning: answers to what was asked before no longer count. */
  #round = 0;
  #looping = false;

  constructor(settings: Store<NetworkSettings>) {
    this.#settings = settings;
    let before = settings.value;
    this.#unsubscribe = settings.subscribe((now) => {
      // The pace changes nothing of what is learned.
      const same = JSON.stringify({ ...now, pace: "" }) === JSON.stringify({ ...before, pace: "" });
      before = now;
      if (!same) void this.#begin();
    });
    void this.#begin();
  }

  get state(): Watched<RunState> {
    return this.#state;
  }

  /** Begins anew, with the first weights. */
  async reset(): Promise<void> {
    this.stop();
    await this.#begin();
  }

  start(): void {
    this.#change({ running: true });
    void this.#loop();
  }

  stop(): void {
    this.#change({ running: false });
  }

  /** One epoch. */
  async step(): Promise<void> {
    this.stop();
    await this.#advance(0, 1);
  }

  /** What Scalars record for one point, as a drawing. */
  graph(theme: "light" | "dark"): ReturnType<typeof handlers.graph> {
    return this.#worker.call("graph", this.#settings.value, theme);
  }

  close(): void {
    this.#round++;
    this.stop();
    this.#unsubscribe();
    this.#worker.stop();
  }

  /** With the settings as they are now. What is running goes on running. */
  async #begin(): Promise<void> {
    const round = ++this.#round;
    try {
      const begun = await this.#worker.call("begin", this.#settings.value);
      if (round !== this.#round) return;
      this.#state.replace({ ...NOTHING, begun, now: begun, running: this.#state.value.running });
    } catch (error) {
      this.#fail(round, error);
    }
  }

  async #loop(): Promise<void> {
    if (this.#looping) return;
    this.#looping = true;
    while (this.#state.value.running) {
      const slow = this.#settings.value.pace === "slow";
      await this.#advance(SLICE, slow ? 1 : Infinity);
      if ((this.#state.value.now?.epoch ?? 0) >= MOST_EPOCHS) this.stop();
      // The picture is drawn before the next question is asked.
      await new Promise((resolve) => (slow ? setTimeout(resolve, PAUSE) : requestAnimationFrame(resolve)));
    }
    this.#looping = false;
  }

  async #advance(time: number, most: number): Promise<void> {
    const round = this.#round;
    try {
      const now = await this.#worker.call("advance", time, most);
      if (round !== this.#round) return;
      let losses = [...this.#state.value.losses, ...now.losses];
      if (losses.length > MOST_LOSSES)
        losses = losses.filter((_, i) => i % 2 === 0 || i === losses.length - 1);
      const latest = (1000 * now.ran) / Math.max(now.took, 0.01);
      const { speed } = this.#state.value;
      // Smoothed: what can be read.
      this.#change({ now, losses, speed: speed === undefined ? latest : 0.8 * speed + 0.2 * latest });
    } catch (error) {
      this.#fail(round, error);
    }
  }

  #change(patch: Partial<RunState>): void {
    this.#state.replace({ ...this.#state.value, ...patch });
  }

  #fail(round: number, error: unknown): void {
    if (round !== this.#round || error instanceof Stopped) return;
    this.#change({ running: false, problem: error instanceof Error ? error.message : String(error) });
  }
}
