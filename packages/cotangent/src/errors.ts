/** Every way in which the core refuses. Each has a page of the same name in `docs/errors/`. */
export type ErrorCode =
  | "aliased-structure"
  | "backward-on-constant"
  | "bad-start"
  | "captured-variable-changes"
  | "code-forbidden"
  | "constant-assignment"
  | "cyclic-structure"
  | "endless-loop"
  | "escaped-variable"
  | "first-order-only"
  | "foreign-variable"
  | "implicit-conversion"
  | "index-out-of-range"
  | "malformed-program"
  | "missing-argument"
  | "missing-plugin"
  | "mixed-structures"
  | "nan-input"
  | "no-bracket"
  | "no-source"
  | "not-a-function"
  | "not-a-number"
  | "not-a-variable"
  | "not-an-index"
  | "not-square"
  | "nothing-saved"
  | "out-of-memory"
  | "out-of-steps"
  | "precompiled"
  | "result-not-a-number"
  | "result-not-scalar"
  | "syntax-error"
  | "thrown"
  | "too-large"
  | "underdetermined"
  | "unknown-field"
  | "unknown-name"
  | "unsupported-array"
  | "unsupported-call"
  | "unsupported-syntax"
  | "unsupported-type"
  | "value-while-recording"
  | "watched-result"
  | "unsupported-transform"
  | "wrong-derivative"
  | "wrong-number-of-arguments"
  | "wrong-number-of-derivatives"
  | "wrong-option"
  | "wrong-structure";

/**
 * What went wrong, where, and what to write instead. All errors that the library itself raises are of this class; errors
 * thrown by a user's own function pass through unchanged.
 */
export class AdError extends Error {
  /** Names the kind of error; `docs/errors/<code>.md` explains it. */
  readonly code: ErrorCode;
  /** What to write instead. */
  readonly remedy: string;

  constructor(code: ErrorCode, problem: string, remedy: string, options?: ErrorOptions) {
    super(`${problem}\n  ${remedy} [${code}]`, options);
    this.name = "AdError";
    this.code = code;
    this.remedy = remedy;
  }
}

/** How a value is called in a message: `the string "2"`, `undefined`, `an array of 3`, `a Map`, `the function f`. */
export function describe(x: unknown): string {
  if (Array.isArray(x)) return `an array of ${x.length}`;
  if (typeof x === "object" && x) return `a ${x.constructor?.name || "bare object"}`;
  const text = typeof x === "string" ? `"${x}"` : typeof x === "function" ? x.name : String(x);
  return x === null || x === undefined ? text : `the ${typeof x} ${text}`;
}

/** The error of a value that must be a number: `Argument 2 of mul`, `argument 1.w[3]`. */
export const notANumber = (what: string, x: unknown): AdError =>
  new AdError("not-a-number", `${what} is ${describe(x)}, not a number.`, "Pass numbers or variables.");

/** What a call is answered that leaves arguments out. */
export const missingArgument = (name: string, wanted: number, given: number): AdError =>
  new AdError(
    "missing-argument",
    `${name || "The function"} takes ${wanted} ${wanted === 1 ? "argument" : "arguments"}, but was given ${given}.`,
    "Pass every argument.",
  );
