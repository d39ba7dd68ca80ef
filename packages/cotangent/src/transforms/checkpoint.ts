/**
 * Runs `body`, and asks for checkpoints in the loops that it contains: with n iterations, the reverse mode of a compiled plain
 * function then keeps the state of some 2√n of them instead of a record of each, and runs the others once more on the way back.
 * Memory is O(√n); time, one more forward run. For long loops in time, say:
 *
 *     checkpoint(() => {
 *       for (let t = 0; t < 1_000_000; t++) {
 *         v -= stiffness * x * dt;
 *         x += v * dt;
 *       }
 *     });
 *
 * Loops inside such a loop record all their iterations, one segment at a time. Anywhere but in a plain function that was captured,
 * this is `body()`.
 */
export const checkpoint = <R>(body: () => R): R => body();
