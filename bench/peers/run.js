/**
 * `npm run bench:peers`: the rows of programs, with other systems from npm beside them. They are installed apart, here:
 *
 *     npm ci --prefix bench/peers
 *     npm run bench:peers                      every row
 *     npm run bench:peers -- rosenbrock-2      this row; --list, --rounds and --json as for `npm run bench`
 */
import "cotangent-compiler/register";

await import("./main.js");
