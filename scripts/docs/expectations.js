// What a rewritten snippet calls: see instrument.js.
import { formatWithOptions, inspect } from "node:util";

const FORMAT = { breakLength: Infinity, depth: null, maxArrayLength: null };

/**
 * `console.log(...values); // expected`
 *
 * @param {number} line @param {string} expected @param {unknown[]} values
 */
export function printed(line, expected, ...values) {
  compare(line, expected, [formatWithOptions(FORMAT, ...values)]);
}

/**
 * `expression; // expected`
 *
 * @param {number} line @param {string} expected @param {unknown} got
 */
export function value(line, expected, got) {
  const words = inItsOwnWords(got);
  compare(line, expected, words === undefined ? [inspect(got, FORMAT)] : [inspect(got, FORMAT), words]);
}

/**
 * `expression; // throws expected`
 *
 * @param {number} line @param {string} note @param {() => Promise<unknown>} body
 */
export async function throws(line, note, body) {
  const expected = note.replace(/^throws\b(?:\s*:)?/, "");
  let got;
  try {
    got = await body();
  } catch (error) {
    const { name, code, message } = /** @type {{ name?: string, code?: string, message?: string }} */ (error);
    const all = normal([name, code, message].filter(Boolean).join(" "));
    if (pattern(expected).test(all)) return;
    throw new Error(`line ${line} should throw ${JSON.stringify(expected.trim())} but throws: ${all}`, {
      cause: error,
    });
  }
  throw new Error(
    `line ${line} should throw ${JSON.stringify(expected.trim())} but gives ${inspect(got, FORMAT)}`,
  );
}

/** @param {number} line @param {string} note @param {string[]} candidates */
function compare(line, note, candidates) {
  const expected = note.replace(/^=>/, "");
  const whole = new RegExp(`^(?:${pattern(expected).source})$`);
  if (candidates.some((got) => whole.test(normal(got)))) return;
  throw new Error(`line ${line} gives\n    ${candidates[0]}\nand its comment says\n    ${expected.trim()}`);
}

/** What an object with a `toString` of its own says, such as `Scalar(3)`. @param {unknown} got */
function inItsOwnWords(got) {
  if (typeof got !== "object" || got === null || Array.isArray(got) || ArrayBuffer.isView(got))
    return undefined;
  const { toString } = /** @type {{ toString: () => string }} */ (got);
  return toString === Object.prototype.toString ? undefined : toString.call(got);
}

/** How something is printed, without regard to white space and to the kind of quotes. @param {string} text */
function normal(text) {
  return text
    .trim()
    .replaceAll(/['`]/g, '"')
    .replaceAll(/\s+/g, " ")
    .replaceAll(/ ?([[\](){},:]) ?/g, "$1");
}

/** A pattern for what is expected, in which … (or ...) stands for anything. @param {string} expected */
function pattern(expected) {
  const parts = normal(expected).split(/…|\.{3}/);
  return new RegExp(parts.map((part) => part.replaceAll(/[$()*+.?[\\\]^{|}]/g, String.raw`\$&`)).join(".*"));
}
