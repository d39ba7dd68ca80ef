import { defineConfig, runnerImport } from "vite";
import type { Plugin } from "vite";

import { fromSources } from "../../vitest.shared.ts";

/**
 * What the page may do: load its own files and nothing else. WebAssembly may be compiled; text may not become JavaScript.
 * Style attributes are allowed (MathML and CodeMirror position with them), style elements are not.
 */
const POLICY = [
  "default-src 'none'",
  "script-src 'self' 'wasm-unsafe-eval'",
  "worker-src 'self'",
  "style-src 'self'",
  "style-src-attr 'unsafe-inline'",
  "img-src 'self' data:",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
].join("; ");

/** Writes the policy into the built page; the development server needs more than it allows. */
const policy: Plugin = {
  name: "explorer-policy",
  apply: "build",
  transformIndexHtml: () => [
    {
      tag: "meta",
      attrs: { "http-equiv": "Content-Security-Policy", content: POLICY },
      injectTo: "head-prepend",
    },
  ],
};

/** In a worker there is no document: cotangent-view draws its plots as it does in Node. */
const documentInWorkers: Plugin = {
  name: "explorer-document",
  enforce: "pre",
  resolveId(id, importer) {
    if (id !== "#document") return null;
    return this.resolve("./document.node.ts", importer, { skipSelf: true });
  },
};

/** The examples of the documents, read when the page is built. */
const examples: Plugin = {
  name: "explorer-examples",
  resolveId: (id) => (id === "virtual:doc-examples" ? "\0doc-examples" : null),
  async load(id) {
    if (id !== "\0doc-examples") return null;
    const { module, dependencies } = await runnerImport<typeof import("./build/doc-examples.ts")>(
      `${import.meta.dirname}/build/doc-examples.ts`,
      { configFile: false, logLevel: "error", ...fromSources },
    );
    dependencies.forEach((file) => this.addWatchFile(file));
    return `export default ${JSON.stringify(module.docExamples())};`;
  },
};

export default defineConfig({
  ...fromSources,
  root: import.meta.dirname,
  // Relative, so that the page works wherever its files are put.
  base: "./",
  // While developing, modules of workers go through the page's plugins; the page itself draws no plots.
  plugins: [policy, examples, { ...documentInWorkers, apply: "serve" }],
  oxc: { jsx: { runtime: "automatic", importSource: "preact" } },
  worker: { format: "es", plugins: () => [documentInWorkers] },
  build: { outDir: "dist/site", emptyOutDir: true, target: "es2022", modulePreload: { polyfill: false } },
  server: { host: "127.0.0.1" },
  preview: { host: "127.0.0.1" },
});
