/** Imported by precompiled code of functions that write to their arguments. */
import { aliasCheck } from "../program/aliases.ts";
import type { AliasCheck, Apart } from "../program/aliases.ts";

/** What refuses arguments that share an array which is written to. */
export function apart({ params, outside, written, keep, lists }: Apart): AliasCheck {
  const check = aliasCheck(params, outside, written, keep);
  return (args, around) => {
    let own = args;
    for (let k = 0; k < lists; k++) own = own[0] as readonly unknown[];
    check?.(own, around);
  };
}
