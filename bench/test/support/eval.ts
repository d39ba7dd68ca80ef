/** The other side of GradBench's protocol: what an eval sends, what it reads of the answers, and when it calls an output valid. */
import { Session } from "../../src/gradbench-tool/protocol.ts";

/** What an eval asks for. */
export interface Evaluation {
  readonly function: string;
  readonly input: unknown;
  readonly description?: string;
  /** What it holds for right. */
  readonly expected: unknown;
}

/** What came of an evaluation. */
export interface Outcome {
  readonly description: string;
  /** Where the output is not what was expected: nothing, if it is valid. */
  readonly mismatches: readonly string[];
  /** How often the tool says that it ran the function. */
  readonly runs: number;
}

/**
 * Holds a conversation as an eval does.
 * @throws Error where the tool's answers have not the form that the protocol says, or it fails
 */
export function converse(module: string, evaluations: readonly Evaluation[]): readonly Outcome[] {
  const session = new Session();
  let id = 0;
  const send = (message: object): Answer => {
    const line = session.answer(JSON.stringify({ id, ...message }));
    if (line.includes("\n")) throw new Error("An answer has several lines.");
    const answer = JSON.parse(line) as Answer;
    if (answer["id"] !== id)
      throw new Error(`The answer to ${id} is one to ${JSON.stringify(answer["id"])}.`);
    id++;
    return answer;
  };

  const started = send({ kind: "start", eval: module, config: { seed: 31_337 } });
  if (typeof started["tool"] !== "string") throw new Error("The tool has no name.");
  successful(send({ kind: "define", module }), "define");
  return evaluations.map(({ expected, ...asked }) => {
    const of = id;
    const answer = send({ kind: "evaluate", module, ...asked });
    const description = `${module}::${asked.function} ${asked.description ?? ""}`.trim();
    successful(answer, description);
    const mismatches = compare(expected, answer["output"]);
    const valid = mismatches.length === 0;
    send({ kind: "analysis", of, valid, ...(valid ? {} : { error: mismatches.join("\n") }) });
    const timings = timingsOf(answer, description);
    return { description, mismatches, runs: timings.filter(({ name }) => name === "evaluate").length };
  });
}

type Answer = Readonly<Record<string, unknown>>;

/** A success comes without an error, and the other way round. */
function successful(answer: Answer, what: string): void {
  if (answer["success"] !== true || "error" in answer) {
    throw new Error(`${what}: ${JSON.stringify(answer["error"])}`);
  }
}

function timingsOf(answer: Answer, what: string): readonly { readonly name: unknown }[] {
  const timings = answer["timings"] as readonly { readonly name: unknown; readonly nanoseconds: unknown }[];
  for (const { name, nanoseconds, ...more } of timings) {
    const isWhole = Number.isInteger(nanoseconds) && (nanoseconds as number) >= 0;
    if (typeof name !== "string" || !isWhole || Object.keys(more).length > 0) {
      throw new Error(`${what}: a timing is no name with nanoseconds.`);
    }
  }
  return timings;
}

/** GradBench's tolerance: of the difference, relative to the sum of both sizes where that is above 1. */
const TOLERANCE = 1e-4;

/** Where two values in JSON differ: in form, or by more than the tolerance. */
function compare(wanted: unknown, got: unknown, path = "output"): readonly string[] {
  if (typeof wanted === "number" && typeof got === "number") {
    const scale = Math.max(1, Math.abs(wanted) + Math.abs(got));
    return Math.abs(wanted - got) / scale <= TOLERANCE ? [] : [`${path}: ${wanted} != ${got}`];
  }
  if (Array.isArray(wanted) && Array.isArray(got)) {
    if (wanted.length !== got.length) return [`${path}: ${wanted.length} elements != ${got.length}`];
    return wanted.flatMap((x: unknown, i) => compare(x, got[i], `${path}[${i}]`));
  }
  if (isObject(wanted) && isObject(got)) {
    const keys = new Set([...Object.keys(wanted), ...Object.keys(got)]);
    return [...keys].flatMap((key) => compare(wanted[key], got[key], `${path}.${key}`));
  }
  return [`${path}: ${JSON.stringify(wanted)} != ${JSON.stringify(got)}`];
}

const isObject = (x: unknown): x is Record<string, unknown> =>
  typeof x === "object" && x !== null && !Array.isArray(x);
