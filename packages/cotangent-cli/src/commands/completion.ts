/** `cotangent completion`: scripts for the shells, made from the table of commands. */
import { EXIT, UsageError } from "../command.ts";
import type { Command, CommandSpec, OptionSpec } from "../command.ts";
import { commands } from "../commands.ts";

export const command: Command = ({ operands: [shell], terminal }) => {
  const script = { bash, zsh, fish }[shell as string];
  if (script === undefined) {
    throw new UsageError(`There is no completion for ${shell}.`, "Choose one of bash, zsh, fish.");
  }
  terminal.out(script());
  return EXIT.ok;
};

/** All options of a command. */
const optionsOf = ({ options }: CommandSpec): readonly (readonly [name: string, spec: OptionSpec])[] => [
  ...Object.entries(options),
  ["help", { short: "h", help: "show the help" }],
];

const bash = (): string => {
  const cases = commands.map((spec) => {
    const words = optionsOf(spec).map(([name]) => `--${name}`);
    return `    ${spec.name}) words="${[...words, ...(spec.words ?? [])].join(" ")}" ;;`;
  });
  const choices = new Map<string, string>();
  for (const spec of commands) {
    for (const [name, { choices: list }] of optionsOf(spec)) {
      if (list !== undefined) choices.set(`${spec.name} --${name}`, list.join(" "));
    }
  }
  return `# bash completion of cotangent
_cotangent() {
  local current="\${COMP_WORDS[COMP_CWORD]}" previous="\${COMP_WORDS[COMP_CWORD-1]}" command="\${COMP_WORDS[1]}" words=""
  if [ "$COMP_CWORD" -eq 1 ]; then
    COMPREPLY=($(compgen -W "${commands.map(({ name }) => name).join(" ")} --help --version" -- "$current"))
    return
  fi
  case "$command $previous" in
${[...choices].map(([key, list]) => `    "${key}") COMPREPLY=($(compgen -W "${list}" -- "$current")); return ;;`).join("\n")}
  esac
  case "$command" in
${cases.join("\n")}
  esac
  case "$current" in
    -*) COMPREPLY=($(compgen -W "$words" -- "$current")) ;;
    *) COMPREPLY=($(compgen -W "\${words//--*([^ ])/}" -- "$current") $(compgen -f -- "$current")) ;;
  esac
}
shopt -s extglob
complete -o filenames -F _cotangent cotangent
`;
};

/** In single quotes. */
const quoted = (text: string): string => `'${text.replaceAll("'", `'\\''`)}'`;
/** For _arguments, where brackets and colons mean something. */
const plain = (text: string): string => text.replace(/[[\]:]/g, String.raw`\$&`);

const zsh = (): string => {
  const specs = commands.map((spec) => {
    const lines = optionsOf(spec).map(([name, { short, value, choices, file, help }]) => {
      const action =
        value === undefined
          ? ""
          : `:${plain(value)}:${choices === undefined ? (file ? "_files" : " ") : `(${choices.join(" ")})`}`;
      const names = short === undefined ? `--${name}` : `(-${short} --${name})`;
      const both = short === undefined ? "" : `'{-${short},--${name}}'`;
      const text = `[${plain(help)}]${action}`.replaceAll("'", `'\\''`);
      return `        '${names}${both}${text}'`;
    });
    const operand = spec.words === undefined ? "'*:file:_files'" : `'1:shell:(${spec.words.join(" ")})'`;
    return `    ${spec.name})\n      _arguments -s \\\n${lines.join(" \\\n")} \\\n        ${operand} ;;`;
  });
  return `#compdef cotangent
_cotangent() {
  local -a commands=(
${commands.map(({ name, summary }) => `    ${quoted(`${name}:${summary}`)}`).join("\n")}
  )
  if (( CURRENT == 2 )); then
    _describe command commands
    return
  fi
  local command=$words[2]
  shift words
  (( CURRENT-- ))
  case $command in
${specs.join("\n")}
  esac
}
if [ "$funcstack[1]" = "_cotangent" ]; then _cotangent "$@"; else compdef _cotangent cotangent; fi
`;
};

const fish = (): string => {
  const lines = ["# fish completion of cotangent"];
  for (const { name, summary } of commands) {
    lines.push(`complete -c cotangent -n __fish_use_subcommand -f -a ${name} -d ${quoted(summary)}`);
  }
  for (const spec of commands) {
    const here = `complete -c cotangent -n ${quoted(`__fish_seen_subcommand_from ${spec.name}`)}`;
    if (spec.words !== undefined) lines.push(`${here} -f -a ${quoted(spec.words.join(" "))}`);
    for (const [name, { short, value, choices, file, help }] of optionsOf(spec)) {
      const parts = [
        here,
        ...(short === undefined ? [] : [`-s ${short}`]),
        `-l ${name}`,
        ...(value === undefined ? [] : [file ? "-r -F" : "-x"]),
        ...(choices === undefined ? [] : [`-a ${quoted(choices.join(" "))}`]),
        `-d ${quoted(help)}`,
      ];
      lines.push(parts.join(" "));
    }
  }
  return `${lines.join("\n")}\n`;
};
