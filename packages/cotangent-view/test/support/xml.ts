/** A strict reader of the XML that figures are made of. It knows no DTDs, comments or CDATA: there are none in a figure. */

export interface XmlElement {
  readonly name: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly children: readonly XmlElement[];
  /** All text in it, at any depth. */
  readonly text: string;
}

/** The root element; anything that is not well-formed throws. */
export function parseXml(source: string): XmlElement {
  const stack: { name: string; attributes: Record<string, string>; children: XmlElement[]; text: string }[] =
    [{ name: "", attributes: {}, children: [], text: "" }];
  let at = 0;
  const fail = (why: string): never => {
    throw new Error(`${why} at ${at}: ${source.slice(Math.max(0, at - 40), at + 40)}`);
  };
  const decode = (text: string): string => {
    if (/[<>]|&(?!(?:amp|lt|gt|quot|#\d+);)/.test(text)) fail("a character that should be escaped");
    // oxlint-disable-next-line no-control-regex -- XML allows no others
    if (/[\u0000-\u0008\u000B\u000C\u000E-\u001F\uFFFE\uFFFF]/.test(text)) fail("a forbidden character");
    const names: Record<string, string> = { amp: "&", lt: "<", gt: ">", quot: '"' };
    return text.replace(/&(\w+);/g, (_, name: string) => names[name]!);
  };
  while (at < source.length) {
    const top = stack.at(-1)!;
    if (source[at] !== "<") {
      const end = source.indexOf("<", at);
      const text = decode(source.slice(at, end === -1 ? undefined : end));
      if (stack.length === 1 && text.trim() !== "") fail("text outside of the root");
      top.text += text;
      at = end === -1 ? source.length : end;
      continue;
    }
    const close = /^<\/([\w:-]+)>/.exec(source.slice(at, at + 80));
    if (close !== null) {
      if (close[1] !== top.name) fail(`</${close[1]}> closes <${top.name}>`);
      stack.pop();
      stack.at(-1)!.children.push(top);
      stack.at(-1)!.text += top.text;
      at += close[0].length;
      continue;
    }
    const open = /^<([A-Za-z][\w:-]*)((?:\s+[\w:-]+="[^"]*")*)\s*(\/?)>/.exec(source.slice(at));
    if (open === null) return fail("not a tag");
    const attributes: Record<string, string> = {};
    for (const [, name = "", value = ""] of open[2]!.matchAll(/([\w:-]+)="([^"]*)"/g)) {
      if (name in attributes) fail(`${name} twice`);
      attributes[name] = decode(value);
    }
    const made = { name: open[1]!, attributes, children: [], text: "" };
    if (open[3] === "/") top.children.push(made);
    else stack.push(made);
    at += open[0].length;
  }
  if (stack.length !== 1) fail(`<${stack.at(-1)!.name}> is not closed`);
  if (stack[0]!.children.length !== 1) fail("not one root");
  return stack[0]!.children[0]!;
}

/** An element and all elements in it. */
export function* every(root: XmlElement): Generator<XmlElement> {
  yield root;
  for (const child of root.children) yield* every(child);
}

/** What the texts of a figure say, in the order in which they stand. */
export const texts = (svg: string): string[] =>
  [...every(parseXml(svg))].filter(({ name }) => name === "text").map(({ text }) => text);
