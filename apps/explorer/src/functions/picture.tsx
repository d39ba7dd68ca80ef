/** The function as a picture: curves along one input, or contours over two. */
import type { JSX } from "preact";
import { useEffect, useMemo, useState } from "preact/hooks";

import { failureFrom, Latest } from "../language/client.ts";
import type { Curves, Point } from "../language/handlers.ts";
import type { FunctionModel, Known } from "../language/model.ts";
import { withLeaf } from "../language/values.ts";
import type { Leaf } from "../language/values.ts";
import type { Store, TabContext } from "../tab.ts";
import { formatNumber } from "../ui/format.ts";
import { Segments } from "../ui/segments.tsx";
import { useAnswer } from "../ui/use-answer.ts";
import { useWatched } from "../ui/use.ts";
import { FigureView } from "./figure-view.tsx";
import { rangeFor } from "./inputs.tsx";
import { LivePlot } from "./live-plot.tsx";
import type { PlotPanel } from "./live-plot.tsx";
import type { ViewState } from "./view-slice.ts";

const POINTS = 241;

export interface PictureProps {
  readonly model: FunctionModel;
  readonly view: Store<ViewState>;
  readonly context: TabContext;
}

/** The inputs that can be drawn along. */
const movable = (
  { reading }: Known,
  point: Point,
): readonly { readonly leaf: Leaf; readonly index: number }[] =>
  point.inputs
    .map((leaf, index) => ({ leaf, index }))
    .filter(({ leaf }) => typeof leaf.value === "number")
    .filter(({ leaf }) => !(reading?.integers.includes(leaf.argument) === true && leaf.place.length === 0))
    .slice(0, 16);

export function Picture({ model, view, context }: PictureProps): JSX.Element {
  const known = useWatched(model.known);
  const { picture, along, order } = useWatched(view);
  const { point, text, inputs } = known;
  const choices = point === undefined ? [] : movable(known, point);
  const chosen = choices.find(({ leaf }) => leaf.path === along) ?? choices[0];
  const flat = point?.outputs.length === 1 && choices.length >= 2;
  const kind = flat ? picture : "curves";
  return (
    <section class="panel picture" aria-label="Value and derivatives">
      <div class="panel-head">
        <h2 class="reading-line">
          <Call known={known} />
        </h2>
      </div>
      <div class="panel-body">
        <div class="row wrap picture-tools">
          {flat ? (
            <Segments
              label="Picture"
              value={kind}
              options={[
                ["curves", "Curves"],
                ["contours", "Contours"],
                ["space", "In space"],
              ]}
              onChange={(next) => view.set({ picture: next })}
            />
          ) : null}
          {choices.length > 1 && kind === "curves" ? (
            <label class="row small">
              <span class="muted">along</span>
              <select
                class="field"
                value={chosen?.leaf.path}
                onChange={({ currentTarget }) => view.set({ along: currentTarget.value })}
              >
                {choices.map(({ leaf }) => (
                  <option key={leaf.path}>{leaf.path}</option>
                ))}
              </select>
            </label>
          ) : null}
          {kind === "curves" && chosen !== undefined ? (
            <label class="row small">
              <span class="muted">derivatives</span>
              <select
                class="field"
                value={order}
                onChange={({ currentTarget }) =>
                  view.set({ order: currentTarget.value as ViewState["order"] })
                }
              >
                <option value="0">none</option>
                <option value="1">first</option>
                {point?.outputs.length === 1 ? <option value="2">first and second</option> : null}
              </select>
            </label>
          ) : null}
        </div>
        {point === undefined || chosen === undefined ? (
          <p class="muted empty">
            {known.failure === undefined ? "" : "There is no value to draw here."}
            {point !== undefined && chosen === undefined ? "There is no number to draw along." : ""}
          </p>
        ) : kind === "curves" ? (
          <LiveCurves model={model} known={known} point={point} chosen={chosen} order={Number(order)} />
        ) : (
          <FigureView
            model={model}
            view={view}
            context={context}
            kind={kind}
            choices={choices}
            text={text}
            inputs={inputs}
          />
        )}
      </div>
    </section>
  );
}

/** `f(1.2, 3) = 5`. */
function Call({ known: { text, inputs, point, stale } }: { readonly known: Known }): JSX.Element {
  if (point === undefined) return <span class="muted">…</span>;
  const shown = inputs.map((data) =>
    typeof data === "number"
      ? formatNumber(data)
      : Array.isArray(data)
        ? "[…]"
        : typeof data === "object"
          ? "{…}"
          : String(data),
  );
  const value =
    point.outputs.length === 1
      ? formatNumber(point.outputs[0]!.value, 10)
      : `(${point.outputs
          .slice(0, 4)
          .map((o) => formatNumber(o.value, 5))
          .join(", ")}${point.outputs.length > 4 ? ", …" : ""})`;
  return (
    <span class={stale ? "mono stale" : "mono"}>
      {text.name}({shown.join(", ")}) = <output class="value">{value}</output>
    </span>
  );
}

function LiveCurves({
  model,
  known,
  point,
  chosen: { leaf, index },
  order,
}: {
  readonly model: FunctionModel;
  readonly known: Known;
  readonly point: Point;
  readonly chosen: { readonly leaf: Leaf; readonly index: number };
  readonly order: number;
}): JSX.Element {
  const { ranges } = useWatched(model.store);
  const [low, high] = rangeFor(leaf, false, ranges);
  const { text, inputs } = known;
  // The curve stays the same while its own input moves.
  const others = JSON.stringify([
    text,
    inputs.map((data, i) => (i === leaf.argument ? withLeaf(data, leaf.place, 0) : data)),
    leaf.path,
    low,
    high,
    order > 1,
  ]);
  const second = useAnswer(
    order > 1 && point.outputs.length === 1 ? JSON.stringify([text, inputs, index]) : undefined,
    () => model.language.call("second", text, inputs, index),
  );
  const [curves, setCurves] = useState<Curves | undefined>(undefined);
  const latest = useMemo(() => new Latest(), []);
  useEffect(() => {
    latest.run(async () => {
      try {
        setCurves(
          await model.language.call("curves", text, inputs, {
            leaf: index,
            range: [low, high],
            points: POINTS,
            second: order > 1,
          }),
        );
      } catch (error) {
        failureFrom(error);
      }
    });
  }, [others]);
  if (curves === undefined || curves.curves.length === 0) return <p class="empty" />;
  const x = leaf.value as number;
  const name = (marks: string, path: string): string =>
    `${text.name}${path === "" ? "" : `.${path}`}${marks}`;
  const outputs = point.outputs.slice(0, curves.curves.length);
  const single = outputs.length === 1;
  const partial = point.inputs.length === 1 ? `${text.name}′` : `∂${text.name}/∂${leaf.path}`;
  const partial2 = point.inputs.length === 1 ? `${text.name}″` : `∂²${text.name}/∂${leaf.path}²`;
  const all: PlotPanel[] = [
    {
      title: single ? text.name : `${text.name}: ${outputs.map(({ path }) => path).join(", ")}`,
      kind: "value",
      series: outputs.map((o, k) => ({
        name: name("", o.path),
        ys: curves.curves[k]!.values,
        now: o.value,
        ...(order > 0 && o.gradient[index] !== undefined ? { slope: o.gradient[index] } : {}),
      })),
    },
    {
      title: partial,
      kind: "derivative",
      series: outputs.map((o, k) => ({
        name: name("′", o.path),
        ys: curves.curves[k]!.slopes,
        now: o.gradient[index] ?? NaN,
      })),
    },
  ];
  const seconds = curves.curves[0]!.seconds;
  if (seconds !== undefined) {
    all.push({
      title: partial2,
      kind: "second",
      series: [{ name: name("″", ""), ys: seconds, now: second.value ?? NaN }],
    });
  }
  const panels = all.slice(0, 1 + order);
  const description = `${text.name} along ${leaf.path} from ${formatNumber(low)} to ${formatNumber(high)}: at ${formatNumber(x)} the value is ${formatNumber(outputs[0]!.value)}, the derivative ${formatNumber(outputs[0]!.gradient[index] ?? NaN)}.`;
  return (
    <LivePlot
      xs={curves.xs}
      xName={leaf.path}
      x={x}
      panels={panels}
      description={description}
      onMove={(next) => model.move(leaf, next)}
    />
  );
}
