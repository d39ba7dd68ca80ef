/** A small project on the disk, with the library installed in it as users have it. */
import { execFile } from "node:child_process";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { build } from "esbuild";

const run = promisify(execFile);
const core = (path: string): string => fileURLToPath(new URL(`../../cotangent/src/${path}`, import.meta.url));

export interface Project {
  readonly folder: string;
  path(file: string): string;
  write(files: Readonly<Record<string, string>>): Promise<void>;
  /** Runs Node and reads what it prints as JSON. */
  run(...args: string[]): Promise<unknown>;
  remove(): Promise<void>;
}

export async function makeProject(): Promise<Project> {
  const folder = await mkdtemp(join(tmpdir(), "cotangent-"));
  const path = (file: string): string => join(folder, file);
  const write = async (files: Readonly<Record<string, string>>): Promise<void> => {
    for (const [file, text] of Object.entries(files)) {
      await mkdir(dirname(path(file)), { recursive: true });
      await writeFile(path(file), text);
    }
  };
  const installed = "node_modules/cotangent";
  await build({
    entryPoints: { index: core("index.ts"), program: core("plain.ts") },
    bundle: true,
    splitting: true,
    format: "esm",
    outdir: path(installed),
    logLevel: "silent",
  });
  const exports = { ".": "./index.js", "./program": "./program.js" };
  await write({
    "package.json": JSON.stringify({ type: "module" }),
    [`${installed}/package.json`]: JSON.stringify({
      name: "cotangent",
      version: "0.1.0",
      type: "module",
      sideEffects: false,
      exports,
    }),
  });
  return {
    folder,
    path,
    write,
    run: async (...args) => {
      const { stdout } = await run(process.execPath, args, { cwd: folder });
      return JSON.parse(stdout);
    },
    remove: () => rm(folder, { recursive: true, force: true }),
  };
}
