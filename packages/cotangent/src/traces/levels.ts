/** The two pieces of ambient state there are: how deeply transforms are nested, and which levels record nothing. */

let depth = 0;
let silent = -1;

/** Runs `body` one level further in; the level is restored whatever happens. */
export function nested<T>(body: (level: number) => T): T {
  depth++;
  try {
    return body(depth);
  } finally {
    depth--;
  }
}

/** Whether a trace of this level is to record. */
export const isRecording = (level: number): boolean => level > silent;

/**
 * Runs `body` without recording any history: what is computed in it is constant, and no derivative flows through it. A
 * variable that it only hands through remains one; `stopGradient` makes sure. Transforms called in `body` work as ever.
 */
export function noGrad<T>(body: () => T): T {
  const before = silent;
  silent = depth;
  try {
    return body();
  } finally {
    silent = before;
  }
}
