/** Functions: write one; see its value, its derivatives, and the code that computes them. */
import { render } from "preact";

import { modelOf } from "../language/model.ts";
import type { TabContext } from "../tab.ts";
import { Functions } from "./functions.tsx";

export function mount(element: HTMLElement, context: TabContext): () => void {
  const model = modelOf(context);
  render(<Functions context={context} model={model} />, element);
  return () => {
    render(null, element);
    model.aside.abandon();
  };
}
