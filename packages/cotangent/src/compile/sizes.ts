/** Captured functions whose widths, counts and offsets are whole numbers at a call. */
import { capturedOf } from "../program/captured.ts";
import type { Captured, Specialisation } from "../program/captured.ts";
import { someOp } from "../program/ir.ts";
import type { Program } from "../program/ir.ts";
import { evaluator, integerValues, LARGEST_INTEGER } from "../program/optimise/integers.ts";
import { optimise } from "../program/optimise/index.ts";
import { children, leafTypes, partOf, stride } from "../program/structure.ts";
import type { Structure } from "../program/structure.ts";

/** What a program is called with: the arguments, and behind them what is outside the function. */
type Inputs = readonly unknown[];
type Read<T> = (inputs: Inputs) => T;
/** Which version of a program fits a call. */
type Choose = (args: readonly unknown[], outside: Captured["outside"]) => Specialisation;

const versions: WeakMap<Specialisation, Choose> = new WeakMap();

/**
 * What `f` carries. A width may be any number as far as types tell, and elements may be found by any arithmetic; where it is a whole
 * number at a call, what is computed of it to find elements is computed in i32, and checked before the loops. So a function has
 * a program for calls with whole numbers, and another that takes anything.
 * @param withEffects whether its program also returns what is new in the arguments
 */
export function bySize(f: object, withEffects: boolean = false): Captured | undefined {
  const captured = capturedOf(f);
  return captured && versioned(captured, withEffects);
}

/** The same with the program that also tells what is new in the arguments. */
function whole(of: Specialisation): Specialisation {
  if (of.effects === undefined) return of;
  let found = wholes.get(of);
  if (found === undefined) wholes.set(of, (found = { ...of, program: of.effects.program }));
  return found;
}

const wholes: WeakMap<Specialisation, Specialisation> = new WeakMap();

function versioned(captured: Captured, withEffects: boolean): Captured {
  const outside = (): readonly unknown[] => captured.outside();
  return {
    ...captured,
    outside,
    specialise: (args) => {
      const known = captured.specialise(args);
      const of = withEffects ? whole(known) : known;
      let choose = versions.get(of);
      if (choose === undefined) versions.set(of, (choose = chooser(of, captured.rows)));
      return choose(args, outside);
    },
  };
}

/** Chooses among the versions of a program; each is made when it is first wanted. */
function chooser(of: Specialisation, rowsOf: Captured["rows"]): Choose {
  const rows = rowsOf?.(of);
  const areEqual = rows?.areEqual ?? [];
  // Most have nothing to choose, which costs less to see than to optimise.
  const hasIndices = of.program.functions.some((f) => someOp(f.body, (op) => op.kind === "f64.index"));
  if (!hasIndices && areEqual.length === 0) return () => of;
  const program = optimise(of.program, { stage: "primal" });
  const reads = [...of.params, ...of.outside].flatMap(({ structure }, i) =>
    readsOf(structure, (inputs) => inputs[i]),
  );
  const sizes = integerValues(program).map((value) => ({ value, compute: evaluator(value) }));
  const isCertain = sizes.length + areEqual.length === 0;
  const made: Specialisation[] = [{ ...of, isCertain }];
  return (args, outside) => {
    const inputs = of.outside.length === 0 ? args : [...of.params.map((_, i) => args[i]), ...outside()];
    let which = 0;
    for (let k = 0; k < sizes.length && k < MOST_SIZES; k++) {
      if (isSize(sizes[k]!.compute((parameter) => reads[parameter]?.(inputs) ?? NaN))) which |= 1 << k;
    }
    for (let k = 0; k < areEqual.length; k++) if (areEqual[k]!(inputs)) which |= 1 << (k + MOST_SIZES);
    return (made[which] ??= { ...of, isCertain, program: version(which) });
  };
  function version(which: number): Program {
    const integers = sizes.flatMap(({ value }, k) => (which & (1 << k) ? [value] : []));
    const equal = areEqual.map((_, k) => (which & (1 << (k + MOST_SIZES))) !== 0);
    const found = equal.includes(true) ? rows!.program(program, equal) : undefined;
    return optimise(found?.program ?? program, {
      stage: "primal",
      integers: new Set(integers.map((v) => found?.values.get(v) ?? v)),
    });
  }
}

/** Of more sizes than this, the others count as any number. */
const MOST_SIZES = 8;

const isSize = (x: number): boolean => Object.is(x, x | 0) && Math.abs(x) <= LARGEST_INTEGER;

/** How each leaf is read from the inputs: a number, or the length of what is passed as an array. What lies deeper is not looked at. */
function readsOf(s: Structure, read: Read<unknown>): readonly (Read<number> | undefined)[] {
  if (s.kind === "number") {
    return [
      (inputs) => {
        const x = read(inputs);
        return typeof x === "number" ? x : NaN;
      },
    ];
  }
  if (s.kind === "array") {
    const size = stride(s.element);
    const length: Read<number> = (inputs) => {
      const list = read(inputs) as { readonly length?: unknown } | null | undefined;
      return typeof list?.length === "number" ? list.length * size : NaN;
    };
    return [
      length,
      ...leafTypes(s)
        .slice(1)
        .map(() => undefined),
    ];
  }
  if (s.kind !== "tuple" && s.kind !== "object") return leafTypes(s).map(() => undefined);
  return children(s).flatMap(([key, e]) => readsOf(e, (inputs) => partOf(read(inputs), key)));
}
