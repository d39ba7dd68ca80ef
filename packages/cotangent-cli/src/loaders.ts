/** The code of each command, loaded when it is called for. */
import type { Command } from "./command.ts";
import type { CommandName } from "./commands.ts";

export const loaders: Readonly<Record<CommandName, () => Promise<{ readonly command: Command }>>> = {
  plot: () => import("./commands/plot.ts"),
  graph: () => import("./commands/graph.ts"),
  steps: () => import("./commands/steps.ts"),
  explore: () => import("./commands/explore.ts"),
  derive: () => import("./commands/derive.ts"),
  check: () => import("./commands/check.ts"),
  bench: () => import("./commands/bench.ts"),
  completion: () => import("./commands/completion.ts"),
};
