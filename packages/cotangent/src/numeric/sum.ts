/**
 * The sum of a list, as if computed in twice the precision and rounded once.
 *
 * A. Neumaier, Rundungsfehleranalyse einiger Verfahren zur Summation endlicher Summen, ZAMM 54 (1974), algorithm IV: what
 * each addition rounds away is added up apart. Where the sum is infinite or NaN, so is what was rounded away: then the
 * plain sum counts.
 */
export function neumaierSum(values: readonly number[]): number {
  let total = 0;
  let lost = 0;
  for (const x of values) {
    const next = total + x;
    lost += Math.abs(total) >= Math.abs(x) ? total - next + x : x - next + total;
    total = next;
  }
  return Number.isFinite(lost) ? total + lost : total;
}
