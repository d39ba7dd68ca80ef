/**
 * Constants and tables of the numerical kernels, computed when first needed from their definitions, in fixed-point arithmetic of
 * 200 bits: no digits to mistype, and no bytes to ship.
 */

const BITS = 200n;
export const ONE: bigint = 1n << BITS;

/** The number nearest to v·2^-200. */
export const nearest = (v: bigint): number => Number(v) * 2 ** -200;

/** v, rounded to a multiple of 2^-q. */
function coarse(v: bigint, q: number): bigint {
  const unit = 1n << (BITS - BigInt(q));
  const shifted = v + unit / 2n;
  return shifted - (((shifted % unit) + unit) % unit);
}

/** Σ (±1)ᵏ s^(2k+1)/(2k+1), for s = n/d: artanh with sign 1, arctan with sign -1. */
export function odd(n: bigint, d: bigint, sign: 1n | -1n, one: bigint = ONE): bigint {
  let power = (one * n) / d;
  let sum = 0n;
  for (let k = 1n; power !== 0n; k += 2n) {
    sum += power / k;
    power = (sign * power * n * n) / (d * d);
  }
  return sum;
}

/** log 2 = 2 artanh(1/3) */
const ln2 = (): bigint => 2n * odd(1n, 3n, 1n);
/** π = 16 arctan(1/5) - 4 arctan(1/239) (Machin) */
const pi = (one: bigint = ONE): bigint => 16n * odd(1n, 5n, -1n, one) - 4n * odd(1n, 239n, -1n, one);

/** v as a sum of doubles: all but the last are rounded to a multiple of 2^-q. */
function parts(v: bigint, ...q: number[]): number[] {
  let rest = v;
  const out = q.map((bits) => {
    const part = coarse(rest, bits);
    rest -= part;
    return nearest(part);
  });
  return [...out, nearest(rest)];
}

/** v as the nearest double and what remains. */
export function pair(v: bigint): [high: number, low: number] {
  const high = nearest(v);
  return [high, nearest(v - BigInt(high * 2 ** 200))];
}

/** A constant c, to multiply a pair with: 26 bits of it, so that products with 26 bits are exact, and the rest. */
const factor = (v: bigint): [number, number] => parts(v, 26) as [number, number];

/** 2^(j/128) = high·(1 + low), j = 0 ... 127 */
const exponentials = (): number[][] => {
  const x = ln2() / 128n;
  let root = 0n;
  let term = ONE;
  for (let k = 1n; term !== 0n; k++) {
    root += term;
    term = (term * x) / ONE / k;
  }
  const [highs, lows]: number[][] = [[], []];
  for (let j = 0, v = ONE; j < 128; j++, v = (v * root) / ONE) {
    const [high, low] = pair(v);
    highs!.push(high);
    lows!.push(low / high);
  }
  return [highs!, lows!];
};

/**
 * For the j-th of the intervals [11/16 + j/256, ...) up to 1 and [1 + (j - 80)/128, ...) from there: 1/c rounded to 12 bits behind
 * the point, where c is the middle of the interval, and -log of that in two parts, the first a multiple of 2^-42. Next to 1 it
 * is 1.
 */
const logarithms = (): number[][] => {
  const [inverses, highs, lows]: number[][] = [[], [], []];
  let last = 1n << 12n;
  let log = 0n;
  const add = (j: number): void => {
    const c = j < 80 ? 11 / 16 + (j + 0.5) / 256 : 1 + (j - 79.5) / 128;
    const inverse = j === 79 || j === 80 ? 1n << 12n : BigInt(Math.round(4096 / c));
    log += 2n * odd(inverse - last, inverse + last, 1n);
    last = inverse;
    inverses![j] = Number(inverse) / 4096;
    [highs![j], lows![j]] = parts(-log, 42) as [number, number];
  };
  for (let j = 80; j < 128; j++) add(j);
  last = 1n << 12n;
  log = 0n;
  for (let j = 79; j >= 0; j--) add(j);
  return [inverses!, highs!, lows!];
};

/** arctan(j/64), j = 0 ... 64, as pairs: arctan a - arctan b = arctan((a - b)/(1 + ab)). */
const arctangents = (): number[][] => {
  const [highs, lows]: number[][] = [[], []];
  let v = 0n;
  for (let j = 0n; j <= 64n; j++) {
    if (j > 0n) v += odd(64n, 4096n + j * (j - 1n), -1n);
    const [high, low] = v === 0n ? [0, 0] : pair(v);
    highs!.push(high);
    lows!.push(low);
  }
  return [highs!, lows!];
};

/**
 * erf(j/16) as pairs and its derivative there, j = 0 ... 96, one from the other: with e^(−2cs − s²) = Σ aₙ sⁿ, erf(c + s) is
 * erf(c) + erf′(c) Σ aₙ sⁿ⁺¹/(n + 1), where (n + 1) aₙ₊₁ = −2c aₙ − 2 aₙ₋₁.
 */
const errorFunction = (): number[][] => {
  const [highs, lows, slopes]: number[][] = [[], [], []];
  // 2/√π
  let root = ONE;
  for (let next = 2n * ONE; next !== root;) [root, next] = [next, (next + (pi() * ONE) / next) / 2n];
  let slope = (2n * ONE * ONE) / root;
  let value = 0n;
  for (let j = 0n; j <= 96n; j++) {
    const [high, low] = value === 0n ? [0, 0] : pair(value);
    highs!.push(high);
    lows!.push(low);
    slopes!.push(nearest(slope));
    let [before, a] = [0n, ONE];
    let [power, factor, area] = [ONE, 0n, 0n];
    for (let n = 1n; n < 40n; n++) {
      factor += (a * power) / ONE;
      power /= 16n;
      area += (a * power) / ONE / n;
      [before, a] = [a, (-j * a - 16n * before) / (8n * n)];
    }
    value += (slope * area) / ONE;
    slope = (slope * factor) / ONE;
  }
  return [highs!, lows!, slopes!];
};

/** The bits of 2/π behind the point, 24 at a time, after 48 zeros; each plus 2^52, so that they are a double's last bits. */
const twoOverPi = (): number[] => {
  const bits = 1320n;
  const value = (2n << (2n * bits)) / pi(1n << bits);
  return Array.from({ length: 54 }, (_, k) =>
    k < 2 ? 2 ** 52 : 2 ** 52 + Number((value >> (bits - 24n * BigInt(k - 1))) & 0xffffffn),
  );
};

export function once<T>(make: () => T): () => T {
  let made: T | undefined;
  return () => (made ??= make());
}
const exps = once(exponentials);
const logs = once(logarithms);
const atans = once(arctangents);
const erfs = once(errorFunction);
export const halfPi: () => bigint = once(() => pi() / 2n);
export const log2: () => bigint = once(ln2);
type Tables = Record<string, () => number[]>;
type Constants = Record<string, () => readonly number[]>;

/** Kernels that not everybody needs: their text, and what is in it. */
export interface MoreKernels {
  readonly definitions: string;
  readonly tables: Tables;
  readonly constants: Constants;
}

/** Tables by the names that kernels use. */
export const tables: Tables = {
  EXP: () => exps()[0]!,
  EXPLOW: () => exps()[1]!,
  INVERSE: () => logs()[0]!,
  LOG: () => logs()[1]!,
  LOGLOW: () => logs()[2]!,
  ATAN: () => atans()[0]!,
  ATANLOW: () => atans()[1]!,
  ERF: () => erfs()[0]!,
  ERFLOW: () => erfs()[1]!,
  ERFSLOPE: () => erfs()[2]!,
  TWOBYPI: once(twoOverPi),
};

/** Constants in parts, by the name of the first part. */
export const constants: Constants = {
  SHIFT: () => [1.5 * 2 ** 52],
  TINY: () => [2 ** -1022],
  HUGE: () => [Number.MAX_VALUE],
  INF: () => [Infinity],
  // k·LN2 is exact for 11 bits of k, k·STEP (log 2/128) for 18
  LN2: () => parts(log2(), 42),
  STEP: () => parts(log2() / 128n, 42),
  STEPS: () => [128 / nearest(log2())],
  // 1/log 2 and 1/log 10 = 1/(3 log 2 + 2 artanh(1/9))
  LOG2E: () => factor((ONE * ONE) / log2()),
  LOG10E: () => factor((ONE * ONE) / (3n * log2() + 2n * odd(1n, 9n, 1n))),
  // n·PI and n·PILOW are exact for 13 bits of n
  PI: () => parts(halfPi(), 39, 79),
  TWOOVERPI: () => [2 / Math.PI],
  HALFPI: () => pair(halfPi()),
  PIFACTOR: () => factor(halfPi()),
};

/** A constant by the name that kernels use: NAME, NAMELOW, NAMELOWLOW are its parts. */
export function constant(name: string): number {
  const [, stem, lows] = /^(.*?)((?:LOW)*)$/.exec(name)!;
  const found = constants[stem!];
  if (found === undefined) throw new Error(`What is ${name}?`);
  return found()[lows!.length / 3]!;
}
