/** Code at two stages beside each other; pointing at a line shows what belongs to it elsewhere. */
import type { JSX } from "preact";
import { useMemo } from "preact/hooks";

import type { Listing } from "../language/listings.ts";
import type { FunctionModel } from "../language/model.ts";
import type { Store } from "../tab.ts";
import { useAnswer } from "../ui/use-answer.ts";
import { useVisible } from "../ui/use-visible.ts";
import { useWatched } from "../ui/use.ts";
import type { Pane, Selection, ViewState } from "./view-slice.ts";

const KINDS: readonly (readonly [Pane["kind"], string])[] = [
  ["typescript", "TypeScript"],
  ["javascript", "JavaScript, as it runs"],
  ["program", "Program"],
  ["wat", "WebAssembly"],
];

const MODES: readonly (readonly [Pane["mode"], string])[] = [
  ["value", "Function"],
  ["reverse", "Gradient (reverse)"],
  ["forward", "Tangent (forward)"],
  ["hessian", "Hessian"],
];

interface ListingsProps {
  readonly model: FunctionModel;
  readonly view: Store<ViewState>;
  readonly selection: Selection | undefined;
  readonly onPoint: (lines: readonly number[]) => void;
}

export function Listings({ model, view, selection, onPoint }: ListingsProps): JSX.Element {
  const { left, right } = useWatched(view);
  return (
    <div class="listings">
      <ListingPane
        name="Left listing"
        model={model}
        pane={left}
        selection={selection}
        onPoint={onPoint}
        onChange={(patch) => view.set({ left: { ...left, ...patch } })}
      />
      <ListingPane
        name="Right listing"
        model={model}
        pane={right}
        selection={selection}
        onPoint={onPoint}
        onChange={(patch) => view.set({ right: { ...right, ...patch } })}
      />
    </div>
  );
}

function ListingPane({
  name,
  model,
  pane,
  selection,
  onPoint,
  onChange,
}: {
  readonly name: string;
  readonly model: FunctionModel;
  readonly pane: Pane;
  readonly selection: Selection | undefined;
  readonly onPoint: (lines: readonly number[]) => void;
  readonly onChange: (patch: Partial<Pane>) => void;
}): JSX.Element {
  const { text, inputs, point, stale } = useWatched(model.known);
  const [element, seen] = useVisible<HTMLElement>();
  // What is compiled depends on the inputs' structure alone.
  const shape = JSON.stringify(inputs, (_, x: unknown) => (typeof x === "number" ? 0 : x));
  const { value, failure, waiting } = useAnswer(
    point === undefined || !seen ? undefined : JSON.stringify([text, shape, pane]),
    () => model.aside.call("listing", text, inputs, pane),
    60,
  );
  return (
    <section class="panel listing" ref={element} aria-label={name} aria-busy={waiting}>
      <div class="panel-head">
        <div class="row wrap">
          <select
            class="field"
            aria-label={`${name}: of what`}
            value={pane.mode}
            onChange={({ currentTarget }) => onChange({ mode: currentTarget.value as Pane["mode"] })}
          >
            {MODES.map(([mode, title]) => (
              <option key={mode} value={mode}>
                {title}
              </option>
            ))}
          </select>
          <select
            class="field"
            aria-label={`${name}: as what`}
            value={pane.kind}
            onChange={({ currentTarget }) => onChange({ kind: currentTarget.value as Pane["kind"] })}
          >
            {KINDS.map(([kind, title]) => (
              <option key={kind} value={kind}>
                {title}
              </option>
            ))}
          </select>
        </div>
        {value === undefined ? null : <Copy text={value.text} />}
      </div>
      {failure === undefined ? null : <p class="notice error">{failure.message.split("\n")[0]}</p>}
      <div
        class={stale || (waiting && value !== undefined) ? "code scroll stale" : "code scroll"}
        tabIndex={0}
        role="group"
        aria-label={`${name}, text`}
      >
        {value === undefined ? null : <Lines listing={value} selection={selection} onPoint={onPoint} />}
      </div>
    </section>
  );
}

function Lines({
  listing: { text, lines, remark },
  selection,
  onPoint,
}: {
  readonly listing: Listing;
  readonly selection: Selection | undefined;
  readonly onPoint: (lines: readonly number[]) => void;
}): JSX.Element {
  const rows = useMemo(() => text.split("\n"), [text]);
  return (
    <>
      <pre onPointerLeave={() => onPoint([])}>
        {rows.map((row, i) => {
          const line = lines[i] ?? 0;
          const linked = selection !== undefined && line >= selection.from && line <= selection.to;
          return (
            <span
              key={i}
              class={linked ? "code-line linked" : "code-line"}
              onPointerEnter={() => onPoint(line === 0 ? [] : [line])}
            >
              {row}
              {"\n"}
            </span>
          );
        })}
      </pre>
      {remark === undefined ? null : <p class="muted small remark">{remark}</p>}
    </>
  );
}

function Copy({ text }: { readonly text: string }): JSX.Element {
  return (
    <button
      type="button"
      class="button"
      onClick={({ currentTarget }) => {
        const done = (word: string): void => {
          currentTarget.textContent = word;
          setTimeout(() => (currentTarget.textContent = "Copy"), 1800);
        };
        navigator.clipboard.writeText(text).then(
          () => done("Copied"),
          () => done("Not allowed"),
        );
      }}
    >
      Copy
    </button>
  );
}
