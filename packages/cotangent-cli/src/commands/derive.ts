/** `cotangent derive` */
import { derive } from "cotangent-compiler/derive";
import type { DeriveMode } from "cotangent-compiler/derive";

import { EXIT } from "../command.ts";
import type { Command } from "../command.ts";
import { textOf } from "../options.ts";
import { formatOf, json, write } from "../output.ts";
import { moduleOf } from "../subject.ts";

export const command: Command = (invocation) => {
  const { options, operands } = invocation;
  const { text, name, resolve } = moduleOf(operands[0]!);
  const wanted = textOf(options, "function");
  const mode = textOf(options, "mode") as DeriveMode | undefined;
  const wrt = textOf(options, "wrt")
    ?.split(",")
    .map((each) => each.trim());
  const derived = derive(text, {
    file: name,
    resolve,
    value: options["value"] === true,
    ...(wanted === undefined ? {} : { function: wanted }),
    ...(mode === undefined ? {} : { mode }),
    ...(wrt === undefined ? {} : { wrt }),
  });
  write(invocation, formatOf(invocation, ["ts", "json"]) === "json" ? json(derived) : derived.code);
  return EXIT.ok;
};
