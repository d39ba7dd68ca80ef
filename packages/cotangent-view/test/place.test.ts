import { Scalar } from "cotangent";
import { describe, expect, test } from "vitest";

import { computationGraph, placeGraph } from "../src/index.ts";

describe("placeGraph", () => {
  const x = new Scalar(2, { name: "x" });
  const y = new Scalar(3, { name: "y" });
  const graph = computationGraph(x.mul(y).add(x));

  test("has every variable and operation once, and an edge for each argument and result", () => {
    const { nodes, edges } = placeGraph(graph);
    expect(nodes.map(({ id }) => id).sort()).toEqual(
      [...graph.variables, ...graph.operations].map(({ id }) => id).sort(),
    );
    expect(edges).toHaveLength(6);
    for (const { inputs, id } of graph.operations) {
      inputs.forEach((input, i) => {
        expect(edges).toContainEqual(expect.objectContaining({ from: input.id, to: id, label: String(i) }));
      });
    }
  });

  test.each(["right", "down"] as const)(
    "what is computed lies further %s than what it is computed from",
    (direction) => {
      const along = direction === "right" ? "x" : "y";
      const { nodes, edges, width, height } = placeGraph(graph, direction);
      const byId = new Map(nodes.map((node) => [node.id, node]));
      for (const { from, to } of edges) expect(byId.get(from)![along]).toBeLessThan(byId.get(to)![along]);
      for (const node of nodes) {
        expect(node.x - node.width / 2).toBeGreaterThanOrEqual(0);
        expect(node.x + node.width / 2).toBeLessThanOrEqual(width);
        expect(node.y + node.height / 2).toBeLessThanOrEqual(height);
      }
    },
  );
});
