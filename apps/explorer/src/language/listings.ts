/** The function and its derivative as code: what the compiler makes of it, at each stage. */
import { derive } from "cotangent-compiler/derive";
import { print } from "cotangent/program";

import type { Subject } from "./subject.ts";
import type { Derivation, Text } from "./text.ts";
import type { Data } from "./values.ts";

type ListingKind = "typescript" | "javascript" | "program" | "wat";

export interface ListingRequest {
  readonly kind: ListingKind;
  readonly mode: Derivation;
}

export interface Listing {
  readonly text: string;
  /** For each line of the text, the line of the source that it comes from, counted from 1; 0 where none is known. */
  readonly lines: readonly number[];
  /** What is left out. */
  readonly remark: string | undefined;
}

/** Longer texts are cut: a function of 10,000 operations is no reading matter. */
const MOST_LINES = 3000;

export async function listing(
  text: Text,
  subject: Subject,
  inputs: readonly Data[],
  { kind, mode }: ListingRequest,
): Promise<Listing> {
  if (kind === "typescript" && mode !== "value") {
    const { source, name } = text;
    // A text that is one expression has no name for derive to find.
    const module = subject.expression
      ? `const ${subject.f.name} = ${source.trim().replace(/;$/, "")};`
      : source;
    return shortened(derive(module, { function: subject.expression ? subject.f.name : name, mode }).code);
  }
  const compiled = subject.compiled(mode, kind === "javascript" ? "js" : "wasm");
  compiled(...subject.call(mode, inputs));
  if (kind === "javascript" || kind === "typescript") return shortened(compiled.source);
  if (kind === "wat") return shortened(await disassembled(compiled.wasm));
  return withPlaces(print(compiled.program, { locations: true }));
}

function shortened(text: string, lines?: readonly number[]): Listing {
  const all = text.trimEnd().split("\n");
  const kept = all.slice(0, MOST_LINES);
  return {
    text: kept.join("\n"),
    lines: kept.map((_, i) => lines?.[i] ?? 0),
    remark: all.length > MOST_LINES ? `${all.length - MOST_LINES} more lines are not shown.` : undefined,
  };
}

/** ` @:3:17` at the end of an operation. */
const PLACE = / @(?:"[^"]*")?:(\d+):\d+$/;

/** The places taken out of the text of a program, and kept beside it. */
function withPlaces(text: string): Listing {
  const places: number[] = [];
  const lines = text
    .trimEnd()
    .split("\n")
    .map((line, i) => {
      const place = PLACE.exec(line);
      places[i] = Number(place?.[1] ?? 0);
      return line.replace(PLACE, "");
    });
  return shortened(lines.join("\n"), places);
}

/** WebAssembly as text, by wabt: it is large, and loaded when it is first needed. */
async function disassembled(bytes: Uint8Array): Promise<string> {
  const { default: load } = await import("wabt");
  const wabt = await load();
  const module = wabt.readWasm(bytes, { readDebugNames: true });
  try {
    module.generateNames();
    module.applyNames();
    return module.toText({ foldExprs: true, inlineExport: true });
  } finally {
    module.destroy();
  }
}
