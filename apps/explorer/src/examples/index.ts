/** All examples, by group. */
import fromDocuments from "virtual:doc-examples";

import { examples } from "./examples.ts";
import type { Example } from "./examples.ts";

export const exampleGroups: ReadonlyMap<string, readonly Example[]> = new Map([
  ["Start here", examples],
  ...fromDocuments,
]);
