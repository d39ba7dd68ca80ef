/** The help of each command, from the table of commands. */
import type { CommandSpec, OptionSpec } from "./command.ts";
import { commands } from "./commands.ts";
import { styled } from "./terminal.ts";

const WIDTH = 96;

export function mainHelp(colours: boolean): string {
  const width = Math.max(...commands.map(({ name }) => name.length)) + 2;
  const title = (text: string): string => styled(text, "bold", colours);
  return [
    `${title("cotangent")}: derivatives on the command line`,
    "",
    title("Usage"),
    "  cotangent <command> <file.ts> --function <name> [options]",
    "  cotangent <command> '<expression>' [options]",
    "",
    title("Commands"),
    ...commands.map(({ name, summary }) => `  ${styled(name.padEnd(width), "cyan", colours)}${summary}`),
    "",
    title("Examples"),
    "  cotangent plot 'x => Math.sin(x) * x' --derivatives 2",
    "  cotangent graph 'x => x * sin(x)' --at 2 -o graph.svg",
    "  cotangent derive model.ts --function energy -o energy.gradient.ts",
    "  cotangent check model.ts",
    "",
    "An expression is one function, in TypeScript; in it, sin, exp, sigmoid, grad and the like are known.",
    "Nothing that is typed or read is run as JavaScript: it is compiled, as in a build.",
    "",
    "cotangent <command> --help tells more. Exit codes: 0 done, 1 a derivative is wrong, 2 wrong usage,",
    "3 the function cannot be read, differentiated or computed, 4 there was nothing to check.",
    "",
  ].join("\n");
}

export function commandHelp(spec: CommandSpec, colours: boolean): string {
  const title = (text: string): string => styled(text, "bold", colours);
  const options: readonly (readonly [string, string])[] = [
    ...Object.entries(spec.options).map(([name, o]) => [heading(name, o), helpOf(o)] as const),
    ["-h, --help", "show this"],
  ];
  const width = Math.max(...options.map(([head]) => head.length)) + 2;
  const exits = Object.entries({
    0: "done",
    ...spec.exits,
    2: "wrong usage",
    3: "the function cannot be read, differentiated or computed",
  });
  return [
    `${title(`cotangent ${spec.name}`)}: ${spec.summary}`,
    "",
    title("Usage"),
    `  cotangent ${spec.name} ${spec.usage}`,
    "",
    ...wrap(spec.description, WIDTH),
    "",
    title("Options"),
    ...options.map(([head, text]) =>
      wrap(text, WIDTH - width - 2)
        .map(
          (line, i) =>
            `  ${i === 0 ? styled(head.padEnd(width), "cyan", colours) : " ".repeat(width)}${line}`,
        )
        .join("\n"),
    ),
    "",
    title("Examples"),
    ...spec.examples.flatMap(([command, what]) => [
      `  ${styled(`# ${what}`, "dim", colours)}`,
      `  ${command}`,
    ]),
    "",
    title("Exit codes"),
    ...exits.map(([code, what]) => `  ${code}  ${what}`),
    "",
  ].join("\n");
}

const heading = (name: string, { short, value }: OptionSpec): string =>
  `${short === undefined ? "    " : `-${short}, `}--${name}${value === undefined ? "" : ` ${value}`}`;

const helpOf = ({ help, choices }: OptionSpec): string =>
  choices === undefined ? help : `${help}: ${choices.join(", ")}`;

function wrap(text: string, width: number): string[] {
  const lines: string[] = [];
  for (const paragraph of text.split("\n")) {
    let line = "";
    for (const word of paragraph.split(" ")) {
      if (line !== "" && line.length + 1 + word.length > width) {
        lines.push(line);
        line = word;
      } else line = line === "" ? word : `${line} ${word}`;
    }
    lines.push(line);
  }
  return lines;
}
