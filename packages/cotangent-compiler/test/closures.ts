/** Functions inside others, and what their derivatives are: a module that prints both, for every way to build it. */

/** `results` are lists of what the library gives and what is right. */
export const CLOSURES = `
import { compile, grad, hessian, jacobian, valueAndGrad, vjp } from "cotangent";
import { bend, limit, rates } from "./helpers.ts";

const results: [name: string, given: unknown, wanted: unknown][] = [];
const check = (name: string, given: unknown, wanted: unknown): void => void results.push([name, given, wanted]);
const failure = (f: () => unknown): string => {
  try {
    return String(f());
  } catch (error) {
    return (error as Error).name;
  }
};

// A local function by its name: a parameter that is an array, and one that is a number.
export function fit(points: Float64Array, width: number): Float64Array {
  const cost = (c: Float64Array): number => {
    let s = 0;
    for (let i = 0; i < points.length; i++) s += (points[i]! - c[0]! * width) ** 2;
    return s;
  };
  const slope = grad(cost);
  return slope(Float64Array.of(1));
}
check("a fit", Array.from(fit(Float64Array.of(1, 2, 4), 3)), [-2 * 3 * (1 - 3 + (2 - 3) + (4 - 3))]);
check("the fit of other data", Array.from(fit(Float64Array.of(5), 2)), [-2 * 2 * (5 - 2)]);

// Written in place.
const slopeAt3 = (a: number): number => grad((x: number) => a * x * x)(3);
check("an inline function", [slopeAt3(2), slopeAt3(-1)], [12, -6]);

// Two levels deep, with a helper beside it, a constant, and a marked declaration.
function nestedLevels(k: number): unknown {
  const twice = 2;
  const scaled = (x: number): number => x * k * twice;
  function inner(x: number): number {
    "use grad";
    return scaled(x) ** 2;
  }
  const deeper = (j: number): number => {
    const innermost = (x: number): number => scaled(x) * j * x;
    return grad(innermost)(1);
  };
  return [grad(inner)(2), compile(inner)(2), inner(2), hessian(inner)(2), deeper(3)];
}
// (2 k x)^2 = 36 x^2; 2 k j x^2 = 18 x^2.
check("two levels deep", nestedLevels(3), [144, 144, 144, 72, 36]);

// What changes between calls is seen at the next call.
function live(): number[] {
  let k = 1;
  const data = [1, 2];
  const f = grad((x: number) => {
    let s = 0;
    for (const d of data) s += d * k * x * x;
    return s;
  });
  const first = f(1);
  k = 5;
  const second = f(1);
  data.push(7);
  data[0] = 0;
  return [first, second, f(1)];
}
check("variables that change", live(), [6, 30, 90]);

let moduleLevel = 2;
const byModule = grad((x: number) => moduleLevel * x * x);
const before = byModule(1);
moduleLevel = 3;
check("a variable of the module that changes", [before, byModule(1)], [4, 6]);

check(
  "before its declaration",
  failure(() => {
    const g = grad((x: number) => later * x * x);
    const value = g(1);
    const later = 3;
    return value + later;
  }),
  "ReferenceError",
);
const after = ((): number => {
  const g = grad((x: number) => later * x * x);
  const later = 3;
  return g(1);
})();
check("after its declaration", after, 6);

// In classes: fields, this, and methods around.
class Model {
  readonly rates = Float64Array.of(1, 2, 3);
  power = 3;
  readonly loss = (x: number): number => {
    "use grad";
    let s = 0;
    for (let i = 0; i < this.rates.length; i++) s += this.rates[i]! * x ** this.power;
    return s;
  };
  slope(x: number): number {
    return grad((y: number) => this.power * y * y + this.rates[1]!)(x);
  }
}
const model = new Model();
const byField = [grad(model.loss)(2), model.slope(2)];
model.power = 2;
check("classes", [...byField, grad(model.loss)(2), model.slope(2), new Model().slope(1)], [72, 12, 24, 8, 6]);

// In callbacks, loops and memos.
check("callbacks", [1, 2, 3].map((a, i) => grad((x: number) => a * x ** 3 + i)(1)), [3, 6, 9]);
const gradients: ((x: number) => number)[] = [];
for (const k of [1, 2, 3]) gradients.push(grad((x: number) => k * x * x));
for (let k = 4; k < 6; k++) gradients.push(grad((x: number) => k * x * x));
check("a function for each turn of a loop", gradients.map((g) => g(1)), [2, 4, 6, 8, 10]);
const memo = new Map<number, (x: number) => number>();
const useMemo = (make: () => (x: number) => number, key: number): ((x: number) => number) => {
  if (!memo.has(key)) memo.set(key, make());
  return memo.get(key)!;
};
const Component = ({ a, on = true }: { a: number; on?: boolean }): number =>
  useMemo(() => grad((x: number) => (on ? a * x * x : x)), a)(1);
check("memos", [Component({ a: 3 }), Component({ a: 4, on: false }), Component({ a: 3 })], [6, 1, 6]);

// Structures: objects, tuples, arrays of arrays and of objects, booleans; by types, by what they are made of, by use.
interface Spring { readonly from: number; readonly to: number; readonly k: number }
function energy(springs: readonly Spring[], rest: [number, number], { g, flags: [flag] }: { g: number; flags: boolean[] }) {
  const weights = rest.map((r) => [r, 2 * r]);
  const corner = { x: g, scale: [1, 2, 3] };
  return grad((p: number[]) => {
    let e = 0;
    for (const { from, to, k } of springs) e += k * (p[to]! - p[from]!) ** 2;
    for (const [a, b] of weights) e += a! * b! * p[0]!;
    return flag ? e + corner.x * corner.scale[2]! * p[1]! : e;
  });
}
check(
  "structures",
  [
    energy([{ from: 0, to: 1, k: 2 }], [1, 3], { g: 10, flags: [true] })([1, 4]),
    energy([{ from: 0, to: 1, k: 2 }, { from: 1, to: 2, k: 1 }], [1, 3], { g: 10, flags: [false] })([1, 4, 4]),
  ],
  [
    [-12 + 2 + 18, 12 + 30],
    [-12 + 2 + 18, 12, 0],
  ],
);

// Derivatives taken inside, of a function that sees the outer function's variables, and one more around.
function nested(a: number): number[] {
  const f = (x: number): number => {
    const d = grad((y: number) => x * y * y * a)(x); // 2 a x^2
    return d * x;
  };
  const twice = grad(f);
  return [f(2), twice(2), grad(twice)(2)];
}
check("derivatives inside", [nested(1), nested(3)], [[16, 24, 24], [48, 72, 72]]);
function newton(target: number): number {
  const residual = (x: number): number => x * x - target;
  const step = (x: number): number => x - residual(x) / grad(residual)(x);
  const solve = (start: number): number => {
    let x = start;
    for (let i = 0; i < 30; i++) x = step(x);
    return x;
  };
  return grad(solve)(target);
}
check("Newton's method does not care where it began", Math.abs(newton(2)) < 1e-12, true);
function declaredNested(a: number): number[] {
  return [cost(2), grad(cost)(2)];
  function cost(x: number): number {
    return grad((y: number) => a * y ** 3)(x);
  }
}
check("a declaration that takes derivatives inside", declaredNested(2), [24, 24]);

// Helpers and data of other modules, with what the function closes over.
const elsewhere = (k: number): number => grad((x: number) => bend(x, k) + Math.min(x, limit) * rates[0]!)(2);
check("other modules", elsewhere(3), 2 * 3 * 2 + 7);

// All transforms.
function all(k: number): unknown[] {
  const f = (x: number, y: number): number => k * x * x * y;
  const both = vjp(f)(1, 2);
  return [
    valueAndGrad(f)(1, 2),
    jacobian((v: number[]) => [k * v[0]!, v[1]! * v[0]!])([2, 3]),
    both.pullback(1),
    grad(f, { wrt: "y" })(1, 2),
    grad(compile(f))(1, 2),
  ];
}
check("all transforms", all(3), [
  { value: 6, grad: [12, 3] },
  [[3, 0], [3, 2]],
  [12, 3],
  3,
  [12, 3],
]);
check("all transforms of another closure", all(1), [
  { value: 2, grad: [4, 1] },
  [[1, 0], [3, 2]],
  [4, 1],
  1,
  [4, 1],
]);
// An arrow function in a field, by this, which calls methods and getters of its object.
class Learner {
  readonly data = [1, 3];
  power = 2;
  get count(): number {
    return this.data.length;
  }
  predict(w: number, x: number): number {
    return w * x ** this.power;
  }
  readonly loss = (w: number): number => {
    let s = 0;
    for (const x of this.data) s += this.predict(w, x) - 1;
    return s / this.count;
  };
  slope(): number {
    return grad(this.loss)(3);
  }
}
const learner = new Learner();
check("a field by this", learner.slope(), 5);
learner.power = 1;
check("a field by this, changed", learner.slope(), 2);

// A class around: its instances, passed and made.
class Point {
  x: number;
  y: number;
  constructor(x: number, y: number) {
    this.x = x;
    this.y = y;
  }
  scaled(k: number): Point {
    return new Point(k * this.x, k * this.y);
  }
  get square(): number {
    return this.x ** 2 + this.y ** 2;
  }
}
function around(): number {
  const p = new Point(1, 2);
  return grad((k: number) => p.scaled(k).square)(3);
}
check("an instance around", around(), 30);

// A pullback belongs to what was there when the function was called.
function remembered(): number {
  let k = 2;
  const { pullback } = vjp((x: number) => k * x * x)(3);
  k = 100;
  return pullback(1) as unknown as number;
}
check("a pullback", remembered(), 12);

// Names that mean different things at different places.
function shadows(k: number): number[] {
  const f = (x: number): number => k * x * x;
  return [5, 7].map((k) => grad(f)(1) + k);
}
check("hidden names", shadows(2), [9, 11]);
const k = 100;
function hides(k: number): number {
  const own = grad((k: number) => k * k);
  return own(3) + grad((x: number) => x * k)(1);
}
check("parameters of the same name", hides(2) + k, 108);

// Who makes ten thousand of them compiles once, and each is its own.
let sum = 0;
const kept = [];
for (let i = 0; i < 1e4; i++) {
  const g = grad((x: number) => i * x * x);
  if (i % 1000 === 0) kept.push(g);
  sum += g(1);
}
check("ten thousand", [sum, kept.map((g) => g(0.5))], [99990000, [0, 1000, 2000, 3000, 4000, 5000, 6000, 7000, 8000, 9000]]);

console.log(JSON.stringify(results));
`;

export const HELPERS = `
export const bend = (x: number, k: number): number => scale * k * x * x;
const scale = 1;
export const limit = 10;
export const rates = [7];
`;
