/** What is walked on, from where, and by which methods: the part of the state that a link carries. */
import { isRange } from "../function-slice.ts";
import { isRecord, numberIn, textUpTo } from "../read.ts";
import type { Slice } from "../tab.ts";
import { presets } from "./presets.ts";
import type { Landscape } from "./presets.ts";

/** The methods, in the order in which they are shown. */
export const methodIds = ["gradient", "momentum", "adam", "search", "lbfgs", "newton"] as const;
export type MethodId = (typeof methodIds)[number];

export interface DescentSettings extends Landscape {
  readonly methods: readonly MethodId[];
  /** Of the methods with steps of their own length: how long these are. */
  readonly rates: Readonly<Record<"gradient" | "momentum" | "adam", number>>;
}

export const RATES = [0.0001, 1] as const;
const LONGEST = 10_000;
const FAR = 1e6;

const [first] = presets as readonly [(typeof presets)[number]];

const initial: DescentSettings = {
  source: first.source,
  xRange: first.xRange,
  yRange: first.yRange,
  start: first.start,
  methods: ["gradient", "momentum", "adam", "lbfgs", "newton"],
  rates: { gradient: 0.001, momentum: 0.0005, adam: 0.1 },
};

export const descentSlice: Slice<DescentSettings> = {
  id: "descent",
  initial,
  read: (data) => {
    const d = isRecord(data) ? data : {};
    const rates = isRecord(d["rates"]) ? d["rates"] : {};
    const rate = (key: keyof DescentSettings["rates"]): number =>
      numberIn(rates[key], RATES[0], RATES[1], initial.rates[key]);
    const given = d["methods"];
    const start = Array.isArray(d["start"]) ? (d["start"] as unknown[]) : [];
    const range = (x: unknown, otherwise: Landscape["xRange"]): Landscape["xRange"] =>
      isRange(x) && Math.max(Math.abs(x[0]), Math.abs(x[1])) <= FAR ? [x[0], x[1]] : otherwise;
    return {
      source: textUpTo(d["source"], LONGEST, initial.source),
      xRange: range(d["xRange"], initial.xRange),
      yRange: range(d["yRange"], initial.yRange),
      start: [
        numberIn(start[0], -FAR, FAR, initial.start[0]),
        numberIn(start[1], -FAR, FAR, initial.start[1]),
      ],
      methods: Array.isArray(given) ? methodIds.filter((id) => given.includes(id)) : initial.methods,
      rates: { gradient: rate("gradient"), momentum: rate("momentum"), adam: rate("adam") },
    };
  },
};
