/** Where results go: a file, standard output, or the terminal. */
import { existsSync, statSync, writeFileSync } from "node:fs";
import { extname } from "node:path";
import type { Figure } from "cotangent-view";

import { UsageError } from "./command.ts";
import type { Invocation } from "./command.ts";
import { numberOf, textOf } from "./options.ts";

export type Format = "text" | "svg" | "png" | "dot" | "json" | "ts";

/**
 * The format that was asked for: by --json, by --format, by the ending of the file; otherwise the usual one.
 * @param known those that the command can write, the usual one first
 */
export function formatOf({ options }: Invocation, known: readonly Format[]): Format {
  const output = textOf(options, "output");
  const stated = options["json"] === true ? "json" : textOf(options, "format");
  const ending = output === undefined || output === "-" ? undefined : extname(output).slice(1).toLowerCase();
  const byEnding = ending === "gv" ? "dot" : ending === "txt" ? "text" : ending;
  if (
    stated !== undefined &&
    stated !== byEnding &&
    byEnding !== undefined &&
    known.includes(byEnding as Format)
  ) {
    throw new UsageError(
      `${output} should become ${byEnding} by its name, and ${stated} by the options.`,
      "Leave one of the two out.",
    );
  }
  const format = stated ?? byEnding ?? known[0]!;
  if (known.includes(format as Format)) return format as Format;
  throw new UsageError(
    byEnding === ""
      ? `${output} has no ending that tells the format.`
      : `${format} is no format of this command.`,
    `There are ${known.join(", ")}: -o file.${known.find((each) => each !== "text") ?? "txt"}.`,
  );
}

/** Writes to the file that was named, unless it is the one that was read; or to standard output. */
export function write({ operands, options, terminal }: Invocation, contents: string | Uint8Array): void {
  const output = textOf(options, "output");
  if (output !== undefined && output !== "-") {
    if (operands.some((operand) => isSameFile(operand, output))) {
      throw new UsageError(`${output} is the source itself.`, "Name another file to write to.");
    }
    writeFileSync(output, contents);
    if (terminal.isErrorTerminal === true) terminal.error(`wrote ${output}\n`);
  } else if (typeof contents === "string") terminal.out(contents);
  else {
    throw new UsageError("A PNG is not written to the terminal.", "Name a file: -o plot.png.");
  }
}

/** Whether two paths lead to the same file, by whatever links. */
function isSameFile(a: string, b: string): boolean {
  if (!existsSync(a) || !existsSync(b)) return false;
  const [x, y] = [statSync(a, { bigint: true }), statSync(b, { bigint: true })];
  return x.dev === y.dev && x.ino === y.ino;
}

/** JSON with numbers that JSON lacks as null. */
export const json = (data: unknown): string =>
  `${JSON.stringify(data, (_, x: unknown) => (ArrayBuffer.isView(x) ? Array.from(x as Float64Array) : x), 2)}\n`;

/** What figures take: PNG knows no reader whose system it could follow. */
export function themeOf({ options }: Invocation, format: Format): { theme: "light" | "dark" | "auto" } {
  const theme = textOf(options, "theme") ?? "auto";
  return { theme: (format === "png" && theme === "auto" ? "light" : theme) as "light" | "dark" | "auto" };
}

/** A figure in the format that was asked for. */
export async function pictureOf(
  invocation: Invocation,
  figure: Figure,
  format: Format,
): Promise<string | Uint8Array> {
  if (format !== "png") return figure.svg;
  const { toPng } = await import("./png.ts");
  const scale = numberOf(invocation.options, "scale") ?? 2;
  if (!(scale > 0 && scale * Math.max(figure.width, figure.height) <= 20_000)) {
    throw new UsageError(
      `--scale is ${scale}.`,
      "Give a number above 0 that keeps the picture below 20000 pixels.",
    );
  }
  return toPng(figure, scale);
}
