// Programs, both modes and both back ends: everything that is compiled when the program runs.
import { compile, grad, hessian, jvp, mul, sin } from "cotangent";
import type { Real } from "cotangent";

const f = (x: Real, y: Real): Real => mul(x, sin(y));
console.log(compile(grad(f))(1, 2), compile(jvp(f)), compile(hessian(f)));
