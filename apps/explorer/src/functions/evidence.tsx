/** Formula, check and timing: what can be said about the function beside its picture. */
import type { JSX } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";

import type { Check } from "../language/check.ts";
import { failureFrom } from "../language/client.ts";
import type { FunctionModel } from "../language/model.ts";
import type { Timing } from "../language/timing.ts";
import type { TabContext } from "../tab.ts";
import { formatNumber, formatTime } from "../ui/format.ts";
import { useAnswer } from "../ui/use-answer.ts";
import { useVisible } from "../ui/use-visible.ts";
import { useWatched } from "../ui/use.ts";

export function Evidence({
  model,
  context,
}: {
  readonly model: FunctionModel;
  readonly context: TabContext;
}): JSX.Element {
  return (
    <div class="evidence">
      <CheckPanel model={model} />
      <TimingPanel model={model} context={context} />
    </div>
  );
}

export function FormulaPanel({ model }: { readonly model: FunctionModel }): JSX.Element {
  const { text, inputs, point } = useWatched(model.known);
  const [element, seen] = useVisible<HTMLElement>();
  // A formula does not depend on the inputs that are numbers; on the lengths of lists it does.
  const shape = JSON.stringify(inputs, (_, x: unknown) =>
    typeof x === "number" && !Number.isInteger(x) ? 0 : x,
  );
  const { value, failure, waiting } = useAnswer(
    point === undefined || !seen ? undefined : JSON.stringify([text, shape]),
    () => model.aside.call("formulas", text, inputs),
    80,
  );
  return (
    <section class="panel formulas" ref={element} aria-label="Formula" aria-busy={waiting}>
      <div class="panel-head">
        <h2>Formula</h2>
      </div>
      {/* It may be wider than its panel: the focus makes it scroll by keyboard. */}
      <div class="panel-body scroll" tabIndex={0} role="group" aria-label="Formulas">
        {value?.formulas.map(({ mathml, latex }) => (
          <MathElement key={latex} mathml={mathml} />
        ))}
        {value?.remark === undefined ? null : <p class="muted small">{value.remark}</p>}
        {failure === undefined ? null : <p class="muted small">{failure.message.split("\n")[0]}</p>}
      </div>
    </section>
  );
}

function MathElement({ mathml }: { readonly mathml: string }): JSX.Element {
  const element = useRef<HTMLDivElement>(null);
  useEffect(() => {
    const parsed = new DOMParser().parseFromString(mathml, "application/xml").documentElement;
    element.current!.replaceChildren(document.importNode(parsed, true));
  }, [mathml]);
  return <div class="formula" ref={element} />;
}

/** Digits in which two numbers agree. */
function digits(a: number, b: number): string {
  if (Object.is(a, b) || a === b) return "all digits";
  const error = Math.abs(a - b) / Math.max(Math.abs(a), Math.abs(b), 1e-300);
  return `${Math.max(0, Math.floor(-Math.log10(error)))} digits`;
}

function CheckPanel({ model }: { readonly model: FunctionModel }): JSX.Element {
  const { text, inputs, point } = useWatched(model.known);
  const { value, failure } = useAnswer<Check>(
    point === undefined ? undefined : JSON.stringify([text, inputs]),
    () => model.aside.call("check", text, inputs),
    250,
  );
  return (
    <section class="panel" aria-label="Check">
      <div class="panel-head">
        <h2>Against differences</h2>
        {value === undefined || value.comparisons.length === 0 ? null : (
          <span class={value.ok ? "verdict good" : "verdict bad"} data-verdict={value.ok ? "right" : "wrong"}>
            {value.ok ? "✓ agrees" : "✗ differs"}
          </span>
        )}
      </div>
      <div class="panel-body scroll" tabIndex={0} role="group" aria-label="Derivatives against differences">
        {failure === undefined ? null : <p class="muted small">{failure.message.split("\n")[0]}</p>}
        {value === undefined ? null : (
          <table class="numbers">
            <thead>
              <tr>
                <th scope="col">by</th>
                <th scope="col">derivative</th>
                <th scope="col">differences</th>
                <th scope="col">agree in</th>
              </tr>
            </thead>
            <tbody>
              {value.comparisons.map(({ path, reverse, forward, differences, right }) => (
                <tr key={path} class={right ? undefined : "bad"}>
                  <th scope="row" class="mono">
                    {path}
                  </th>
                  <td class="number">{formatNumber(reverse ?? forward, 9)}</td>
                  <td class="number">{formatNumber(differences, 9)}</td>
                  <td class="number">{digits(reverse ?? forward, differences)}</td>
                </tr>
              ))}
            </tbody>
          </table>
        )}
      </div>
    </section>
  );
}

function TimingPanel({
  model,
  context,
}: {
  readonly model: FunctionModel;
  readonly context: TabContext;
}): JSX.Element {
  const { text, inputs, point } = useWatched(model.known);
  const [timing, setTiming] = useState<Timing | undefined>(undefined);
  const [running, setRunning] = useState(false);
  const [remark, setRemark] = useState("");
  useEffect(() => setTiming(undefined), [text]);
  const measure = async (): Promise<void> => {
    setRunning(true);
    setRemark("");
    try {
      const found = await model.aside.call("timing", text, inputs);
      setTiming(found);
      const wasm = found.rows.at(-1)!;
      context.announce(`A call takes ${formatTime(wasm.value)}, the gradient ${formatTime(wasm.gradient)}.`);
    } catch (error) {
      setRemark(failureFrom(error)?.message.split("\n")[0] ?? "Stopped.");
    }
    setRunning(false);
  };
  return (
    <section class="panel" aria-label="Timing">
      <div class="panel-head">
        <h2>Time per call</h2>
        <button
          type="button"
          class="button"
          disabled={running || point === undefined}
          onClick={() => void measure()}
        >
          {running ? "Measuring …" : timing === undefined ? "Measure" : "Measure again"}
        </button>
      </div>
      <div class="panel-body">
        {remark === "" ? null : <p class="muted small">{remark}</p>}
        {timing === undefined ? (
          <p class="muted small">
            How long the function and its derivative take here, compiled to JavaScript and to WebAssembly.
          </p>
        ) : (
          <>
            <table class="numbers">
              <thead>
                <tr>
                  <th scope="col">compiled to</th>
                  <th scope="col">value</th>
                  <th scope="col">derivative</th>
                  <th scope="col">ratio</th>
                </tr>
              </thead>
              <tbody>
                {timing.rows.map(({ target, value, gradient }, i) => (
                  <tr key={i}>
                    <th scope="row">{TARGETS[target] ?? target}</th>
                    <td class="number">{formatTime(value)}</td>
                    <td class="number">{formatTime(gradient)}</td>
                    <td class="number">{(gradient / value).toFixed(1)}</td>
                  </tr>
                ))}
              </tbody>
            </table>
            <p class="muted small">From the text to the first derivative: {timing.compile.toFixed(1)} ms.</p>
          </>
        )}
      </div>
    </section>
  );
}

const TARGETS: Readonly<Record<string, string>> = {
  js: "JavaScript",
  wasm: "WebAssembly",
  interpreter: "interpreter",
};
