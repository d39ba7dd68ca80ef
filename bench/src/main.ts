/**
 * `npm run bench`: how fast, as ratios in one run.
 *
 *     npm run bench                       every row
 *     npm run bench -- scalars-1000       this row
 *     npm run bench -- scalars            the rows whose names contain this
 *     npm run bench -- --list             what there is
 *     npm run bench -- --json out.json    the findings as JSON, too
 *     npm run bench -- --rounds 31        more rounds
 */
import { writeFileSync } from "node:fs";
import { cpus } from "node:os";
import { parseArgs } from "node:util";
import { measure } from "./measure.ts";
import type { Findings } from "./measure.ts";
import { rows } from "./rows.ts";
import { header, table } from "./table.ts";

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    list: { type: "boolean", default: false },
    json: { type: "string" },
    rounds: { type: "string", default: "15" },
  },
});

const rounds = Number(values.rounds);
const isChosen = (name: string, part: string): boolean =>
  rows.some((row) => row.name === part) ? name === part : name.includes(part);
const chosen = rows.filter(
  ({ name }) => positionals.length === 0 || positionals.some((part) => isChosen(name, part)),
);
if (values.list) {
  for (const { name, title } of rows) console.log(`${name.padEnd(24)} ${title}`);
} else if (chosen.length === 0 || !Number.isInteger(rounds) || rounds < 1) {
  console.error(
    chosen.length === 0
      ? `No row is called ${positionals.join(" or ")}. --list shows what there is.`
      : `--rounds takes a whole number from 1, not ${values.rounds}.`,
  );
  process.exitCode = 2;
} else {
  const machine = { node: process.version, cpu: cpus()[0]?.model ?? "unknown", platform: process.platform };
  console.log(header(machine));
  const all: Findings[] = [];
  for (const row of chosen) {
    const findings = measure(row, { rounds });
    all.push(findings);
    console.log(table(findings));
  }
  if (values.json !== undefined) {
    writeFileSync(values.json, `${JSON.stringify({ machine, rows: all }, null, 2)}\n`);
    console.log(`\nWritten to ${values.json}.`);
  }
}
