import { dataSetNames } from "cotangent/nn";
import type { JSX } from "preact";
import { useId } from "preact/hooks";

import type { Store } from "../tab.ts";
import { formatNumber } from "../ui/format.ts";
import { Segments } from "../ui/segments.tsx";
import { useWatched } from "../ui/use.ts";
import { LIMITS } from "./settings.ts";
import type { NetworkSettings } from "./settings.ts";

/** From the slider to the rate and back: equal steps multiply it equally, with two digits. */
const rateOf = (place: number): number => Number((10 ** place).toPrecision(2));
const placeOf = (rate: number): number => Math.round(20 * Math.log10(rate)) / 20;

/** What is trained, and how. */
export function Settings({ settings }: { readonly settings: Store<NetworkSettings> }): JSX.Element {
  const { data, points, hidden, optimizer, rate, seed, engine, pace } = useWatched(settings);
  return (
    <section class="panel" aria-label="What is trained, and how">
      <div class="panel-head">
        <h2>Network</h2>
      </div>
      <div class="panel-body network-settings">
        <Row label="Data">
          <Segments
            label="Data set"
            value={data}
            options={dataSetNames.map((name) => [name, NAMES[name]] as const)}
            onChange={(value) => settings.set({ data: value })}
          />
        </Row>
        <Slider
          label="Points"
          value={points}
          shown={String(points)}
          range={LIMITS.points}
          step={10}
          onChange={(value) => settings.set({ points: value })}
        />
        <Slider
          label="Hidden units"
          value={hidden}
          shown={String(hidden)}
          range={LIMITS.hidden}
          step={1}
          onChange={(value) => settings.set({ hidden: value })}
        />
        <Row label="Optimizer">
          <Segments
            label="Optimizer"
            value={optimizer}
            options={[
              ["sgd", "SGD"],
              ["adam", "Adam"],
            ]}
            // Adam's rate is the length of its steps, SGD's a factor of the gradient.
            onChange={(value) => settings.set({ optimizer: value, rate: value === "adam" ? 0.02 : 0.5 })}
          />
        </Row>
        <Slider
          label="Learning rate"
          value={placeOf(rate)}
          shown={formatNumber(rate, 2)}
          range={[Math.log10(LIMITS.rate[0]), Math.log10(LIMITS.rate[1])]}
          step={0.05}
          onChange={(place) => settings.set({ rate: rateOf(place) })}
        />
        <Row label="Derivatives by">
          <Segments
            label="Derivatives by"
            value={engine}
            options={[
              ["scalars", "Scalars"],
              ["compiled", "Compiled code"],
            ]}
            onChange={(value) => settings.set({ engine: value })}
          />
        </Row>
        <Row label="Pace">
          <Segments
            label="Pace"
            value={pace}
            options={[
              ["slow", "One by one"],
              ["fast", "As fast as it goes"],
            ]}
            onChange={(value) => settings.set({ pace: value })}
          />
        </Row>
        <div class="network-seed">
          <span class="small muted">
            Points and first weights: throw number <span class="number">{seed}</span>
          </span>
          <button
            type="button"
            class="button"
            onClick={() => settings.set({ seed: (seed + 1) % (LIMITS.seed[1] + 1) })}
          >
            Throw again
          </button>
        </div>
      </div>
    </section>
  );
}

const NAMES: Readonly<Record<NetworkSettings["data"], string>> = {
  simple: "Simple",
  diag: "Diagonal",
  split: "Split",
  xor: "Xor",
  circle: "Circle",
  spiral: "Spiral",
};

function Row({ label, children }: { readonly label: string; readonly children: JSX.Element }): JSX.Element {
  return (
    <div class="network-row">
      <span class="small" aria-hidden="true">
        {label}
      </span>
      {children}
    </div>
  );
}

function Slider({
  label,
  value,
  shown,
  range: [low, high],
  step,
  onChange,
}: {
  readonly label: string;
  readonly value: number;
  readonly shown: string;
  readonly range: readonly [number, number];
  readonly step: number;
  readonly onChange: (value: number) => void;
}): JSX.Element {
  const id = useId();
  return (
    <div class="network-row">
      <label class="small" for={id}>
        {label}
      </label>
      <div class="network-slider">
        <input
          id={id}
          type="range"
          min={low}
          max={high}
          step={step}
          value={value}
          aria-valuetext={shown}
          onInput={({ currentTarget }) => onChange(Number(currentTarget.value))}
        />
        <output class="number small" for={id}>
          {shown}
        </output>
      </div>
    </div>
  );
}
