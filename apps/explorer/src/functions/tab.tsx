/** Functions: write one; see its value, its derivatives, and the code that computes them. */
import { render } from "preact";

import { modelOf } from "../language/model.ts";
import type { TabContext } from "../tab.ts";
import { Functions } from "./functions.tsx";

export function mount(element: HTMLElement, context: TabContext): () => void {
  render(<Functions context={context} model={modelOf(context)} />, element);
  return () => render(null, element);
}
