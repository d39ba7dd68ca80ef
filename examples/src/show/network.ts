/** The course's network of Scalars on its Xor data, with the progress and the map that it learned. */
import { noGrad, value } from "cotangent";
import { dataSet, Trainer } from "cotangent/nn";
import { Canvas, print, Progress, style } from "../terminal.ts";

const EPOCHS = 500;

/** @returns how many points it classifies rightly in the end */
export function network(): number {
  const data = dataSet("xor", 50);
  const trainer = new Trainer(data, { hidden: 10, rate: 0.5 });
  const count = trainer.network.parameters().length;
  print(`  2 → 10 → 10 → 1, ${count} parameters, 50 points, rate 0.5, at most ${EPOCHS} epochs\n`);

  const progress = new Progress(EPOCHS, 50);
  const start = performance.now();
  let note = "";
  for (let done = false; !done;) {
    const { epoch, loss, correct } = trainer.epoch();
    note = `epoch ${String(epoch).padStart(3)}   loss ${loss.toFixed(3).padStart(7)}   correct ${correct}/50`;
    progress.show(epoch, note);
    done = epoch === EPOCHS || (correct === 50 && trainer.correct() === 50);
  }
  const each = ((performance.now() - start) / trainer.history.length).toFixed(1);
  progress.end(`${note}   ${style("dim", `${each} ms per epoch`)}`);

  const correct = trainer.correct();
  const verdict = `${correct} of 50 points right`;
  print(
    `\n  ${correct === 50 ? style("green", `✓ ${verdict}`) : style("yellow", `${verdict}: not all, this time`)}\n`,
  );
  map(trainer);
  return correct;
}

/** Where the network says 1, and the points. */
function map({ network, data }: Trainer): void {
  const canvas = new Canvas(40, 16, [0, 1], [0, 1]);
  const isOne = (x: number, y: number): boolean => noGrad(() => value(network.forward(x, y))) > 0.5;
  for (let row = 0; row < canvas.rows; row++) {
    for (let column = 0; column < canvas.columns; column++) {
      const [x, y] = canvas.at(column, row);
      if (isOne(x, y)) canvas.mark(x, y, "░");
    }
  }
  data.points.forEach(([x, y], i) => canvas.mark(x, y, data.labels[i] === 1 ? "x" : "o"));
  print(`    ┌${"─".repeat(canvas.columns)}┐`);
  for (const line of canvas.lines()) {
    const drawn = line
      .replaceAll("░", style("dim", "░"))
      .replaceAll("x", style("cyan", "x"))
      .replaceAll("o", style("magenta", "o"));
    print(`    │${drawn}│`);
  }
  print(`    └${"─".repeat(canvas.columns)}┘`);
  print(style("dim", "    the unit square: x and o are the points of class 1 and 0,"));
  print(style("dim", "    and where it is shaded the network says 1"));
}
