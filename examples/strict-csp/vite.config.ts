import cotangent from "cotangent-compiler/vite";
import { defineConfig } from "vite";

export default defineConfig({
  root: import.meta.dirname,
  // What Vite preloads modules with would be a script of its own in the page.
  build: { outDir: "dist", emptyOutDir: true, modulePreload: false },
  plugins: [cotangent({ precompile: true })],
});
