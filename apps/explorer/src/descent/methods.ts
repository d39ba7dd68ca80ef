/** The methods: what they are called, and how they are asked for. */
import type { Method } from "cotangent/optimize";

import type { DescentSettings, MethodId } from "./settings.ts";

export interface MethodEntry {
  readonly name: string;
  /** Stands at the end of its path. */
  readonly letter: string;
  readonly about: string;
  /** Whether its steps have a rate that can be set. */
  readonly rate?: keyof DescentSettings["rates"];
  readonly method: (rates: DescentSettings["rates"]) => Method;
}

/** How much of the last step goes on in the next one. */
const MOMENTUM = 0.9;

export const methods: Readonly<Record<MethodId, MethodEntry>> = {
  gradient: {
    name: "Gradient descent",
    letter: "G",
    about: "Against the gradient, by rate times its length",
    rate: "gradient",
    method: ({ gradient }) => ({ method: "gradient-descent", rate: gradient }),
  },
  momentum: {
    name: "With momentum",
    letter: "M",
    about: `The same, and ${MOMENTUM} of the step before`,
    rate: "momentum",
    method: ({ momentum }) => ({ method: "gradient-descent", rate: momentum, momentum: MOMENTUM }),
  },
  adam: {
    name: "Adam",
    letter: "A",
    about: "Steps of about this length in each direction",
    rate: "adam",
    method: ({ adam }) => ({ method: "adam", rate: adam }),
  },
  search: {
    name: "Line search",
    letter: "S",
    about: "Against the gradient, as far as it goes down well enough",
    method: () => ({ method: "gradient-descent" }),
  },
  lbfgs: {
    name: "L-BFGS",
    letter: "L",
    about: "Learns the curvature from the gradients on its way",
    method: () => ({ method: "lbfgs" }),
  },
  newton: {
    name: "Newton",
    letter: "N",
    about: "Exact second derivatives, in a region that it trusts",
    method: () => ({ method: "newton" }),
  },
};
