/** The tool: reads messages from standard input, writes answers to standard output, until there are no more. */
import { createInterface } from "node:readline";

import { Session } from "./protocol.ts";

const session = new Session();
createInterface({ input: process.stdin, crlfDelay: Infinity }).on("line", (line) => {
  if (line.trim() !== "") process.stdout.write(`${session.answer(line)}\n`);
});
