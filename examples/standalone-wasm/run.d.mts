/** Runs a module that takes one array and writes another of the same length. */
export function runModule(bytes: Uint8Array, x: ArrayLike<number>): number[];
