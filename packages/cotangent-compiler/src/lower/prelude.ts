/**
 * What is written in the language itself. Each call reads its text anew: what is learned of a place in it is learned for this
 * call alone.
 */

/** Where a search begins; a negative position counts from the end. */
const FROM = "const lo = from === undefined ? 0 : from < 0 ? Math.max(a.length + from, 0) : from;";

/** How many elements there are before a callback adds any. */
const COUNT = "const n = a.length;";

/** Methods of arrays; the array comes first. Callbacks are called for what was there at first, whatever they add. */
export const METHODS_IN_WORDS: Readonly<Record<string, string>> = {
  reduce: `(a, f, init) => {
    let i = 0;
    let acc = init;
    if (init === undefined) { acc = a[0]; i = 1; }
    ${COUNT}
    for (let k = i; k < n; k++) acc = f(acc, a[k], k, a);
    return acc;
  }`,
  reduceRight: `(a, f, init) => {
    let i = a.length - 1;
    let acc = init;
    if (init === undefined) { acc = a[i]; i = a.length - 2; }
    for (let k = i; k >= 0; k--) acc = f(acc, a[k], k, a);
    return acc;
  }`,
  some: `(a, f) => {
    ${COUNT}
    for (let i = 0; i < n; i++) if (f(a[i], i, a)) return true;
    return false;
  }`,
  every: `(a, f) => {
    ${COUNT}
    for (let i = 0; i < n; i++) if (!f(a[i], i, a)) return false;
    return true;
  }`,
  find: `(a, f) => {
    ${COUNT}
    for (let i = 0; i < n; i++) { const x = a[i]; if (f(x, i, a)) return x; }
    return undefined;
  }`,
  findIndex: `(a, f) => {
    ${COUNT}
    for (let i = 0; i < n; i++) if (f(a[i], i, a)) return i;
    return -1;
  }`,
  findLast: `(a, f) => {
    for (let i = a.length - 1; i >= 0; i--) { const x = a[i]; if (f(x, i, a)) return x; }
    return undefined;
  }`,
  findLastIndex:
    "(a, f) => { for (let i = a.length - 1; i >= 0; i--) if (f(a[i], i, a)) return i; return -1; }",
  indexOf: `(a, x, from) => {
    ${FROM}
    for (let i = lo; i < a.length; i++) if (a[i] === x) return i;
    return -1;
  }`,
  lastIndexOf: `(a, x, from) => {
    const last = from === undefined ? a.length - 1 : from < 0 ? a.length + from : Math.min(from, a.length - 1);
    for (let i = last; i >= 0; i--) if (a[i] === x) return i;
    return -1;
  }`,
  includes: `(a, x, from) => {
    ${FROM}
    for (let i = lo; i < a.length; i++) if (a[i] === x || (x !== x && a[i] !== a[i])) return true;
    return false;
  }`,
  filter: `(a, f) => {
    ${COUNT}
    const out = [];
    for (let i = 0; i < n; i++) { const x = a[i]; if (f(x, i, a)) out.push(x); }
    return out;
  }`,
  concat:
    "(a, b) => { const out = []; for (const x of a) out.push(x); for (const x of b) out.push(x); return out; }",
  at: "(a, i) => a[i < 0 ? a.length + i : i]",
  with: "(a, i, x) => { const b = a.slice(); b[i < 0 ? a.length + i : i] = x; return b; }",
  flat: "(a) => { const out = []; for (const row of a) for (const x of row) out.push(x); return out; }",
  flatMap: `(a, f) => {
    ${COUNT}
    const out = [];
    for (let i = 0; i < n; i++) for (const x of f(a[i], i, a)) out.push(x);
    return out;
  }`,
  keys: "(a) => { const out = []; for (let i = 0; i < a.length; i++) out.push(i); return out; }",
  entries: "(a) => { const out = []; for (let i = 0; i < a.length; i++) out.push([i, a[i]]); return out; }",
  shift: "(a) => a.splice(0, 1)[0]",
  unshift: "(a, items) => { const old = a.splice(0); a.push(...items, ...old); return a.length; }",
  splice: `(a, start, count, items) => {
    const n = a.length;
    const from = start === undefined ? n : start < 0 ? Math.max(n + start, 0) : Math.min(start, n);
    const to = count === undefined ? n : from + Math.min(Math.max(count, 0), n - from);
    const removed = a.slice(from, to);
    const rest = a.slice(to);
    while (a.length > from) a.pop();
    a.push(...items, ...rest);
    return removed;
  }`,
  toSpliced: `(a, start, count, items) => {
    const b = a.slice();
    b.splice(start, count, ...items);
    return b;
  }`,
  copyWithin: `(a, target, start, end) => {
    const n = a.length;
    const at = (i) => (i < 0 ? Math.max(n + i, 0) : Math.min(i, n));
    const to = at(target);
    const from = start === undefined ? 0 : at(start);
    const count = Math.min((end === undefined ? n : at(end)) - from, n - to);
    const old = a.slice();
    for (let i = 0; i < count; i++) a[to + i] = old[from + i];
    return a;
  }`,
  toReversed: "(a) => a.slice().reverse()",
  reverse: `(a) => {
    for (let i = 0, j = a.length - 1; i < j; i++, j--) { const x = a[i]; a[i] = a[j]; a[j] = x; }
    return a;
  }`,
  // A stable merge sort from the bottom up, as the language asks for; a comparison that gives NaN says that both are alike.
  sort: `(a, f) => {
    const n = a.length;
    const b = new Float64Array(n);
    for (let width = 1; width < n; width = width * 2) {
      for (let lo = 0; lo < n; lo = lo + 2 * width) {
        const mid = Math.min(lo + width, n);
        const hi = Math.min(lo + 2 * width, n);
        let i = lo;
        let j = mid;
        for (let k = lo; k < hi; k++) {
          if (i < mid && (j >= hi || !(f(a[i], a[j]) > 0))) b[k] = a[i++];
          else b[k] = a[j++];
        }
      }
      a.set(b);
    }
    return a;
  }`,
};

/** Sorts the numbers of the elements, by which these are then put in their places; stable, as `sort` itself. */
const ORDER = `
    const n = a.length;
    const order = new Float64Array(n);
    for (let i = 0; i < n; i++) order[i] = i;
    order.sort((i, j) => f(a[i], a[j]));`;
/** `sort` of tuples and objects, which are copied, and of rows, which change places. */
export const SORTS = {
  records: `(a, f) => {${ORDER}
    const old = a.slice();
    for (let k = 0; k < n; k++) a[k] = old[order[k]];
    return a;
  }`,
  rows: `(a, f) => {${ORDER}
    for (let k = 0; k < n; k++) {
      let j = order[k];
      while (j < k) j = order[j];
      const row = a[k];
      a[k] = a[j];
      a[j] = row;
    }
    return a;
  }`,
};

/** `Math.max(...a)` and the like: what is known so far, and an array more. */
export const FOLDS: Readonly<Record<string, { readonly of: number; readonly text: string }>> = {
  max: { of: -Infinity, text: each("acc = Math.max(acc, a[i])") },
  min: { of: Infinity, text: each("acc = Math.min(acc, a[i])") },
};

function each(step: string): string {
  return `(acc, a) => { for (let i = 0; i < a.length; i++) ${step}; return acc; }`;
}

/**
 * `Math.hypot(...a)`, with the last digits that it has in V8 (see the library's compile/exact.ts). The scale, and what rounding takes from the
 * sum, are no part of the derivative: on paper neither changes the result.
 */
export const NORM = `(a, stop) => {
  let most = 0;
  for (let i = 0; i < a.length; i++) {
    const size = stop(Math.abs(a[i]));
    if (size > most) most = size;
  }
  if (!(most > 0 && most < Infinity)) {
    let nested = 0;
    for (let i = 0; i < a.length; i++) nested = Math.hypot(nested, a[i]);
    return nested;
  }
  let sum = 0;
  let lost = 0;
  for (let i = 0; i < a.length; i++) {
    const ratio = a[i] / most;
    const square = ratio * ratio - lost;
    const next = sum + square;
    lost = stop(next - sum - square);
    sum = next;
  }
  return Math.sqrt(sum) * most;
}`;

/** What a Uint8ClampedArray keeps of x: the nearest of its numbers, the even one of two. */
export const CLAMP = `(x) => {
  if (!(x > 0)) return 0;
  if (x >= 255) return 255;
  const below = Math.floor(x);
  const rest = x - below;
  return rest < 0.5 || (rest === 0.5 && below % 2 === 0) ? below : below + 1;
}`;

/** `Object.is` of two numbers. */
export const IS = "(x, y) => (x === y ? x !== 0 || 1 / x === 1 / y : x !== x && y !== y)";

/** `a.push(...b)` */
export const PUSH_ALL = "(a, b) => { const n = b.length; for (let i = 0; i < n; i++) a.push(b[i]); }";

/** The library's `sum` of an array: Neumaier's sum, as the library's own of a list. */
export const SUM = `(a) => {
  let total = 0;
  let lost = 0;
  for (let i = 0; i < a.length; i++) {
    const x = a[i];
    const next = total + x;
    lost += Math.abs(total) >= Math.abs(x) ? total - next + x : x - next + total;
    total = next;
  }
  return Number.isFinite(lost) ? total + lost : total;
}`;
