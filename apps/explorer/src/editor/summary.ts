import type { Failure } from "../worker/protocol.ts";

/** What is wrong and what to do, without the code frame and the place, which the mark in the text shows. */
export function summaryOf({ message, remedy }: Failure): string {
  const first = message.split("\n")[0]!.replace(/ \([^()\s]*:\d+:\d+\)$/, "");
  return remedy === undefined ? first : `${first} ${remedy}`;
}
