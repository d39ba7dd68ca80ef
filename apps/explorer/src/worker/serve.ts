/** The worker's side: answers calls. */
import type { Call, Failure, Handlers, Message } from "./protocol.ts";

const post = (message: Message): void => globalThis.postMessage(message);

/** Answers what the page asks through a `Client`, one call after the other unless a handler waits. */
export function serve(handlers: Handlers): void {
  globalThis.addEventListener("message", ({ data: { id, name, args } }: MessageEvent<Call>) => {
    const run = async (): Promise<unknown> => handlers[name]!(...args);
    run().then(
      (value) => post({ kind: "answer", id, value }),
      (error: unknown) => post({ kind: "failure", id, failure: failureOf(error) }),
    );
  });
}

/** What of an error crosses to the page. */
function failureOf(error: unknown): Failure {
  if (!(error instanceof Error)) return { name: "Error", message: String(error) };
  const { name, message, code, remedy, span, line, column } = error as Error & Partial<Failure>;
  return {
    name,
    message,
    ...(typeof code === "string" ? { code } : {}),
    ...(typeof remedy === "string" ? { remedy } : {}),
    ...(span === undefined ? {} : { span: { start: span.start, end: span.end } }),
    ...(line === undefined ? {} : { line }),
    ...(column === undefined ? {} : { column }),
  };
}
