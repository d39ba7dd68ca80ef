/** `node --import cotangent-compiler/register script.ts`: TypeScript runs as it is, and plain functions are lowered. */
import { register } from "node:module";

register("./hooks.js", import.meta.url);
