#!/usr/bin/env node
// Cotangent as a tool of GradBench, from any folder: README.md says how. The packages must have been built.
import "cotangent-compiler/register";

await import("../src/gradbench-tool/main.ts");
