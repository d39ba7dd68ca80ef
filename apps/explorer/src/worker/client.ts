/** The page's side of a worker that can be stopped whatever it is doing. */
import type { Call, Failure, Handlers, Message } from "./protocol.ts";

/** What a worker threw. */
export class WorkerFailure extends Error {
  readonly failure: Failure;

  constructor(failure: Failure) {
    super(failure.message);
    this.name = failure.name;
    this.failure = failure;
  }
}

/** The answer to a call that was ended before it came. */
export class Stopped extends Error {
  constructor() {
    super("Stopped.");
    this.name = "Stopped";
  }
}

interface Waiting {
  readonly call: Call;
  readonly resolve: (value: never) => void;
  readonly reject: (error: Error) => void;
}

/**
 * A worker behind function calls. `H` is the type of the object that the worker `serve`s.
 *
 *     const worker = new Client<typeof handlers>(() => new Worker(new URL("./worker.ts", import.meta.url), { type: "module" }));
 *     await worker.call("square", 3);
 *     worker.stop(); // ends whatever runs; the next call starts afresh
 */
export class Client<H extends Handlers> {
  readonly #make: () => Worker;
  readonly #waiting = new Map<number, Waiting>();
  #worker: Worker | undefined;
  #next = 0;

  constructor(make: () => Worker) {
    this.#make = make;
  }

  /** Whether anything has been asked and not been answered. */
  get busy(): boolean {
    return this.#waiting.size > 0;
  }

  /** @throws WorkerFailure what the worker threw; Stopped */
  call<K extends keyof H & string>(name: K, ...args: Parameters<H[K]>): Promise<Awaited<ReturnType<H[K]>>> {
    const worker = (this.#worker ??= this.#start());
    const call: Call = { id: this.#next++, name, args };
    return new Promise((resolve, reject) => {
      this.#waiting.set(call.id, { call, resolve, reject });
      worker.postMessage(call);
    });
  }

  /** Ends the worker, in the middle of a loop if need be. All that waits is told so. */
  stop(): void {
    this.#worker?.terminate();
    this.#worker = undefined;
    this.#fail(new Stopped());
  }

  /** Gives up the oldest question, ending the worker, and asks the others again. */
  skip(error: Error): void {
    const oldest = this.#waiting.values().next().value;
    if (oldest === undefined) return;
    this.#waiting.delete(oldest.call.id);
    this.#worker?.terminate();
    this.#worker = undefined;
    if (this.#waiting.size > 0) {
      this.#worker = this.#start();
      for (const { call } of this.#waiting.values()) this.#worker.postMessage(call);
    }
    oldest.reject(error);
  }

  #fail(error: Error): void {
    const waiting = [...this.#waiting.values()];
    this.#waiting.clear();
    for (const { reject } of waiting) reject(error);
  }

  #start(): Worker {
    const worker = this.#make();
    worker.addEventListener("message", ({ data }: MessageEvent<Message>) => {
      const waiting = this.#waiting.get(data.id);
      this.#waiting.delete(data.id);
      if (data.kind === "answer") waiting?.resolve(data.value as never);
      else waiting?.reject(new WorkerFailure(data.failure));
    });
    // The worker itself broke (out of memory, say): the next call starts another.
    worker.addEventListener("error", (event) => {
      event.preventDefault();
      if (this.#worker !== worker) return;
      worker.terminate();
      this.#worker = undefined;
      this.#fail(new WorkerFailure({ name: "Error", message: event.message || "The worker broke off." }));
    });
    return worker;
  }
}
