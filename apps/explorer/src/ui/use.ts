/** Watched values in components. */
import { useEffect, useState } from "preact/hooks";

import type { Watched } from "../tab.ts";

/** The present value; the component is drawn again when it changes. */
export function useWatched<T>(watched: Watched<T>): T {
  const [value, set] = useState(() => watched.value);
  useEffect(() => {
    set(() => watched.value);
    return watched.subscribe((next) => set(() => next));
  }, [watched]);
  return value;
}
