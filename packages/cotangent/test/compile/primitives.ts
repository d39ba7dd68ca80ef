export {
  add,
  cos,
  div,
  exp,
  lt,
  max,
  min,
  mul,
  neg,
  relu,
  sign,
  sin,
  sub,
  where,
} from "../../src/primitives/index.ts";
export { table } from "../../src/primitives/table.ts";
