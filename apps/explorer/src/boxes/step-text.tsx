/** What happens in a step, or at what is pointed at, in words and numbers. */
import type { JSX } from "preact";
import { useEffect } from "preact/hooks";

import type { GraphOperation, GraphPicture } from "../language/graph.ts";
import { formatNumber } from "../ui/format.ts";
import type { Progress } from "./progress.ts";

interface StepTextProps {
  readonly picture: GraphPicture;
  readonly progress: Progress;
  /** The node under the pointer. */
  readonly pointed: string | undefined;
  readonly announce: (words: string) => void;
}

export function StepText({ picture, progress, pointed, announce }: StepTextProps): JSX.Element {
  const sentence = sentenceOf(picture, progress);
  useEffect(() => announce(`${progress.label}. ${sentence}`), [sentence]);
  const variable = picture.variables.find(({ id }) => id === pointed);
  const operation =
    picture.operations.find(({ id }) => id === pointed) ??
    (variable === undefined ? undefined : picture.operations.find(({ output }) => output === variable.id)) ??
    (pointed === undefined ? progress.current : undefined);
  return (
    <div class="step-text">
      <p>
        <strong>{progress.label}.</strong> {sentence}
      </p>
      {variable !== undefined && operation === undefined ? (
        <p class="muted">
          {variable.kind === "constant" ? "A constant" : "An input"}: {formatNumber(variable.value, 8)}
          {variable.kind === "leaf"
            ? `. The output's derivative by ${variable.name} is ${formatNumber(variable.derivative, 8)}.`
            : ". Nothing is passed back to it."}
        </p>
      ) : null}
      {operation === undefined ? null : <OperationTable picture={picture} operation={operation} />}
    </div>
  );
}

function labelOf(picture: GraphPicture, id: string): string {
  const variable = picture.variables.find((v) => v.id === id)!;
  if (variable.kind === "constant") return formatNumber(variable.value);
  return variable.named || variable.kind === "leaf" ? variable.name : `(${formatNumber(variable.value, 4)})`;
}

const valueOf = (picture: GraphPicture, id: string): number =>
  picture.variables.find((v) => v.id === id)!.value;

/** `mul(x, y) = 2 · 3 = 6`, or what is passed back. */
function sentenceOf(picture: GraphPicture, { phase, current }: Progress): string {
  if (current === undefined)
    return "The inputs have their values. Step forward: each operation computes its own.";
  const { name, inputs, output, dOut, passed } = current;
  if (phase === "forward") {
    const values = inputs.map((id) => formatNumber(valueOf(picture, id), 5)).join(", ");
    return `${name}(${values}) = ${formatNumber(valueOf(picture, output), 8)}.`;
  }
  const each = passed.map(({ variable, derivative, first, after, before }) => {
    const sum = first
      ? ""
      : `, which adds to the ${formatNumber(before, 5)} that had come already: ${formatNumber(after, 5)}`;
    return `${formatNumber(derivative, 5)} to ${labelOf(picture, variable)}${sum}`;
  });
  return `${formatNumber(dOut, 5)} comes back to ${name}, which passes on ${each.join("; ") || "nothing"}.`;
}

function OperationTable({
  picture,
  operation: { name, inputs, output, dOut, local, passed },
}: {
  readonly picture: GraphPicture;
  readonly operation: GraphOperation;
}): JSX.Element {
  return (
    <div class="scroll" tabIndex={0} role="group" aria-label="The chain rule here">
      <table class="numbers">
        <caption>
          <span class="mono">{name}</span> gives{" "}
          <span class="mono">{formatNumber(valueOf(picture, output), 8)}</span>; back to it comes{" "}
          <span class="mono">{formatNumber(dOut, 8)}</span>
        </caption>
        <thead>
          <tr>
            <th scope="col">argument</th>
            <th scope="col">incoming value</th>
            <th scope="col">local derivative</th>
            <th scope="col">× what comes back</th>
            <th scope="col">= passed on</th>
          </tr>
        </thead>
        <tbody>
          {inputs.map((id, i) => {
            const mine = passed.find(({ argument }) => argument === i);
            return (
              <tr key={i}>
                <th scope="row" class="mono">
                  {labelOf(picture, id)}
                </th>
                <td class="number">{formatNumber(valueOf(picture, id), 8)}</td>
                <td class="number">{local[i] === undefined ? "–" : formatNumber(local[i], 8)}</td>
                <td class="number">{mine === undefined ? "–" : formatNumber(dOut, 8)}</td>
                <td class="number strong">{mine === undefined ? "–" : formatNumber(mine.derivative, 8)}</td>
              </tr>
            );
          })}
        </tbody>
      </table>
    </div>
  );
}
