/** Functions with a derivative of the user's own, in programs of plain functions. */
import type { UserFunction } from "../real/real.ts";
import type { Func, Op, Program, Region } from "./ir.ts";
import type { Users } from "./lowered.ts";
import { record } from "./record.ts";

/**
 * Makes functions of the program of those of the user's functions that it calls from outside and that are written on Reals: so they
 * can be differentiated again, and compiled. Those on plain numbers are called as before. Changes the program, which must be new.
 */
export function bringInside(program: Program): Program {
  const names = new Set(program.functions.map((f) => f.name));
  const made: Func[] = [];
  const known = new Map<UserFunction, Map<number, Inside | null>>();
  const inside = (f: UserFunction, arity: number): Inside | null => {
    let byArity = known.get(f);
    if (byArity === undefined) known.set(f, (byArity = new Map<number, Inside | null>()));
    let found = byArity.get(arity);
    if (found === undefined) {
      found = functionsOf(f, arity, names);
      byArity.set(arity, found);
      if (found !== null) made.push(...found.functions);
    }
    return found;
  };
  const visit = (region: Region): void => {
    for (const op of region.ops) {
      op.regions.forEach(visit);
      if (op.kind !== "external") continue;
      const { function: f, half } = op.attr;
      const found = inside(f, half === "forward" ? op.args.length : op.args.length - 1);
      if (found !== null) turnIntoCall(op, half === "forward" ? found.forward : found.backward);
    }
  };
  for (const f of program.functions) visit(f.body);
  return made.length === 0 ? program : { functions: [...program.functions, ...made] };
}

/** What a function needs that calls these classes. */
export const users = (classes: Users["classes"]): Users => ({ classes, bringInside });

/** A user's function as functions of a program. */
interface Inside {
  readonly functions: readonly Func[];
  readonly forward: string;
  readonly backward: string;
}

/** Null for a function on plain numbers. */
function functionsOf(f: UserFunction, arity: number, names: Set<string>): Inside | null {
  const params = Array.from({ length: arity }, (_, i) => ({ name: `x${i + 1}`, ty: "f64" as const }));
  const { functions } = record("user", params, (recorder, _, args) => [
    recorder.valueOf(
      recorder.apply(
        f,
        args.map((v) => recorder.variable(v)),
      ),
    ),
  ]);
  const [entry, ...own] = functions;
  const call = entry!.body.ops.find((op) => op.kind === "call");
  if (call === undefined) return null;
  const renamed = new Map<string, string>();
  for (const { name } of own) {
    let fresh = name;
    for (let n = 1; names.has(fresh); n++) fresh = `${name}_${n}`;
    names.add(fresh);
    renamed.set(name, fresh);
  }
  const rename = (region: Region): void => {
    for (const op of region.ops) {
      op.regions.forEach(rename);
      if (op.kind === "call") turnIntoCall(op, renamed.get(op.attr.callee)!);
    }
  };
  for (const func of own) {
    rename(func.body);
    const { pullback } = func;
    Object.assign(func, {
      name: renamed.get(func.name),
      ...(pullback === undefined ? {} : { pullback: renamed.get(pullback) }),
    });
  }
  const forward = renamed.get(call.attr.callee)!;
  return { functions: own, forward, backward: own.find((func) => func.name === forward)!.pullback! };
}

/** An operation with these arguments and results becomes a call. */
function turnIntoCall(op: Op, callee: string): void {
  Object.assign(op, { kind: "call", attr: { callee } });
}
