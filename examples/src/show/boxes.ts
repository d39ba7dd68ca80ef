/** The page's functions: by hand on plain numbers, by `apply` on variables, and in a chain. */
import { Context, Scalar } from "cotangent";
import { AddTimes2, Mul, Square, TimesFive } from "../page.ts";
import { print, style } from "../terminal.ts";

/** One line: what a function gives, what its backward gives by hand, and what arrives at variables. */
interface Line {
  readonly call: string;
  readonly forward: number;
  readonly backward: readonly number[];
  readonly arrived: readonly (number | null)[];
}

function lines(): Line[] {
  const ctx = new Context();
  const [x, y] = [new Scalar(3), new Scalar(10)];
  /** What arrives at x and y when 1 is passed back from `out`. */
  const arrived = (out: Scalar, inputs: readonly Scalar[]): (number | null)[] => {
    inputs.forEach((input) => input.zeroDerivative());
    out.backward();
    return inputs.map((input) => input.derivative);
  };
  return [
    {
      call: "TimesFive(3)",
      forward: TimesFive.forward(null, 3),
      backward: [TimesFive.backward(null, 1)],
      arrived: arrived(TimesFive.apply(x), [x]),
    },
    {
      call: "Mul(3, 10)",
      forward: Mul.forward(ctx, 3, 10),
      backward: Mul.backward(ctx, 1),
      arrived: arrived(Mul.apply(x, y), [x, y]),
    },
    {
      call: "AddTimes2(3, 10)",
      forward: AddTimes2.forward(null, 3, 10),
      backward: AddTimes2.backward(null, 1),
      arrived: arrived(AddTimes2.apply(x, y), [x, y]),
    },
    {
      call: "Square(3)",
      forward: Square.forward(ctx, 3),
      backward: [Square.backward(ctx, 1)],
      arrived: arrived(Square.apply(x), [x]),
    },
  ];
}

export function boxes(): void {
  const row = (cells: readonly string[]): string =>
    `  ${cells[0]!.padEnd(20)}${cells[1]!.padStart(9)}     ${cells[2]!.padEnd(20)}${cells[3]!}`;
  print(style("dim", row(["", "forward", "backward, dOut = 1", "arrives at the variables"])));
  for (const { call, forward, backward, arrived } of lines()) {
    print(row([call, String(forward), backward.join(", "), style("cyan", arrived.join(", "))]));
  }

  const x = new Scalar(3);
  const inner = Square.apply(x);
  const outer = TimesFive.apply(inner);
  const [[, handed]] = outer.chainRule(1) as [[Scalar, number]];
  outer.backward();
  const forward = (n: number): string => `── ${String(n).padStart(2)} ──▶`;
  const back = (d: number | null): string => `◀── ${style("cyan", String(d).padStart(2))} ──`;
  print("\n  In a chain, each box hands its derivative to the box on its left:\n");
  print("              ┌──────────┐           ┌─────────────┐");
  print(`    ${forward(x.data)} │  Square  │ ${forward(inner.data)} │  TimesFive  │ ${forward(outer.data)}`);
  print(`    ${back(x.derivative)} │          │ ${back(handed)} │             │ ${back(1)}`);
  print("              └──────────┘           └─────────────┘");
}
