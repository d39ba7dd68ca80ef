/** The graph, drawn so that one can point at it. Where everything stands, cotangent-view has decided. */
import type { JSX } from "preact";

import type { GraphOperation, GraphPicture, GraphVariable } from "../language/graph.ts";
import { formatNumber } from "../ui/format.ts";
import type { Progress } from "./progress.ts";

interface GraphViewProps {
  readonly picture: GraphPicture;
  readonly progress: Progress;
  readonly pointed: string | undefined;
  readonly onPoint: (id: string | undefined) => void;
  readonly onChoose: (id: string) => void;
}

type Placed = GraphPicture["nodes"][number];
type Line = GraphPicture["edges"][number];

export function GraphView({ picture, progress, pointed, onPoint, onChoose }: GraphViewProps): JSX.Element {
  const { nodes, edges, width, height, variables, operations } = picture;
  const variableOf = new Map(variables.map((v) => [v.id, v]));
  const operationOf = new Map(operations.map((o) => [o.id, o]));
  const near = pointed ?? progress.current?.id;
  return (
    <svg
      class="graph"
      style={{ "--graph-width": `${width}px` }}
      viewBox={`0 0 ${width} ${height}`}
      role="group"
      aria-label="Computation graph"
      onPointerLeave={() => onPoint(undefined)}
    >
      {edges.map((edge) => (
        <EdgeLine
          key={`${edge.from}-${edge.to}-${edge.key}`}
          edge={edge}
          progress={progress}
          operation={operationOf.get(edge.to)}
          near={edge.from === near || edge.to === near}
        />
      ))}
      {nodes.map((node) => {
        const variable = variableOf.get(node.id);
        const operation = operationOf.get(node.id);
        return variable === undefined ? (
          <OperationBox
            key={node.id}
            node={node}
            operation={operation!}
            progress={progress}
            pointed={pointed === node.id}
            onPoint={onPoint}
            onChoose={onChoose}
          />
        ) : (
          <VariableEllipse
            key={node.id}
            node={node}
            variable={variable}
            progress={progress}
            isOutput={node.id === picture.output}
            onPoint={onPoint}
          />
        );
      })}
      <PassedNumbers picture={picture} progress={progress} />
    </svg>
  );
}

const classes = (...names: readonly (string | false)[]): string => names.filter(Boolean).join(" ");

function OperationBox({
  node,
  operation,
  progress,
  pointed,
  onPoint,
  onChoose,
}: {
  readonly node: Placed;
  readonly operation: GraphOperation;
  readonly progress: Progress;
  readonly pointed: boolean;
  readonly onPoint: (id: string | undefined) => void;
  readonly onChoose: (id: string) => void;
}): JSX.Element {
  const { id, x, y, width, height, inset } = node;
  const state = progress.done.has(id) ? "done" : progress.computed.has(id) ? "computed" : "waiting";
  const local = operation.local.map((d) => (d === undefined ? "constant" : formatNumber(d, 5))).join(", ");
  return (
    <g
      class={classes("node operation", state, progress.current?.id === id && "current", pointed && "pointed")}
      tabIndex={0}
      role="button"
      aria-label={`${operation.name}: local derivatives ${local}. Go to its step.`}
      onPointerEnter={() => onPoint(id)}
      onFocus={() => onPoint(id)}
      onBlur={() => onPoint(undefined)}
      onClick={() => onChoose(id)}
      onKeyDown={(event) => {
        if (event.key !== "Enter" && event.key !== " ") return;
        event.preventDefault();
        onChoose(id);
      }}
    >
      <rect x={x - width / 2} y={y - height / 2} width={width} height={height} rx={3} />
      <text x={x + inset.x} y={y + inset.y + 5}>
        {operation.name}
      </text>
    </g>
  );
}

function VariableEllipse({
  node: { id, shape, x, y, width, height },
  variable: { name, named, kind, value },
  progress,
  isOutput,
  onPoint,
}: {
  readonly node: Placed;
  readonly variable: GraphVariable;
  readonly progress: Progress;
  readonly isOutput: boolean;
  readonly onPoint: (id: string | undefined) => void;
}): JSX.Element {
  const known = progress.computed.has(id);
  const state = progress.done.has(id) ? "done" : known ? "computed" : "waiting";
  const arrived = progress.arrived.get(id);
  const number = known ? formatNumber(value, 4) : "";
  const label = kind === "constant" ? number : named ? (known ? `${name} = ${number}` : name) : number;
  return (
    <g class={classes("node variable", kind, state, isOutput && "output")} onPointerEnter={() => onPoint(id)}>
      {shape === "constant" ? (
        <rect x={x - width / 2} y={y - height / 2} width={width} height={height} rx={8} />
      ) : (
        <>
          {isOutput ? <ellipse class="ring" cx={x} cy={y} rx={width / 2 + 4} ry={height / 2 + 4} /> : null}
          <ellipse cx={x} cy={y} rx={width / 2} ry={height / 2} />
        </>
      )}
      <text x={x} y={arrived === undefined ? y + 5 : y - 4}>
        {label}
      </text>
      {arrived === undefined ? null : (
        <text class="arrived" x={x} y={y + 14}>
          ∂ = {formatNumber(arrived, 4)}
        </text>
      )}
    </g>
  );
}

function EdgeLine({
  edge: { points, label, from, to },
  progress,
  operation,
  near,
}: {
  readonly edge: Line;
  readonly progress: Progress;
  readonly operation: GraphOperation | undefined;
  readonly near: boolean;
}): JSX.Element {
  const backward = progress.phase === "backward" || progress.phase === "end";
  const carrier = operation?.id ?? from;
  const current = progress.current?.id === carrier;
  const passes = backward && current && operation !== undefined;
  const passed = operation?.passed.find((p) => p.argument === Number(label));
  const line = passes ? [...points].reverse() : points;
  const state = progress.done.has(carrier) ? "done" : progress.computed.has(carrier) ? "computed" : "waiting";
  return (
    <g
      class={classes("edge", state, near && "near", passes && passed !== undefined && "passes")}
      data-to={to}
    >
      <path d={line.map((p, i) => `${i === 0 ? "M" : "L"}${p.x.toFixed(1)},${p.y.toFixed(1)}`).join("")} />
      <path class="head" d={arrowHead(line)} />
    </g>
  );
}

/** What the current operation passes back, over everything else. */
function PassedNumbers({
  picture: { edges },
  progress: { phase, current },
}: {
  readonly picture: GraphPicture;
  readonly progress: Progress;
}): JSX.Element | null {
  if (current === undefined || (phase !== "backward" && phase !== "end")) return null;
  return (
    <g class="passed">
      {current.passed.map(({ argument, derivative }) => {
        const edge = edges.find(({ to, label }) => to === current.id && label === String(argument));
        if (edge === undefined) return null;
        const [start, end] = [edge.points[0]!, edge.points.at(-1)!];
        return (
          <text key={argument} x={(start.x + end.x) / 2} y={(start.y + end.y) / 2 - 9}>
            {formatNumber(derivative, 4)}
          </text>
        );
      })}
    </g>
  );
}

/** A triangle at the end of a line. */
function arrowHead(points: readonly { readonly x: number; readonly y: number }[]): string {
  const tip = points.at(-1)!;
  const before = points.at(-2)!;
  const angle = Math.atan2(tip.y - before.y, tip.x - before.x);
  const corner = (turn: number): string =>
    `${(tip.x - 8 * Math.cos(angle + turn)).toFixed(1)},${(tip.y - 8 * Math.sin(angle + turn)).toFixed(1)}`;
  return `M${tip.x.toFixed(1)},${tip.y.toFixed(1)}L${corner(0.4)}L${corner(-0.4)}Z`;
}
