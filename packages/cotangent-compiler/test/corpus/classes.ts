/* oxlint-disable -- written as people write, not as we do */
/** Classes, objects with methods and getters, `this`, `super`, private and static members. */
import type { Cases } from "./case.ts";

class Vec2 {
  x: number;
  y: number;
  constructor(x: number, y: number) {
    this.x = x;
    this.y = y;
  }
  static readonly ex = new Vec2(1, 0);
  static lerp(a: Vec2, b: Vec2, t: number): Vec2 {
    return a.add(b.sub(a).scale(t));
  }
  add(o: Vec2): Vec2 {
    return new Vec2(this.x + o.x, this.y + o.y);
  }
  sub(o: Vec2): Vec2 {
    return new Vec2(this.x - o.x, this.y - o.y);
  }
  scale(s: number): Vec2 {
    return new Vec2(this.x * s, this.y * s);
  }
  dot(o: Vec2): number {
    return this.x * o.x + this.y * o.y;
  }
  get length(): number {
    return Math.hypot(this.x, this.y);
  }
  normalize(): this {
    const l = this.length || 1;
    this.x /= l;
    this.y /= l;
    return this;
  }
}
/** A planet around the sun, by Euler's method. */
export function orbit(x: number, v: number, steps: number): number {
  let p = new Vec2(x, 0);
  let u = new Vec2(0, v);
  const dt = 0.01;
  for (let i = 0; i < steps; i++) {
    u = u.add(p.scale(-dt / p.length ** 3));
    p = p.add(u.scale(dt));
  }
  return Vec2.lerp(p, u, 0.25).normalize().dot(p) + Vec2.ex.dot(u);
}
/** An instance as an argument: its methods are those of its class. */
export function turned(p: Vec2, q: Vec2): number {
  return p.add(q).length * Vec2.lerp(p, q, 0.3).dot(q);
}
export function centroid(points: Vec2[]): Vec2 {
  let sum = new Vec2(0, 0);
  for (const p of points) sum = sum.add(p);
  return sum.scale(1 / points.length);
}

class Quat {
  readonly w: number;
  readonly v: readonly [number, number, number];
  constructor(w: number, v: readonly [number, number, number]) {
    this.w = w;
    this.v = v;
  }
  static fromAxisAngle([x, y, z]: [number, number, number], angle: number): Quat {
    const s = Math.sin(angle / 2);
    return new Quat(Math.cos(angle / 2), [x * s, y * s, z * s]);
  }
  mul({ w, v: [x, y, z] }: Quat): Quat {
    const [a, b, c] = this.v;
    return new Quat(this.w * w - a * x - b * y - c * z, [
      this.w * x + a * w + b * z - c * y,
      this.w * y - a * z + b * w + c * x,
      this.w * z + a * y - b * x + c * w,
    ]);
  }
  get conjugate(): Quat {
    const [a, b, c] = this.v;
    return new Quat(this.w, [-a, -b, -c]);
  }
  rotate(p: [number, number, number]): readonly [number, number, number] {
    return this.mul(new Quat(0, p)).mul(this.conjugate).v;
  }
}
export function rotated(angle: number): number {
  const [x, y, z] = Quat.fromAxisAngle([0, 0.6, 0.8], angle).rotate([1, 2, 3]);
  return x * 100 + y * 10 + z;
}

class Dual {
  readonly re: number;
  readonly du: number;
  constructor(re: number, du = 0) {
    this.re = re;
    this.du = du;
  }
  static of(x: number | Dual): Dual {
    return x instanceof Dual ? x : new Dual(x);
  }
  plus(o: Dual | number): Dual {
    const d = Dual.of(o);
    return new Dual(this.re + d.re, this.du + d.du);
  }
  times(o: Dual | number): Dual {
    const d = Dual.of(o);
    return new Dual(this.re * d.re, this.re * d.du + this.du * d.re);
  }
}
export function dualNumbers(x: number): number {
  const d = new Dual(x, 1);
  return d.times(d).plus(3).times(2).times(d).du;
}

class Particle {
  px = 0;
  py = 0;
  vx = 0;
  vy = 0;
  mass: number;
  constructor(mass: number) {
    this.mass = mass;
  }
  kick(fx: number, fy: number, dt: number): void {
    this.vx += (fx / this.mass) * dt;
    this.vy += (fy / this.mass) * dt;
  }
  drift(dt: number): void {
    this.px += this.vx * dt;
    this.py += this.vy * dt;
  }
  get energy(): number {
    return 0.5 * this.mass * (this.vx ** 2 + this.vy ** 2);
  }
}
class World {
  readonly particles: Particle[] = [];
  time = 0;
  add(mass: number, x: number, vy: number): this {
    const p = new Particle(mass);
    p.px = x;
    p.vy = vy;
    this.particles.push(p);
    return this;
  }
  step(dt: number): void {
    for (const p of this.particles) p.kick(-p.px, -p.py, dt);
    this.particles.forEach((p) => p.drift(dt));
    this.time += dt;
  }
}
export function simulated(masses: number[], steps: number): number {
  const world = new World();
  masses.forEach((m, i) => world.add(m, i + 1, i * 0.1));
  for (let s = 0; s < steps; s++) world.step(0.01);
  return world.particles.reduce((e, p) => e + p.energy, world.time);
}

abstract class Shape {
  readonly size: number;
  constructor(size: number) {
    this.size = size;
  }
  abstract area(): number;
  doubled(): number {
    return 2 * this.area();
  }
}
class Circle extends Shape {
  area(): number {
    return Math.PI * this.size ** 2;
  }
}
class Square extends Shape {
  readonly corner: number;
  constructor(size: number, corner = size / 10) {
    super(size);
    this.corner = corner;
  }
  area(): number {
    return this.size * this.size - this.corner ** 2;
  }
  override doubled(): number {
    return super.doubled() + 1;
  }
}
export function shapes(x: number): number {
  const list = [new Circle(x), new Square(x), new Square(x, 0)];
  return list.reduce((a, s) => a + s.doubled() * (s instanceof Square ? 2 : 1), 0);
}

class Lcg {
  #state: number;
  calls = 0;
  constructor(seed: number) {
    this.#state = seed;
  }
  #advance(): void {
    this.#state = (this.#state * 1103515245 + 12345) & 0x7fffffff;
  }
  next(): number {
    this.#advance();
    this.calls++;
    return this.#state / 0x7fffffff;
  }
}
export function sampled(mu: number, n: number): number {
  const random = new Lcg(7);
  let s = 0;
  for (let i = 0; i < n; i++) s += Math.max(0, mu + random.next() - 0.5);
  return s / random.calls;
}

class Matrix {
  readonly rows: number;
  readonly cols: number;
  readonly data: Float64Array;
  constructor(rows: number, cols: number, data?: ArrayLike<number>) {
    this.rows = rows;
    this.cols = cols;
    this.data = new Float64Array(rows * cols);
    if (data) this.data.set(data);
  }
  static identity(n: number): Matrix {
    const m = new Matrix(n, n);
    for (let i = 0; i < n; i++) m.set(i, i, 1);
    return m;
  }
  get(i: number, j: number): number {
    return this.data[i * this.cols + j]!;
  }
  set(i: number, j: number, v: number): this {
    this.data[i * this.cols + j] = v;
    return this;
  }
  mul(o: Matrix): Matrix {
    const r = new Matrix(this.rows, o.cols);
    for (let i = 0; i < this.rows; i++)
      for (let j = 0; j < o.cols; j++) {
        let s = 0;
        for (let k = 0; k < this.cols; k++) s += this.get(i, k) * o.get(k, j);
        r.set(i, j, s);
      }
    return r;
  }
}
export function power3(v: number[]): number {
  const a = new Matrix(2, 2, v);
  let p = Matrix.identity(2);
  for (let k = 0; k < 3; k++) p = p.mul(a);
  return p.get(0, 0) + p.get(0, 1) * p.get(1, 0);
}

/** A method that calls itself. */
class Series {
  readonly x: number;
  constructor(x: number) {
    this.x = x;
  }
  term(n: number): number {
    return n === 0 ? 1 : (this.x / n) * this.term(n - 1);
  }
}
export function exponential(x: number): number {
  const s = new Series(x);
  let sum = 0;
  for (let n = 0; n < 12; n++) sum += s.term(n);
  return sum;
}
/** Setters, getters and a class of the function's own. */
export function thermostat(celsius: number): number {
  class Temperature {
    kelvin = 0;
    readonly offset = 273.15;
    get celsius(): number {
      return this.kelvin - this.offset;
    }
    set celsius(c: number) {
      this.kelvin = c + this.offset;
    }
  }
  const t = new Temperature();
  t.celsius = celsius;
  t.celsius *= 2;
  t.kelvin += 1;
  return t.celsius * t.kelvin;
}
/** A class that uses what is around it. */
export function scaled(x: number, k: number): number {
  const Scaled = class {
    readonly value: number;
    constructor(value: number) {
      this.value = value * k;
    }
    twice(): number {
      return this.value * 2 + k;
    }
  };
  return new Scaled(x).twice() * new Scaled(x * x).twice();
}
/** Objects whose methods say this. */
export function meanOf(x: number): number {
  const all = {
    total: 0,
    n: 0,
    add(v: number) {
      this.total += v;
      this.n++;
      return this;
    },
    get mean() {
      return this.total / this.n;
    },
    set start(v: number) {
      this.total = v;
    },
  };
  all.start = 1;
  all
    .add(x)
    .add(x * x)
    .add(3);
  const { mean } = { ...all };
  return all.mean * mean;
}
const spring = {
  k: 2,
  rest: 0.5,
  energy(x: number): number {
    return 0.5 * this.k * (x - this.rest) ** 2;
  },
};
export function springEnergy(x: number): number {
  const f = spring.energy.bind(spring);
  return f(x) + spring.energy(2 * x) + spring.energy.call(spring, x + 1);
}
/** Arrow functions as fields see their object. */
class Loss {
  scale: number;
  constructor(scale: number) {
    this.scale = scale;
  }
  readonly at = (x: number): number => this.scale * x ** 2;
}
export function lossOver(v: number[]): number {
  const loss = new Loss(3);
  const first = v.map(loss.at).reduce((a, b) => a + b, 0);
  loss.scale = v[0]!;
  return first + v.map(loss.at).reduce((a, b) => a + b, 0);
}

export const cases: Cases = {
  orbit: [() => [1, 1.1, 20]],
  turned: [() => [new Vec2(1, 2), new Vec2(-0.5, 3)]],
  centroid: [() => [[new Vec2(1, 2), new Vec2(-0.5, 3)]]],
  rotated: [() => [0.7]],
  dualNumbers: [() => [1.3]],
  simulated: [() => [[1, 2, 3], 10]],
  shapes: [() => [2]],
  sampled: [() => [0.1, 9]],
  power3: [() => [[1, 2, 3, 4]]],
  exponential: [() => [0.5]],
  thermostat: [() => [20]],
  scaled: [() => [2, 3]],
  meanOf: [() => [2]],
  springEnergy: [() => [0.8]],
  lossOver: [() => [[1, 2, 3]]],
};
