/** The corpus, derived as TypeScript: it compiles strictly, lints, is formatted, and gives the numbers that the library gives. */
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { compile, grad, hessian, hvp, jacobian, jvp, vjp } from "cotangent";
import { attach, CAPTURE_VERSION } from "cotangent/program";
import { afterAll, describe, expect, test } from "vitest";

import { derive } from "../src/derive/index.ts";
import type { DeriveMode, DeriveOptions } from "../src/derive/index.ts";
import { lower } from "../src/lower/lower.ts";
import type { Lowered } from "../src/lower/lower.ts";
import { functionsOf, readModule } from "../src/lower/module.ts";
import { parseSource } from "../src/source.ts";
import { stripTypes } from "../src/strip.ts";
import { corpus } from "./corpus/index.ts";

// oxlint-disable-next-line no-explicit-any -- erasure: functions of all kinds
type Any = any;

/** What plain functions are to the transforms' types is for the build to say. */
const library: Record<string, (f: Any, options?: Any) => Any> = { grad, hessian, hvp, jacobian, jvp, vjp };

const ROOT = fileURLToPath(new URL("../../../", import.meta.url));
const tool = (name: string): string => join(ROOT, "node_modules/.bin", name);

/** The numbers in something, in order of their keys. */
function numbersIn(x: unknown, found: number[] = []): number[] {
  if (typeof x === "number") found.push(x);
  else if (typeof x === "object" && x !== null) {
    for (const key of Object.keys(x).sort()) numbersIn((x as Record<string, unknown>)[key], found);
  }
  return found;
}

/** The same with every number replaced. */
function like(x: unknown, next: () => number): unknown {
  if (typeof x === "number") return next();
  if (x instanceof Float64Array) return x.map(next);
  if (Array.isArray(x)) return x.map((y) => like(y, next));
  if (typeof x !== "object" || x === null) return x;
  return Object.fromEntries(Object.entries(x).map(([key, y]) => [key, like(y, next)]));
}

/** What the library does not know of texts that functions do not ask for: derived source keeps them, like all texts. */
function withTexts(wanted: unknown, got: unknown): unknown {
  if (wanted === undefined && typeof got === "string") return got;
  if (typeof wanted !== "object" || wanted === null || ArrayBuffer.isView(wanted)) return wanted;
  if (typeof got !== "object" || got === null) return wanted;
  if (Array.isArray(wanted)) return wanted.map((x, i) => withTexts(x, (got as unknown[])[i]));
  const parts = Object.entries(wanted).map(([k, x]) => [
    k,
    withTexts(x, (got as Record<string, unknown>)[k]),
  ]);
  return Object.fromEntries(parts);
}

/** Numbers that look arbitrary but are the same each time. */
function arbitrary(): () => number {
  let k = 0;
  return () => Math.sin(++k * 12.9898) * 0.7 + 0.1;
}

/** What the library gives, and what the derived function is called with. */
function asked(
  mode: DeriveMode,
  f: Any,
  scalar: boolean,
  make: () => readonly unknown[],
): [Any, readonly unknown[]] {
  const vector = make().map((x) => like(x, arbitrary()));
  switch (mode) {
    case "reverse": {
      if (scalar) return [compile(library["grad"]!(f), { target: "js", math: "exact" })(...make()), make()];
      const out = like(f(...make()), arbitrary());
      return [library["vjp"]!(f)(...make()).pullback(out), [...make(), out]];
    }
    case "forward":
      return [library["jvp"]!(f)(make(), vector), [...make(), ...vector]];
    case "hvp":
      return [library["hvp"]!(f)(make(), vector), [...make(), ...vector]];
    default:
      return [library[mode]!(f)(...make()), make()];
  }
}

const folder = mkdtempSync(join(tmpdir(), "derived-"));
afterAll(() => rmSync(folder, { recursive: true }));

/** Modes that need a single number. */
const SCALAR: ReadonlySet<DeriveMode> = new Set<DeriveMode>(["hessian", "hvp"]);
/** Where the exact derivative is zero by cancellation, and rounding leaves something else. */
const CANCELLED = 1e-15;

describe.each(["reverse", "forward", "jacobian", "hessian", "hvp"] as const)("the corpus, %s", (mode) => {
  const written = new Map<string, string>();
  for (const [file, { cases, functions, text }] of Object.entries(corpus)) {
    const module = readModule(parseSource(text, `${file}.ts`));
    const nodes = functionsOf(module);
    const known = new Map<string, Lowered>();
    const lowered = (name: string): Lowered => {
      const found = known.get(name) ?? lower(module, nodes.get(name)!, name, undefined);
      known.set(name, found);
      return found;
    };
    const isScalar = (name: string): boolean => lowered(name).result.kind === "number";
    const optionsOf = (name: string): DeriveOptions => ({ file: `${file}.ts`, function: name, mode });
    const names = Object.keys(cases);
    const refused = SCALAR.has(mode) ? names.filter((name) => !isScalar(name)) : [];
    test(`${file}: what returns more than a number`, () => {
      for (const name of refused) expect(() => derive(text, optionsOf(name))).toThrow("result-not-scalar");
    });
    test.each(names.filter((name) => !refused.includes(name)))(`${file}: %s`, (name) => {
      const scalar = isScalar(name);
      const options = optionsOf(name);
      const { code, name: own } = derive(text, options);
      expect(code).not.toContain("import");
      written.set(name, code);
      // oxlint-disable-next-line no-implied-eval, typescript/no-implied-eval -- generated here
      const derived = new Function(`${stripTypes(code).replace(/^export /gm, "")}\nreturn ${own};`)();
      const plain = (...args: unknown[]): unknown => functions[name]!(...args);
      const f = attach(plain, {
        version: CAPTURE_VERSION,
        name,
        outside: () => [],
        specialise: () => lowered(name),
      });
      Object.defineProperty(f, "length", { value: lowered(name).params.length });
      for (const make of cases[name]!) {
        if (make().length < lowered(name).params.length) continue;
        let wanted: unknown;
        let args: readonly unknown[];
        try {
          [wanted, args] = asked(mode, f, scalar, make);
        } catch {
          // The compiled function checks indices; the derived one, like the plain one, does not.
          continue;
        }
        const got = derived(...args) as unknown;
        expect(like(got, () => 0)).toEqual(
          withTexts(
            like(wanted, () => 0),
            got,
          ),
        );
        const [a, b] = [numbersIn(wanted), numbersIn(got)];
        // Where the function itself is not finite, people's code has no number where the library has 0.
        const defined = numbersIn(plain(...make())).every(Number.isFinite);
        const size = Math.max(0, ...a.filter((x) => Number.isFinite(x)).map(Math.abs));
        a.forEach((x, i) => {
          const y = b[i]!;
          if (Object.is(x, y) || x === y || (!defined && Number.isNaN(y))) return;
          expect(Math.abs(x - y)).toBeLessThanOrEqual(1e-11 * Math.abs(x) + 1e-14 * size + CANCELLED);
        });
      }
    });
  }

  test("all of it compiles strictly, lints and is formatted", () => {
    const own = join(folder, mode);
    execFileSync("mkdir", [own]);
    for (const [name, code] of written) writeFileSync(join(own, `${name}.ts`), code);
    const compilerOptions = {
      strict: true,
      noUncheckedIndexedAccess: true,
      exactOptionalPropertyTypes: true,
      noUnusedLocals: true,
      noUnusedParameters: true,
      noImplicitReturns: true,
      isolatedDeclarations: true,
      declaration: true,
      erasableSyntaxOnly: true,
      verbatimModuleSyntax: true,
      module: "esnext",
      moduleResolution: "bundler",
      target: "es2022",
      types: [],
      noEmit: true,
    };
    writeFileSync(join(own, "tsconfig.json"), JSON.stringify({ compilerOptions, include: ["*.ts"] }));
    writeFileSync(join(own, ".oxfmtrc.json"), JSON.stringify({ printWidth: 80, ignorePatterns: ["*.json"] }));
    const run = (name: string, ...args: string[]): string => {
      try {
        return execFileSync(tool(name), args, { cwd: own, encoding: "utf8", stdio: "pipe" }) && "";
      } catch (error) {
        const { stdout, stderr } = error as { stdout: string; stderr: string };
        return stdout + stderr;
      }
    };
    expect(written.size).toBeGreaterThan(150);
    expect(run("tsc", "-p", ".")).toBe("");
    expect(run("oxlint", "--deny-warnings", ".")).toBe("");
    expect(run("oxfmt", "--check", ".")).toBe("");
  });
});
