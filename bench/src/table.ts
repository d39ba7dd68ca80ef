/** Findings as text. */
import type { Finding, Findings } from "./measure.ts";

export interface Machine {
  readonly node: string;
  readonly cpu: string;
  readonly platform: string;
}

export const header = ({ node, cpu, platform }: Machine): string =>
  `Node ${node}, ${platform}, ${cpu}\n` +
  "time: one run, median and best round; ratio: to the first line, in the same round, median (middle half of the rounds);\n" +
  "first: getting ready and the first run";

export function table({ row, title, part, findings }: Findings): string {
  const columns = [
    "",
    "time",
    "best",
    ...(part === undefined ? [] : [`per ${part}`]),
    "ratio",
    "",
    "first",
    "",
  ];
  const lines = findings.map((finding) => [
    finding.contender,
    duration(finding.time),
    duration(finding.best),
    ...(finding.perPart === undefined ? [] : [duration(finding.perPart)]),
    ratio(finding.ratio),
    `(${finding.ratioQuartiles.map(ratio).join(" to ")})`,
    duration(finding.first),
    facts(finding),
  ]);
  const widths = columns.map((column, i) =>
    Math.max(...[column, ...lines.map((line) => line[i]!)].map((s) => s.length)),
  );
  const text = [columns, ...lines].map((line) =>
    `  ${line.map((cell, i) => (i === 0 ? cell.padEnd(widths[i]!) : cell.padStart(widths[i]!))).join("  ")}`.trimEnd(),
  );
  return `\n${row}: ${title}\n${text.join("\n")}`;
}

const facts = ({ facts }: Finding): string =>
  Object.entries(facts)
    .map(([name, value]) => `${name} ${value}`)
    .join(", ");

/** In the unit in which it has up to three digits before the point. */
function duration(microseconds: number): string {
  const units = [
    ["s", 1e6],
    ["ms", 1e3],
    ["µs", 1],
  ] as const;
  for (const [name, size] of units) {
    if (microseconds >= size) return `${(microseconds / size).toPrecision(3)} ${name}`;
  }
  return `${(microseconds * 1e3).toPrecision(3)} ns`;
}

const ratio = (x: number): string => `${x < 100 ? x.toPrecision(3) : x.toFixed(0)}x`;
