/** What a function that writes to its arguments needs: they must not share what it writes to, and get what is new in them. */
import { aliasCheck, writtenBy } from "./aliases.ts";
import type { Writes } from "./captured.ts";
import { restorer } from "./restore.ts";

export const writes: Writes = {
  restorer,
  check: ({ params, outside, effects }, written, keep) =>
    aliasCheck(params, outside, writtenBy(written, effects), keep),
};
