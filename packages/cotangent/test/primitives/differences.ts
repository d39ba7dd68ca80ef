/**
 * f′(x) by differences that know nothing of the library: central differences with steps h, h/2, h/4, …, extrapolated to h → 0, of
 * which the entry that agrees best with its neighbours counts. C. J. F. Ridders, Accurate computation of F′(x) and
 * F′(x)F″(x), Advances in Engineering Software 4 (1982).
 */
export function ridders(f: (x: number) => number, x: number, h = 0.05): number {
  let previous: number[] = [];
  let best = NaN;
  let least = Infinity;
  for (let i = 0; i < 12; i++, h /= 2) {
    // The step as it is actually taken, rounding included.
    const row = [(f(x + h) - f(x - h)) / (x + h - (x - h))];
    let factor = 4;
    for (const [j, before] of previous.entries()) {
      const refined = (factor * row[j]! - before) / (factor - 1);
      const error = Math.max(Math.abs(refined - row[j]!), Math.abs(refined - before));
      if (error < least) [best, least] = [refined, error];
      row.push(refined);
      factor *= 4;
    }
    previous = row;
  }
  return best;
}
