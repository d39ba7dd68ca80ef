/** The command line of the benches: which rows, how often, and where the findings go. */
import { writeFileSync } from "node:fs";
import { cpus } from "node:os";
import { parseArgs } from "node:util";
import { measure } from "./measure.ts";
import type { Findings } from "./measure.ts";
import type { Row } from "./row.ts";
import { nativeCompiler } from "./native/native.ts";
import { header, markdown, summary, table } from "./table.ts";

const OPTIONS = {
  list: { type: "boolean", help: "names the rows" },
  full: { type: "boolean", help: "with the long rows, too: an hour and more" },
  rounds: { type: "string", value: "N", help: "how often each contender of a row is measured. Default: 15" },
  json: { type: "string", value: "FILE", help: "writes the findings as JSON, too" },
  markdown: { type: "boolean", help: "the summary as a table for a README, too: a line for each problem" },
  cpu: { type: "boolean", help: "the processor's time: where there is other work on the machine" },
  help: { type: "boolean", short: "h", help: "shows this" },
} as const;

const DEFAULT_ROUNDS = 15;

/** What was typed cannot be done; the message says why, in one line. */
class Misuse extends Error {}

/** Runs what `args` ask for, and sets the exit code: 2 for what cannot be done. */
export async function main(
  rows: readonly Row[],
  args: readonly string[] = process.argv.slice(2),
): Promise<void> {
  try {
    await run(rows, args);
  } catch (error) {
    if (!(error instanceof Misuse)) throw error;
    console.error(error.message);
    process.exitCode = 2;
  }
}

async function run(rows: readonly Row[], args: readonly string[]): Promise<void> {
  const { values, positionals } = parse(args);
  if (values.help === true) return console.log(usage(rows));
  if (values.list === true) return console.log(list(rows));
  const rounds = Number(values.rounds ?? DEFAULT_ROUNDS);
  if (!Number.isInteger(rounds) || rounds < 1) {
    throw new Misuse(`--rounds takes a whole number from 1, not ${JSON.stringify(values.rounds)}.`);
  }
  const chosen = choose(rows, positionals, values.full === true);
  const cpu = values.cpu === true;
  const machine = {
    node: process.version,
    cpu: cpus()[0]?.model ?? "unknown",
    platform: process.platform,
    cpp: nativeCompiler(),
  };
  console.log(header(machine, cpu));
  const all: Findings[] = [];
  for (const row of chosen) {
    const findings = await measure(row, { rounds, cpu });
    all.push(findings);
    console.log(table(findings));
  }
  const text = summary(all);
  if (text !== "") console.log(text);
  if (values.markdown === true) console.log(`\n${markdown(all)}`);
  if (values.json !== undefined) {
    writeFileSync(values.json, `${JSON.stringify({ machine, rows: all }, null, 2)}\n`);
    console.log(`\nWritten to ${values.json}.`);
  }
}

function parse(args: readonly string[]): {
  readonly values: { readonly [K in keyof typeof OPTIONS]?: ValueOf<(typeof OPTIONS)[K]["type"]> };
  readonly positionals: readonly string[];
} {
  try {
    return parseArgs({ args: [...args], allowPositionals: true, options: OPTIONS });
  } catch (error) {
    // Node's own text is long, and about Node's own functions.
    const { code, message } = error as NodeJS.ErrnoException;
    const option = /-[\w-]+/.exec(message)?.[0] ?? "An option";
    if (code === "ERR_PARSE_ARGS_UNKNOWN_OPTION") {
      throw new Misuse(`There is no option ${option}. --help shows what there is.`);
    }
    if (code === "ERR_PARSE_ARGS_INVALID_OPTION_VALUE") {
      const name = Object.keys(OPTIONS).find((each) => message.includes(`--${each}`)) as keyof typeof OPTIONS;
      const takes = "value" in OPTIONS[name] ? ` ${OPTIONS[name].value}` : "";
      throw new Misuse(
        takes === "" ? `--${name} takes no value.` : `--${name} needs a value: --${name}${takes}.`,
      );
    }
    throw error;
  }
}
type ValueOf<T> = T extends "boolean" ? boolean : string;

/** Rows named in full; or by a part of their names: then only the short ones, unless all are wanted. */
function choose(rows: readonly Row[], names: readonly string[], withLong: boolean): readonly Row[] {
  const parts = names.filter((part) => rows.every((row) => row.name !== part));
  const lost = parts.find((part) => rows.every(({ name }) => !name.includes(part)));
  if (lost !== undefined) throw new Misuse(`No row is called ${lost}. --list shows what there is.`);
  const chosen = rows.filter(({ name, full = false }) => {
    if (names.includes(name)) return true;
    if (full && !withLong) return false;
    return names.length === 0 || parts.some((part) => name.includes(part));
  });
  if (chosen.length > 0) return chosen;
  throw new Misuse(`All rows called ${names.join(" or ")} are long: name one in full, or add --full.`);
}

function list(rows: readonly Row[]): string {
  const width = Math.max(...rows.map(({ name }) => name.length));
  return rows
    .map(({ name, title, full }) => `${name.padEnd(width)}  ${title}${full === true ? " (--full)" : ""}`)
    .join("\n");
}

function usage(rows: readonly Row[]): string {
  const options = Object.entries(OPTIONS).map(([name, option]) => {
    const short = "short" in option ? `-${option.short}, ` : "";
    return [`${short}--${name}${"value" in option ? ` ${option.value}` : ""}`, option.help] as const;
  });
  const width = Math.max(...options.map(([head]) => head.length));
  return [
    "How fast, as ratios in one run.",
    "",
    "Usage",
    "  npm run bench -- [row ...] [options]",
    "",
    "  A row is named in full, or by a part of its name: then all short ones that have it are run.",
    "  Without a name, all short ones are.",
    "",
    "Options",
    ...options.map(([head, help]) => `  ${head.padEnd(width)}  ${help}`),
    "",
    "Rows",
    list(rows).replace(/^/gm, "  "),
  ].join("\n");
}
