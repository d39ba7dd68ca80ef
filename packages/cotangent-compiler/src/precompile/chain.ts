/** Which derivative of which function a call asks for: `compile(grad(f, { wrt: "x" }))`. */
import { bare, isFunction } from "../ast.ts";
import type { Node } from "../ast.ts";
import type { Module } from "../lower/module.ts";
import { transformNames, valueNamed } from "../targets.ts";
import { declared } from "./names.ts";
import type { Declared, Resolve } from "./names.ts";

/** A transform, and its second argument. */
interface Step {
  readonly transform: string;
  readonly options: unknown;
}

/** Transforms, one applied to the result of the other, of a function. */
export interface Chain {
  /** The first one first. */
  readonly steps: readonly Step[];
  /** The options of `compile` around all of them, if it is there. */
  readonly compile: Readonly<Record<string, unknown>> | undefined;
  /** Where the function is, and its node. */
  readonly module: Module;
  readonly node: Node;
}

/** Why a call is left as it is. */
export interface Obstacle {
  readonly module: Module;
  readonly node: Node;
  readonly problem: string;
  readonly remedy: string;
  /** Nothing that could be precompiled: a function of the library's, say. */
  readonly expected: boolean;
}

export const isChain = (x: Chain | Obstacle): x is Chain => "steps" in x;

export class Chains {
  readonly #resolve: Resolve;
  readonly #isOwn: (module: Module, identifier: Node) => boolean;
  readonly #transforms = new Map<Module, ReturnType<typeof transformNames>>();

  /** @param isOwn whether an identifier means a name of the module, not something inside that is called the same */
  constructor(resolve: Resolve, isOwn: (module: Module, identifier: Node) => boolean) {
    this.#resolve = resolve;
    this.#isOwn = isOwn;
  }

  /** The transform that a call calls. */
  transformOf(module: Module, call: Node): string | undefined {
    let of = this.#transforms.get(module);
    if (of === undefined) this.#transforms.set(module, (of = transformNames(module)));
    const callee = bare(call.callee);
    const root = callee.type === "MemberExpression" ? callee.object : callee;
    return this.#isOwn(module, root) ? of(callee) : undefined;
  }

  /** What the call of a transform asks for. */
  read(module: Module, call: Node): Chain | Obstacle {
    const transform = this.transformOf(module, call)!;
    const [first, second, ...more] = call.arguments;
    if (first === undefined || more.length > 0) {
      return refuse(
        module,
        call,
        "It has no such arguments.",
        `Write ${transform}(f) or ${transform}(f, options).`,
      );
    }
    if (transform === "checkDerivatives") return expected(module, call);
    const options = second === undefined ? { value: undefined } : literal(second);
    if (options === undefined) {
      return refuse(
        module,
        second!,
        `The options of ${transform} are not known when building.`,
        "Write them as a literal.",
      );
    }
    const inner = this.#function(module, bare(first));
    if (!isChain(inner)) return inner;
    if (transform === "compile")
      return { ...inner, compile: (options.value ?? {}) as Record<string, unknown> };
    // The derivative of what is compiled is that of what it was compiled of.
    return { ...inner, compile: undefined, steps: [...inner.steps, { transform, options: options.value }] };
  }

  /** The function that a transform is given. */
  #function(module: Module, node: Node): Chain | Obstacle {
    if (isFunction(node)) return { steps: [], compile: undefined, module, node };
    if (node.type === "CallExpression" && this.transformOf(module, node) !== undefined) {
      return this.read(module, node);
    }
    const name = module.source.code.slice(node.start, node.end);
    const unknown = (): Obstacle =>
      refuse(
        module,
        node,
        `Which function ${name} is, is not known when building.`,
        "Precompiled are functions of the module, imported ones, and those written here.",
      );
    if (node.type !== "Identifier") return unknown();
    if (!this.#isOwn(module, node)) {
      const value = valueNamed(module, node);
      return value === undefined ? unknown() : this.#made(module, value, unknown);
    }
    const found = this.declaration(module, node.name);
    return found === undefined ? unknown() : this.#declared(found, unknown);
  }

  declaration(module: Module, name: string): Declared | undefined {
    return declared(module, name, this.#resolve);
  }

  #declared({ module, declaration: d }: Declared, unknown: () => Obstacle): Chain | Obstacle {
    if (d.kind === "function") return { steps: [], compile: undefined, module, node: d.node };
    // A function of the library's, which traces.
    if (d.kind === "import") return expected(module, d.node);
    return d.kind === "constant" ? this.#made(module, bare(d.init), unknown) : unknown();
  }

  /** A function that is written down, or made by a transform. */
  #made(module: Module, value: Node, unknown: () => Obstacle): Chain | Obstacle {
    const isKnown =
      isFunction(value) || (value.type === "CallExpression" && this.transformOf(module, value) !== undefined);
    return isKnown ? this.#function(module, value) : unknown();
  }
}

const refuse = (module: Module, node: Node, problem: string, remedy: string): Obstacle => ({
  module,
  node,
  problem,
  remedy,
  expected: false,
});

export const expected = (module: Module, node: Node): Obstacle => ({
  module,
  node,
  problem: "",
  remedy: "",
  expected: true,
});

/** The value of a literal made of numbers, strings, booleans, arrays and objects. */
function literal(node: Node): { readonly value: unknown } | undefined {
  const n = bare(node);
  switch (n.type) {
    case "Literal":
      return { value: n.value };
    case "Identifier":
      return n.name === "undefined" ? { value: undefined } : undefined;
    case "UnaryExpression": {
      const inner = literal(n.argument!);
      return n.operator === "-" && typeof inner?.value === "number" ? { value: -inner.value } : undefined;
    }
    case "ArrayExpression": {
      const elements = n.elements.map((e) => (e === null ? undefined : literal(e)));
      return elements.every((e) => e !== undefined) ? { value: elements.map((e) => e.value) } : undefined;
    }
    case "ObjectExpression": {
      const value: Record<string, unknown> = {};
      for (const p of n.properties) {
        const inner = p.type === "Property" && !p.computed ? literal(p.value as Node) : undefined;
        if (inner === undefined) return undefined;
        value[p.key.name ?? String(p.key.value)] = inner.value;
      }
      return { value };
    }
    default:
      return undefined;
  }
}
