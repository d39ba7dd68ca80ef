/** The functions at the top of a text. */
import { functionsIn } from "cotangent-compiler/derive";

/** Their names, in order. A text that is one expression holds none. */
export const functionNames = (source: string): readonly string[] =>
  functionsIn(source).map(({ name }) => name);
