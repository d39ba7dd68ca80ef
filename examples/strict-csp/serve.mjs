// Serves the built page with a policy that allows nothing but its own files:
//
//     npx vite build examples/strict-csp && node examples/strict-csp/serve.mjs
import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import { extname, join, normalize } from "node:path";
import { fileURLToPath } from "node:url";

const TYPES = { ".html": "text/html", ".js": "text/javascript" };

/** Neither inline scripts nor eval, `new Function` or WebAssembly; no requests to anywhere else. */
export const POLICY = "default-src 'self'; base-uri 'none'; form-action 'none'; object-src 'none'";

/** Serves the files of a folder; 0 is any free port. */
export function serve(folder, port = 0) {
  const server = createServer(async (request, response) => {
    const { pathname } = new URL(request.url, "http://localhost");
    const file = normalize(join(folder, pathname.endsWith("/") ? `${pathname}index.html` : pathname));
    try {
      if (!file.startsWith(folder)) throw new Error("outside");
      const body = await readFile(file);
      response.writeHead(200, {
        "Content-Type": TYPES[extname(file)] ?? "application/octet-stream",
        "Content-Security-Policy": POLICY,
      });
      response.end(body);
    } catch {
      response.writeHead(404).end();
    }
  });
  return new Promise((ready) => server.listen(port, "localhost", () => ready(server)));
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const server = await serve(fileURLToPath(new URL("dist", import.meta.url)), 8080);
  console.log(`http://localhost:${server.address().port}/`);
}
