/** Findings as text. */
import type { Finding, Findings } from "./measure.ts";

export interface Machine {
  /** The compiler of the peers in C++, with its flags, where there is one. */
  readonly cpp: string | undefined;
  readonly node: string;
  readonly cpu: string;
  readonly platform: string;
}

/** `ofProcessor`: it was the processor's time that was measured. */
export const header = ({ node, cpu, platform, cpp }: Machine, ofProcessor: boolean): string =>
  `Node ${node}, ${platform}, ${cpu}\n` +
  (cpp === undefined ? "" : `${cpp}\n`) +
  `time${ofProcessor ? " of the processor" : ""}: one run, median and best round; ratio: to the first line, in the same round, median (middle half of the rounds);\n` +
  "first: getting ready and the first run; peak: from then on until a run takes what it takes in the end";

export function table({ row, title, part, findings, comparisons, missing }: Findings): string {
  const columns = [
    "",
    "time",
    "best",
    ...(part === undefined ? [] : [`per ${part}`]),
    "ratio",
    "",
    "first",
    "peak",
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
    duration(finding.peak.time),
    facts(finding),
  ]);
  const text = aligned([columns, ...lines]);
  const compared = comparisons.map(
    ({ name, best, ratio: r, quartiles }) =>
      `  ${name}: ${ratio(best)}; in the same round ${ratio(r)} (${quartiles.map(ratio).join(" to ")})`,
  );
  const absent = missing.map(({ contender, reason }) => `  Without ${contender}: ${reason}.`);
  return [`\n${row}: ${title}`, ...text, ...compared, ...absent].join("\n");
}

/**
 * What the rows are about, each contender in its quickest round: a line for each row, one for each group of several (the geometric means of its rows), and the geometric means of
 * all groups; where only some of them have a ratio, of how many. Empty where no row compares anything.
 */
export function summary(rows: readonly Findings[]): string {
  const compared = rows.filter(({ comparisons }) => comparisons.length > 0);
  if (compared.length === 0) return "";
  const { names, ratios, groups, means, mean } = inGroups(compared);
  const line = (name: string, values: Ratios): string[] =>
    [name].concat(values.map((x) => (x === undefined ? "" : ratio(x))));
  return `\nSummary: quickest round beside quickest round\n${aligned([
    ["", ...names],
    ...compared.map((row) => line(row.row, ratios(row))),
    ...[...means]
      .filter(([group]) => groups.get(group)!.length > 1)
      .map(([group, x]) => line(`all ${group}`, x)),
    ["geometric mean", ...mean.map(({ x, of }) => `${ratio(x)}${of}`)],
  ]).join("\n")}`;
}

/**
 * What the rows are about as a table in Markdown, with a line for each group: the geometric mean of its rows, and the least and the greatest of
 * them. Empty where no row compares anything.
 */
export function markdown(rows: readonly Findings[]): string {
  const compared = rows.filter(({ comparisons }) => comparisons.length > 0);
  if (compared.length === 0) return "";
  const { names, groups, means, mean } = inGroups(compared);
  const cell = (group: string, i: number): string => {
    const mean = means.get(group)![i];
    if (mean === undefined) return "";
    const all = groups.get(group)!.flatMap((ratios) => ratios[i] ?? []);
    const [least, greatest] = [short(Math.min(...all)), short(Math.max(...all))];
    return least === greatest ? short(mean) : `${short(mean)} (${least} to ${greatest})`;
  };
  const line = (group: string): string[] =>
    [`${group} (${groups.get(group)!.length})`].concat(names.map((_, i) => cell(group, i)));
  const lines = Array.from(groups.keys(), line);
  const last = ["**geometric mean**", ...mean.map(({ x, of }) => `**${short(x)}**${of}`)];
  const all = [["problem (rows)", ...names], names.map(() => "---").concat("---"), ...lines, last];
  return all.map((cells) => `| ${cells.join(" | ")} |`).join("\n");
}

/** The ratios of the rows, and their geometric means: those of each group, and of all groups. */
function inGroups(compared: readonly Findings[]): {
  readonly names: readonly string[];
  readonly ratios: (row: Findings) => Ratios;
  readonly groups: ReadonlyMap<string, readonly Ratios[]>;
  readonly means: ReadonlyMap<string, Ratios>;
  /** With a note of how many groups have part in it, where not all have. */
  readonly mean: readonly { readonly x: number; readonly of: string }[];
} {
  // In the order of the rows that compare most: they have the ratios beside each other that others lack.
  const ordered = [...compared].sort((a, b) => b.comparisons.length - a.comparisons.length);
  const names = [...new Set(ordered.flatMap(({ comparisons }) => comparisons.map(({ name }) => name)))];
  const ratios = ({ comparisons }: Findings): Ratios =>
    names.map((name) => comparisons.find((c) => c.name === name)?.best);
  const groups = new Map<string, Ratios[]>();
  for (const row of compared) groups.set(row.group, [...(groups.get(row.group) ?? []), ratios(row)]);
  const means = new Map([...groups].map(([group, list]) => [group, geometricMeans(list)]));
  const mean = geometricMeans([...means.values()]).map((x, i) => {
    const having = [...means.values()].filter((values) => values[i] !== undefined).length;
    return { x: x!, of: having < means.size ? ` (${having} of ${means.size})` : "" };
  });
  return { names, ratios, groups, means, mean };
}

type Ratios = readonly (number | undefined)[];

/** Column after column; what is missing does not count. */
function geometricMeans(lines: readonly Ratios[]): Ratios {
  return lines[0]!.map((_, i) => {
    const logs = lines.flatMap((line) => (line[i] === undefined ? [] : [Math.log(line[i])]));
    return logs.length === 0 ? undefined : Math.exp(logs.reduce((a, b) => a + b, 0) / logs.length);
  });
}

/** Lines whose cells stand below each other. */
function aligned(lines: readonly (readonly string[])[]): string[] {
  const widths = lines[0]!.map((_, i) => Math.max(...lines.map((line) => line[i]!.length)));
  return lines.map((line) =>
    `  ${line.map((cell, i) => (i === 0 ? cell.padEnd(widths[i]!) : cell.padStart(widths[i]!))).join("  ")}`.trimEnd(),
  );
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

/** Two digits, or all before the point. */
const short = (x: number): string => (x < 10 ? x.toPrecision(2) : x.toFixed(0));

const ratio = (x: number): string => `${x < 100 ? x.toPrecision(3) : x.toFixed(0)}x`;
