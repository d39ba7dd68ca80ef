/** The function's text, with what is wrong with it. */
import type { JSX } from "preact";

import { CodeEditor } from "../editor/code-editor.tsx";
import { summaryOf } from "../editor/summary.ts";
import type { FunctionModel } from "../language/model.ts";
import { StopBar } from "../language/stop-bar.tsx";
import { useWatched } from "../ui/use.ts";
import { ExamplePicker } from "./example-picker.tsx";

export function Source({
  model,
  linked,
  onSelect,
}: {
  readonly model: FunctionModel;
  /** Lines to be marked. */
  readonly linked?: readonly number[];
  readonly onSelect?: (from: number, to: number) => void;
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
        {...(linked === undefined ? {} : { linked })}
        onChange={(next) => model.store.set({ source: next })}
        {...(onSelect === undefined ? {} : { onSelect })}
      />
      <StopBar language={model.language} onRunAgain={() => model.runAgain()} />
      {failure === undefined ? null : (
        <p class="notice error" role="alert">
          {failure.line === undefined ? null : <strong>Line {failure.line}. </strong>}
          {summaryOf(failure)}
        </p>
      )}
    </section>
  );
}
