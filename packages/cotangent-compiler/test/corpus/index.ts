/** Functions as people write them, each with inputs. */
import * as arrays from "./arrays.ts";
import type { Cases } from "./case.ts";
import * as loops from "./loops.ts";
import * as problems from "./problems.ts";
import * as scalars from "./scalars.ts";
import * as structures from "./structures.ts";

export const corpus: Readonly<Record<string, { readonly cases: Cases }>> = {
  arrays,
  loops,
  problems,
  scalars,
  structures,
};
