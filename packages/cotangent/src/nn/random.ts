/** Numbers from 0 up to, but not including, 1; the same sequence for the same seed. */
export type Random = () => number;

/**
 * Uniform pseudo-random numbers: a counter that steps by an odd constant near 2³²/φ, each count scrambled by multiplications
 * and shifts (G. L. Steele, D. Lea, C. H. Flood, Fast splittable pseudorandom number generators, OOPSLA 2014; with the 32-bit
 * finalizer of MurmurHash3).
 * @param seed any number; it is rounded towards zero and taken modulo 2³²
 */
export function random(seed: number): Random {
  let state = seed | 0;
  return () => {
    state = (state + 0x9e3779b9) | 0;
    let z = state;
    z = Math.imul(z ^ (z >>> 16), 0x85ebca6b);
    z = Math.imul(z ^ (z >>> 13), 0xc2b2ae35);
    return ((z ^ (z >>> 16)) >>> 0) / 2 ** 32;
  };
}
