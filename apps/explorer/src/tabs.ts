import type { TabEntry } from "./tab.ts";

/** The tabs, in the order in which they are shown. */
export const tabs: readonly TabEntry[] = [
  {
    id: "functions",
    title: "Functions",
    about: "Write a function; see its value, its derivatives, and the code that computes them",
    load: () => import("./functions/tab.tsx"),
  },
  {
    id: "boxes",
    title: "Boxes",
    about: "Step through the chain rule, forward and backward",
    load: () => import("./boxes/tab.tsx"),
  },
  {
    id: "network",
    title: "Network",
    about: "Train a small network and watch its decision boundary",
    load: () => import("./network/tab.tsx"),
  },
  {
    id: "descent",
    title: "Descent",
    about: "Let optimisers walk on a function of two variables",
    load: () => import("./descent/tab.tsx"),
  },
];
