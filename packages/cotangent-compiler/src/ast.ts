/** The syntax tree that acorn makes of TypeScript, as far as we read it, and how to walk it. */
import type { Location } from "cotangent/program";

/**
 * A node of any kind: which fields it has, its `type` tells. A wide interface instead of a union per kind, because the
 * TypeScript nodes of the parser have no types of their own.
 */
export interface Node {
  readonly type: string;
  readonly start: number;
  readonly end: number;
  readonly loc: {
    readonly start: { readonly line: number; readonly column: number };
    /** The file. */
    readonly source?: string;
  };
  readonly name: string;
  readonly value: unknown;
  readonly raw: string;
  readonly operator: string;
  readonly kind: string;
  readonly prefix: boolean;
  readonly computed: boolean;
  readonly optional: boolean;
  readonly shorthand: boolean;
  readonly async: boolean;
  readonly generator: boolean;
  readonly left: Node;
  readonly right: Node;
  readonly object: Node;
  readonly property: Node;
  readonly key: Node;
  readonly id: Node | null;
  readonly superClass: Node | null;
  readonly static?: boolean;
  readonly abstract?: boolean;
  readonly init: Node | null;
  readonly test: Node | null;
  readonly update: Node | null;
  readonly argument: Node | null;
  readonly alternate: Node | null;
  readonly consequent: Node | readonly Node[];
  readonly body: Node | readonly Node[];
  readonly callee: Node;
  readonly label: Node | null;
  readonly expression: Node;
  readonly expressions: readonly Node[];
  readonly arguments: readonly Node[];
  readonly elements: readonly (Node | null)[];
  readonly properties: readonly Node[];
  readonly params: readonly Node[];
  readonly declarations: readonly Node[];
  readonly declaration: Node | null;
  readonly specifiers: readonly Node[];
  readonly source: Node | null;
  readonly imported: Node;
  readonly local: Node;
  readonly exported: Node;
  readonly block: Node;
  readonly handler: Node | null;
  readonly finalizer: Node | null;
  readonly cases: readonly Node[];
  readonly discriminant: Node;
  readonly quasis: readonly Node[];
  readonly directive: string | undefined;
  readonly importKind: string | undefined;
  readonly typeAnnotation: Node | undefined;
  readonly returnType: Node | undefined;
  readonly typeName: Node;
  readonly typeParameters: Node | undefined;
  readonly typeArguments: Node | undefined;
  readonly elementType: Node;
  readonly elementTypes: readonly Node[];
  readonly members: readonly Node[];
  readonly types: readonly Node[];
  readonly literal: Node;
  readonly initializer: Node | undefined;
  readonly parameter: Node;
}

/** Is `x` a node? */
const isNode = (x: unknown): x is Node => typeof x === "object" && x !== null && "type" in x && "start" in x;

/** The nodes directly below a node, in the order of the source. */
function childrenOf(node: Node): readonly Node[] {
  const found: Node[] = [];
  for (const x of Object.values(node) as unknown[]) {
    if (Array.isArray(x)) found.push(...(x as unknown[]).filter(isNode));
    else if (isNode(x)) found.push(x);
  }
  return found;
}

/** Visits a node and everything below it, parents first; where `enter` returns false, not what is below. */
export function walk(node: Node, enter: (node: Node, parent: Node | undefined) => boolean | void): void {
  const stack: [Node, Node | undefined][] = [[node, undefined]];
  for (let next = stack.pop(); next !== undefined; next = stack.pop()) {
    const [n, parent] = next;
    if (enter(n, parent) === false) continue;
    const children = childrenOf(n);
    for (let i = children.length - 1; i >= 0; i--) stack.push([children[i]!, n]);
  }
}

/** What only the type checker sees: `x!`, `x as T`, `x satisfies T`, `<T>x`, and brackets. */
export function bare(node: Node): Node {
  let n = node;
  while (WRAPPERS.has(n.type)) n = n.expression;
  return n;
}
const WRAPPERS: ReadonlySet<string> = new Set([
  "TSAsExpression",
  "TSNonNullExpression",
  "TSSatisfiesExpression",
  "TSTypeAssertion",
  "TSInstantiationExpression",
  "ParenthesizedExpression",
]);

export const isFunction = (node: Node): boolean =>
  node.type === "FunctionDeclaration" ||
  node.type === "FunctionExpression" ||
  node.type === "ArrowFunctionExpression";

/** The names that a pattern declares. */
export function namesIn(pattern: Node): readonly string[] {
  switch (pattern.type) {
    case "Identifier":
      return [pattern.name];
    case "AssignmentPattern":
      return namesIn(pattern.left);
    case "RestElement":
      return namesIn(pattern.argument!);
    case "TSParameterProperty":
      return namesIn(pattern.parameter);
    case "ArrayPattern":
      return pattern.elements.flatMap((e) => (e === null ? [] : namesIn(e)));
    case "ObjectPattern":
      return pattern.properties.flatMap((p) => namesIn(p.type === "Property" ? (p.value as Node) : p));
    default:
      return [];
  }
}

/** Where a node is, lines and columns counting from 1. */
export const locationOf = ({ loc }: Node): Location => ({
  ...(loc.source === undefined ? {} : { file: loc.source }),
  line: loc.start.line,
  column: loc.start.column + 1,
});
