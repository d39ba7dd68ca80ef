/** Vite's dev server: what is edited takes effect, and errors are where the user wrote them. */
import { createServer } from "vite";
import type { ViteDevServer } from "vite";
import { afterAll, beforeAll, describe, expect, test } from "vitest";

import plugin from "../src/plugin/vite.ts";
import { makeProject } from "./project.ts";
import type { Project } from "./project.ts";

const FILES = {
  "deep.ts": "export const scale = (x: number): number => 2 * x;",
  "helper.ts": `import { scale } from "./deep.ts";
export function stretch(x: number): number { return scale(x) ** 2; }`,
  "model.ts": `import { grad } from "cotangent";
import { stretch } from "./helper.ts";
export function loss(x: number): number {
  "use grad";
  return 3 * stretch(x);
}
export const slope = grad(loss);
export function near(k: number): number {
  const cost = (x: number): number => k * stretch(x);
  return grad(cost)(1);
}`,
  "main.ts": `import { grad } from "cotangent";
import { loss, near, slope } from "./model.ts";
const twice = grad(grad(loss));
export const results = (): number[] => [loss(1), slope(1), grad(loss)(1), twice(1), near(2)];`,
};

describe.each([false, true])("with precompile: %s", (precompile) => {
  let project: Project;
  let server: ViteDevServer;
  beforeAll(async () => {
    project = await makeProject();
    await project.write(FILES);
    server = await createServer({
      root: project.folder,
      configFile: false,
      logLevel: "silent",
      plugins: [plugin({ precompile })],
      server: { middlewareMode: true, ws: false },
      optimizeDeps: { noDiscovery: true },
      appType: "custom",
    });
  });
  afterAll(async () => {
    await server.close();
    await project.remove();
  });

  const results = async (): Promise<number[]> => {
    const { results: get } = (await server.ssrLoadModule("/main.ts")) as { results: () => number[] };
    return get();
  };

  /** Writes a file, and waits until the server has seen it. */
  const edit = async (file: keyof typeof FILES, from: string, to: string): Promise<void> => {
    expect(FILES[file]).toContain(from);
    const seen = new Promise((done) => server.watcher.once("change", done));
    await project.write({ [file]: FILES[file].replace(from, to) });
    await seen;
  };

  test("an edited function, helper, and helper's helper have new derivatives", async () => {
    // 3 (2x)² = 12 x²; 2 (2x)² = 8 x²
    expect(await results()).toEqual([12, 24, 24, 24, 16]);
    await edit("model.ts", "3 *", "5 *");
    await expect.poll(results).toEqual([20, 40, 40, 40, 16]);
    await edit("helper.ts", "** 2", "** 3");
    // 5 (2x)³ = 40 x³; 2 (2x)³ = 16 x³
    await expect.poll(results).toEqual([40, 120, 120, 240, 48]);
    await edit("deep.ts", "2 * x", "x");
    await expect.poll(results).toEqual([5, 15, 15, 30, 6]);
  });
});
