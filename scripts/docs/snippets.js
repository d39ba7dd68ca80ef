/** The documents whose code is type-checked and run. */
export const documents = ["README.md", "CONTRIBUTING.md", "docs/**/*.md", "packages/*/README.md"];

/**
 * One fenced block, or several of which the later ones say `continued`.
 *
 * @typedef {object} Snippet
 * @property {number} line    where its first line of code stands in the document, counted from 1
 * @property {"ts" | "js"} language
 * @property {string} code    padded with empty lines, so that line numbers are those of the document
 * @property {boolean} check  whether its types are checked
 * @property {boolean} run    whether it is run
 */

/** @type {Readonly<Record<string, "ts" | "js" | undefined>>} */
const LANGUAGES = { ts: "ts", typescript: "ts", js: "js", javascript: "js" };

const FENCE = /^(?<indent>\s*)(?<marks>`{3,}|~{3,})\s*(?<info>[^`]*)$/;

/**
 * The ```ts and ```js blocks of a document. Words after the language:
 *
 *     continued   goes on where the block before it ended
 *     no-run      is type-checked only
 *     no-check    is neither type-checked nor run
 *
 * @param {string} markdown
 * @param {string} name  what to call the document in errors
 * @returns {Snippet[]}
 */
export function snippetsOf(markdown, name) {
  const lines = markdown.split(/\r?\n/);
  /** @type {Snippet[]} */
  const snippets = [];

  for (let at = 0; at < lines.length; at++) {
    const open = FENCE.exec(lines[at] ?? "")?.groups;
    if (open === undefined) continue;
    const { indent = "", marks = "", info = "" } = open;

    const first = at + 1;
    const closes = new RegExp(`^\\s*${marks[0]}{${marks.length},}\\s*$`);
    do at++;
    while (at < lines.length && !closes.test(lines[at] ?? ""));

    const [word = "", ...flags] = info.trim().split(/\s+/);
    const language = LANGUAGES[word];
    if (language === undefined) continue;
    const unknown = flags.find((flag) => !["continued", "no-run", "no-check"].includes(flag));
    if (unknown !== undefined) {
      throw new Error(`${name}:${first}: "${unknown}" is not known; there are continued, no-run, no-check`);
    }

    const code = lines
      .slice(first, at)
      .map((line) => (line.startsWith(indent) ? line.slice(indent.length) : line));
    const previous = snippets.at(-1);
    if (flags.includes("continued")) {
      if (previous?.language !== language) {
        throw new Error(`${name}:${first}: there is no ${word} block before this one that it could continue`);
      }
      const ended = previous.code.split("\n").length;
      previous.code += "\n".repeat(first + 1 - ended) + code.join("\n");
      continue;
    }
    snippets.push({
      line: first + 1,
      language,
      code: "\n".repeat(first) + code.join("\n"),
      check: !flags.includes("no-check"),
      run: !flags.includes("no-run") && !flags.includes("no-check"),
    });
  }
  return snippets;
}

/**
 * What a snippet is called as a module: it shows in stack traces, followed by the document's line number.
 *
 * @param {string} document
 * @param {Snippet} snippet
 */
export function moduleName(document, snippet) {
  return `${document}-line-${snippet.line}.${snippet.language}`;
}
