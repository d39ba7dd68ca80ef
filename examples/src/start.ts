/** `npm start`: what Cotangent does, on one page each. */
import { boxes } from "./show/boxes.ts";
import { enzyme } from "./show/enzyme.ts";
import { network } from "./show/network.ts";
import { table } from "./show/table.ts";
import { heading, print, style } from "./terminal.ts";

const start = performance.now();
print(`\n${style("bold", "Cotangent")}: write the function once, get its exact derivative.`);

heading(1, "The page's functions, forward and backward");
boxes();

heading(2, "A fit with exact derivatives: how fast an enzyme works");
const fitted = enzyme();

heading(3, "A network of Scalars learns Xor");
const learned = network();

heading(4, "Every derivative, checked against differences");
const right = table();

const seconds = ((performance.now() - start) / 1000).toFixed(1);
print(`\n${style("dim", `All of this took ${seconds} s. The README says where to go from here.`)}\n`);
// Xor may honestly end below 50 of 50; a wrong fit or a wrong derivative may not.
process.exitCode = fitted && right && learned > 0 ? 0 : 1;
