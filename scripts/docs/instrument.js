import { parseSync } from "oxc-parser";

/**
 * Rewrites a snippet so that the comments which say what comes out are checked. Only top-level statements are
 * looked at, and line numbers stay as they are:
 *
 *     console.log(x, y);   // what is printed
 *     f(3);                // 12        (or anything else that looks like a value)
 *     f(3);                // => what it is, in any words that Node prints it with
 *     const y = f(3);      // 12
 *     f("three");          // throws part of the error's code or message
 *     f(3);
 *     // => the same, below the statement, over as many
 *     //    lines of comment as it takes
 *
 * `…` stands for any characters.
 *
 * @param {import("./snippets.js").Snippet} snippet
 * @param {string} name
 * @param {string} expectations  the module that has the functions called here
 */
export function instrument(snippet, name, expectations) {
  const { code } = snippet;
  const { program, comments, errors } = parseSync(name, code, {
    lang: snippet.language,
    sourceType: "module",
  });
  const [error] = errors;
  if (error !== undefined) throw new Error(`${name}: ${error.codeframe ?? error.message}`);

  /** What is put where. @type {{ at: number, end?: number, text: string }[]} */
  const edits = [];
  for (const statement of program.body) {
    const note = noteAfter(statement.end, code, comments);
    if (note === null) continue;

    const at = `${lineOf(statement.start, code)}, ${JSON.stringify(note)}`;
    if (statement.type === "ExpressionStatement") {
      const { expression } = statement;
      if (expression.type === "CallExpression" && isConsoleLog(expression.callee)) {
        const first = expression.arguments[0]?.start ?? expression.end - 1;
        edits.push({ at: expression.start, end: first, text: `__docs.printed(${at}, ` });
      } else if (/^throws\b/.test(note)) {
        edits.push({ at: expression.start, text: `await __docs.throws(${at}, async () => (` });
        edits.push({ at: expression.end, text: "))" });
      } else if (isValue(note)) {
        edits.push({ at: expression.start, text: `__docs.value(${at}, (` });
        edits.push({ at: expression.end, text: "))" });
      }
    } else if (statement.type === "VariableDeclaration" && isValue(note)) {
      const [{ id } = {}] = statement.declarations;
      if (statement.declarations.length === 1 && id?.type === "Identifier") {
        edits.push({ at: statement.end, text: `; __docs.value(${at}, ${id.name});` });
      }
    }
  }

  let result = code;
  for (const { at, end = at, text } of edits.reverse()) {
    result = result.slice(0, at) + text + result.slice(end);
  }
  // The first line is free: in the document it is that of a fence, at the earliest.
  return `import * as __docs from ${JSON.stringify(expectations)};${result}`;
}

/**
 * The comment on the line where a statement ends, or the `// =>` comment on the lines below.
 *
 * @param {number} end
 * @param {string} code
 * @param {readonly { type: string, value: string, start: number, end: number }[]} comments
 */
function noteAfter(end, code, comments) {
  const after = comments.findIndex((comment) => comment.start >= end);
  const first = comments[after];
  if (first?.type !== "Line") return null;

  const gap = code.slice(end, first.start);
  if (/^[ \t]*$/.test(gap)) return first.value.trim();
  if (!/^[ \t]*\n[ \t]*$/.test(gap) || !/^\s*=>/.test(first.value)) return null;

  const lines = [first.value];
  let last = first;
  for (const comment of comments.slice(after + 1)) {
    if (comment.type !== "Line" || !/^[ \t]*\n[ \t]*$/.test(code.slice(last.end, comment.start))) break;
    lines.push(comment.value);
    last = comment;
  }
  return lines.join("\n").trim();
}

/** Whether a comment says what a value is, and is not prose. @param {string} note */
function isValue(note) {
  return /^(?:=>|-?\.?\d|-?Infinity\b|NaN\b|true\b|false\b|null\b|undefined\b|[[{"'`]|[A-Z]\w*(?:\(\S| \[))/.test(
    note,
  );
}

/** @param {import("oxc-parser").Expression} callee */
function isConsoleLog(callee) {
  return (
    callee.type === "MemberExpression" &&
    callee.object.type === "Identifier" &&
    callee.object.name === "console" &&
    callee.property.type === "Identifier" &&
    callee.property.name === "log"
  );
}

/** @param {number} offset @param {string} code */
function lineOf(offset, code) {
  return code.slice(0, offset).split("\n").length;
}
