/** Functions that `Math` lacks, as they are written into derivatives: with their formulas, by the names of the primitives. */

/** A function's text, and the functions that it calls. */
interface Helper {
  readonly text: string;
  readonly calls?: readonly string[];
}

const helpers: Readonly<Record<string, Helper>> = {
  sigmoid: {
    text: `/** 1/(1 + e⁻ˣ), computed so that nothing overflows. */
function sigmoid(x: number): number {
  const e = Math.exp(-Math.abs(x));
  return (x < 0 ? e : 1) / (1 + e);
}
`,
  },
  softplus: {
    text: `/** log(1 + eˣ), computed so that nothing overflows. */
function softplus(x: number): number {
  return Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x)));
}
`,
  },
  relu: {
    text: `/** max(x, 0). */
function relu(x: number): number {
  return Math.max(x, 0);
}
`,
  },
  sech: {
    text: `/** 1/cosh x. */
function sech(x: number): number {
  return 1 / Math.cosh(x);
}
`,
  },
  cosine: {
    text: `/** x/√(x² + y²), also for infinite x; 0 at the origin. */
function cosine(x: number, y: number): number {
  const r = Math.hypot(x, y);
  return Math.abs(x) === r ? Math.sign(x) : x / r;
}
`,
  },
  inversion: {
    text: `/** x/(x² + y²), without a square; 0 at the origin. */
function inversion(x: number, y: number): number {
  return x === 0 ? 0 : cosine(x, y) / Math.hypot(x, y);
}
`,
    calls: ["cosine"],
  },
  differenceOfSquares: {
    text: `/** a² − b². */
function differenceOfSquares(a: number, b: number): number {
  return (a - b) * (a + b);
}
`,
  },
  reducedPow: {
    text: `/** xʸ⁻¹, also where y − 1 is rounded (y < ½); 0 at x = y = 0. */
function reducedPow(x: number, y: number): number {
  if (x === 0 && y === 0) return 0;
  const quotient = x ** y / x;
  return y < 0.5 && !Number.isNaN(quotient) ? quotient : x ** (y - 1);
}
`,
  },
  gaussian: {
    text: `/** e^(−x²), with x² split into a part that is exact and a small one. */
function gaussian(x: number): number {
  if (Math.abs(x) > 28) return 0;
  const h = Math.fround(x);
  return Math.exp(-h * h) * Math.exp((h - x) * (h + x));
}
`,
  },
  erf: {
    text: `/** The error function: its Maclaurin series near 0, a continued fraction beyond. */
function erf(x: number): number {
  const a = Math.abs(x);
  if (a > 1.4) {
    let fraction = a;
    for (let n = Math.ceil(300 / (a * a)); n > 0; n--) {
      fraction = a + n / 2 / fraction;
    }
    return Math.sign(x) * (1 - gaussian(x) / Math.sqrt(Math.PI) / fraction);
  }
  let rest = 0;
  for (let n = 30; n > 0; n--) rest = (1 / (2 * n + 1) - rest) * ((x * x) / n);
  return (2 / Math.sqrt(Math.PI)) * (x - x * rest || x);
}
`,
    calls: ["gaussian"],
  },
  eulerMaclaurin: {
    text: `/** The tail of Stirling's series and its like: Σ B₂ₖ/(2k)! (s + 1)…(s + 2k − 2) x^(1−2k). */
function eulerMaclaurin(s: number, x: number): number {
  const bernoulli = [
    1 / 6,
    -1 / 30,
    1 / 42,
    -1 / 30,
    5 / 66,
    -691 / 2730,
    7 / 6,
  ];
  let term = 0.5 / x;
  let total = 0;
  bernoulli.forEach((b, k) => {
    total += b * term;
    term *= ((s + 2 * k + 1) / (2 * k + 3)) * ((s + 2 * k + 2) / (2 * k + 4));
    term /= x * x;
  });
  return total;
}
`,
  },
  zeta: {
    text: `/** Hurwitz's zeta function Σ (x + n)^−s, for s > 1 and x > 0. */
function zeta(s: number, x: number): number {
  let total = 0;
  let y = x;
  for (; y < 16; y++) total += y ** -s;
  const tail = (0.5 + s * eulerMaclaurin(s, y)) / y;
  return total + y ** (1 - s) * (1 / (s - 1) + tail);
}
`,
    calls: ["eulerMaclaurin"],
  },
  psiNear2: {
    text: `/** ψ(2 + z) for |z| ≤ ¾; integrated, its mean between 0 and z. */
function psiNear2(z: number, integrated: 0 | 1): number {
  let total = 0;
  for (let i = 37; i >= 0; i--) {
    const c = zeta(i + 2, 2) * (i % 2 === 0 ? 1 : -1);
    total = total * z + c / (1 + integrated * (i + 1));
  }
  return 0.42278433509846713 + z * total;
}
`,
    calls: ["zeta"],
  },
  lgamma: {
    text: `/** log |Γ(x)|: Stirling's series for large x, a Taylor series at 2, and reflection. */
function lgamma(x: number): number {
  if (x > -3 && x < -2) {
    const u = x * (x + 3) + 1;
    return lgamma(x + 4) - Math.log1p(-u * u);
  }
  if (x <= 0) {
    const phase = Math.PI * (x - Math.round(x));
    return -Math.log(Math.abs(Math.sin(phase)) / Math.PI) - lgamma(1 - x);
  }
  if (x < 1.25) {
    const rest = x < 0.5 ? lgamma(x + 1) : (x - 1) * psiNear2(x - 1, 1);
    return rest - Math.log(x);
  }
  if (x >= 16) {
    const constant = (Math.log(2 * Math.PI) - 1) / 2;
    return (x - 0.5) * (Math.log(x) - 1) + constant + eulerMaclaurin(0, x);
  }
  let product = 1;
  let y = x;
  while (y > 2.5) {
    y--;
    product *= y;
  }
  return (y - 2) * psiNear2(y - 2, 1) + Math.log(product);
}
`,
    calls: ["psiNear2", "eulerMaclaurin"],
  },
  digamma: {
    text: `/** ψ(x) = Γ′(x)/Γ(x), by the same means as lgamma. */
function digamma(x: number): number {
  if (x <= 0) {
    return digamma(1 - x) - Math.PI / Math.tan(Math.PI * (x - Math.round(x)));
  }
  if (x >= 16) return Math.log(x) - (0.5 + eulerMaclaurin(1, x)) / x;
  let total = 0;
  let y = x;
  for (; y < 1.5; y++) total -= 1 / y;
  while (y > 2.5) {
    y--;
    total += 1 / y;
  }
  return psiNear2(y - 2, 0) + total;
}
`,
    calls: ["psiNear2", "eulerMaclaurin"],
  },
  polygamma: {
    text: `/** ψ⁽ⁿ⁾(x) = (−1)ⁿ⁺¹ n! ζ(n + 1, x), n ≥ 1, continued to x < 0. */
function polygamma(n: number, x: number): number {
  const s = n + 1;
  const sign = s % 2 === 0 ? 1 : -1;
  const d = x - Math.round(x);
  const right = d > 0 ? d : 1 + d;
  let total =
    x > 0
      ? zeta(s, x)
      : zeta(s, right) + sign * (zeta(s, 1 - right) - zeta(s, 1 - x));
  for (let i = 2; i <= n; i++) total *= i;
  return sign * total;
}
`,
    calls: ["zeta"],
  },
};

/** Whether there is a text for a primitive. */
export const hasHelper = (id: string): boolean => Object.hasOwn(helpers, id);

/** The texts of these functions and of all that they call, each once. */
export function helperTexts(ids: Iterable<string>): readonly string[] {
  const all = new Set<string>();
  const add = (id: string): void => {
    if (all.has(id)) return;
    all.add(id);
    helpers[id]!.calls?.forEach(add);
  };
  for (const id of ids) add(id);
  return Object.keys(helpers)
    .filter((id) => all.has(id))
    .map((id) => helpers[id]!.text);
}
