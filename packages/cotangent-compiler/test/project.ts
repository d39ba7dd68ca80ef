/** A small project on the disk, with the library installed in it as users have it. */
import { execFile } from "node:child_process";
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { build } from "esbuild";
import { globSync } from "tinyglobby";

const run = promisify(execFile);
const core = fileURLToPath(new URL("../../cotangent/", import.meta.url));

export interface Project {
  readonly folder: string;
  path(file: string): string;
  write(files: Readonly<Record<string, string>>): Promise<void>;
  /** The file of one of the library's entries; undefined for anything else. Rollup alone does not look into node_modules. */
  installed(id: string): string | undefined;
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
  const entries = await install(path("node_modules/cotangent"));
  await write({ "package.json": JSON.stringify({ type: "module" }) });
  return {
    folder,
    path,
    write,
    installed: (id) => entries.get(id),
    run: async (...args) => {
      const { stdout } = await run(process.execPath, args, { cwd: folder });
      return JSON.parse(stdout);
    },
    remove: () => rm(folder, { recursive: true, force: true }),
  };
}

/** The library in a folder, as its package has it: a file for each source, its types taken out. */
async function install(folder: string): Promise<ReadonlyMap<string, string>> {
  const { outputFiles } = await build({
    entryPoints: globSync("src/**/*.ts", { cwd: core, absolute: true }),
    outbase: join(core, "src"),
    outdir: join(folder, "dist"),
    format: "esm",
    write: false,
    logLevel: "silent",
  });
  for (const { path, text } of outputFiles) {
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, text.replace(/((?:from|import) "\.[^"]*)\.ts"/g, '$1.js"'));
  }
  const manifest = JSON.parse(await readFile(join(core, "package.json"), "utf8")) as {
    exports: Record<string, string | Record<string, string>>;
  };
  const entries = new Map<string, string>();
  for (const [name, entry] of Object.entries(manifest.exports)) {
    if (typeof entry === "string") continue;
    delete entry["@cotangent/source"];
    entries.set(`cotangent${name.slice(1)}`, join(folder, entry["default"]!));
  }
  await writeFile(join(folder, "package.json"), JSON.stringify(manifest));
  return entries;
}
