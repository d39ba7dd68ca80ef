import { grad } from "cotangent";

import { energy } from "./rope.ts";

const KNOTS = 21;
const PIECE = 0.6;

// What a build with `precompile` replaces by finished code.
const slope = grad(energy, { wrt: 0 });

const rope = Float64Array.from({ length: 2 * KNOTS }, (_, i) => (i % 2 === 0 ? 1 + (0.4 * i) / 2 : 1));
const speed = new Float64Array(rope.length);

/** One step in time; both ends are held. Returns the largest pull at a knot in between. */
function step(dt: number, friction: number): number {
  const pull = slope(rope, PIECE);
  let largest = 0;
  for (let i = 2; i < rope.length - 2; i++) {
    largest = Math.max(largest, Math.abs(pull[i]!));
    speed[i] = (speed[i]! - dt * pull[i]!) * friction;
    rope[i]! += dt * speed[i]!;
  }
  return largest;
}

const svg = document.querySelector("svg")!;
const path = document.querySelector("path")!;
const output = document.querySelector("output")!;

function draw(): void {
  const points = Array.from(
    { length: KNOTS },
    (_, k) => `${rope[2 * k]!.toFixed(3)} ${rope[2 * k + 1]!.toFixed(3)}`,
  );
  path.setAttribute("d", `M ${points.join(" L ")}`);
}

/** The end that the pointer moves. */
let held = 2 * KNOTS - 2;
svg.addEventListener("pointermove", (event) => {
  const box = svg.getBoundingClientRect();
  const x = (10 * (event.clientX - box.left)) / box.width;
  const y = (8 * (event.clientY - box.top)) / box.height;
  const middle = (rope[0]! + rope[rope.length - 2]!) / 2;
  if (event.buttons === 0) held = x < middle ? 0 : rope.length - 2;
  rope[held] = x;
  rope[held + 1] = y;
  output.textContent = "moving";
});

document.querySelector("button")!.addEventListener("click", () => {
  let pull = Infinity;
  for (let n = 0; n < 200_000 && pull > 1e-9; n++) pull = step(0.02, 0.99);
  draw();
  output.textContent =
    pull > 1e-9 ? "still moving" : `at rest, with an energy of ${energy(rope, PIECE).toFixed(9)}`;
});

function frame(): void {
  for (let k = 0; k < 8; k++) step(0.01, 0.998);
  draw();
  requestAnimationFrame(frame);
}
requestAnimationFrame(frame);
