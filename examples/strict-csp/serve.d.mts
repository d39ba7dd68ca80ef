import type { Server } from "node:http";

export const POLICY: string;
/** Serves the files of a folder; 0 is any free port. */
export function serve(folder: string, port?: number): Promise<Server>;
