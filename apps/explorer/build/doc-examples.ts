/** The worked examples of the documents, as the explorer's menu has them. Runs when the page is built. */
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

import { tsPlugin } from "@sveltejs/acorn-typescript";
import { Parser } from "acorn";
import type { CallExpression, Node } from "acorn";
import { readFunction } from "cotangent-compiler/read";

import { snippetsOf } from "../../../scripts/docs/snippets.js";
import type { Example } from "../src/examples/examples.ts";

const root = fileURLToPath(new URL("../../../", import.meta.url));

/** In the order of a reader's way through them. */
const DOCUMENTS: readonly (readonly [file: string, title: string])[] = [
  ["README.md", "Readme"],
  ["docs/guide/learn.md", "Learn it"],
  ["docs/guide/use.md", "Use it"],
  ["docs/guide/recipes.md", "Recipes"],
  ["docs/guide/solvers.md", "Solvers"],
  ["docs/guide/how-it-works.md", "How it works"],
  ["packages/cotangent-compiler/README.md", "Plain functions"],
  ["packages/cotangent-view/README.md", "Pictures"],
  ["docs/figures.md", "Figures"],
];

const TypeScript = Parser.extend(tsPlugin());
const TRANSFORMS = new Set([
  "grad",
  "valueAndGrad",
  "derivative",
  "hessian",
  "jacobian",
  "compile",
  "differentiable",
]);

/** Groups of examples: one for each document that has any. */
export function docExamples(): readonly (readonly [group: string, examples: readonly Example[]])[] {
  return DOCUMENTS.map(
    ([file, title]) => [title, examplesOf(readFileSync(root + file, "utf8"), file)] as const,
  ).filter(([, examples]) => examples.length > 0);
}

function examplesOf(markdown: string, file: string): Example[] {
  const lines = markdown.split("\n");
  const found: Example[] = [];
  const titles = new Set<string>();
  for (const { code, line, language } of snippetsOf(markdown, file)) {
    if (language !== "ts") continue;
    const heading =
      lines
        .slice(0, line)
        .reverse()
        .find((l) => /^#{1,4} /.test(l))
        ?.replace(/^#+ /, "")
        .replaceAll(/[`*]/g, "") ?? "";
    for (const { name, source, label } of functionsOf(code.trim())) {
      const example = readable(source, name);
      if (example === undefined) continue;
      const title = `${heading}: ${label}`;
      if (titles.has(title)) continue;
      titles.add(title);
      found.push({ title, ...example });
    }
  }
  return found;
}

/** What an inline function is called that has no name. */
const INLINE = "f";

const shortened = (text: string): string => {
  const line = text.replaceAll(/\s+/g, " ").replaceAll(": Real", "");
  return line.length > 48 ? `${line.slice(0, 47)}…` : line;
};

/** The functions of a snippet: those with names, with all that stands around them; and those written inline, alone. */
function functionsOf(
  code: string,
): { readonly name: string; readonly source: string; readonly label: string }[] {
  let program;
  try {
    program = TypeScript.parse(code, { ecmaVersion: "latest", sourceType: "module", locations: true });
  } catch {
    return []; // a piece of a program, shown for its form
  }
  const found: { name: string; source: string; label: string }[] = [];
  const body = program.body as readonly Node[];
  const imports = body
    .filter(({ type }) => type === "ImportDeclaration")
    .map(({ start, end }) => code.slice(start, end))
    .join("\n");
  for (const statement of body) {
    for (const name of declared(statement)) found.push({ name, source: `${code}\n`, label: name });
  }
  for (const call of calls(program)) {
    const [f] = call.arguments;
    if (call.callee.type !== "Identifier" || !TRANSFORMS.has(call.callee.name)) continue;
    if (f?.type !== "ArrowFunctionExpression") continue;
    const text = code.slice(f.start, f.end);
    found.push({
      name: INLINE,
      label: shortened(text),
      source: `${imports === "" ? "" : `${imports}\n\n`}const ${INLINE} = ${text};\n`,
    });
  }
  return found;
}

/** The names of functions that a statement declares. */
function declared(node: Node): string[] {
  const inner = node as unknown as {
    readonly declaration?: Node | null;
    readonly id?: { readonly name: string };
    readonly declarations?: readonly { readonly id: { readonly name: string }; readonly init: Node | null }[];
  };
  if (node.type === "ExportNamedDeclaration" && inner.declaration) return declared(inner.declaration);
  if (node.type === "FunctionDeclaration") return [inner.id!.name];
  if (node.type !== "VariableDeclaration") return [];
  return inner
    .declarations!.filter(({ init }) => init !== null && /Function/.test(init.type))
    .map(({ id }) => id.name);
}

function calls(node: unknown): CallExpression[] {
  if (typeof node !== "object" || node === null) return [];
  const own = (node as Node).type === "CallExpression" ? [node as CallExpression] : [];
  return [...own, ...Object.values(node).flatMap(calls)];
}

/** The example, if the front end takes the function and it has something to show; with the inputs that the snippet calls it with. */
function readable(source: string, name: string): Omit<Example, "title"> | undefined {
  try {
    const f = readFunction(source, { function: name });
    if (f.parameters.length === 0 || f.parameters.some((p) => p.structure.kind === "nothing"))
      return undefined;
    if (f.result.kind === "nothing" || f.result.kind === "boolean") return undefined;
    const inputs = calledWith(source, name);
    return {
      source,
      name,
      ...(inputs === undefined
        ? {}
        : {
            inputs: Object.fromEntries(
              f.parameters.flatMap((p, i) => (inputs[i] === undefined ? [] : [[p.name, inputs[i]]])),
            ),
          }),
    };
  } catch {
    return undefined; // outside the language: it is an example of something else
  }
}

/** The literal arguments of the first call of a function, or of a transform of it. */
function calledWith(source: string, name: string): readonly never[] | undefined {
  const escaped = name.replaceAll("$", "\\$");
  const call = new RegExp(
    `^\\s*(?:.*= )?(?:\\w+\\(${escaped}(?:, [^()]*)?\\)|${escaped})\\(([-\\d., []*[\\d\\]])\\)`,
    "m",
  ).exec(source);
  if (call === null) return undefined;
  try {
    return JSON.parse(`[${call[1]!}]`) as readonly never[];
  } catch {
    return undefined;
  }
}
