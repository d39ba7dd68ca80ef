/** From what was typed to an exit code. */
import { parseArgs } from "node:util";

import { EXIT, UsageError } from "./command.ts";
import type { CommandSpec, Invocation } from "./command.ts";
import { commands } from "./commands.ts";
import { commandHelp, mainHelp } from "./help.ts";
import { loaders } from "./loaders.ts";
import { report } from "./report.ts";
import { hasColours } from "./terminal.ts";
import type { Terminal } from "./terminal.ts";

/** Runs a command line. Nothing is thrown: what goes wrong is reported, and becomes an exit code. */
export async function run(args: readonly string[], terminal: Terminal): Promise<number> {
  const [name, ...rest] = args;
  // Known before anything is parsed: errors of parsing are reported in the form that was asked for, too.
  const json = args.includes("--json");
  try {
    if (name === undefined || name === "--help" || name === "-h" || name === "help") {
      return help(rest[0], terminal, name === undefined);
    }
    if (name === "--version" || name === "-v" || name === "-V") {
      terminal.out(`${await version()}\n`);
      return EXIT.ok;
    }
    const spec = find(name);
    const invocation = parse(spec, rest, terminal);
    if (invocation.options["help"] === true) {
      terminal.out(commandHelp(spec, hasColours(terminal.env, terminal.isTerminal)));
      return EXIT.ok;
    }
    checkOperands(spec, invocation.operands);
    const { command } = await loaders[spec.name]();
    return await command(invocation);
  } catch (error) {
    return report(error, { json, terminal });
  }
}

function help(name: string | undefined, terminal: Terminal, isMistake: boolean): number {
  const colours = hasColours(terminal.env, terminal.isTerminal);
  const text = name === undefined ? mainHelp(colours) : commandHelp(find(name), colours);
  if (isMistake) terminal.error(text);
  else terminal.out(text);
  return isMistake ? EXIT.usage : EXIT.ok;
}

async function version(): Promise<string> {
  const [{ readFileSync }, { packageFolder }] = await Promise.all([
    import("node:fs"),
    import("./package.ts"),
  ]);
  const manifest = readFileSync(`${packageFolder()}/package.json`, "utf8");
  return (JSON.parse(manifest) as { version: string }).version;
}

function find(name: string): (typeof commands)[number] {
  const spec = commands.find((each) => each.name === name);
  if (spec !== undefined) return spec;
  const near = nearest(
    name,
    commands.map((each) => each.name),
  );
  const what = name.startsWith("-") ? `There is no option ${name} here.` : `There is no command ${name}.`;
  throw new UsageError(
    what,
    near === undefined
      ? `Choose one of ${commands.map((each) => each.name).join(", ")}; see cotangent --help.`
      : `Did you mean cotangent ${near}?`,
  );
}

const HELP = { help: { type: "boolean", short: "h" } } as const;

function parse(spec: CommandSpec, args: readonly string[], terminal: Terminal): Invocation {
  const config = Object.fromEntries(
    Object.entries(spec.options).map(([name, { value, short }]) => [
      name,
      {
        type: value === undefined ? ("boolean" as const) : ("string" as const),
        ...(short === undefined ? {} : { short }),
      },
    ]),
  );
  try {
    const { values, positionals } = parseArgs({
      args: joined(spec, args),
      options: { ...config, ...HELP },
      allowPositionals: true,
      strict: true,
    });
    const options = values as Invocation["options"];
    for (const [name, { choices }] of Object.entries(spec.options)) {
      const given = options[name];
      if (choices === undefined || typeof given !== "string" || choices.includes(given)) continue;
      throw new UsageError(`--${name} is ${JSON.stringify(given)}.`, `Choose one of ${choices.join(", ")}.`);
    }
    return { operands: positionals, options, terminal };
  } catch (error) {
    if (error instanceof UsageError) throw error;
    throw misread(spec, error);
  }
}

/**
 * `--range -3,3` becomes `--range=-3,3`: a value may begin with a minus sign where a number does. An expression such as
 * `-x => ...` is none.
 */
function joined(spec: CommandSpec, args: readonly string[]): string[] {
  const takesValue = (arg: string): boolean =>
    Object.entries(spec.options).some(
      ([name, { value, short }]) =>
        value !== undefined && (arg === `--${name}` || (short !== undefined && arg === `-${short}`)),
    );
  const out: string[] = [];
  for (let i = 0; i < args.length; i++) {
    const [arg, next] = [args[i]!, args[i + 1]];
    if (takesValue(arg) && next !== undefined && /^-[\d.]/.test(next)) {
      out.push(arg.startsWith("--") ? `${arg}=${next}` : arg + next);
      i++;
    } else out.push(arg);
  }
  return out;
}

/** What parseArgs complains of, in our words. */
function misread(spec: CommandSpec, error: unknown): unknown {
  const { code, message } = error as { code?: string; message?: string };
  const names = Object.keys(spec.options);
  const help = `See cotangent ${spec.name} --help.`;
  switch (code) {
    case "ERR_PARSE_ARGS_UNKNOWN_OPTION": {
      const typed = /'(-[^' ]*)/.exec(message ?? "")?.[1] ?? "";
      const near = nearest(typed.replace(/^-+/, ""), names);
      const remedy = near === undefined ? help : `Did you mean --${near}? ${help}`;
      return new UsageError(`${spec.name} has no option ${typed}.`, remedy);
    }
    case "ERR_PARSE_ARGS_INVALID_OPTION_VALUE": {
      const typed = /--[\w-]+/.exec(message ?? "")?.[0] ?? "An option";
      const takes = spec.options[typed.replace(/^-+/, "")]?.value;
      return takes === undefined
        ? new UsageError(`${typed} takes no value.`, help)
        : new UsageError(`${typed} needs a value.`, `Write ${typed} ${takes}. ${help}`);
    }
    default:
      return error;
  }
}

function checkOperands(
  { name, operands: [least, most], usage, words }: CommandSpec,
  given: readonly string[],
): void {
  if (given.length < least) {
    const what = words === undefined ? "a file or an expression" : words.join(", ");
    throw new UsageError(
      `${name} needs ${what}.`,
      `Write cotangent ${name} ${usage}; see cotangent ${name} --help.`,
    );
  }
  if (given.length > most) {
    throw new UsageError(
      `${name} was given ${given.length} arguments: ${given.map((each) => JSON.stringify(each)).join(", ")}.`,
      `Put an expression in quotation marks: cotangent ${name} 'x => x ** 2'.`,
    );
  }
}

/** The name that was probably meant: at most two letters away. */
function nearest(typed: string, names: readonly string[]): string | undefined {
  const ranked = names
    .map((name) => ({
      name,
      distance: name.startsWith(typed) && typed.length > 1 ? 0 : distance(typed, name),
    }))
    .sort((a, b) => a.distance - b.distance);
  const best = ranked[0];
  return best !== undefined && best.distance <= Math.min(2, typed.length - 1) ? best.name : undefined;
}

/** Levenshtein's distance. */
function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      next.push(Math.min(row[j]! + 1, next[j - 1]! + 1, row[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1)));
    }
    row = next;
  }
  return row[b.length]!;
}
