/** The functions of a module, and where they are. */
import { functionsOf, readModule } from "../lower/module.ts";
import { parseSource } from "../source.ts";
import { targetsOf } from "../targets.ts";

/** A function at the top level of a module. */
export interface FunctionPlace {
  readonly name: string;
  /** Counts from 1. */
  readonly line: number;
  /** Counts from 1. */
  readonly column: number;
  /** Whether it is differentiated: marked `"use grad"`, or handed to one of the library's transforms. */
  readonly captured: boolean;
}

/**
 * The functions at the top level of a module, in the order of the text.
 * @throws CompileError `syntax-error`
 */
export function functionsIn(source: string, file?: string): readonly FunctionPlace[] {
  const module = readModule(parseSource(source, file));
  const captured = new Set(targetsOf(module).map((t) => t.node));
  return [...functionsOf(module)].map(([name, node]) => ({
    name,
    line: node.loc.start.line,
    column: node.loc.start.column + 1,
    captured: captured.has(node),
  }));
}
