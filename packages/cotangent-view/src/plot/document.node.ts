/** The document in which plots are put together: in Node, one without a page. */
import { parseHTML } from "linkedom";

const page = parseHTML("<!doctype html><html><body></body></html>");
export const document: Document = page.document;
