/** The functions at the top of a text. */

/** Their names, in order. A text that is one expression holds none. */
export const functionNames = (source: string): readonly string[] =>
  [
    ...source.matchAll(
      /^(?:export\s+)?(?:default\s+)?(?:function\s+(\w+)|const\s+(\w+)[^=]*=\s*(?:\(|function))/gm,
    ),
  ].map((m) => m[1] ?? m[2]!);
