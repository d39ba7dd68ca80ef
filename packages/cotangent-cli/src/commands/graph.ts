/** `cotangent graph` */
import { reverse } from "cotangent/differentiate";
import { capturedOf, optimise, print } from "cotangent/program";
import type { Program, Structure } from "cotangent/program";
import type { TextFunction } from "cotangent-compiler/read";
import type { GraphOptions, ProgramOptions } from "cotangent-view";
import { backwardSteps, computationGraph, formatNumber, graphToDot, programToDot } from "cotangent-view/data";
import type { ComputationGraph, Variable } from "cotangent-view/data";

import { EXIT, UsageError } from "../command.ts";
import type { Command, Invocation } from "../command.ts";
import { argumentsOf, stepsOf, textOf, wholeOf } from "../options.ts";
import { formatOf, json, pictureOf, themeOf, write } from "../output.ts";
import type { Format } from "../output.ts";
import { functionOf } from "../subject.ts";
import { scalarOf } from "../trace.ts";

export const command: Command = async (invocation) => {
  const { options } = invocation;
  const f = functionOf(invocation);
  const format = formatOf(invocation, ["text", "svg", "png", "dot", "json"]);
  const args = argumentsOf(options);
  const wantsProgram = options["program"] === true || options["gradient"] === true || args === undefined;
  const written = wantsProgram
    ? ofProgram(programOf(f, args, invocation), invocation, format)
    : ofCall(f, args, invocation, format);
  write(invocation, await written);
  return EXIT.ok;
};

/** The computation graph at a point. */
async function ofCall(
  f: TextFunction,
  args: readonly unknown[],
  invocation: Invocation,
  format: Format,
): Promise<string | Uint8Array> {
  const { options } = invocation;
  const output = scalarOf(f, args, stepsOf(options));
  const derivatives = options["derivatives"] === true;
  const settings: GraphOptions = {
    derivatives,
    values: options["no-values"] !== true,
    intermediates: options["named"] === true ? "named" : "all",
    ...layoutOf(invocation),
  };
  if (format === "dot") return graphToDot(output, settings);
  if (format === "svg" || format === "png") {
    const { drawGraph } = await import("cotangent-view");
    return pictureOf(invocation, drawGraph(output, { ...settings, ...themeOf(invocation, format) }), format);
  }
  const graph = computationGraph(output);
  const found = derivatives ? backwardSteps(graph).derivatives : undefined;
  return format === "json" ? json(dataOf(graph, found)) : listing(graph, found);
}

/** The graph as data. */
function dataOf(graph: ComputationGraph, derivatives: ReadonlyMap<string, number> | undefined): unknown {
  return {
    output: graph.output.id,
    variables: graph.variables.map(({ id, kind, name, value }) => ({
      id,
      kind,
      ...(kind === "constant" ? {} : { name }),
      value,
      ...(derivatives?.has(id) === true ? { derivative: derivatives.get(id) } : {}),
    })),
    operations: graph.operations.map(({ id, number, name, inputs, output }) => ({
      id,
      number,
      name,
      inputs: inputs.map((each) => each.id),
      output: output.id,
    })),
  };
}

/** The graph in lines, in the order in which it was computed. */
function listing(graph: ComputationGraph, derivatives: ReadonlyMap<string, number> | undefined): string {
  const called = ({ kind, name, value }: Variable): string =>
    kind === "constant" ? formatNumber(value) : name;
  const leaves = graph.variables.filter(({ kind }) => kind === "leaf").reverse();
  const rows = [
    ...leaves.map((variable) => ({ variable, how: "" })),
    ...[...graph.operations].reverse().map(({ name, inputs, output }) => ({
      variable: output,
      how: `${name}(${inputs.map(called).join(", ")})`,
    })),
  ];
  const table = rows.map(({ variable, how }) => [
    called(variable),
    how === "" ? "" : `= ${how}`,
    `= ${formatNumber(variable.value, 6)}`,
    derivatives === undefined ? "" : `∂ = ${formatNumber(derivatives.get(variable.id) ?? 0, 6)}`,
  ]);
  const widths = [0, 1, 2].map((k) => Math.max(...table.map((row) => row[k]!.length)));
  return table
    .map(
      (row) =>
        `${row
          .map((text, k) => text.padEnd(widths[k] ?? 0))
          .join("  ")
          .trimEnd()}\n`,
    )
    .join("");
}

/** A function's program, or that of its gradient. */
function programOf(f: TextFunction, args: readonly unknown[] | undefined, { options }: Invocation): Program {
  for (const name of ["derivatives", "no-values", "named"]) {
    if (options[name] !== true) continue;
    const remedy =
      args === undefined ? "Give the arguments: --at 1,2." : "Leave out --program and --gradient.";
    throw new UsageError(`--${name} is for the graph at a point.`, remedy);
  }
  const given = args ?? f.parameters.map(({ structure }) => exampleOf(structure));
  const { program, result } = capturedOf(f)!.specialise(given);
  if (options["gradient"] !== true) return optimise(program);
  if (result.kind !== "number") {
    throw new UsageError(
      `${f.name} does not return a single number: it has no gradient.`,
      "Write a function that picks one of the results: p => f(p)[0].",
    );
  }
  const primal = optimise(program);
  const wrt = primal.functions[0]!.params.flatMap(({ ty }, i) => (ty === "i32" ? [] : [i]));
  return optimise(reverse(primal, { wrt, of: [0], seeds: "one" }).program);
}

/** Something of a structure: how long its arrays are makes no difference to a program. */
function exampleOf(s: Structure): unknown {
  switch (s.kind) {
    case "number":
      return 1;
    case "boolean":
      return s.of === undefined ? true : (s.of[0] ?? "");
    case "nothing":
      return undefined;
    case "array":
      return s.typed === true ? new Float64Array(1) : [exampleOf(s.element)];
    case "tuple":
      return s.elements.map(exampleOf);
    default:
      return Object.fromEntries(s.fields.map(([key, e]) => [key, exampleOf(e)]));
  }
}

async function ofProgram(
  program: Program,
  invocation: Invocation,
  format: Format,
): Promise<string | Uint8Array> {
  const settings: ProgramOptions = layoutOf(invocation);
  switch (format) {
    case "dot":
      return programToDot(program, settings);
    case "text":
      return print(program);
    case "json":
      return json({ program: print(program) });
    default: {
      const { drawProgram } = await import("cotangent-view");
      return pictureOf(
        invocation,
        drawProgram(program, { ...settings, ...themeOf(invocation, format) }),
        format,
      );
    }
  }
}

function layoutOf({ options }: Invocation): {
  readonly direction?: "right" | "down";
  readonly limit?: number;
} {
  const direction = textOf(options, "direction") as "right" | "down" | undefined;
  const limit = wholeOf(options, "limit", 1);
  return { ...(direction === undefined ? {} : { direction }), ...(limit === undefined ? {} : { limit }) };
}
