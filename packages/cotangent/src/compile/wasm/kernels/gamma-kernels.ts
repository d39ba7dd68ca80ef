/** The kernels of the gamma function and its derivatives: functions of Reals may always come to need them, plain ones name them. */
import { gammaDefinitions } from "./gamma.ts";
import { constants, tables } from "./gamma-tables.ts";
import { bring } from "./kernels.ts";
import { writePolygamma } from "./polygamma.ts";

export const bringGamma = (): void =>
  bring({ definitions: gammaDefinitions, tables, constants, polygamma: writePolygamma });
