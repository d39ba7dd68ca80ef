/** Sliders for the inputs, each with the derivative by it. */
import type { JSX } from "preact";
import { useState } from "preact/hooks";

import { isRange } from "../function-slice.ts";
import type { FunctionModel } from "../language/model.ts";
import { fitting, leavesOf } from "../language/values.ts";
import type { Data, Leaf } from "../language/values.ts";
import { formatNumber } from "../ui/format.ts";
import { NumberField } from "../ui/number-field.tsx";
import { niceStep, snapped } from "../ui/scale.ts";
import { useWatched } from "../ui/use.ts";

/** More sliders are no help. */
const MOST_SLIDERS = 16;

/** How far a slider goes unless somebody said. */
export function rangeFor(
  leaf: Leaf,
  whole: boolean,
  ranges: Readonly<Record<string, readonly [number, number]>>,
): readonly [number, number] {
  const own = Object.hasOwn(ranges, leaf.path) ? ranges[leaf.path] : undefined;
  const x = Number(leaf.value);
  const [low, high] = own ?? (whole ? [0, 20] : [-5, 5]);
  return [Math.min(low, x), Math.max(high, x)];
}

export function Inputs({ model }: { readonly model: FunctionModel }): JSX.Element {
  const known = useWatched(model.known);
  const { reading, inputs, point, text } = known;
  // What the reader set, at once; the derivatives follow when they are there.
  const leaves = (reading?.parameters ?? []).flatMap(({ name, structure }, i) =>
    leavesOf(structure, inputs[i]!, name, i),
  );
  const output = point?.outputs[0];
  const name = output === undefined ? "" : `${text.name}${output.path === "" ? "" : `.${output.path}`}`;
  return (
    <section class="panel inputs" aria-label="Inputs">
      <div class="panel-head">
        <h2>Inputs</h2>
        {leaves.length === 0 ? null : (
          <span class="muted small">and the derivative of {name || "the result"} by each</span>
        )}
      </div>
      <div class="panel-body">
        {reading?.parameters.map((parameter, i) =>
          parameter.structure.kind === "array" ? (
            <ListField
              key={parameter.name}
              name={parameter.name}
              data={inputs[i]!}
              onChange={(data) => model.setInput(parameter.name, fitting(parameter.structure, data))}
            />
          ) : null,
        )}
        {leaves.slice(0, MOST_SLIDERS).map((leaf, i) => (
          <Row
            key={leaf.path}
            model={model}
            leaf={leaf}
            whole={reading?.integers.includes(leaf.argument) === true && leaf.place.length === 0}
            derivative={output?.gradient[i]}
          />
        ))}
        {leaves.length > MOST_SLIDERS ? (
          <p class="muted small">{leaves.length - MOST_SLIDERS} more numbers have no slider.</p>
        ) : null}
        {reading !== undefined && reading.parameters.length === 0 ? (
          <p class="muted small">The function takes no inputs.</p>
        ) : null}
      </div>
    </section>
  );
}

function Row({
  model,
  leaf,
  whole,
  derivative,
}: {
  readonly model: FunctionModel;
  readonly leaf: Leaf;
  readonly whole: boolean;
  readonly derivative: number | undefined;
}): JSX.Element {
  const { ranges } = useWatched(model.store);
  if (typeof leaf.value === "boolean") {
    return (
      <label class="input-row truth">
        <span class="mono input-name">{leaf.path}</span>
        <input
          type="checkbox"
          checked={leaf.value}
          onChange={({ currentTarget }) => model.move(leaf, currentTarget.checked)}
        />
      </label>
    );
  }
  const [low, high] = rangeFor(leaf, whole, ranges);
  const step = whole ? 1 : niceStep((high - low) / 400);
  const setRange = (range: readonly [number, number]): void => {
    if (isRange(range)) model.store.set({ ranges: { ...ranges, [leaf.path]: range } });
  };
  return (
    <div class="input-row">
      <span class="mono input-name" id={`name-${leaf.path}`}>
        {leaf.path}
      </span>
      <NumberField label={leaf.path} value={leaf.value} whole={whole} onChange={(x) => model.move(leaf, x)} />
      <div class="slider">
        <NumberField
          label={`${leaf.path} from`}
          value={low}
          whole={whole}
          quiet
          onChange={(x) => setRange([x, Math.max(high, x + step)])}
        />
        <input
          type="range"
          aria-labelledby={`name-${leaf.path}`}
          min={low}
          max={high}
          step={step}
          value={leaf.value}
          onInput={({ currentTarget }) => model.move(leaf, snapped(Number(currentTarget.value), step))}
        />
        <NumberField
          label={`${leaf.path} to`}
          value={high}
          whole={whole}
          quiet
          onChange={(x) => setRange([Math.min(low, x - step), x])}
        />
      </div>
      <span class="input-derivative number" data-derivative={leaf.path}>
        {whole ? (
          <span class="muted">whole number</span>
        ) : derivative === undefined ? null : (
          <>
            <span class="muted">∂ </span>
            {formatNumber(derivative)}
          </>
        )}
      </span>
    </div>
  );
}

/** A list of numbers as text, for its length and for many numbers at once. */
function ListField({
  name,
  data,
  onChange,
}: {
  readonly name: string;
  readonly data: Data;
  readonly onChange: (data: unknown) => void;
}): JSX.Element {
  const [draft, setDraft] = useState<string | undefined>(undefined);
  const read = (text: string): unknown => {
    try {
      const list: unknown = JSON.parse(`[${text}]`);
      return list;
    } catch {
      return undefined;
    }
  };
  const text = JSON.stringify(data).slice(1, -1).replaceAll(",", ", ");
  return (
    <label class="input-row list">
      <span class="mono input-name">{name}</span>
      <input
        class="field number"
        aria-label={`${name}, as a list`}
        aria-invalid={draft !== undefined && read(draft) === undefined}
        value={draft ?? text}
        onInput={({ currentTarget }) => {
          setDraft(currentTarget.value);
          const list = read(currentTarget.value);
          if (list !== undefined) onChange(list);
        }}
        onBlur={() => setDraft(undefined)}
      />
    </label>
  );
}
