/** Imported by precompiled code of functions that write to their arguments. */
import { aliasCheck } from "../program/aliases.ts";
import type { Apart } from "../program/aliases.ts";
import type { AliasCheck, Restore } from "../program/captured.ts";
import { restorer } from "../program/restore.ts";
import type { Restored } from "../program/restore.ts";

/** What refuses arguments that share an array which is written to. */
export function apart({ params, outside, written, keep, lists }: Apart): AliasCheck {
  const check = aliasCheck(params, outside, written, keep);
  return (args, around) => {
    let own = args;
    for (let k = 0; k < lists; k++) own = own[0] as readonly unknown[];
    check?.(own, around);
  };
}

/** What gives the caller what the function wrote to its copies of lists and objects. */
export const restore = (of: Restored): Restore | undefined => restorer("", of, of.written);
