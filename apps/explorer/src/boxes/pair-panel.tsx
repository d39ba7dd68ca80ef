/** A forward and a backward of one's own, checked while they are written. */
import type { JSX } from "preact";
import { useEffect, useMemo } from "preact/hooks";

import { CodeEditor } from "../editor/code-editor.tsx";
import { summaryOf } from "../editor/summary.ts";
import { Language } from "../language/client.ts";
import type { handlers } from "../language/handlers.ts";
import { StopBar } from "../language/stop-bar.tsx";
import type { PairResult } from "../language/pair.ts";
import type { Store, TabContext } from "../tab.ts";
import { FigureElement } from "../ui/figure.tsx";
import { formatNumber } from "../ui/format.ts";
import { useAnswer } from "../ui/use-answer.ts";
import { useWatched } from "../ui/use.ts";
import type { BoxesState } from "./boxes-slice.ts";

const RANGE = [-5, 5] as const;
const PAUSE = 150;

export function PairPanel({
  context,
  store,
}: {
  readonly context: TabContext;
  readonly store: Store<BoxesState>;
}): JSX.Element {
  const { pair, at } = useWatched(store);
  const theme = useWatched(context.theme);
  const language = useMemo(
    () =>
      new Language<typeof handlers>(
        () => new Worker(new URL("../language/worker.ts", import.meta.url), { type: "module", name: "pair" }),
      ),
    [],
  );
  useEffect(() => () => language.close(), [language]);
  const halted = useWatched(language.halted);
  const { value, failure } = useAnswer(
    JSON.stringify([pair, at, theme, halted]),
    () => language.call("pair", pair, at, RANGE, theme),
    PAUSE,
  );
  const set = (i: number, x: number): void => {
    const next = (value?.parameters ?? []).map((_, k) => at[k] ?? 1 + k);
    next[i] = x;
    store.set({ at: next });
  };
  return (
    <section class="panel pair" aria-label="A function of your own">
      <div class="panel-head">
        <h2>A forward and a backward of your own</h2>
        {value === undefined ? null : <Verdict result={value} />}
      </div>
      <div class="pair-columns">
        <div>
          <CodeEditor
            label="Class with forward and backward"
            text={pair}
            failure={failure}
            onChange={(text) => {
              language.resume();
              store.set({ pair: text });
            }}
          />
          <StopBar language={language} onRunAgain={() => language.resume()} />
          {failure === undefined ? null : (
            <p class="notice error" role="alert">
              {failure.line === undefined ? null : <strong>Line {failure.line}. </strong>}
              {summaryOf(failure)}
            </p>
          )}
        </div>
        <div class="pair-result">
          {value === undefined ? null : (
            <>
              {value.parameters.map((name, i) => (
                <div class="input-row" key={name}>
                  <span class="mono input-name">{name}</span>
                  <output class="mono">{formatNumber(at[i] ?? 1 + i)}</output>
                  <input
                    type="range"
                    aria-label={`${value.name}: ${name}`}
                    min={RANGE[0]}
                    max={RANGE[1]}
                    step={0.1}
                    value={at[i] ?? 1 + i}
                    onInput={({ currentTarget }) => set(i, Number(currentTarget.value))}
                  />
                </div>
              ))}
              <div class="scroll" tabIndex={0} role="group" aria-label={`${value.name} as a box`}>
                <FigureElement drawing={value.figure} />
              </div>
              <table class="numbers">
                <thead>
                  <tr>
                    <th scope="col">by</th>
                    <th scope="col">backward says</th>
                    <th scope="col">differences say</th>
                  </tr>
                </thead>
                <tbody>
                  {value.derivatives.map(({ path, backward, differences, right }) => (
                    <tr key={path} class={right ? undefined : "bad"}>
                      <th scope="row" class="mono">
                        {path}
                      </th>
                      <td class="number">{formatNumber(backward, 8)}</td>
                      <td class="number">{formatNumber(differences, 8)}</td>
                    </tr>
                  ))}
                </tbody>
              </table>
            </>
          )}
        </div>
      </div>
    </section>
  );
}

function Verdict({ result: { derivatives, right, tried } }: { readonly result: PairResult }): JSX.Element {
  const ok = right === tried && derivatives.every((d) => d.right);
  const words = ok
    ? `✓ backward is right at ${right} of ${tried} points`
    : right === tried
      ? "✗ backward is wrong at this point"
      : `✗ backward is wrong at ${tried - right} of ${tried} points`;
  return (
    <span class={ok ? "verdict good" : "verdict bad"} role="status" data-verdict={ok ? "right" : "wrong"}>
      {words}
    </span>
  );
}
