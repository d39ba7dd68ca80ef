// The smallest program that learns: variables, arithmetic, one backward pass.
import { Scalar } from "cotangent";

const x = new Scalar(3);
x.mul(x).add(1).backward();
console.log(x.derivative);
