import type { JSX } from "preact";
import { useMemo } from "preact/hooks";

import { Inputs } from "../functions/inputs.tsx";
import { Source } from "../functions/source.tsx";
import "../functions/functions.css";
import type { FunctionModel } from "../language/model.ts";
import type { TabContext } from "../tab.ts";
import { boxesSlice } from "./boxes-slice.ts";
import "./boxes.css";
import { PairPanel } from "./pair-panel.tsx";
import { Walk } from "./walk.tsx";

export function Boxes({
  context,
  model,
}: {
  readonly context: TabContext;
  readonly model: FunctionModel;
}): JSX.Element {
  const store = useMemo(() => context.use(boxesSlice), [context]);
  return (
    <div class="boxes">
      <Walk context={context} model={model} store={store} />
      <div class="boxes-side">
        <Source model={model} />
        <Inputs model={model} />
      </div>
      <PairPanel context={context} store={store} />
    </div>
  );
}
