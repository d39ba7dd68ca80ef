import type { TabContext } from "../tab.ts";

export function mount(element: HTMLElement, _context: TabContext): () => void {
  element.textContent = "";
  return () => undefined;
}
