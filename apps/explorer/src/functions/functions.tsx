import type { JSX } from "preact";
import { useMemo, useState } from "preact/hooks";

import { CodeEditor } from "../editor/code-editor.tsx";
import { summaryOf } from "../editor/summary.ts";
import type { FunctionModel } from "../language/model.ts";
import type { TabContext } from "../tab.ts";
import { useWatched } from "../ui/use.ts";
import { Evidence } from "./evidence.tsx";
import { ExamplePicker } from "./example-picker.tsx";
import "./functions.css";
import { Inputs } from "./inputs.tsx";
import { Listings } from "./listings.tsx";
import { Picture } from "./picture.tsx";
import { StopBar } from "./stop-bar.tsx";
import { viewSlice } from "./view-slice.ts";

/** The lines of the source that are pointed at. */
export interface Selection {
  readonly from: number;
  readonly to: number;
}

export function Functions({
  context,
  model,
}: {
  readonly context: TabContext;
  readonly model: FunctionModel;
}): JSX.Element {
  const view = useMemo(() => context.use(viewSlice), [context]);
  const [selection, setSelection] = useState<Selection | undefined>(undefined);
  const [linked, setLinked] = useState<readonly number[]>([]);
  return (
    <div class="functions">
      <div class="functions-write">
        <Source model={model} linked={linked} onSelect={(from, to) => setSelection({ from, to })} />
        <Inputs model={model} />
      </div>
      <div class="functions-see">
        <Picture model={model} view={view} context={context} />
        <Evidence model={model} context={context} />
      </div>
      <Listings model={model} view={view} selection={selection} onPoint={setLinked} />
    </div>
  );
}

function Source({
  model,
  linked,
  onSelect,
}: {
  readonly model: FunctionModel;
  readonly linked: readonly number[];
  readonly onSelect: (from: number, to: number) => void;
}): JSX.Element {
  const { source } = useWatched(model.store);
  const { reading, failure, text } = useWatched(model.known);
  const names = reading?.functions ?? [];
  return (
    <section class="panel source" aria-label="Function">
      <div class="panel-head">
        <h2>Function</h2>
        <div class="row">
          {names.length > 1 ? (
            <label class="row small">
              <span class="hidden">Which function</span>
              <select
                class="field"
                value={text.name}
                onChange={({ currentTarget }) => model.store.set({ name: currentTarget.value })}
              >
                {names.map((name) => (
                  <option key={name}>{name}</option>
                ))}
              </select>
            </label>
          ) : null}
          <ExamplePicker model={model} />
        </div>
      </div>
      <CodeEditor
        label="Function, in TypeScript"
        text={source}
        failure={failure}
        linked={linked}
        onChange={(next) => model.store.set({ source: next })}
        onSelect={onSelect}
      />
      <StopBar model={model} />
      {failure === undefined ? null : (
        <p class="notice error" role="alert">
          {failure.line === undefined ? null : <strong>Line {failure.line}. </strong>}
          {summaryOf(failure)}
        </p>
      )}
    </section>
  );
}
