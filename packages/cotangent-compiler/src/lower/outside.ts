/** Names of JavaScript that are outside the language. */
const BY_INDEX =
  "Keep what belongs to a number in an array, at that index; or the keys in one list, and what belongs to them in another: values[keys.indexOf(key)].";
const EACH_CALL = "It gives something else at each call: pass its value in as an argument.";
export const NO_TEXTS = "Compute with numbers only; read and write texts outside the function.";
const IN_NUMBERS = "Use Float64Array: its elements hold whatever fits there, too.";
/** What JavaScript knows beside the language, and what to use instead. */
export const OUTSIDE: Readonly<Record<string, string>> = {
  Map: BY_INDEX,
  Set: BY_INDEX,
  WeakMap: BY_INDEX,
  WeakSet: BY_INDEX,
  Date: EACH_CALL,
  performance: EACH_CALL,
  crypto: EACH_CALL,
  String: NO_TEXTS,
  RegExp: NO_TEXTS,
  Intl: NO_TEXTS,
  JSON: "Copy by structuredClone(p), { ...p }, a.slice().",
  BigInt: "Numbers are exact integers up to 2 ** 53.",
  BigInt64Array: "Numbers are exact integers up to 2 ** 53.",
  BigUint64Array: "Numbers are exact integers up to 2 ** 53.",
  Float16Array: IN_NUMBERS,
  ArrayBuffer: "Give each array memory of its own: new Float64Array(n).",
  SharedArrayBuffer: "Give each array memory of its own: new Float64Array(n).",
  Symbol: "Use methods with names; push what is to be gone through to an array.",
  arguments: "Name the parameters.",
  DataView: "Give each array memory of its own: new Float64Array(n).",
};
