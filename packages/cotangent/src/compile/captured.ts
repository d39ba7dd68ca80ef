/** `compile` for captured plain functions, and for transforms of these. It comes with them: functions of Reals need none of it. */
import { capturedOf } from "../program/captured.ts";
import { assign, misplaced } from "../program/marshal.ts";
import { derivationOf } from "../transforms/transformed.ts";
import type { Batch } from "./batch.ts";
import { callable, runnable } from "./callable.ts";
import type { CompileOptions, Specialised } from "./callable.ts";
import type { Direct } from "./direct.ts";
import { plainCall } from "./plain.ts";
import type { How } from "./plain.ts";
import { base } from "./recorded.ts";
import type { AnyFunction } from "./recorded.ts";
import { count, gather, isWatched, rebuild, shapeOf } from "./shape.ts";

/** @throws AdError `wrong-option` */
export function compileCaptured(f: AnyFunction, options: CompileOptions): AnyFunction {
  return callable(f, options, {
    specialise: (args, otherwise) => specialise(f, args, options, otherwise),
    batch: (n, sample) => batch(f, n, sample, options),
    source: () => written(f),
    isTraced: (args) => {
      const captured = capturedOf(base(f));
      return captured?.isOnReals === true && (args.some(isWatched) || captured.outside().some(isWatched));
    },
  });
}

function howOf(f: AnyFunction, options: CompileOptions): How {
  const captured = capturedOf(base(f))!;
  const exact = options.math === "exact" ? captured.exact : undefined;
  captured.gamma?.();
  return {
    run: (program, keep) => runnable(exact?.(program) ?? program, options, [], keep),
    key: JSON.stringify(options),
  };
}

/** A transform of a captured function as its front end writes it, if that is at hand. */
function written(f: AnyFunction): string | undefined {
  const derivation = derivationOf(f);
  if (derivation === undefined || derivationOf(derivation.f) !== undefined) return undefined;
  return capturedOf(base(f))?.source?.(derivation.transform, derivation.options);
}

function specialise(
  f: AnyFunction,
  args: readonly unknown[],
  options: CompileOptions,
  slow: Direct,
): Specialised {
  const { program, executable, call, fits, enter } = plainCall(f, args, howOf(f, options));
  const direct = enter?.(slow.call);
  return {
    program,
    executable,
    fits,
    call,
    direct: direct && { ...slow, call: direct },
    into: (out, list) => {
      const y = call(list, true);
      const flat = out instanceof Float64Array && !(y instanceof Float64Array) && typeof y !== "number";
      if (!flat) {
        assign(out, y);
        return;
      }
      const shape = shapeOf(y);
      if (out.length !== count(shape)) throw misplaced(out);
      gather(shape, y, out, 0);
    },
  };
}

/** The program, called n times. */
function batch(f: AnyFunction, n: number, sample: readonly unknown[], options: CompileOptions): Batch {
  const shape = shapeOf(sample);
  const { call } = plainCall(f, sample, howOf(f, options));
  return (numbers, arrays) => {
    let result = shape;
    let out = new Float64Array(0);
    for (let i = 0; i < n; i++) {
      let [number, array] = [0, 0];
      const args = rebuild(
        shape,
        () => numbers[number++]![i],
        (length) => arrays[array++]!.subarray(i * length, (i + 1) * length),
      ) as unknown[];
      const y = call(args);
      if (i === 0) {
        result = shapeOf(y);
        out = new Float64Array(n * count(result));
      }
      gather(result, y, out, i * count(result));
    }
    return { out, result };
  };
}
