import type { JSX } from "preact";
import { useState } from "preact/hooks";

import { CodeEditor } from "../editor/code-editor.tsx";
import { summaryOf } from "../editor/summary.ts";
import type { Language } from "../language/client.ts";
import { StopBar } from "../language/stop-bar.tsx";
import type { Store, TabContext } from "../tab.ts";
import { NumberField } from "../ui/number-field.tsx";
import { useAnswer } from "../ui/use-answer.ts";
import { useWatched } from "../ui/use.ts";
import "../functions/functions.css";
import "./descent.css";
import type { handlers } from "./handlers.ts";
import { Map } from "./map.tsx";
import { Methods } from "./methods-panel.tsx";
import { presets } from "./presets.ts";
import type { DescentSettings } from "./settings.ts";
import { Steps, usePlayback } from "./steps.tsx";
import { Values } from "./values.tsx";

/** Typing pauses so long before a text is read, in milliseconds. */
const PAUSE = 150;

export function Descent({
  context,
  settings,
  language,
}: {
  readonly context: TabContext;
  readonly settings: Store<DescentSettings>;
  readonly language: Language<typeof handlers>;
}): JSX.Element {
  const now = useWatched(settings);
  const { source, xRange, yRange, start, methods, rates } = now;
  // Counted up to ask the same again.
  const [attempt, setAttempt] = useState(0);
  const seen = JSON.stringify([attempt, source, xRange, yRange]);
  const surface = useAnswer(seen, () => language.call("heights", settings.value), PAUSE);
  const asked = JSON.stringify([attempt, source, start, methods, rates]);
  const answer = useAnswer(asked, () => language.call("walks", settings.value));
  const walks = answer.value ?? [];
  const last = Math.max(0, ...walks.map(({ xs }) => xs.length - 1));
  const playback = usePlayback(last, context);
  const failure = surface.failure ?? answer.failure;
  return (
    <div class="descent">
      <div class="descent-column">
        <section class="panel source" aria-label="Function">
          <div class="panel-head">
            <h2>Function of two numbers</h2>
            <Presets settings={settings} />
          </div>
          <CodeEditor
            label="Function of two numbers, in TypeScript"
            text={source}
            failure={failure}
            onChange={(text) => settings.set({ source: text })}
          />
          <StopBar
            language={language}
            onRunAgain={() => {
              language.resume();
              setAttempt(attempt + 1);
            }}
          />
          {failure === undefined ? null : (
            <p class="notice error" role="alert">
              {failure.line === undefined ? null : <strong>Line {failure.line}. </strong>}
              {summaryOf(failure)}
            </p>
          )}
          <div class="panel-body descent-view">
            <Range label="x" range={xRange} onChange={(range) => settings.set({ xRange: range })} />
            <Range label="y" range={yRange} onChange={(range) => settings.set({ yRange: range })} />
            <div class="descent-range">
              <span class="small">Start</span>
              <NumberField
                label="Start, x"
                value={start[0]}
                whole={false}
                onChange={(x) => settings.set({ start: [x, start[1]] })}
              />
              <NumberField
                label="Start, y"
                value={start[1]}
                whole={false}
                onChange={(y) => settings.set({ start: [start[0], y] })}
              />
            </div>
          </div>
        </section>
        <Methods settings={settings} walks={walks} step={playback.step} />
      </div>
      <div class="descent-column">
        <section class="panel descent-map" aria-label="Map">
          <div class="panel-head">
            <h2>The way of each method</h2>
            <span class="small muted">Drag, to begin elsewhere</span>
          </div>
          <div class="panel-body">
            <Map
              heights={surface.value}
              settings={now}
              walks={walks}
              step={playback.step}
              theme={context.theme}
              onStart={(place) => settings.set({ start: place })}
            />
            <Steps playback={playback} last={last} />
          </div>
        </section>
        <section class="panel descent-heights" aria-label="Heights">
          <div class="panel-head">
            <h2>Height above the lowest place found</h2>
          </div>
          <div class="panel-body">
            <Values walks={walks} step={playback.step} />
          </div>
        </section>
      </div>
    </div>
  );
}

function Presets({ settings }: { readonly settings: Store<DescentSettings> }): JSX.Element {
  const { source } = useWatched(settings);
  const current = presets.find((preset) => preset.source === source);
  return (
    <label class="row small">
      <span class="hidden">Example</span>
      <select
        class="field"
        value={current?.id ?? ""}
        title={current?.about ?? ""}
        onChange={({ currentTarget }) => {
          const preset = presets.find(({ id }) => id === currentTarget.value);
          if (preset === undefined) return;
          const { source: text, xRange, yRange, start } = preset;
          settings.set({ source: text, xRange, yRange, start });
        }}
      >
        {current === undefined ? <option value="">your own</option> : null}
        {presets.map(({ id, name }) => (
          <option key={id} value={id}>
            {name}
          </option>
        ))}
      </select>
    </label>
  );
}

/** From where to where an axis goes. */
function Range({
  label,
  range: [low, high],
  onChange,
}: {
  readonly label: string;
  readonly range: readonly [number, number];
  readonly onChange: (range: readonly [number, number]) => void;
}): JSX.Element {
  const set = (from: number, to: number): void => {
    if (from < to) onChange([from, to]);
  };
  return (
    <div class="descent-range">
      <span class="small">
        <span class="mono">{label}</span> from, to
      </span>
      <NumberField label={`${label} from`} value={low} whole={false} onChange={(x) => set(x, high)} />
      <NumberField label={`${label} to`} value={high} whole={false} onChange={(x) => set(low, x)} />
    </div>
  );
}
