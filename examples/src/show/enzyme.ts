/** The fit of examples/src/puromycin.ts, with its numbers and a plot. */
import { value } from "cotangent";
import { fit, measurements, rate } from "../puromycin.ts";
import { Canvas, digits, print, style } from "../terminal.ts";

/** The published least-squares estimates and standard errors (Bates and Watts, 1988). */
const PUBLISHED = { Vm: [212.68, 6.947], K: [0.06412, 0.00828] } as const;
const TOP = 220;

/** @returns whether the fit is the published one */
export function enzyme(): boolean {
  const found = fit();
  print("  v = Vm·c / (K + c), least squares over 12 measurements (Treloar 1974)\n");
  print(style("dim", "          estimate    std. error    published"));
  const agreed = (["Vm", "K"] as const).map((name) => {
    const [estimate, error] = [found.x[name], found.standardErrors[name]];
    const [published, publishedError] = PUBLISHED[name];
    const isRight = near(estimate, published, 5) && near(error, publishedError, 3);
    const shown = digits(estimate, 7).padStart(12) + digits(error, 5).padStart(14);
    print(
      `    ${name.padEnd(2)}${shown}    ${`${published} ± ${publishedError}`.padEnd(18)} ${isRight ? style("green", "✓") : style("red", "✗ differs")}`,
    );
    return isRight;
  });

  print(
    `\n  ${found.iterations} steps (${found.reason}); residual sum of squares ${digits(found.sumOfSquares, 6)}, ` +
      `standard deviation ${digits(found.standardDeviation, 4)}`,
  );
  print();
  plot(found.x);
  return agreed.every(Boolean) && found.converged;
}

/** Whether x rounds to `published`, given to so many digits. */
const near = (x: number, published: number, digits: number): boolean =>
  Math.abs(x / published - 1) < 0.5 * 10 ** (1 - digits);

function plot(parameters: { readonly Vm: number; readonly K: number }): void {
  const canvas = new Canvas(62, 12, [0, 1.2], [0, TOP]);
  for (let column = 0; column < canvas.columns; column++) {
    const [c] = canvas.at(column, 0);
    canvas.mark(c, value(rate(parameters, c)), "·");
  }
  for (const [c, v] of measurements) canvas.mark(c, v, "o");
  canvas.lines().forEach((line, row) => {
    const label = row === 0 ? String(TOP) : row === 6 ? String(TOP / 2) : "";
    const drawn = line.replaceAll("o", style("magenta", "●")).replaceAll("·", style("cyan", "·"));
    print(`  ${label.padStart(6)} │${drawn.trimEnd()}`);
  });
  print(`       0 └${"─".repeat(canvas.columns)}`);
  print(`         0${" ".repeat(29)}0.6${" ".repeat(27)}1.2`);
  print(style("dim", `  rate v (counts/min²) by concentration c (ppm): ● measured, · fitted`));
}
