/** What the page may ask the worker that walks. */
import { heights, landscapeOf, walk } from "./walks.ts";
import type { Walk } from "./walks.ts";
import type { DescentSettings } from "./settings.ts";

/** Places where the height is computed, across and down. */
const PLACES = 121;

export const handlers = {
  heights: (settings: DescentSettings): Float64Array =>
    heights(landscapeOf(settings.source), settings, PLACES),

  walks: (settings: DescentSettings): readonly Walk[] => {
    const f = landscapeOf(settings.source);
    return settings.methods.map((id) => walk(f, id, settings));
  },
};
