export { add, exp, lt, mul, sin, sub, where } from "../../src/primitives/index.ts";
export { table } from "../../src/primitives/table.ts";
