/** `cotangent steps` */
import { writeFileSync } from "node:fs";
import { extname } from "node:path";
import type { StepsOptions } from "cotangent-view";
import { backwardSteps, computationGraph, formatNumber } from "cotangent-view/data";
import type { BackwardStep, ComputationGraph, Variable } from "cotangent-view/data";

import { EXIT, UsageError } from "../command.ts";
import type { Command } from "../command.ts";
import { argumentsOf, numberOf, stepsOf, textOf } from "../options.ts";
import { formatOf, json, pictureOf, themeOf, write } from "../output.ts";
import { functionOf } from "../subject.ts";
import { scalarOf } from "../trace.ts";

export const command: Command = async (invocation) => {
  const { options, terminal } = invocation;
  const f = functionOf(invocation);
  const format = formatOf(invocation, ["text", "svg", "png", "json"]);
  const args = argumentsOf(options);
  if (args === undefined) {
    throw new UsageError(
      "Backpropagation starts from the values at a point.",
      `Give the arguments: --at ${f.parameters.map((_, i) => i + 1).join(",")}.`,
    );
  }
  const output = scalarOf(f, args, stepsOf(options));
  const direction = textOf(options, "direction") as "right" | "down" | undefined;
  const dOut = numberOf(options, "d-out") ?? 1;
  const settings: StepsOptions = {
    dOut,
    ...(direction === undefined ? {} : { direction }),
    ...themeOf(invocation, format),
  };
  if (format === "text" || format === "json") {
    const graph = computationGraph(output);
    const { steps, derivatives } = backwardSteps(graph, dOut);
    write(
      invocation,
      format === "json" ? json(dataOf(steps, graph, derivatives)) : story(steps, graph, derivatives, dOut),
    );
    return EXIT.ok;
  }
  const { animateSteps, drawSteps } = await import("cotangent-view");
  const file = textOf(options, "output");
  if (format === "png" || options["frames"] === true) {
    if (file === undefined || file === "-") {
      throw new UsageError("Frames are several files.", `Name them: -o step.${format}.`);
    }
    const ending = extname(file);
    const names: string[] = [];
    for (const [k, figure] of drawSteps(output, settings).entries()) {
      const name = `${file.slice(0, -ending.length)}-${k}${ending}`;
      writeFileSync(name, await pictureOf(invocation, figure, format));
      names.push(name);
    }
    if (terminal.isErrorTerminal === true) terminal.error(`wrote ${names[0]!} to ${names.at(-1)!}\n`);
    return EXIT.ok;
  }
  const secondsPerStep = numberOf(options, "seconds");
  const figure = animateSteps(output, {
    ...settings,
    ...(secondsPerStep === undefined ? {} : { secondsPerStep }),
  });
  write(invocation, figure.svg);
  return EXIT.ok;
};

const called = ({ kind, name, value }: Variable): string =>
  kind === "constant" ? formatNumber(value) : name;

/** What happens, as lines of text. */
function story(
  steps: readonly BackwardStep[],
  graph: ComputationGraph,
  derivatives: ReadonlyMap<string, number>,
  dOut: number,
): string {
  const { output } = graph;
  const lines = [
    `${called(output)} = ${formatNumber(output.value, 6)}; its derivative by itself is ${formatNumber(dOut)}.`,
    "",
  ];
  const width = String(steps.length).length;
  steps.forEach(({ operation, dOut, contributions }, k) => {
    const args = operation.inputs.map(called).join(", ");
    lines.push(
      `${String(k + 1).padStart(width)}. ${called(operation.output)} = ${operation.name}(${args}) is handed ${formatNumber(dOut, 6)}`,
    );
    for (const { variable, derivative, before, after, first } of contributions) {
      const sum = first
        ? ""
        : `: ${formatNumber(before, 6)} + ${formatNumber(derivative, 6)} = ${formatNumber(after, 6)} so far`;
      lines.push(
        `${" ".repeat(width + 2)}and passes ${formatNumber(derivative, 6)} to ${called(variable)}${sum}`,
      );
    }
  });
  const leaves = graph.variables.filter(({ kind }) => kind === "leaf").reverse();
  lines.push(
    "",
    ...leaves.map((leaf) => `∂/∂${leaf.name} = ${formatNumber(derivatives.get(leaf.id) ?? 0, 10)}`),
  );
  return `${lines.join("\n")}\n`;
}

function dataOf(
  steps: readonly BackwardStep[],
  graph: ComputationGraph,
  derivatives: ReadonlyMap<string, number>,
): unknown {
  const leaves = graph.variables.filter(({ kind }) => kind === "leaf").reverse();
  return {
    value: graph.output.value,
    steps: steps.map(({ operation, dOut, contributions }) => ({
      operation: operation.name,
      inputs: operation.inputs.map(called),
      output: called(operation.output),
      dOut,
      contributions: contributions.map(({ argument, variable, derivative, before, after }) => ({
        argument,
        variable: called(variable),
        derivative,
        before,
        after,
      })),
    })),
    derivatives: Object.fromEntries(leaves.map((leaf) => [leaf.name, derivatives.get(leaf.id) ?? 0])),
  };
}
