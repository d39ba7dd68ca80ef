/** Every worked example, one click away. */
import type { JSX } from "preact";
import { useState } from "preact/hooks";

import type { Example } from "../examples/examples.ts";
import type { FunctionModel } from "../language/model.ts";

export function ExamplePicker({ model }: { readonly model: FunctionModel }): JSX.Element {
  const [groups, setGroups] = useState<ReadonlyMap<string, readonly Example[]>>(new Map());
  const need = (): void =>
    void import("../examples/index.ts").then(({ exampleGroups }) => setGroups(exampleGroups));
  const choose = (at: string): void => {
    const [group = "", title = ""] = at.split("\n");
    const example = groups.get(group)?.find((e) => e.title === title);
    if (example === undefined) return;
    const { source, name = "", inputs = {}, ranges = {} } = example;
    model.store.set({ source, name, inputs, ranges });
  };
  return (
    <label class="row small">
      <span class="hidden">Load an example</span>
      <select
        class="field"
        value=""
        onPointerEnter={need}
        onFocus={need}
        onChange={({ currentTarget }) => {
          choose(currentTarget.value);
          currentTarget.value = "";
        }}
      >
        <option value="">Examples …</option>
        {[...groups].map(([group, examples]) => (
          <optgroup key={group} label={group}>
            {examples.map(({ title }) => (
              <option key={title} value={`${group}\n${title}`}>
                {title}
              </option>
            ))}
          </optgroup>
        ))}
      </select>
    </label>
  );
}
