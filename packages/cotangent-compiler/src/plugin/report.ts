/** How a tool is told that a function cannot be compiled. */
import { CompileError } from "../errors.ts";

/** These print the lines around the place by themselves, if they are told which they are. */
const FRAMING: ReadonlySet<string> = new Set(["vite", "rollup", "rolldown"]);

/**
 * An error as a tool shows it best: with the lines around its place once, the place being where the mistake is, which may be in another file
 * than the one that is transformed, and without the calls inside the compiler, which say nothing to who wrote the function.
 */
export function reported(error: unknown, tool: string): unknown {
  if (!(error instanceof CompileError)) return error;
  const { name, code, file, line, column, frame, message } = error;
  const isFraming = FRAMING.has(tool);
  const shown = new Error(isFraming ? message.replace(`\n${frame}`, "") : message);
  shown.name = name;
  shown.stack = `${name}: ${shown.message}\n    at ${file}:${line}:${column}`;
  return Object.assign(shown, { code }, isFraming ? { id: file, loc: { file, line, column }, frame } : {});
}
