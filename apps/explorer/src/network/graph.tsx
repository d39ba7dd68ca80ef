/** What Scalars record for one point, drawn on request. */
import type { JSX } from "preact";
import { useEffect, useState } from "preact/hooks";

import type { Store, TabContext } from "../tab.ts";
import { FigureElement } from "../ui/figure.tsx";
import type { Drawing } from "../ui/figure.tsx";
import { useWatched } from "../ui/use.ts";
import type { Run } from "./run.ts";
import type { NetworkSettings } from "./settings.ts";

export function Graph({
  run,
  settings,
  context,
}: {
  readonly run: Run;
  readonly settings: Store<NetworkSettings>;
  readonly context: TabContext;
}): JSX.Element {
  const [open, setOpen] = useState(false);
  const [drawing, setDrawing] = useState<Drawing | undefined>(undefined);
  const theme = useWatched(context.theme);
  const { hidden, data, points, seed } = useWatched(settings);
  useEffect(() => {
    if (!open) return undefined;
    let over = false;
    // While a slider moves, not for every place it passes.
    const timer = setTimeout(() => {
      void run.graph(theme).then(
        (found) => (over ? undefined : setDrawing(found)),
        () => undefined, // the tab was closed
      );
    }, 150);
    return () => {
      over = true;
      clearTimeout(timer);
    };
  }, [open, theme, hidden, data, points, seed]);
  return (
    <details class="panel network-graph" onToggle={({ currentTarget }) => setOpen(currentTarget.open)}>
      <summary class="panel-head">
        <h2>The graph of one point’s loss</h2>
      </summary>
      <div class="panel-body scroll" tabIndex={0} role="region" aria-label="Computation graph">
        {drawing === undefined ? <p class="small muted">Drawing…</p> : <FigureElement drawing={drawing} />}
      </div>
    </details>
  );
}
