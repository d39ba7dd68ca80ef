/** Boxes: the chain rule, step by step. */
import { render } from "preact";

import { modelOf } from "../language/model.ts";
import type { TabContext } from "../tab.ts";
import { Boxes } from "./boxes.tsx";

export function mount(element: HTMLElement, context: TabContext): () => void {
  const model = modelOf(context);
  render(<Boxes context={context} model={model} />, element);
  return () => {
    render(null, element);
    model.aside.abandon();
  };
}
