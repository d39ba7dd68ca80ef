/** Functions that compute next to nothing, so that what a call costs is how their arguments go in and results come out. */

/** A pinhole camera: where it is and how it looks, and its focal length and centre. */
export interface Camera {
  readonly focal: number;
  readonly centre: readonly [number, number];
  readonly position: readonly [number, number, number];
  readonly distortion: number;
}

export interface Point {
  readonly x: number;
  readonly y: number;
}

export function ofNumbers(a: number, b: number, c: number, d: number, e: number): number {
  "use grad";
  return a * b + c * d - e;
}

export function ofTuple(p: readonly [number, number, number]): number {
  "use grad";
  return p[0] * p[1] + p[2];
}

export function ofObject({ focal, centre, position, distortion }: Camera): number {
  "use grad";
  return focal * centre[0] + distortion * centre[1] + position[0] * position[1] * position[2];
}

export function ofList(list: readonly number[]): number {
  "use grad";
  let sum = 0;
  for (const x of list) sum += x * x;
  return sum;
}

export function ofRows(rows: readonly (readonly number[])[]): number {
  "use grad";
  let sum = 0;
  for (const row of rows) for (const x of row) sum += x * x;
  return sum;
}

export function ofPoints(points: readonly Point[]): number {
  "use grad";
  let sum = 0;
  for (const { x, y } of points) sum += x * y;
  return sum;
}

/** How far points lie from where a camera sees them. */
export function reprojection(
  camera: Camera,
  points: readonly (readonly [number, number, number])[],
  seen: readonly Point[],
): number {
  "use grad";
  const { focal, centre, position } = camera;
  let sum = 0;
  for (let i = 0; i < points.length; i++) {
    const p = points[i]!;
    const depth = p[2] + position[2];
    const dx = (focal * (p[0] + position[0])) / depth + centre[0] - seen[i]!.x;
    const dy = (focal * (p[1] + position[1])) / depth + centre[1] - seen[i]!.y;
    sum += dx * dx + dy * dy;
  }
  return sum;
}
