/**
 * Loops and branches in the form that people give them. Programs leave a loop by a mark that its condition looks at; people write
 * `break`. Programs choose each number apart; people choose between ways.
 */
import { copied, inPlace, joined, used } from "./declarations.ts";
import { asFor, knowing, withBreak } from "./loops.ts";
import type { Statement, Variable } from "./tree.ts";
import { mentions } from "./walk.ts";

/** The statements of a function, tidied. */
export function tidy(statements: readonly Statement[]): readonly Statement[] {
  let list = statements;
  for (const s of statements) {
    if (s.kind !== "while") continue;
    let loop: Statement = s;
    const readLater = (v: Variable): boolean =>
      !list.some((t) => t.kind === "declare" && t.target === v) ||
      list.slice(list.findIndex((t) => t === s || t === loop) + 1).some((t) => mentions(t, v));
    const broken = withBreak(s, list, readLater);
    if (broken !== undefined) [list, loop] = broken;
    list = asFor(list, list.indexOf(loop), readLater) ?? list;
  }
  return inPlace(joined(used(copied(list.map((s) => inner(s))))));
}

function inner(s: Statement): Statement {
  switch (s.kind) {
    case "if":
      return { ...s, yes: tidy(s.yes), no: tidy(s.no) };
    case "for":
      return { ...s, body: tidy(knowing(s.body, s.test)) };
    case "of":
    case "forever":
    case "while":
      return { ...s, body: tidy(s.body) };
    default:
      return s;
  }
}
