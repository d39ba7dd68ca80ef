/** The command line of the benches: which rows, how often, and where the findings go. */
import { writeFileSync } from "node:fs";
import { cpus } from "node:os";
import { parseArgs } from "node:util";
import { measure } from "./measure.ts";
import type { Findings } from "./measure.ts";
import type { Row } from "./row.ts";
import { nativeCompiler } from "./native/native.ts";
import { header, summary, table } from "./table.ts";

export async function main(rows: readonly Row[]): Promise<void> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      list: { type: "boolean", default: false },
      cpu: { type: "boolean", default: false },
      full: { type: "boolean", default: false },
      json: { type: "string" },
      rounds: { type: "string", default: "15" },
    },
  });

  const rounds = Number(values.rounds);
  /** Named in full, or by a part of its name: then only the short ones. */
  const isChosen = ({ name, full = false }: Row): boolean => {
    if (positionals.includes(name)) return true;
    if (full && !values.full) return false;
    const parts = positionals.filter((part) => rows.every((row) => row.name !== part));
    return positionals.length === 0 || parts.some((part) => name.includes(part));
  };
  const chosen = rows.filter(isChosen);
  if (values.list) {
    const width = Math.max(...rows.map(({ name }) => name.length));
    for (const { name, title, full } of rows) {
      console.log(`${name.padEnd(width)}  ${title}${full === true ? " (--full)" : ""}`);
    }
  } else if (chosen.length === 0 || !Number.isInteger(rounds) || rounds < 1) {
    console.error(
      chosen.length === 0
        ? `No row is called ${positionals.join(" or ")}. --list shows what there is.`
        : `--rounds takes a whole number from 1, not ${values.rounds}.`,
    );
    process.exitCode = 2;
  } else {
    const machine = {
      node: process.version,
      cpu: cpus()[0]?.model ?? "unknown",
      platform: process.platform,
      cpp: nativeCompiler(),
    };
    console.log(header(machine, values.cpu));
    const all: Findings[] = [];
    for (const row of chosen) {
      const findings = await measure(row, { rounds, cpu: values.cpu });
      all.push(findings);
      console.log(table(findings));
    }
    const text = summary(all);
    if (text !== "") console.log(text);
    if (values.json !== undefined) {
      writeFileSync(values.json, `${JSON.stringify({ machine, rows: all }, null, 2)}\n`);
      console.log(`\nWritten to ${values.json}.`);
    }
  }
}
