/** `cotangent explore` */
import { spawn } from "node:child_process";
import { createReadStream, existsSync, statSync } from "node:fs";
import { createServer } from "node:http";
import type { Server } from "node:http";
import type { AddressInfo } from "node:net";
import { extname, join, sep } from "node:path";
import { deflateRawSync } from "node:zlib";
import { readFunction } from "cotangent-compiler/read";

import { EXIT, UsageError } from "../command.ts";
import type { Command, Invocation } from "../command.ts";
import { argumentsOf, textOf, wholeOf } from "../options.ts";
import { json } from "../output.ts";
import { packageFolder } from "../package.ts";
import { readText } from "../subject.ts";
import { checkCount } from "../trace.ts";

export const command: Command = async (invocation) => {
  const { options, terminal } = invocation;
  const hash = addressOf(invocation);
  const base = textOf(options, "base");
  const say = (url: string): void => terminal.out(options["json"] === true ? json({ url }) : `${url}\n`);
  if (base !== undefined) {
    if (!URL.canParse(base)) {
      throw new UsageError(
        `--base is ${JSON.stringify(base)}.`,
        "Give a whole address: --base https://example.org/explorer/.",
      );
    }
    const url = new URL(base);
    url.hash = hash;
    say(url.href);
    return EXIT.ok;
  }
  const server = await serve(siteFolder(), wholeOf(options, "port", 0, 65_535) ?? 0);
  const { port } = server.address() as AddressInfo;
  const url = `http://127.0.0.1:${port}/${hash}`;
  say(url);
  if (terminal.isErrorTerminal === true) terminal.error("Stop with Ctrl-C.\n");
  if (options["no-open"] !== true) open(url);
  await new Promise<void>((resolve) => {
    for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => resolve());
  });
  server.closeAllConnections();
  server.close();
  return EXIT.ok;
};

/**
 * The part of the address from # on, as the explorer reads it: the version of the format, the tab, and the state as JSON,
 * deflated, in base64 for addresses.
 */
function addressOf(invocation: Invocation): string {
  const { operands, options } = invocation;
  const [operand] = operands;
  if (operand === undefined) return "#1/functions";
  const { text, name, kind } = readText(operand);
  const wanted = textOf(options, "function");
  const named = wanted === undefined ? {} : { function: wanted };
  // Read as the explorer will: without the modules beside the file.
  const f = readFunction(text, { file: name, ...named });
  const args = argumentsOf(options) ?? [];
  if (args.length > 0) checkCount(f, args);
  const state = {
    function: {
      source: text,
      name: kind === "expression" ? "" : f.name,
      inputs: Object.fromEntries(args.map((x, i) => [f.parameters[i]!.name, x])),
      ranges: {},
    },
  };
  return `#1/functions/${deflateRawSync(JSON.stringify(state)).toString("base64url")}`;
}

/** Where the explorer's files are: in this package, or in the repository, built. */
function siteFolder(): string {
  const found = ["explorer", "../../apps/explorer/dist/site"]
    .map((place) => join(packageFolder(), place))
    .find((folder) => existsSync(join(folder, "index.html")));
  if (found !== undefined) return found;
  throw new UsageError(
    "The explorer has not been built here.",
    "In the repository, run npm run explorer:build first; the published package has it inside.",
  );
}

const TYPES: Readonly<Record<string, string>> = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".css": "text/css; charset=utf-8",
  ".svg": "image/svg+xml",
  ".json": "application/json",
  ".wasm": "application/wasm",
  ".png": "image/png",
  ".webmanifest": "application/manifest+json",
};

/** Serves a folder to this computer only. */
async function serve(folder: string, port: number): Promise<Server> {
  const root = folder.endsWith(sep) ? folder : folder + sep;
  const server = createServer((request, response) => {
    const file = fileOf(root, request.url ?? "/");
    // Another page must not reach this one by a name of its own that leads to 127.0.0.1.
    const local = /^(?:127\.0\.0\.1|localhost)(?::\d+)?$/.test(request.headers.host ?? "");
    if (!local || (request.method !== "GET" && request.method !== "HEAD")) {
      response.writeHead(local ? 405 : 403).end();
      return;
    }
    if (file === undefined) {
      response.writeHead(404, { "content-type": "text/plain" }).end("There is no such file.\n");
      return;
    }
    response.writeHead(200, {
      "content-type": TYPES[extname(file)] ?? "application/octet-stream",
      "content-length": statSync(file).size,
      "x-content-type-options": "nosniff",
      "referrer-policy": "no-referrer",
      "cache-control": "no-cache",
    });
    if (request.method === "HEAD") response.end();
    else createReadStream(file).pipe(response);
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", (error: NodeJS.ErrnoException) => {
      reject(
        error.code === "EADDRINUSE" || error.code === "EACCES"
          ? new UsageError(`Port ${port} is not free.`, "Choose another --port, or leave it out.")
          : error,
      );
    });
    server.listen(port, "127.0.0.1", resolve);
  });
  return server;
}

/** The file that a request means; undefined if there is none, or it lies outside. */
function fileOf(root: string, url: string): string | undefined {
  let path: string;
  try {
    path = decodeURIComponent(url.split(/[?#]/)[0]!);
  } catch {
    return undefined;
  }
  const file = join(root, path.endsWith("/") ? `${path}index.html` : path);
  const inside = file.startsWith(root) && !path.includes("\0");
  return inside && statSync(file, { throwIfNoEntry: false })?.isFile() === true ? file : undefined;
}

/** Asks the system to show an address; whoever has no browser has the address in the terminal. */
function open(url: string): void {
  const [program, ...args]: readonly [string, ...string[]] =
    process.platform === "darwin"
      ? ["open", url]
      : process.platform === "win32"
        ? ["rundll32", "url.dll,FileProtocolHandler", url]
        : ["xdg-open", url];
  const child = spawn(program, args, { stdio: "ignore", detached: true });
  child.on("error", () => undefined);
  child.unref();
}
