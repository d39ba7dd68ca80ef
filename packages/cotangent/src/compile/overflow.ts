/** Why a stack was full: an engine says where, which is somewhere in the library. */
import { AdError } from "../errors.ts";
import { exhaustion, isOverflow } from "../program/faults.ts";

/** The error in the place of one that a call with these arguments ended in; others as they are. */
export function overflow(error: unknown, args: readonly unknown[]): unknown {
  if (!isOverflow(error)) return error;
  const where = cycleIn(args);
  if (where === undefined) return exhaustion(error);
  return new AdError(
    "cyclic-structure",
    `${where} contains itself.`,
    "Pass arrays and objects without cycles.",
    { cause: error },
  );
}

/** Something on the way down into the arguments, and what of it has not been looked at yet. */
interface Level {
  readonly x: object;
  readonly path: string;
  readonly rest: Iterator<[string, unknown]>;
}

/** Where something is that is inside itself. Without recursion: the stack is not to be filled again. */
function cycleIn(args: readonly unknown[]): string | undefined {
  const levels: Level[] = [];
  const [above, done] = [new Set<unknown>(), new Set<unknown>()];
  const enter = (x: unknown, path: string): void => {
    if (typeof x !== "object" || x === null || ArrayBuffer.isView(x) || done.has(x)) return;
    above.add(x);
    levels.push({ x, path, rest: Object.entries(x).values() });
  };
  for (const [i, arg] of args.entries()) {
    enter(arg, `argument ${i + 1}`);
    for (let top = levels.at(-1); top !== undefined; top = levels.at(-1)) {
      const { done: isLast, value } = top.rest.next();
      if (isLast === true) {
        levels.pop();
        above.delete(top.x);
        done.add(top.x);
        continue;
      }
      const [key, y] = value;
      const path = `${top.path}${Array.isArray(top.x) ? `[${key}]` : `.${key}`}`;
      if (above.has(y)) return path;
      enter(y, path);
    }
  }
  return undefined;
}
