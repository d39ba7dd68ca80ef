/** Network: the course's trainer on its six data sets. */
import { render } from "preact";

import type { TabContext } from "../tab.ts";
import { NetworkTab } from "./network.tsx";
import { Run } from "./run.ts";
import { networkSlice } from "./settings.ts";

export function mount(element: HTMLElement, context: TabContext): () => void {
  const settings = context.use(networkSlice);
  const run = new Run(settings);
  render(<NetworkTab context={context} settings={settings} run={run} />, element);
  return () => {
    render(null, element);
    run.close();
  };
}
