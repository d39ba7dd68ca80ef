/** One call of a function of the corpus: its arguments, made anew each time. */
type Arguments = () => readonly unknown[];
/** The calls with which the functions of a file are tried, by their names. */
export type Cases = Readonly<Record<string, readonly Arguments[]>>;
