/** The page's side of the language: calls into a worker that is stopped when it takes too long. */
import { Value } from "../shell/store.ts";
import type { Watched } from "../tab.ts";
import { Client, Stopped, WorkerFailure } from "../worker/client.ts";
import type { Failure, Handlers } from "../worker/protocol.ts";

/** A call that takes longer than this is shown, and can be stopped by hand. */
const NOTICEABLE = 300;
/** A call that takes longer than this is stopped. */
const LIMIT = 15_000;

export type Halt = "by hand" | "by time";

/**
 * What happens when a call takes too long. `halt`: nothing more is answered until `resume`, as it would only happen again. `skip`:
 * this one call fails, and the others go on.
 */
export type Patience = "halt" | "skip";

/**
 * One worker of the language. Nothing that a text says can hold it: `stop` ends it in the middle of a loop, and so does time.
 * Afterwards it answers nothing until `resume`.
 */
export class Language<H extends Handlers> {
  readonly #client: Client<H>;
  readonly #busy = new Value(false);
  readonly #halted = new Value<Halt | undefined>(undefined);
  readonly #patience: Patience;
  #timers: ReturnType<typeof setTimeout>[] = [];

  constructor(make: () => Worker, patience: Patience = "halt") {
    this.#client = new Client(make);
    this.#patience = patience;
  }

  /** Whether something takes noticeably long. */
  get busy(): Watched<boolean> {
    return this.#busy;
  }

  get halted(): Watched<Halt | undefined> {
    return this.#halted;
  }

  /** @throws WorkerFailure, Stopped */
  async call<K extends keyof H & string>(
    name: K,
    ...args: Parameters<H[K]>
  ): Promise<Awaited<ReturnType<H[K]>>> {
    if (this.#halted.value !== undefined) throw new Stopped();
    const answer = this.#client.call(name, ...args);
    this.#watch();
    try {
      return await answer;
    } finally {
      this.#watch();
    }
  }

  stop(how: Halt = "by hand"): void {
    this.#halted.replace(how);
    this.#client.stop();
    this.#watch();
  }

  resume(): void {
    this.#halted.replace(undefined);
  }

  /** Nobody waits for what was asked any more: whatever is under way is ended. */
  abandon(): void {
    if (!this.#client.busy) return;
    this.#client.stop();
    this.#watch();
  }

  /** Ends the worker for good. */
  close(): void {
    this.#client.stop();
    this.#watch();
  }

  /** Every question and every answer starts the clock anew; it stands still while nothing is asked. */
  #watch(): void {
    this.#timers.forEach(clearTimeout);
    this.#timers = [];
    if (!this.#client.busy) {
      this.#busy.replace(false);
      return;
    }
    this.#timers = [
      setTimeout(() => this.#busy.replace(true), NOTICEABLE),
      setTimeout(() => this.#giveUp(), LIMIT),
    ];
  }

  #giveUp(): void {
    if (this.#patience === "halt") {
      this.stop("by time");
      return;
    }
    this.#client.skip(
      new WorkerFailure({
        name: "Error",
        message: `This takes longer than ${LIMIT / 1000} seconds, and was given up.`,
      }),
    );
    this.#watch();
  }
}

/** Carries out the latest of several requests: what came in between while one was under way is left out. */
export class Latest {
  #running = false;
  #next: (() => Promise<void>) | undefined;

  run(task: () => Promise<void>): void {
    this.#next = task;
    if (!this.#running) void this.#drain();
  }

  async #drain(): Promise<void> {
    this.#running = true;
    for (let task = this.#next; task !== undefined; task = this.#next) {
      this.#next = undefined;
      await task();
    }
    this.#running = false;
  }
}

/** What went wrong, for a reader; undefined for what was only stopped. */
export function failureFrom(error: unknown): Failure | undefined {
  if (error instanceof Stopped) return undefined;
  if (error instanceof WorkerFailure) return error.failure;
  throw error;
}
