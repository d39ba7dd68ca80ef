/** THE REGISTRY: every row that `npm run bench` knows. A folder adds its rows here. */
import { calls } from "./calls/rows.ts";
import { gradbench } from "./gradbench/rows.ts";
import { heart } from "./heart/rows.ts";
import { programs } from "./programs/rows.ts";
import type { Row } from "./row.ts";
import { springs } from "./springs/rows.ts";

export const rows: readonly Row[] = [...heart, ...programs, ...gradbench, ...springs, ...calls];
