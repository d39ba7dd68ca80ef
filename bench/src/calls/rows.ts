/** What a call costs, by what is passed: beside the plain call of the same function. */
import { compile, grad } from "cotangent";
import { numbersOf } from "../problem.ts";
import type { Contender, Row } from "../row.ts";
import { ofList, ofNumbers, ofObject, ofPoints, ofRows, ofTuple, reprojection } from "./functions.ts";
import type { Camera } from "./functions.ts";

type Call = (...args: never[]) => unknown;

/** @param numbers how many go in */
function callsRow<A extends readonly unknown[]>(
  name: string,
  numbers: number,
  f: (...args: A) => number,
  ...args: A
): Row {
  const contender = (label: string, work: string, make: () => Call): Contender => ({
    name: label,
    work,
    prepare: () => {
      const call = make() as (...args: A) => unknown;
      return { run: () => (call(...args) === undefined ? 0 : 1), result: () => numbersOf(call(...args)) };
    },
  });
  const target = (which: "js" | "wasm"): Contender[] => [
    contender(`compiled, ${which}`, "primal", () => compile(f, { target: which })),
    contender(`gradient, ${which}`, "gradient", () => compile(grad(f as never), { target: which })),
  ];
  return {
    name: `calls-${name}`,
    title: `Calls: ${name}, ${numbers} numbers`,
    group: "calls",
    parts: { count: numbers, name: "number" },
    comparisons: [
      { name: "call, js / plain call", contender: "compiled, js", to: "plain call" },
      { name: "call, wasm / plain call", contender: "compiled, wasm", to: "plain call" },
    ],
    contenders: [contender("plain call", "primal", () => f), ...target("js"), ...target("wasm")],
  };
}

const list = (length: number): number[] => Array.from({ length }, (_, i) => 1 + i / 4);
const points = (length: number): { x: number; y: number }[] => list(length).map((x) => ({ x, y: x - 0.5 }));
const camera: Camera = { focal: 500, centre: [320, 240], position: [1, 2, 10], distortion: 0.1 };

export const calls: readonly Row[] = [
  callsRow("numbers", 5, ofNumbers, 1.5, 2, 3, 4, 5),
  callsRow("tuple", 3, ofTuple, [1.5, 2, 3]),
  callsRow("object", 7, ofObject, camera),
  callsRow("list", 20, ofList, list(20)),
  callsRow(
    "rows",
    24,
    ofRows,
    list(8).map((x) => [x, x + 1, x * 2]),
  ),
  callsRow("points", 40, ofPoints, points(20)),
  callsRow(
    "reprojection",
    47,
    reprojection,
    camera,
    list(8).map((x) => [x, x + 1, x * 2] as const),
    points(8),
  ),
];
