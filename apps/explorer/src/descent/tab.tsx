/** Descent: optimisers walking on a function of two variables, side by side. */
import { render } from "preact";

import { Language } from "../language/client.ts";
import type { TabContext } from "../tab.ts";
import { Descent } from "./descent.tsx";
import type { handlers } from "./handlers.ts";
import { descentSlice } from "./settings.ts";

export function mount(element: HTMLElement, context: TabContext): () => void {
  const language = new Language<typeof handlers>(
    () => new Worker(new URL("./worker.ts", import.meta.url), { type: "module", name: "descent" }),
  );
  render(<Descent context={context} settings={context.use(descentSlice)} language={language} />, element);
  return () => {
    render(null, element);
    language.close();
  };
}
