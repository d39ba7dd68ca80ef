/** Derivatives that nobody can take when the code runs, because the function was not captured where it is written. */
import { bare, isFunction, walk } from "./ast.ts";
import type { Node } from "./ast.ts";
import { CompileError } from "./errors.ts";
import type { Surroundings } from "./lower/lower.ts";
import type { Module } from "./lower/module.ts";
import { declared } from "./precompile/names.ts";
import { referencesOf } from "./scopes.ts";
import { lowerTarget, solverNames, targetsOf, transformNames } from "./targets.ts";

/** A warning for each call of a transform or a solver with a plain function of another module that is not captured there. */
export function unmarked(module: Module, surroundings: Surroundings): readonly CompileError[] {
  const warnings: CompileError[] = [];
  const transformOf = transformNames(module);
  const solverOf = solverNames(module);
  const own = new Set(referencesOf(module.source.program).map((r) => r.node));
  walk(module.source.program, (node) => {
    if (node.type !== "CallExpression") return;
    const asks = transformOf(node.callee) ?? solverOf(node.callee);
    const callee = bare(node.callee);
    const f = node.arguments[0] === undefined ? undefined : bare(node.arguments[0]);
    if (asks === undefined || f?.type !== "Identifier" || !own.has(f)) return;
    if (!own.has(callee.type === "MemberExpression" ? callee.object : callee)) return;
    if (!isMissed(module, f.name, surroundings)) return;
    warnings.push(
      new CompileError(
        "implicit-conversion",
        module.source,
        f,
        `${f.name} is a plain function of another module, which does not capture it: ${asks} will fail when it runs.`,
        'Mark it there, as its first statement: "use grad".',
      ),
    );
  });
  return warnings;
}

/** Whether a name stands for a plain function of another module that is not captured there. */
function isMissed(module: Module, name: string, surroundings: Surroundings): boolean {
  const found = declared(module, name, (importer, from) => surroundings.resolve(importer, from));
  if (found === undefined || found.module === module) return false;
  const { declaration: d } = found;
  const node: Node | undefined =
    d.kind === "function" ? d.node : d.kind === "constant" ? bare(d.init) : undefined;
  if (node === undefined || !isFunction(node)) return false;
  try {
    if (targetsOf(found.module).some((target) => target.node === node)) return false;
    const alone = {
      marked: false,
      optional: false,
      exported: undefined,
      declarator: undefined,
      scope: undefined,
    };
    const lowered = lowerTarget(found.module, { node, name: found.name, ...alone }, surroundings);
    // One that is written on the library's functions needs nobody to read it.
    return lowered?.onReals === false;
  } catch (error) {
    // Its own module says what is wrong with it, if anything.
    if (error instanceof CompileError) return false;
    throw error;
  }
}
