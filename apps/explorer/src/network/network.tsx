import type { JSX } from "preact";
import { useEffect, useRef } from "preact/hooks";

import type { Store, TabContext } from "../tab.ts";
import { formatNumber } from "../ui/format.ts";
import { useWatched } from "../ui/use.ts";
import { Graph } from "./graph.tsx";
import { LossCurve } from "./loss-curve.tsx";
import "../functions/functions.css";
import "./network.css";
import { Plane } from "./plane.tsx";
import type { Run } from "./run.ts";
import { Settings } from "./settings-panel.tsx";
import type { NetworkSettings } from "./settings.ts";

export function NetworkTab({
  context,
  settings,
  run,
}: {
  readonly context: TabContext;
  readonly settings: Store<NetworkSettings>;
  readonly run: Run;
}): JSX.Element {
  const state = useWatched(run.state);
  const { hidden, engine } = useWatched(settings);
  const { begun, now, losses, running, speed, problem } = state;
  const correct = now?.right.filter(Boolean).length ?? 0;
  const total = begun?.data.points.length ?? 0;
  const loss = losses.at(-1)?.[1];
  const said = `Epoch ${now?.epoch ?? 0}: ${correct} of ${total} points right${loss === undefined ? "" : `, loss ${formatNumber(loss, 4)}`}.`;
  useAnnouncement(context, running, said);
  return (
    <div class="network">
      <div class="network-controls">
        <Settings settings={settings} />
      </div>
      <section class="panel" aria-label="Training">
        <div class="panel-head">
          <h2>Decision boundary</h2>
          <div class="network-buttons">
            <button
              type="button"
              class="button primary"
              disabled={begun === undefined}
              onClick={() => (running ? run.stop() : run.start())}
            >
              {running ? "Stop" : now?.epoch === 0 ? "Start" : "Go on"}
            </button>
            <button
              type="button"
              class="button"
              disabled={begun === undefined}
              onClick={() => void run.step().then(() => context.announce(sayStep(run)))}
            >
              Step
            </button>
            <button
              type="button"
              class="button"
              disabled={begun === undefined}
              onClick={() => void run.reset()}
            >
              Reset
            </button>
          </div>
        </div>
        <div class="panel-body">
          {problem === undefined ? null : <p class="notice error">{problem}</p>}
          {begun === undefined || now === undefined ? (
            <div class="plane" aria-busy="true" />
          ) : (
            <Plane
              data={begun.data}
              field={now.field}
              right={now.right}
              theme={context.theme}
              description={said}
            />
          )}
          <ul class="plane-key small muted">
            <li>
              <span class="mark class-0" aria-hidden="true" />
              class 0
            </li>
            <li>
              <span class="mark class-1" aria-hidden="true" />
              class 1
            </li>
            <li>
              <span class="mark wrong" aria-hidden="true" />
              on the wrong side
            </li>
          </ul>
        </div>
      </section>
      <div class="network-see">
        <dl class="panel figures">
          <Reading name="epoch" value={String(now?.epoch ?? 0)} />
          <Reading name="right" value={`${correct} of ${total}`} />
          <Reading name="loss" value={loss === undefined ? "–" : formatNumber(loss, 4)} />
          <Reading name="epochs a second" value={speed === undefined ? "–" : formatNumber(speed, 2)} />
          <Reading name="weights" value={String(begun?.parameters ?? "–")} />
        </dl>
        <section class="panel" aria-label="Loss">
          <div class="panel-head">
            <h2>Loss by epoch</h2>
          </div>
          <div class="panel-body">
            <LossCurve losses={losses} />
          </div>
        </section>
        <p class="small muted">
          {engine === "scalars"
            ? `Every epoch, the loss of all ${total} points is computed on Scalars, which remember each operation, and backpropagated.`
            : "The loss is a plain function of a list of weights; its gradient is compiled, to the same numbers."}{" "}
          Two hidden layers of {hidden} rectified units each.
        </p>
      </div>
      <Graph run={run} settings={settings} context={context} />
    </div>
  );
}

function Reading({ name, value }: { readonly name: string; readonly value: string }): JSX.Element {
  return (
    <div class="figure-reading">
      <dt class="small muted">{name}</dt>
      <dd class="number">{value}</dd>
    </div>
  );
}

const sayStep = (run: Run): string => {
  const { now, losses } = run.state.value;
  return `Epoch ${now?.epoch}, loss ${formatNumber(losses.at(-1)?.[1] ?? NaN, 4)}.`;
};

/** Says where training stopped; while it runs, nothing: the numbers are there to be read. */
function useAnnouncement(context: TabContext, running: boolean, said: string): void {
  const before = useRef(running);
  useEffect(() => {
    if (before.current && !running) context.announce(`Stopped. ${said}`);
    if (!before.current && running) context.announce("Training.");
    before.current = running;
  }, [running]);
}
