/** The graph of the current call, and the way through it: forward, then backward. */
import type { JSX } from "preact";
import { useEffect, useMemo, useRef, useState } from "preact/hooks";

import type { GraphPicture } from "../language/graph.ts";
import type { FunctionModel } from "../language/model.ts";
import type { Store, TabContext } from "../tab.ts";
import { FigureElement } from "../ui/figure.tsx";
import { formatNumber } from "../ui/format.ts";
import { useAnswer } from "../ui/use-answer.ts";
import { useWatched } from "../ui/use.ts";
import type { BoxesState } from "./boxes-slice.ts";
import { GraphView } from "./graph-view.tsx";
import { progressAt } from "./progress.ts";
import type { Progress } from "./progress.ts";
import { StepText } from "./step-text.tsx";

/** A window narrower than this shows the graph from top to bottom. */
const NARROW = "(max-width: 640px)";
/** How long a step is seen when they go by themselves. */
const PLAY_MS = 900;

export function Walk({
  context,
  model,
  store,
}: {
  readonly context: TabContext;
  readonly model: FunctionModel;
  readonly store: Store<BoxesState>;
}): JSX.Element {
  const known = useWatched(model.known);
  const theme = useWatched(context.theme);
  const { step, output } = useWatched(store);
  const narrow = useMedia(NARROW);
  const { text, inputs, point, stale } = known;
  const request = { output, direction: narrow ? ("down" as const) : ("right" as const), theme };
  const { value: picture, failure } = useAnswer(
    point === undefined ? undefined : JSON.stringify([text, inputs, request]),
    () => model.aside.call("graph", text, inputs, request),
  );
  const outputs = point?.outputs ?? [];
  return (
    <section class="panel walk" aria-label="Computation graph">
      <div class="panel-head">
        <h2>
          Computation graph
          {picture?.kind === "graph" ? (
            <span class="muted small"> {picture.operations.length} operations</span>
          ) : null}
        </h2>
        {outputs.length > 1 ? (
          <label class="row small">
            <span class="muted">of</span>
            <select
              class="field"
              value={String(output)}
              onChange={({ currentTarget }) => store.set({ output: Number(currentTarget.value), step: -1 })}
            >
              {outputs.map(({ path }, k) => (
                <option key={path} value={String(k)}>
                  {text.name}.{path}
                </option>
              ))}
            </select>
          </label>
        ) : null}
      </div>
      <div class={stale ? "walk-body stale" : "walk-body"}>
        {failure === undefined ? null : <p class="notice error">{failure.message.split("\n")[0]}</p>}
        {known.failure !== undefined && picture === undefined ? (
          <p class="notice">The graph appears when the function has a value.</p>
        ) : null}
        {picture === undefined ? (
          <p class="empty" />
        ) : picture.kind === "none" ? (
          <p class="notice">
            The result, {formatNumber(picture.value)}, does not depend on any input here: there is nothing to
            step through.
          </p>
        ) : picture.kind === "summary" ? (
          <>
            <p class="notice">
              {picture.operations.toLocaleString("en")} operations are too many to step through; like ones are
              drawn together, with their number.
            </p>
            <div class="graph-scroll scroll" tabIndex={0} role="group" aria-label="Summary of the graph">
              <FigureElement drawing={picture.drawing} />
            </div>
          </>
        ) : (
          <Steps picture={picture} step={step} store={store} context={context} />
        )}
      </div>
    </section>
  );
}

function Steps({
  picture,
  step,
  store,
  context,
}: {
  readonly picture: GraphPicture;
  readonly step: number;
  readonly store: Store<BoxesState>;
  readonly context: TabContext;
}): JSX.Element {
  const count = picture.operations.length;
  const now = step < 0 ? count : Math.min(step, 2 * count);
  const [pointed, setPointed] = useState<string | undefined>(undefined);
  const [playing, setPlaying] = useState(false);
  const go = (to: number): void => store.set({ step: Math.max(0, Math.min(2 * count, to)) });
  const progress = useMemo(() => progressAt(picture, now), [picture, now]);
  useEffect(() => {
    if (!playing) return undefined;
    if (now >= 2 * count) {
      setPlaying(false);
      return undefined;
    }
    const timer = setTimeout(() => go(now + 1), PLAY_MS);
    return () => clearTimeout(timer);
  }, [playing, now, count]);
  const onKeyDown = (event: KeyboardEvent): void => {
    const keys: Readonly<Record<string, number>> = {
      ArrowRight: now + 1,
      ArrowLeft: now - 1,
      Home: 0,
      End: 2 * count,
    };
    const to = keys[event.key];
    if (to === undefined || event.altKey || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    setPlaying(false);
    go(to);
  };
  return (
    <div class="steps" onKeyDown={onKeyDown}>
      <GraphScroll progress={progress}>
        <GraphView
          picture={picture}
          progress={progress}
          pointed={pointed}
          onPoint={setPointed}
          onChoose={(id) => {
            const at = picture.operations.findIndex((o) => o.id === id);
            // Forward: when it has been computed. Backward: when it has passed back.
            go(now <= count ? at + 1 : 2 * count - at);
          }}
        />
      </GraphScroll>
      <div class="step-controls">
        <div class="row">
          <button
            type="button"
            class="button icon-button"
            aria-label="To the start"
            onClick={() => go(0)}
            disabled={now === 0}
          >
            <Icon d="M4 3v10M12.5 3.5v9L6 8z" />
          </button>
          <button type="button" class="button" onClick={() => go(now - 1)} disabled={now === 0}>
            Back
          </button>
          <button
            type="button"
            class="button primary"
            onClick={() => go(now + 1)}
            disabled={now === 2 * count}
          >
            Step
          </button>
          <button
            type="button"
            class="button icon-button"
            aria-label="To the end"
            onClick={() => go(2 * count)}
            disabled={now === 2 * count}
          >
            <Icon d="M12 3v10M3.5 3.5v9L10 8z" />
          </button>
          <button
            type="button"
            class="button"
            aria-pressed={playing}
            onClick={() => {
              if (now === 2 * count) go(0);
              setPlaying(!playing);
            }}
          >
            {playing ? "Pause" : "Play"}
          </button>
        </div>
        <div class="scrubber">
          <input
            type="range"
            aria-label="Step"
            aria-valuetext={progress.label}
            min={0}
            max={2 * count}
            step={1}
            value={now}
            onInput={({ currentTarget }) => {
              setPlaying(false);
              go(Number(currentTarget.value));
            }}
          />
          <div class="scrubber-words small muted" aria-hidden="true">
            <span>forward →</span>
            <span>→ backward</span>
          </div>
        </div>
      </div>
      <StepText
        picture={picture}
        progress={progress}
        pointed={pointed}
        announce={(words) => context.announce(words)}
      />
    </div>
  );
}

const Icon = ({ d }: { readonly d: string }): JSX.Element => (
  <svg class="icon" width="16" height="16" viewBox="0 0 16 16" aria-hidden="true">
    <path d={d} />
  </svg>
);

/** Scrolls the graph so that what is worked on can be seen. */
function GraphScroll({
  progress,
  children,
}: {
  readonly progress: Progress;
  readonly children: JSX.Element;
}): JSX.Element {
  const element = useRef<HTMLDivElement>(null);
  useEffect(() => {
    const box = element.current!;
    const current = box.querySelector(".node.current");
    if (current === null) return;
    const outer = box.getBoundingClientRect();
    const inner = current.getBoundingClientRect();
    if (inner.left < outer.left || inner.right > outer.right) {
      box.scrollLeft += (inner.left + inner.right) / 2 - (outer.left + outer.right) / 2;
    }
    if (inner.top < outer.top || inner.bottom > outer.bottom) {
      box.scrollTop += (inner.top + inner.bottom) / 2 - (outer.top + outer.bottom) / 2;
    }
  }, [progress]);
  return (
    <div
      class="graph-scroll scroll"
      ref={element}
      tabIndex={0}
      role="group"
      aria-label="Graph: arrow keys step"
    >
      {children}
    </div>
  );
}

function useMedia(query: string): boolean {
  const media = useMemo(() => matchMedia(query), [query]);
  const [matches, setMatches] = useState(media.matches);
  useEffect(() => {
    const follow = (): void => setMatches(media.matches);
    media.addEventListener("change", follow);
    return () => media.removeEventListener("change", follow);
  }, [media]);
  return matches;
}
