/** Where a field of probabilities passes through one half: marching squares between the middles of its fields. */
export function boundary(
  field: ArrayLike<number>,
  size: number,
): readonly (readonly [x1: number, y1: number, x2: number, y2: number])[] {
  const segments: [number, number, number, number][] = [];
  const at = (column: number, row: number): number => field[row * size + column]! - 0.5;
  const place = (i: number): number => (i + 0.5) / size;
  for (let row = 0; row + 1 < size; row++) {
    for (let column = 0; column + 1 < size; column++) {
      // The corners, round the square; between two of them with different signs the line passes, where a straight one would.
      const corners: readonly (readonly [number, number])[] = [
        [column, row],
        [column + 1, row],
        [column + 1, row + 1],
        [column, row + 1],
      ];
      const crossed: [number, number][] = [];
      corners.forEach(([c, r], k) => {
        const [c2, r2] = corners[(k + 1) % 4]!;
        const [a, b] = [at(c, r), at(c2, r2)];
        if (a > 0 === b > 0) return;
        const t = a / (a - b);
        crossed.push([place(c + (c2 - c) * t), place(r + (r2 - r) * t)]);
      });
      for (let k = 0; k + 1 < crossed.length; k += 2) segments.push([...crossed[k]!, ...crossed[k + 1]!]);
    }
  }
  return segments;
}
