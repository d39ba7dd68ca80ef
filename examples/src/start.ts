import * as cotangent from "cotangent";

console.log(`There is nothing to show yet. The library has: ${Object.keys(cotangent).join(", ")}`);
