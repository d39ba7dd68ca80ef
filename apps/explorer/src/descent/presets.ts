/** Functions to walk on. */

/** A function of two numbers, where it is looked at, and where a walk begins. */
export interface Landscape {
  readonly source: string;
  readonly xRange: readonly [low: number, high: number];
  readonly yRange: readonly [low: number, high: number];
  readonly start: readonly [x: number, y: number];
}

export interface Preset extends Landscape {
  readonly id: string;
  readonly name: string;
  /** What is to be seen. */
  readonly about: string;
}

export const presets: readonly Preset[] = [
  {
    id: "rosenbrock",
    name: "Rosenbrock",
    about: "A curved valley: its floor is easy to reach, its end is not.",
    source: "(x, y) => (1 - x) ** 2 + 100 * (y - x ** 2) ** 2",
    xRange: [-2, 2],
    yRange: [-1, 3],
    start: [-1.2, 1],
  },
  {
    id: "himmelblau",
    name: "Himmelblau",
    about: "Four minima, all of height 0: which one is found depends on where the walk begins.",
    source: "(x, y) => (x ** 2 + y - 11) ** 2 + (x + y ** 2 - 7) ** 2",
    xRange: [-5, 5],
    yRange: [-5, 5],
    start: [-0.4, -1.2],
  },
  {
    id: "ravine",
    name: "Ravine",
    about:
      "A quadratic that is fifty times steeper in one direction: plain descent zigzags, Newton needs one step.",
    source: "(x, y) => 0.5 * (x + y) ** 2 + 25 * (x - y) ** 2",
    xRange: [-3, 3],
    yRange: [-3, 3],
    start: [-2.5, 1],
  },
  {
    id: "beale",
    name: "Beale",
    about: "Flat plains and steep walls; the minimum is at (3, 0.5).",
    source: "(x, y) => (1.5 - x + x * y) ** 2 + (2.25 - x + x * y ** 2) ** 2 + (2.625 - x + x * y ** 3) ** 2",
    xRange: [-1, 4.5],
    yRange: [-2, 2],
    start: [0.5, -1.5],
  },
  {
    id: "saddle",
    name: "Saddle",
    about: "At (0, 0) the gradient vanishes, and there is no minimum: who comes near has to leave again.",
    source: "(x, y) => x ** 2 - y ** 2 + y ** 4 / 4",
    xRange: [-2, 2],
    yRange: [-2.2, 2.2],
    start: [-1.8, 0.001],
  },
  {
    id: "rastrigin",
    name: "Rastrigin",
    about: "A bowl full of dents: methods that go downhill end in the next one.",
    source:
      "(x, y) => 20 + x ** 2 - 10 * Math.cos(2 * Math.PI * x) + y ** 2 - 10 * Math.cos(2 * Math.PI * y)",
    xRange: [-2.5, 2.5],
    yRange: [-2.5, 2.5],
    start: [1.7, 2.2],
  },
  {
    id: "ridge",
    name: "Not smooth",
    about: "Along the ridges there is no gradient: steps by fixed rates jump from side to side.",
    source: "(x, y) => Math.abs(x - 1) + 2 * Math.abs(y + x / 2) + 0.1 * x ** 2",
    xRange: [-3, 3],
    yRange: [-3, 3],
    start: [-2.4, 2.3],
  },
];
