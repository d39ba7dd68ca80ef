/** Contours or a surface over two inputs, drawn by cotangent-view in the worker. */
import type { JSX } from "preact";

import type { FunctionModel } from "../language/model.ts";
import type { Text } from "../language/text.ts";
import type { Data, Leaf } from "../language/values.ts";
import type { Store, TabContext } from "../tab.ts";
import { FigureElement } from "../ui/figure.tsx";
import { useAnswer } from "../ui/use-answer.ts";
import { useWatched } from "../ui/use.ts";
import { rangeFor } from "./inputs.tsx";
import type { ViewState } from "./view-slice.ts";

interface Choice {
  readonly leaf: Leaf;
  readonly index: number;
}

export function FigureView({
  model,
  view,
  context,
  kind,
  choices,
  text,
  inputs,
}: {
  readonly model: FunctionModel;
  readonly view: Store<ViewState>;
  readonly context: TabContext;
  readonly kind: "contours" | "space";
  readonly choices: readonly Choice[];
  readonly text: Text;
  readonly inputs: readonly Data[];
}): JSX.Element {
  const theme = useWatched(context.theme);
  const { along, across } = useWatched(view);
  const { ranges } = useWatched(model.store);
  const first = choices.find(({ leaf }) => leaf.path === along) ?? choices[0]!;
  const second =
    choices.find((choice) => choice !== first && choice.leaf.path === across) ??
    choices.find((choice) => choice !== first)!;
  const question = {
    kind,
    theme,
    x: { leaf: first.index, range: rangeFor(first.leaf, false, ranges) },
    y: { leaf: second.index, range: rangeFor(second.leaf, false, ranges) },
  };
  const { value, failure } = useAnswer(
    JSON.stringify([text, inputs, question]),
    () => model.aside.call("surface", text, inputs, question),
    30,
  );
  const choose = (label: string, chosen: Choice, field: "along" | "across"): JSX.Element => (
    <label class="row small">
      <span class="muted">{label}</span>
      <select
        class="field"
        value={chosen.leaf.path}
        onChange={({ currentTarget }) => {
          const path = currentTarget.value;
          const other = field === "along" ? second : first;
          // Choosing what the other axis has changes places.
          view.set(
            path === other.leaf.path
              ? { along: second.leaf.path, across: first.leaf.path }
              : { along: first.leaf.path, across: second.leaf.path, [field]: path },
          );
        }}
      >
        {choices.map(({ leaf }) => (
          <option key={leaf.path}>{leaf.path}</option>
        ))}
      </select>
    </label>
  );
  return (
    <>
      <div class="row wrap">
        {choose("across", first, "along")}
        {choose("up", second, "across")}
      </div>
      {failure === undefined ? null : <p class="notice error">{failure.message.split("\n")[0]}</p>}
      {value === undefined ? <p class="empty" /> : <FigureElement drawing={value} />}
    </>
  );
}
