import type { JSX } from "preact";
import { useMemo, useState } from "preact/hooks";

import type { FunctionModel } from "../language/model.ts";
import type { TabContext } from "../tab.ts";
import { Evidence, FormulaPanel } from "./evidence.tsx";
import "./functions.css";
import { Inputs } from "./inputs.tsx";
import { Listings } from "./listings.tsx";
import { Picture } from "./picture.tsx";
import { Source } from "./source.tsx";
import { viewSlice } from "./view-slice.ts";
import type { Selection } from "./view-slice.ts";

export function Functions({
  context,
  model,
}: {
  readonly context: TabContext;
  readonly model: FunctionModel;
}): JSX.Element {
  const view = useMemo(() => context.use(viewSlice), [context]);
  const [selection, setSelection] = useState<Selection | undefined>(undefined);
  const [linked, setLinked] = useState<readonly number[]>([]);
  return (
    <div class="functions">
      <div class="functions-write">
        <Source model={model} linked={linked} onSelect={(from, to) => setSelection({ from, to })} />
        <Inputs model={model} />
        <Evidence model={model} context={context} />
      </div>
      <div class="functions-see">
        <Picture model={model} view={view} context={context} />
        <FormulaPanel model={model} />
      </div>
      <Listings model={model} view={view} selection={selection} onPoint={setLinked} />
    </div>
  );
}
