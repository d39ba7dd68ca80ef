/** A worker's answer to a question that changes. */
import { useEffect, useMemo, useState } from "preact/hooks";

import { failureFrom, Latest } from "../language/client.ts";
import type { Failure } from "../worker/protocol.ts";

export interface Answer<T> {
  /** The last answer; it may be to an earlier question. */
  readonly value: T | undefined;
  readonly failure: Failure | undefined;
  readonly waiting: boolean;
}

/** Asks again whenever `question` changes, after a pause; undefined asks nothing. */
export function useAnswer<T>(
  question: string | undefined,
  ask: () => Promise<T>,
  pause: number = 0,
): Answer<T> {
  const [answer, setAnswer] = useState<Answer<T>>({ value: undefined, failure: undefined, waiting: true });
  const latest = useMemo(() => new Latest(), []);
  useEffect(() => {
    if (question === undefined) return undefined;
    let over = false;
    setAnswer((before) => ({ ...before, waiting: true }));
    const timer = setTimeout(() => {
      latest.run(async () => {
        if (over) return;
        try {
          const value = await ask();
          if (!over) setAnswer({ value, failure: undefined, waiting: false });
        } catch (error) {
          const failure = failureFrom(error);
          if (!over) setAnswer({ value: undefined, failure, waiting: false });
        }
      });
    }, pause);
    return () => {
      over = true;
      clearTimeout(timer);
    };
  }, [question]);
  return answer;
}
