/** All notations by the primitives' ids: whatever is declared in a group is in here. Only for what writes or tests; Scalars do without. */
import * as activation from "./activation.ts";
import * as arithmetic from "./arithmetic.ts";
import * as hyperbolic from "./hyperbolic.ts";
import type { Notation } from "./notation.ts";
import * as parts from "./parts.ts";
import * as powers from "./powers.ts";
import * as special from "./special.ts";
import * as trigonometry from "./trigonometry.ts";

const groups = [arithmetic, powers, trigonometry, hyperbolic, activation, special, parts];

/** Every primitive's notation, in the order of the groups. */
export const table: ReadonlyMap<string, Notation> = /* @__PURE__ */ new Map(
  groups
    .flatMap((group) => Object.values<object>(group))
    .filter((entry): entry is Notation => "primitive" in entry)
    .map((entry) => [entry.primitive.id, entry]),
);
