/** The entry `cotangent/precompiled/users`: functions with a derivative of the user's own, as precompiled code calls them. */
export { external } from "../compile/external.ts";
