/** The rows: those of programs, by hand and compiled, and the peers to whom they are put. */
import { readFileSync } from "node:fs";

import { main } from "../src/cli.ts";
import { matrix, numbers, points, programs, rightHandSide } from "../src/programs/rows.ts";

let peers;
try {
  const { onBackend } = await import("./tfjs.js");
  peers = [
    await import("./rose.js"),
    await import("./jax.js"),
    await onBackend("cpu"),
    await onBackend("wasm"),
    await import("./penrose.js"),
    await import("./mathjs.js"),
  ];
} catch (error) {
  if (error.code !== "ERR_MODULE_NOT_FOUND") throw error;
  console.error("The peers are not installed. Run: npm ci --prefix bench/peers");
  process.exit(2);
}

/** For each row: the problem, what describes it, and where it is differentiated. */
const tasks = new Map([
  ...[2, 100, 1000, 10_000].map((n) => [`rosenbrock-${n}`, ["rosenbrock", [n], [numbers(n)]]]),
  ...[2, 20].map((n) => [`hessian-${n}`, ["hessian", [n], [numbers(n)]]]),
  ["hvp-1000", ["hvp", [1000], [numbers(1000), numbers(1000, 0.5)]]],
  ["network", ["network", [points, 10], [numbers(151)]]],
  ...[1000, 100_000].map((n) => [`lse-${n}`, ["lse", [n], [numbers(n)]]]),
  ["least-squares", ["leastSquares", [matrix, rightHandSide], [numbers(128)]]],
  ["sum-10", ["sum10", [], [numbers(10)]]],
]);

/** What takes so long to get ready, minutes and more, that it is not waited for. */
const ENDLESS = new Map([
  ["mathjs", [["rosenbrock-1000", "rosenbrock-10000"], "a formula for each of n derivatives of n terms"]],
]);

const contender = ({ name, problems, tolerance }, row, [problem, about, at]) => ({
  name,
  mayFail: true,
  ...(tolerance === undefined ? {} : { tolerance }),
  missing: () => {
    if (problems[problem] === undefined) return "it has no way to say this";
    const [rows, reason] = ENDLESS.get(name) ?? [[]];
    return rows.includes(row) ? `not waited for: ${reason}` : undefined;
  },
  prepare: async () => {
    const f = await problems[problem](...about);
    return { run: () => f(...at)[0], result: () => Float64Array.from(f(...at)) };
  },
});

const versions = JSON.parse(readFileSync(new URL("package.json", import.meta.url), "utf8")).dependencies;
console.log(
  Object.entries(versions)
    .map(([name, version]) => `${name} ${version}`)
    .join(", "),
);
await main(
  programs.map((row) => {
    const task = tasks.get(row.name);
    const others = task === undefined ? [] : peers.map((peer) => contender(peer, row.name, task));
    return Object.assign({}, row, { contenders: row.contenders.concat(others) });
  }),
);
