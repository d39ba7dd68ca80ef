/** The document in which plots are put together: in a browser, its own. */
const browser: Document = globalThis.document;
export { browser as document };
