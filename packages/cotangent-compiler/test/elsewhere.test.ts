/** What a helper in another module sees there: what is written out for good, and nothing that may change. */
import { expect, test } from "vitest";

import { readModule } from "../src/lower/module.ts";
import { parseSource } from "../src/source.ts";
import { transform } from "../src/transform.ts";

const MAIN = `import { grad } from "cotangent";
import { sum } from "./helper.ts";
export const slope = grad((x: number) => sum(x));
`;

function built(declaration: string): string {
  const helper = `${declaration}
export function sum(x: number): number {
  let s = 0;
  for (let i = 0; i < data.length; i++) s += data[i]! * x;
  return s;
}
`;
  const module = readModule(parseSource(helper, "helper.ts"));
  return transform(MAIN, "main.ts", { resolve: () => module })!.code;
}

test.each([
  "const data = [2, 3, 4];",
  "export const data = [2, 3, 4] as const;",
  "export const data: readonly number[] = [2, 3, 4];",
  "export const data: ReadonlyArray<number> = [2, 3, 4];",
  "export const data: readonly [number, number, number] = [2, 3, 4];",
])("%s", (declaration) => {
  const code = built(declaration);
  expect(code).toContain("data [2, 3, 4]");
  expect(code).not.toContain("=> [");
});

test.each([
  "export const data = [2, 3, 4];",
  "export const data: number[] = [2, 3, 4];",
  "const data = [2, 3, 4]; data.push(5);",
  "export let data = [2, 3, 4]; data = [];",
  "export const data: readonly number[] = other();",
])("refused: %s", (declaration) => {
  expect(() => built(declaration)).toThrow(
    "data is declared in another module than the function that is differentiated, and may change there. (helper.ts:4:23)",
  );
});
