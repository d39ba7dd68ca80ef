/// <reference types="vite/client" />

/** The worked examples of the documents, collected when the page is built: `build/doc-examples.ts`. */
declare module "virtual:doc-examples" {
  import type { Example } from "./examples/examples.ts";

  const groups: readonly (readonly [group: string, examples: readonly Example[]])[];
  export default groups;
}
