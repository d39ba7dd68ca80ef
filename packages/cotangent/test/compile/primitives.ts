export { add, exp, lt, max, min, mul, relu, sin, sub, where } from "../../src/primitives/index.ts";
export { table } from "../../src/primitives/table.ts";
