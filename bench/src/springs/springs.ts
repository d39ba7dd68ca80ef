/** A differentiable simulation: masses on springs over a floor, as plain TypeScript, and its adjoint by hand. */

const GRAVITY = -9.81;
const DAMPING = 0.999;
/** The share of its speed that a mass keeps that slides over the floor. */
const FRICTION = 0.5;

/** How it is simulated. */
export interface Settings {
  readonly steps: number;
  readonly dt: number;
  /** So many of the first masses do not move. */
  readonly fixed: number;
  readonly floor: number;
  /** Where the last mass should be in the end. */
  readonly target: readonly [number, number];
}

/**
 * The squared distance of the last mass from its target after all steps. `stiffness` and `rest` have a number for each spring,
 * `start` the coordinates x, y of each mass, `ends` the numbers of the two masses that each spring holds together.
 */
export function miss(
  stiffness: Float64Array,
  rest: Float64Array,
  start: Float64Array,
  ends: Float64Array,
  settings: Settings,
): number {
  "use grad";
  const { steps, dt, fixed, floor, target } = settings;
  const masses = start.length / 2;
  const position = start.slice();
  const speed = new Float64Array(2 * masses);
  const force = new Float64Array(2 * masses);
  for (let t = 0; t < steps; t++) {
    for (let i = 0; i < masses; i++) {
      force[2 * i] = 0;
      force[2 * i + 1] = GRAVITY;
    }
    for (let s = 0; s < stiffness.length; s++) {
      const a = ends[2 * s]!;
      const b = ends[2 * s + 1]!;
      const dx = position[2 * b]! - position[2 * a]!;
      const dy = position[2 * b + 1]! - position[2 * a + 1]!;
      const length = Math.sqrt(dx * dx + dy * dy);
      const pull = stiffness[s]! * (1 / rest[s]! - 1 / length);
      force[2 * a]! += pull * dx;
      force[2 * a + 1]! += pull * dy;
      force[2 * b]! -= pull * dx;
      force[2 * b + 1]! -= pull * dy;
    }
    for (let i = fixed; i < masses; i++) {
      let vx = DAMPING * (speed[2 * i]! + dt * force[2 * i]!);
      let vy = DAMPING * (speed[2 * i + 1]! + dt * force[2 * i + 1]!);
      position[2 * i]! += dt * vx;
      position[2 * i + 1]! += dt * vy;
      if (position[2 * i + 1]! < floor) {
        position[2 * i + 1] = floor;
        vx *= FRICTION;
        vy = 0;
      }
      speed[2 * i] = vx;
      speed[2 * i + 1] = vy;
    }
  }
  const x = position[2 * masses - 2]! - target[0];
  const y = position[2 * masses - 1]! - target[1];
  return x * x + y * y;
}

/**
 * The gradient of {@link miss} by hand, as somebody would write it who needs it fast: by the stiffnesses, by the rest lengths, by the
 * start. What it needs of the way there is kept between calls.
 */
export function adjointByHand(
  springs: number,
  masses: number,
  ends: Float64Array,
  settings: Settings,
): (stiffness: Float64Array, rest: Float64Array, start: Float64Array) => readonly Float64Array[] {
  const { steps, dt, fixed, floor, target } = settings;
  const size = 2 * masses;
  const from = Int32Array.from({ length: springs }, (_, s) => ends[2 * s]!);
  const to = Int32Array.from({ length: springs }, (_, s) => ends[2 * s + 1]!);
  const positions = new Float64Array((steps + 1) * size);
  const touched = new Uint8Array(steps * masses);
  const speed = new Float64Array(size);
  const force = new Float64Array(size);
  const dSpeed = new Float64Array(size);
  const dForce = new Float64Array(size);

  return (stiffness, rest, start) => {
    positions.set(start);
    speed.fill(0);
    for (let t = 0; t < steps; t++) {
      const at = t * size;
      const next = at + size;
      for (let i = 0; i < masses; i++) {
        force[2 * i] = 0;
        force[2 * i + 1] = GRAVITY;
      }
      for (let s = 0; s < springs; s++) {
        const a = 2 * from[s]!;
        const b = 2 * to[s]!;
        const dx = positions[at + b]! - positions[at + a]!;
        const dy = positions[at + b + 1]! - positions[at + a + 1]!;
        const pull = stiffness[s]! * (1 / rest[s]! - 1 / Math.sqrt(dx * dx + dy * dy));
        force[a] = force[a]! + pull * dx;
        force[a + 1] = force[a + 1]! + pull * dy;
        force[b] = force[b]! - pull * dx;
        force[b + 1] = force[b + 1]! - pull * dy;
      }
      for (let j = 0; j < 2 * fixed; j++) positions[next + j] = positions[at + j]!;
      for (let i = fixed; i < masses; i++) {
        const j = 2 * i;
        let vx = DAMPING * (speed[j]! + dt * force[j]!);
        let vy = DAMPING * (speed[j + 1]! + dt * force[j + 1]!);
        positions[next + j] = positions[at + j]! + dt * vx;
        let y = positions[at + j + 1]! + dt * vy;
        const touches = y < floor;
        touched[t * masses + i] = touches ? 1 : 0;
        if (touches) {
          y = floor;
          vx *= FRICTION;
          vy = 0;
        }
        positions[next + j + 1] = y;
        speed[j] = vx;
        speed[j + 1] = vy;
      }
    }

    const dStiffness = new Float64Array(springs);
    const dRest = new Float64Array(springs);
    const d = new Float64Array(size);
    dSpeed.fill(0);
    const end = steps * size + size - 2;
    d[size - 2] = 2 * (positions[end]! - target[0]);
    d[size - 1] = 2 * (positions[end + 1]! - target[1]);
    for (let t = steps - 1; t >= 0; t--) {
      const at = t * size;
      for (let i = fixed; i < masses; i++) {
        const j = 2 * i;
        if (touched[t * masses + i] === 1) {
          d[j + 1] = 0;
          dSpeed[j] = dSpeed[j]! * FRICTION;
          dSpeed[j + 1] = 0;
        }
        dSpeed[j] = DAMPING * (dSpeed[j]! + dt * d[j]!);
        dSpeed[j + 1] = DAMPING * (dSpeed[j + 1]! + dt * d[j + 1]!);
        dForce[j] = dt * dSpeed[j];
        dForce[j + 1] = dt * dSpeed[j + 1]!;
      }
      for (let s = 0; s < springs; s++) {
        const a = 2 * from[s]!;
        const b = 2 * to[s]!;
        const dx = positions[at + b]! - positions[at + a]!;
        const dy = positions[at + b + 1]! - positions[at + a + 1]!;
        const over = 1 / Math.sqrt(dx * dx + dy * dy);
        const inverse = 1 / rest[s]!;
        const k = stiffness[s]!;
        const gx = dForce[a]! - dForce[b]!;
        const gy = dForce[a + 1]! - dForce[b + 1]!;
        const along = gx * dx + gy * dy;
        dStiffness[s] = dStiffness[s]! + (inverse - over) * along;
        dRest[s] = dRest[s]! - k * inverse * inverse * along;
        const straight = k * (inverse - over);
        const bend = k * along * over * over * over;
        const hx = straight * gx + bend * dx;
        const hy = straight * gy + bend * dy;
        d[a] = d[a]! - hx;
        d[a + 1] = d[a + 1]! - hy;
        d[b] = d[b]! + hx;
        d[b + 1] = d[b + 1]! + hy;
      }
    }
    return [dStiffness, dRest, d];
  };
}

/** A beam of `columns` times three masses, its first column held fast: neighbours are held together, also across. */
export function beam(columns: number): {
  readonly start: Float64Array;
  readonly ends: Float64Array;
  readonly rest: Float64Array;
  readonly stiffness: Float64Array;
} {
  const start = Float64Array.from({ length: 6 * columns }, (_, i) =>
    i % 2 === 0 ? Math.floor(i / 6) : ((i - 1) / 2) % 3,
  );
  const ends: number[] = [];
  for (let i = 0; i < 3 * columns; i++) {
    const row = i % 3;
    const isLast = i >= 3 * (columns - 1);
    if (row < 2) ends.push(i, i + 1);
    if (!isLast) ends.push(i, i + 3);
    if (!isLast && row < 2) ends.push(i, i + 4);
  }
  const springs = ends.length / 2;
  const at = (s: number, side: number, c: number): number => start[2 * ends[2 * s + side]! + c]!;
  const rest = Float64Array.from({ length: springs }, (_, s) =>
    Math.hypot(at(s, 1, 0) - at(s, 0, 0), at(s, 1, 1) - at(s, 0, 1)),
  );
  const stiffness = Float64Array.from({ length: springs }, (_, s) => 900 + 200 * Math.sin(s + 1));
  return { start, ends: Float64Array.from(ends), rest, stiffness };
}
