/**
 * `npm run bench`: how fast, as ratios in one run.
 *
 *     npm run bench                       every row but the long ones
 *     npm run bench -- --full             every row
 *     npm run bench -- scalars-1000       this row
 *     npm run bench -- scalars            the rows whose names contain this, but the long ones
 *     npm run bench -- --help             options and rows
 *     npm run bench -- --list             the rows
 *     npm run bench -- --json out.json    the findings as JSON, too
 *     npm run bench -- --rounds 31        more rounds
 *     npm run bench -- --cpu              the processor's time instead of the wall's: where there is other work on the machine
 */
import { main } from "./cli.ts";
import { rows } from "./rows.ts";

await main(rows);
