/** Functions to start from: each shows something that the others do not. */
import type { Data } from "../language/values.ts";

export interface Example {
  readonly title: string;
  readonly source: string;
  /** Which function, if there are several. */
  readonly name?: string;
  readonly inputs?: Readonly<Record<string, Data>>;
  readonly ranges?: Readonly<Record<string, readonly [number, number]>>;
}

export const examples: readonly Example[] = [
  {
    title: "Pendulum that comes to rest",
    source: `// A pendulum that comes to rest.
export function swing(t: number, damping: number): number {
  const frequency = 3;
  const envelope = Math.exp(-damping * t);
  return envelope * Math.cos(frequency * t);
}
`,
    inputs: { t: 1.2, damping: 0.35 },
    ranges: { t: [0, 6], damping: [0, 2] },
  },
  {
    title: "One line",
    source: "(x, y) => sin(x) * y + x ** 2",
    inputs: { x: 1, y: 2 },
    ranges: { x: [-4, 4], y: [-4, 4] },
  },
  {
    title: "Banana valley (Rosenbrock)",
    source: `// A narrow, bent valley: hard for optimisers, easy to write down.
export function banana(x: number, y: number): number {
  return (1 - x) ** 2 + 100 * (y - x ** 2) ** 2;
}
`,
    inputs: { x: -1.2, y: 1 },
    ranges: { x: [-2, 2], y: [-1, 3] },
  },
  {
    title: "A wave from a loop",
    source: `// The first waves of a square wave. Choose how many: the formula follows.
export function wave(x: number, count: number): number {
  let sum = 0;
  for (let k = 1; k <= count; k++) {
    const n = 2 * k - 1;
    sum += Math.sin(n * x) / n;
  }
  return sum;
}
`,
    inputs: { x: 0.8, count: 3 },
    ranges: { x: [-4, 4], count: [1, 30] },
  },
  {
    title: "Newton's method, differentiated",
    source: `// The square root as Newton finds it. The loop decides for itself when it is done,
// and the derivative is that of what it found: 1 / (2 √a).
export function root(a: number): number {
  let x = a > 1 ? a : 1;
  while (Math.abs(x * x - a) > 1e-14 * a) {
    x = (x + a / x) / 2;
  }
  return x;
}
`,
    inputs: { a: 2 },
    ranges: { a: [0.05, 9] },
  },
  {
    title: "A neuron",
    source: `// Weights, inputs, and the steepness of the answer.
export function neuron(w: number[], x: number[], b: number): number {
  let sum = b;
  for (let i = 0; i < w.length; i++) {
    sum += w[i]! * x[i]!;
  }
  return 1 / (1 + Math.exp(-sum));
}
`,
    inputs: { w: [0.8, -0.5, 0.3], x: [1, 2, 3], b: -0.4 },
  },
  {
    title: "Branches: a smooth step",
    source: `// Level, rising, level: which branch is taken depends on x, and so does the derivative.
export function step(x: number): number {
  if (x <= 0) return 0;
  if (x >= 1) return 1;
  return x * x * (3 - 2 * x);
}
`,
    inputs: { x: 0.4 },
    ranges: { x: [-1, 2] },
  },
  {
    title: "Kinks: abs, max, floor",
    source: `// Where two lines meet there is no slope; drag x over the corners.
export function corners(x: number): number {
  return Math.max(Math.abs(x) - 1, 0.5 * x) + 0.2 * Math.floor(x);
}
`,
    inputs: { x: 0.7 },
    ranges: { x: [-3, 3] },
  },
  {
    title: "A spring pendulum: energy of a state",
    source: `interface State {
  angle: number;
  length: number;
  turning: number;
  stretching: number;
}

const mass = 1;
const stiffness = 40;
const rest = 1;
const gravity = 9.81;

// Kinetic and potential energy; its derivatives are the equations of motion.
export function energy(s: State): number {
  const speed2 = s.stretching ** 2 + (s.length * s.turning) ** 2;
  const height = -s.length * Math.cos(s.angle);
  return 0.5 * mass * speed2 + mass * gravity * height + 0.5 * stiffness * (s.length - rest) ** 2;
}
`,
    inputs: { s: { angle: 0.6, length: 1.2, turning: 0.5, stretching: 0 } },
    ranges: { "s.angle": [-3.2, 3.2], "s.length": [0.5, 2] },
  },
  {
    title: "Several results: polar coordinates",
    source: `// Two results: the derivative is a matrix.
export function polar(r: number, phi: number): { x: number; y: number } {
  return { x: r * Math.cos(phi), y: r * Math.sin(phi) };
}
`,
    inputs: { r: 2, phi: 0.5 },
    ranges: { r: [0, 4], phi: [-6.3, 6.3] },
  },
  {
    title: "A curve through time: Runge-Kutta",
    source: `// Predators and prey after a while, by Runge and Kutta's method: how it depends on the rates.
export function foxes(hunger: number, births: number): number {
  const dt = 0.05;
  let hares = 1;
  let foxes = 0.5;
  for (let i = 0; i < 80; i++) {
    const [a1, b1] = rates(hares, foxes, hunger, births);
    const [a2, b2] = rates(hares + (dt / 2) * a1, foxes + (dt / 2) * b1, hunger, births);
    const [a3, b3] = rates(hares + (dt / 2) * a2, foxes + (dt / 2) * b2, hunger, births);
    const [a4, b4] = rates(hares + dt * a3, foxes + dt * b3, hunger, births);
    hares += (dt / 6) * (a1 + 2 * a2 + 2 * a3 + a4);
    foxes += (dt / 6) * (b1 + 2 * b2 + 2 * b3 + b4);
  }
  return foxes;
}

function rates(hares: number, foxes: number, hunger: number, births: number): [number, number] {
  return [births * hares - hares * foxes, hares * foxes - hunger * foxes];
}
`,
    name: "foxes",
    inputs: { hunger: 1, births: 1.1 },
    ranges: { hunger: [0.2, 2], births: [0.2, 2] },
  },
  {
    title: "Price of an option, and its greeks",
    source: `// Black and Scholes. The derivatives have names: delta, vega, rho, theta.
export function call(spot: number, volatility: number, rate: number, years: number): number {
  const strike = 100;
  const spread = volatility * Math.sqrt(years);
  const d1 = (Math.log(spot / strike) + (rate + volatility ** 2 / 2) * years) / spread;
  return spot * cdf(d1) - strike * Math.exp(-rate * years) * cdf(d1 - spread);
}

// The normal distribution, by Simpson's rule from the middle.
function cdf(x: number): number {
  const n = 40;
  const h = x / n;
  let sum = 1 + Math.exp(-(x * x) / 2);
  for (let i = 1; i < n; i++) {
    const z = i * h;
    sum += (i % 2 === 0 ? 2 : 4) * Math.exp(-(z * z) / 2);
  }
  return 0.5 + (sum * h) / 3 / Math.sqrt(2 * Math.PI);
}
`,
    name: "call",
    inputs: { spot: 105, volatility: 0.2, rate: 0.03, years: 1 },
    ranges: { spot: [50, 150], volatility: [0.05, 0.6], rate: [-0.02, 0.1], years: [0.1, 3] },
  },
  {
    title: "A derivative inside: steps of gradient descent",
    source: `import { grad } from "cotangent";

function loss(w: number): number {
  return (w - 3) ** 2 + Math.sin(3 * w);
}

// How the loss after five steps depends on the learning rate.
export function trained(rate: number): number {
  let w = 0;
  for (let i = 0; i < 5; i++) {
    w -= rate * grad(loss)(w);
  }
  return loss(w);
}
`,
    name: "trained",
    inputs: { rate: 0.1 },
    ranges: { rate: [0, 0.4] },
  },
  {
    title: "Median of a list: sorting",
    source: `// Sorting is a chain of exchanges: the derivative finds its way back through them.
export function median(numbers: number[]): number {
  const a = new Float64Array(numbers.length);
  for (let i = 0; i < a.length; i++) {
    let k = i;
    while (k > 0 && a[k - 1]! > numbers[i]!) {
      a[k] = a[k - 1]!;
      k--;
    }
    a[k] = numbers[i]!;
  }
  const middle = Math.floor(a.length / 2);
  return a.length % 2 === 1 ? a[middle]! : (a[middle - 1]! + a[middle]!) / 2;
}
`,
    inputs: { numbers: [3, 1, 4, 1.5, 5] },
  },
];
