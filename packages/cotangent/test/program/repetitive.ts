/** Random functions of Reals that repeat themselves: maps, sums, recurrences, nested and broken off, one after the other. */
import fc from "fast-check";
import { add, div, max, mul, neg, sin, square, sub, tanh } from "../../src/primitives/index.ts";
import type { Real } from "../../src/real/real.ts";

/** One step: what it is, and numbers that say on what and how. */
export interface Step {
  readonly kind: number;
  readonly a: number;
  readonly b: number;
  readonly c: number;
}

type State = { lists: (readonly Real[])[]; single: Real };

/** A smooth function of two numbers that stays bounded. */
function mix(which: number, x: Real, y: Real): Real {
  switch (which % 7) {
    case 0:
      return add(x, mul(0.5, y));
    case 1:
      return sin(sub(x, y));
    case 2:
      return tanh(add(mul(x, y), 0.25));
    case 3:
      return sub(0.1, mul(x, tanh(y)));
    case 4:
      return max(x, sub(y, 0.5));
    case 5:
      return div(x, add(1, square(y)));
    default:
      return neg(add(x, y));
  }
}

const constant = (i: number): number => Math.sin(7.3 * i + 0.4);

/** What the steps do. */
const KIND: ((state: State, list: readonly Real[], step: Step) => void)[] = [
  // A map, with what lies `c` places on.
  (state, x, { b, c }) => state.lists.push(x.map((xi, i) => mix(b, xi, x[(i + c) % x.length]!))),
  // A map with constants, of a part.
  (state, x, { b, c }) =>
    state.lists.push(
      x.slice(x.length > 3 ? c % 3 : 0).map((xi, i) => mix(b, mul(constant(i), xi), state.single)),
    ),
  // A sum, a product, a maximum.
  (state, x, { b, c }) => (state.single = x.reduce((sum, xi) => mix(b, sum, mix(c, xi, 0.3)), 0)),
  // A recurrence, of which all states count.
  (state, x, { b, c }) => {
    let s: Real = c % 2 === 0 ? 0.5 : state.single;
    state.lists.push(x.map((xi) => (s = mix(b, s, xi))));
  },
  // One that looks back two steps.
  (state, x, { b, c }) => {
    let [p, q]: [Real, Real] = [0.1, x[0]!];
    for (const xi of x) [p, q] = [q, mix(b, p, mix(c, q, xi))];
    state.single = q;
  },
  // A matrix of constants times a vector.
  (state, x, { b, c }) => {
    state.lists.push(
      Array.from({ length: 2 + (b % 6) }, (_, i) =>
        x.reduce((sum: Real, xj, j) => add(sum, mul(constant(i * c + j), xj)), 0),
      ),
    );
  },
  // Steps in time; the ends stay.
  (state, x, { b, c }) => {
    let u = x;
    for (let t = 0; t < 2 + (c % 5); t++) {
      const now = u;
      u = now.map((ui, i) =>
        i === 0 || i === now.length - 1 ? ui : mix(b, ui, sub(now[i - 1]!, now[i + 1]!)),
      );
    }
    state.lists.push(u);
  },
  // Nothing regular.
  (state, x, { b, c }) => {
    for (let i = 0; i < 3 + (b % 9); i++) {
      state.single = mix(b * i + c, state.single, mix(i * i + c, x[(i * i * c + b) % x.length]!, 0.7));
    }
  },
  // One sum over two loops.
  (state, x, { b, c }) => {
    let sum: Real = 0;
    for (let i = 0; i < 2 + (b % 5); i++) {
      for (let j = 0; j < x.length; j++) sum = add(sum, mix(c, x[j]!, x[i % x.length]!));
    }
    state.single = sum;
  },
  // From the end to the beginning, every second.
  (state, x, { b }) => {
    const y: Real[] = [];
    for (let i = x.length - 1; i >= 0; i -= 2) y.push(mix(b, x[i]!, x[x.length - 1 - i]!));
    state.lists.push(y);
  },
  // A table: of the one above and the one to the left.
  (state, x, { b, c }) => {
    let row = x;
    for (let t = 0; t < 2 + (c % 4); t++) {
      let left: Real = 0;
      row = row.map((above) => (left = mix(b, left, above)));
    }
    state.lists.push(row);
  },
  // A sum for each, with what depends on the outer loop only.
  (state, x, { b, c }) => {
    state.lists.push(
      x.map((xi) => {
        const y = mix(c, xi, 0.2);
        return x.reduce((sum: Real, xj) => add(sum, mix(b, y, xj)), mul(2, xi));
      }),
    );
  },
  // In any order.
  (state, x, { b, c }) => state.lists.push(x.map((xi, i) => mix(b, xi, x[(i * i * 7 + i * c) % x.length]!))),
  // A system of three, several steps at once.
  (state, x, { b, c }) => {
    let [p, q, r]: [Real, Real, Real] = [x[0]!, state.single, 0.2];
    for (let t = 0; t < 3 + b; t++) {
      const k1: Real = mix(c, p, q);
      const k2: Real = mix(b, q, r);
      [p, q, r] = [add(p, mul(0.1, k1)), add(q, mul(0.1, k2)), add(r, mul(0.1, mix(1, k1, k2)))];
    }
    state.lists.push([p, q, r]);
  },
];

const step: fc.Arbitrary<Step> = fc.record({
  kind: fc.nat(KIND.length - 1),
  a: fc.nat(20),
  b: fc.nat(20),
  c: fc.nat(20),
});

export const steps: fc.Arbitrary<Step[]> = fc.array(step, { minLength: 1, maxLength: 6 });

/** A function that takes these steps and returns a part of what they make. */
export const made =
  (list: readonly Step[]) =>
  (x: readonly Real[]): readonly Real[] => {
    const state: State = { lists: [x], single: 0.3 };
    for (const step of list) {
      const chosen = state.lists[step.a % state.lists.length]!;
      KIND[step.kind]!(state, chosen, step);
    }
    return [state.single, ...state.lists.at(-1)!];
  };
