/** While something takes long: a way to stop it. */
import type { JSX } from "preact";

import { useWatched } from "../ui/use.ts";
import type { Halt } from "./client.ts";
import type { Watched } from "../tab.ts";

export interface Stoppable {
  readonly busy: Watched<boolean>;
  readonly halted: Watched<Halt | undefined>;
  stop(): void;
}

export function StopBar({
  language,
  onRunAgain,
}: {
  readonly language: Stoppable;
  readonly onRunAgain: () => void;
}): JSX.Element | null {
  const busy = useWatched(language.busy);
  const halted = useWatched(language.halted);
  if (halted !== undefined) {
    return (
      <div class="notice stop-bar" role="alert">
        <span>
          {halted === "by time"
            ? "Stopped: it ran for 15 seconds without an answer. Does a loop never end?"
            : "Stopped."}
        </span>
        <button type="button" class="button" onClick={onRunAgain}>
          Run again
        </button>
      </div>
    );
  }
  if (!busy) return null;
  return (
    <div class="notice stop-bar" role="status">
      <span>Running …</span>
      <button type="button" class="button" onClick={() => language.stop()}>
        Stop
      </button>
    </div>
  );
}
