/** The methods side by side: which ones walk, with which rates, and how far they came. */
import type { JSX } from "preact";

import type { Store } from "../tab.ts";
import { formatNumber } from "../ui/format.ts";
import { useWatched } from "../ui/use.ts";
import { methods } from "./methods.ts";
import { methodIds, RATES } from "./settings.ts";
import type { DescentSettings, MethodId } from "./settings.ts";
import type { Walk } from "./walks.ts";

export function Methods({
  settings,
  walks,
  step,
}: {
  readonly settings: Store<DescentSettings>;
  readonly walks: readonly Walk[];
  readonly step: number;
}): JSX.Element {
  const { methods: chosen } = useWatched(settings);
  return (
    <section class="panel descent-list" aria-label="Methods">
      <div class="panel-head">
        <h2>Methods</h2>
      </div>
      <ul class="descent-methods">
        {methodIds.map((id) => (
          <Row
            key={id}
            id={id}
            settings={settings}
            walk={chosen.includes(id) ? walks.find((each) => each.id === id) : undefined}
            step={step}
          />
        ))}
      </ul>
    </section>
  );
}

function Row({
  id,
  settings,
  walk,
  step,
}: {
  readonly id: MethodId;
  readonly settings: Store<DescentSettings>;
  readonly walk: Walk | undefined;
  readonly step: number;
}): JSX.Element {
  const { methods: chosen, rates } = useWatched(settings);
  const { name, letter, about, rate } = methods[id];
  const on = chosen.includes(id);
  return (
    <li class={`method ${id}`} data-method={id}>
      <label class="method-name">
        <input
          type="checkbox"
          checked={on}
          onChange={({ currentTarget }) =>
            settings.set({
              methods: methodIds.filter((each) =>
                each === id ? currentTarget.checked : chosen.includes(each),
              ),
            })
          }
        />
        <span class="badge" aria-hidden="true">
          {letter}
        </span>
        <span>{name}</span>
      </label>
      {rate === undefined ? (
        <span class="small muted method-rate">{about}</span>
      ) : (
        <label class="small method-rate" title={about}>
          <span>
            rate <span class="number">{formatNumber(rates[rate], 2)}</span>
          </span>
          <input
            type="range"
            aria-label={`Rate of ${name}`}
            aria-valuetext={formatNumber(rates[rate], 2)}
            min={Math.log10(RATES[0])}
            max={Math.log10(RATES[1])}
            step={0.05}
            disabled={!on}
            value={Math.log10(rates[rate])}
            onInput={({ currentTarget }) =>
              settings.set({
                rates: { ...rates, [rate]: Number((10 ** Number(currentTarget.value)).toPrecision(2)) },
              })
            }
          />
        </label>
      )}
      <span class="small method-result number">{walk === undefined ? "" : resultOf(walk, step)}</span>
    </li>
  );
}

/** How far a method has come; at its end, why it ended. */
function resultOf({ values, reason, problem, evaluations }: Walk, step: number): string {
  const last = values.length - 1;
  const k = Math.min(step, last);
  const height = `height ${formatNumber(values[k]!, 4)}`;
  if (k < last) return `step ${k}: ${height}`;
  if (reason === "refused") return problem ?? "it cannot begin here";
  const { gradients, hessians } = evaluations;
  const cost = `${gradients} ${gradients === 1 ? "gradient" : "gradients"}${hessians === 0 ? "" : `, ${hessians} Hessians`}`;
  return `${last} ${last === 1 ? "step" : "steps"}, ${height}: ${REASONS[reason]} (${cost})`;
}

const REASONS: Readonly<Record<Exclude<Walk["reason"], "refused">, string>> = {
  gradient: "the gradient vanishes",
  precision: "as good as numbers are",
  iterations: "still on its way",
  stopped: "stopped",
  "line-search": "no way down was found",
  diverged: "it flew away",
  unbounded: "it falls without end",
};
