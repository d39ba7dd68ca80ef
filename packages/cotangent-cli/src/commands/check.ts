/** `cotangent check` */
import { checkFile } from "cotangent-compiler/check-file";
import type { CheckFileResult, FunctionCheck } from "cotangent-compiler/check-file";

import { EXIT, UsageError } from "../command.ts";
import type { Command } from "../command.ts";
import { argumentsOf, numberOf, stepsOf, textOf, wholeOf } from "../options.ts";
import { json } from "../output.ts";
import { inTerms } from "../report.ts";
import { moduleOf } from "../subject.ts";
import { hasColours, styled } from "../terminal.ts";
import type { Style } from "../terminal.ts";

export const command: Command = ({ operands, options, terminal }) => {
  const { text, name, kind, resolve, functions } = moduleOf(operands[0]!);
  const wanted = textOf(options, "function")
    ?.split(",")
    .map((each) => each.trim());
  const at = argumentsOf(options);
  const one = wanted ?? functions;
  if (at !== undefined && one?.length !== 1) {
    throw new UsageError(
      "The point could be that of several functions.",
      "Say whose it is: --function NAME.",
    );
  }
  const random = wholeOf(options, "random", 0, 1_000_000);
  const seed = numberOf(options, "seed");
  const tolerance = numberOf(options, "tolerance");
  const result = checkFile(text, {
    file: name,
    resolve,
    ...(wanted === undefined ? {} : { functions: wanted }),
    ...(at === undefined ? {} : { points: { [one![0]!]: [at] } }),
    ...(random === undefined ? {} : { random }),
    ...(seed === undefined ? {} : { seed }),
    ...(tolerance === undefined ? {} : { tolerance }),
    ...stepsOf(options),
  });
  terminal.out(
    options["json"] === true
      ? json({
          ...result,
          functions: result.functions.map((each) => Object.assign({}, each, { error: undefined })),
        })
      : table(result, kind === "file" ? name : undefined, hasColours(terminal.env, terminal.isTerminal)),
  );
  if (result.ok) return EXIT.ok;
  return result.functions.every(({ status }) => status === "unchecked") ? EXIT.nothing : EXIT.wrong;
};

const LOOKS: Readonly<Record<FunctionCheck["status"], readonly [mark: string, style: Style]>> = {
  passed: ["✓", "green"],
  failed: ["✗", "red"],
  unchecked: ["?", "yellow"],
  refused: ["✗", "red"],
};

/** The result for people. */
function table({ functions }: CheckFileResult, file: string | undefined, colours: boolean): string {
  if (functions.length === 0)
    return "Nothing was checked: there is no function at the top level of the text.\n";
  const width = Math.max(...functions.map(({ name }) => name.length));
  const lines = functions.flatMap((f) => {
    const [mark, style] = LOOKS[f.status];
    return [`${styled(mark, style, colours)} ${f.name.padEnd(width)}  ${summary(f)}`, ...details(f, file)];
  });
  const count = (...statuses: readonly FunctionCheck["status"][]): number =>
    functions.filter(({ status }) => statuses.includes(status)).length;
  if (count("unchecked") === functions.length)
    return `${[...lines, "", "Nothing was checked."].join("\n")}\n`;
  const total = [
    `${count("passed")} of ${functions.length} right`,
    ...(count("failed", "refused") === 0 ? [] : [`${count("failed", "refused")} not`]),
    ...(count("unchecked") === 0 ? [] : [`${count("unchecked")} not checked`]),
  ].join(", ");
  return `${[...lines, "", `${total}.`].join("\n")}\n`;
}

function summary({ status, points, rejected, skipped, worst, reason }: FunctionCheck): string {
  const outside = rejected === 0 ? "" : `; ${rejected} random ones left out: no finite number, or not smooth`;
  const at = `${points} ${points === 1 ? "point" : "points"}${outside}`;
  switch (status) {
    case "passed":
      return at;
    case "failed":
      return worst === undefined ? (reason ?? "wrong") : `a derivative is wrong, at ${at}`;
    case "unchecked":
      // Points that were named say below what is wrong with them.
      return skipped.length > 0 ? "not checked" : `not checked: ${reason ?? "no point could be tried"}`;
    default:
      return "outside of the language";
  }
}

/** What is wrong, and where. */
function details(
  { status, skipped, worst, error, line, column }: FunctionCheck,
  file: string | undefined,
): string[] {
  if (status === "refused" && error !== undefined) return indented(error.message);
  const left = skipped.flatMap(({ at, reason }) =>
    indented(`at ${pointOf(at)}: not compared. ${inTerms(reason)}`),
  );
  if (status !== "failed" || worst === undefined) return left;
  const wrong = [
    ...(file === undefined ? [] : [`${file}:${line}:${column}`]),
    `at ${pointOf(worst.at)}, by ${worst.argument}:`,
    `${worst.mode} mode gives ${worst.derivative}, differences give ${worst.difference}`,
  ];
  return [...indented(wrong.join("\n")), ...left];
}

const indented = (text: string): string[] => text.split("\n").map((each) => `    ${each}`);

/** Arguments, as in a call. */
const pointOf = (at: readonly unknown[]): string => `(${at.map((x) => JSON.stringify(x)).join(", ")})`;
