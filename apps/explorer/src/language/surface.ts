/** Pictures of a function of two inputs. Loaded when the first is asked for: Observable Plot comes with it. */
import { value } from "cotangent";
import type { Real } from "cotangent";
import { plotContour, plotFunction3D } from "cotangent-view";

import type { Drawing } from "../ui/figure.tsx";
import type { Subject } from "./subject.ts";
import { withLeaf } from "./values.ts";
import type { Data, Leaf } from "./values.ts";

export interface SurfaceRequest {
  readonly kind: "contours" | "space";
  readonly theme: "light" | "dark";
  readonly x: { readonly leaf: number; readonly range: readonly [number, number] };
  readonly y: { readonly leaf: number; readonly range: readonly [number, number] };
}

export function drawSurface(
  subject: Subject,
  inputs: readonly Data[],
  { kind, theme, x, y }: SurfaceRequest,
): Drawing {
  const leaves = subject.leaves(inputs);
  const [a, b] = [leaves[x.leaf]!, leaves[y.leaf]!];
  const f = (u: Real, v: Real): Real => at(subject, inputs, [a, b], [u, v]);
  const options = {
    xRange: x.range,
    yRange: y.range,
    xLabel: a.path,
    yLabel: b.path,
    theme,
    width: 560,
    height: 420,
  };
  const now = [Number(a.value), Number(b.value)] as const;
  const { svg, width, height } =
    kind === "contours"
      ? plotContour(subject.f.name, f, { ...options, gradient: true, path: [now] })
      : plotFunction3D(subject.f.name, (u: number, v: number) => value(f(u, v)), options);
  return { svg, width, height };
}

/** The function with two of its inputs replaced, by numbers or by Reals. */
function at(
  subject: Subject,
  inputs: readonly Data[],
  leaves: readonly [Leaf, Leaf],
  values: readonly [Real, Real],
): Real {
  let moved = inputs;
  leaves.forEach(({ argument, place }, k) => {
    moved = moved.map((data, i) => (i === argument ? withLeaf(data, place, values[k]! as number) : data));
  });
  const real = values.some((x) => typeof x !== "number");
  return subject.f(...(real ? moved : subject.arguments(moved))) as Real;
}
