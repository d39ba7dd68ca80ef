/** While something takes long: a way to stop it. */
import type { JSX } from "preact";

import type { FunctionModel } from "../language/model.ts";
import { useWatched } from "../ui/use.ts";

export function StopBar({ model }: { readonly model: FunctionModel }): JSX.Element | null {
  const busy = useWatched(model.language.busy);
  const halted = useWatched(model.language.halted);
  if (halted !== undefined) {
    return (
      <div class="notice stop-bar" role="alert">
        <span>
          {halted === "by time"
            ? "Stopped: it ran for 10 seconds without an answer. Does a loop end?"
            : "Stopped."}
        </span>
        <button type="button" class="button" onClick={() => model.runAgain()}>
          Run again
        </button>
      </div>
    );
  }
  if (!busy) return null;
  return (
    <div class="notice stop-bar" role="status">
      <span>Running …</span>
      <button type="button" class="button" onClick={() => model.language.stop()}>
        Stop
      </button>
    </div>
  );
}
