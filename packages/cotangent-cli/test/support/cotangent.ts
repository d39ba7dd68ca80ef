/** Runs the command as its users do: in a process of its own, from a build of the sources as they are. */
import { spawn } from "node:child_process";
import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { mkdir } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const PACKAGE = fileURLToPath(new URL("../../", import.meta.url));

/** What a command wrote, and how it ended. */
interface Ended {
  readonly code: number | null;
  readonly out: string;
  readonly error: string;
}

export interface Cotangent {
  /** Where it runs. */
  readonly folder: string;
  readonly executable: string;
  path(file: string): string;
  write(files: Readonly<Record<string, string>>): Promise<void>;
  run(
    args: readonly string[],
    options?: { readonly input?: string; readonly env?: NodeJS.ProcessEnv },
  ): Promise<Ended>;
  remove(): void;
}

/** Builds the command into a folder of its own, beside which the installed packages are found. */
export async function makeCotangent(): Promise<Cotangent> {
  const folder = mkdtempSync(join(tmpdir(), "cotangent-cli-"));
  const installed = join(folder, "installed");
  await build({
    entryPoints: [join(PACKAGE, "src/main.ts")],
    outdir: join(installed, "dist"),
    bundle: true,
    splitting: true,
    format: "esm",
    platform: "node",
    conditions: ["@cotangent/source"],
    // Only what is ours is bundled: from its sources, so that no build has to come first.
    plugins: [
      {
        name: "ours",
        setup: (bundle) => {
          bundle.onResolve({ filter: /^[^.#/]/ }, ({ path }) =>
            path.startsWith("cotangent") || path.startsWith("node:") ? undefined : { path, external: true },
          );
        },
      },
    ],
    logLevel: "silent",
  });
  writeFileSync(join(installed, "package.json"), JSON.stringify({ type: "module", version: "0.0.0-test" }));
  symlinkSync(join(PACKAGE, "../../node_modules"), join(installed, "node_modules"));
  const executable = join(installed, "dist/main.js");
  const path = (file: string): string => join(folder, "work", file);
  await mkdir(path(""), { recursive: true });
  return {
    folder: path(""),
    executable,
    path,
    write: async (files) => {
      for (const [file, text] of Object.entries(files)) {
        await mkdir(dirname(path(file)), { recursive: true });
        writeFileSync(path(file), text);
      }
    },
    run: (args, { input = "", env = {} } = {}) =>
      new Promise((resolve, reject) => {
        const child = spawn(process.execPath, [executable, ...args], {
          cwd: path(""),
          env: { ...process.env, NO_COLOR: undefined, FORCE_COLOR: undefined, ...env },
        });
        let out = "";
        let error = "";
        child.stdout.setEncoding("utf8").on("data", (text: string) => (out += text));
        child.stderr.setEncoding("utf8").on("data", (text: string) => (error += text));
        child.on("error", reject);
        child.on("close", (code) => resolve({ code, out, error }));
        child.stdin.end(input);
      }),
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}
