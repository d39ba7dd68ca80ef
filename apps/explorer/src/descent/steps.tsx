/** Going through the steps of all methods at once. */
import type { JSX } from "preact";
import { useEffect, useState } from "preact/hooks";

import type { TabContext } from "../tab.ts";

/** How long a step is seen, in milliseconds. */
const TICK = 110;

export interface Playback {
  /** The step that is shown. */
  readonly step: number;
  readonly playing: boolean;
  readonly go: (step: number) => void;
  readonly toggle: () => void;
}

/** The last step is shown until somebody goes back; new walks are seen to their ends, too. */
export function usePlayback(last: number, context: TabContext): Playback {
  const [wanted, setWanted] = useState(Infinity);
  const [playing, setPlaying] = useState(false);
  const step = Math.min(wanted, last);
  useEffect(() => {
    if (!playing) return undefined;
    if (step >= last) {
      setPlaying(false);
      setWanted(Infinity);
      context.announce(`Step ${last} of ${last}.`);
      return undefined;
    }
    // Long walks are gone through faster and faster.
    const timer = setTimeout(
      () => setWanted(Math.min(last, step + Math.max(1, Math.floor(step / 30)))),
      TICK,
    );
    return () => clearTimeout(timer);
  }, [playing, step, last]);
  return {
    step,
    playing,
    go: (to) => {
      const place = Math.min(last, Math.max(0, to));
      setPlaying(false);
      setWanted(place === last ? Infinity : place);
      context.announce(`Step ${place} of ${last}.`);
    },
    toggle: () => {
      if (!playing && step >= last) setWanted(0);
      setPlaying(!playing);
    },
  };
}

export function Steps({
  playback,
  last,
}: {
  readonly playback: Playback;
  readonly last: number;
}): JSX.Element {
  const { step, playing, go, toggle } = playback;
  return (
    <div class="descent-steps" role="group" aria-label="Steps">
      <button type="button" class="button" disabled={step === 0} onClick={() => go(0)}>
        To the start
      </button>
      <button type="button" class="button" disabled={step === 0} onClick={() => go(step - 1)}>
        Back
      </button>
      <button type="button" class="button" disabled={step >= last} onClick={() => go(step + 1)}>
        Step
      </button>
      <button type="button" class="button primary" disabled={last === 0} onClick={toggle}>
        {playing ? "Pause" : "Play"}
      </button>
      <label class="descent-step small">
        <span class="hidden">Step</span>
        <input
          type="range"
          min={0}
          max={Math.max(1, last)}
          step={1}
          value={step}
          aria-valuetext={`step ${step} of ${last}`}
          onInput={({ currentTarget }) => go(Number(currentTarget.value))}
        />
        <output class="number">
          {step} of {last}
        </output>
      </label>
    </div>
  );
}
