/** What is asked about: a text, and what is to be seen of a function in it. */

/** What is in the editor, and which of its functions is meant: none said, the first. */
export interface Text {
  readonly source: string;
  readonly name: string;
}

/** The function itself, or one of its derivatives. */
export type Derivation = "value" | "reverse" | "forward" | "hessian";
