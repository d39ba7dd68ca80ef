/** Classes of the user's: what they declare, how their instances are made, and what belongs to all of these. */
import { bare, walk } from "../ast.ts";
import type { Node } from "../ast.ts";
import { usesAround } from "../scopes.ts";
import {
  classId,
  constructorOf,
  isImplemented,
  membersOf,
  nameOf,
  parametersThatAreFields,
  patternName,
} from "./class-syntax.ts";
import type { Context } from "./context.ts";
import { Cell, Env, NOTHING } from "./values.ts";
import type { Accessor, Class, Fun, Obj, Val } from "./values.ts";

/** A class where it is declared. What it extends is looked up here and now. */
export function classValue(cx: Context, node: Node, env: Env, name: string, isLocal: boolean): Class {
  const id = classId(node);
  const known = isLocal ? undefined : cx.classes.get(id);
  if (known !== undefined) return known;
  const inner = new Env(env);
  const parent =
    node.superClass === null ? undefined : cx.parts.initial(node, node.superClass, env, undefined);
  if (parent !== undefined && parent.t !== "class") {
    cx.refuse(
      node.superClass!,
      "unsupported-type",
      `${name} extends something that is no class of the module or of one that it imports.`,
      "Extend a class whose source is at hand, or hold what is needed in a field.",
    );
  }
  const isOne = (!isLocal || !usesAround(node)) && parent?.isOne !== false;
  const made: Class = { t: "class", node, env: inner, name, id, isOne, parent };
  inner.variables.set(name, new Cell(made, name, "constant"));
  cx.classes.set(made.id, made);
  return made;
}

/** The name of a member: `#name` of a private one. */
function memberName(cx: Context, { key, computed }: Node): string {
  if (computed) {
    cx.refuse(key, "unsupported-syntax", "The name of this member is computed.", "Write the name itself.");
  }
  return nameOf(key);
}

/** Fields that are declared, initialised or not. */
const isField = (m: Node): boolean =>
  m.type === "PropertyDefinition" && !m.static && !(m as { declare?: boolean }).declare && !m.abstract;

/** The names of the fields that instances have from the start, in order. */
function fieldNames(cx: Context, { node, parent }: Class): ReadonlySet<string> {
  const names = new Set(parent === undefined ? [] : fieldNames(cx, parent));
  for (const m of membersOf(node)) if (isField(m)) names.add(memberName(cx, m));
  for (const { parameter } of parametersThatAreFields(node)) names.add(patternName(parameter));
  for (const name of assignedFields(node)) names.add(name);
  return names;
}

/** What is assigned to `this` in a constructor: plain JavaScript declares its fields so. */
function assignedFields(node: Node): readonly string[] {
  const found: string[] = [];
  const body = constructorOf(node)?.body as Node | undefined;
  if (body === undefined) return found;
  walk(body, (n) => {
    if (n.type === "FunctionExpression" || n.type === "FunctionDeclaration") return false;
    const target = n.type === "AssignmentExpression" ? bare(n.left) : undefined;
    if (target?.type === "MemberExpression" && target.object.type === "ThisExpression" && !target.computed)
      found.push(nameOf(target.property));
    return true;
  });
  // A setter is called instead.
  return found.filter((name) => !membersOf(node).some((m) => m.kind === "set" && nameOf(m.key) === name));
}

/** `new C(...)` */
export function construct(cx: Context, made: Class, args: readonly Val[], site: Node): Obj {
  if (made.node.abstract) {
    cx.refuse(
      site,
      "unsupported-type",
      `${made.name} is abstract.`,
      "Make an instance of a class that extends it.",
    );
  }
  const fields = new Map<string, Cell>();
  for (const name of fieldNames(cx, made)) fields.set(name, new Cell(NOTHING, name));
  const self: Obj = { t: "obj", tuple: false, fields, site, merged: false, made };
  build(cx, made, self, args, site);
  return self;
}

/** Runs a class's constructor on an object that is being made. */
function build(cx: Context, made: Class, self: Obj, args: readonly Val[], site: Node): void {
  const { node, parent } = made;
  const code = constructorOf(node);
  if (code !== undefined) {
    const fun: Fun = {
      t: "fun",
      node: code,
      env: made.env,
      name: made.name,
      home: made,
      self: new Cell(self, "this"),
    };
    cx.parts.call(fun, args, site);
    return;
  }
  if (parent !== undefined) build(cx, parent, self, args, site);
  initialise(cx, made, self);
}

/** `super(...)` in the constructor of `made`. */
export function callSuper(
  cx: Context,
  made: Class,
  self: Obj,
  args: readonly Val[],
  site: Node,
  env: Env,
): void {
  if (made.parent === undefined) return;
  build(cx, made.parent, self, args, site);
  initialise(cx, made, self);
  assignParameters(cx, made, self, env);
}

/** What the constructor of a class does before its first statement. */
export function enterConstructor(cx: Context, fun: Fun, env: Env): void {
  const { home, node } = fun;
  if (home === undefined || home.parent !== undefined || constructorOf(home.node) !== node) return;
  const self = cx.read(fun.self!) as Obj;
  initialise(cx, home, self);
  assignParameters(cx, home, self, env);
}

function assignParameters(cx: Context, made: Class, self: Obj, env: Env): void {
  for (const { parameter } of parametersThatAreFields(made.node)) {
    const name = patternName(parameter);
    const cell = env.find(name, parameter);
    if (cell instanceof Cell) cx.write(self.fields.get(name)!, cx.read(cell));
  }
}

/** The fields that are declared get their first values. */
function initialise(cx: Context, made: Class, self: Obj): void {
  const env = new Env(made.env);
  env.variables.set("this", new Cell(self, "this", "constant"));
  if (made.parent !== undefined) env.variables.set("super", new Cell(made, "super", "constant"));
  for (const m of membersOf(made.node)) {
    if (!isField(m)) continue;
    const name = memberName(cx, m);
    const value = m.value as Node | null;
    if (value !== null) cx.write(self.fields.get(name)!, cx.parts.initial(m, value, env, name));
  }
}

/** A method, or what gets or sets a field, of a class or of one that it extends. */
export function memberOf(made: Class, name: string, isStatic: boolean): Accessor | Fun | undefined {
  const found = membersOf(made.node).filter(
    (m) =>
      m.type === "MethodDefinition" &&
      (m.static ?? false) === isStatic &&
      isImplemented(m) &&
      nameOf(m.key) === name,
  );
  const fun = (m: Node | undefined): Fun | undefined =>
    m && { t: "fun", node: m.value as Node, env: made.env, name, home: made };
  const [first] = found;
  if (first === undefined) return made.parent && memberOf(made.parent, name, isStatic);
  if (first.kind === "method") return fun(first);
  if (first.kind === "constructor") return undefined;
  return {
    t: "accessor",
    get: fun(found.find((m) => m.kind === "get")),
    set: fun(found.find((m) => m.kind === "set")),
  };
}

/** A method with the object that it is called on. */
export const bound = (fun: Fun, self: Val): Fun =>
  fun.self !== undefined || fun.node.type === "ArrowFunctionExpression"
    ? fun
    : { ...fun, self: new Cell(self, "this", "constant") };

/** `C.name` */
export function staticMember(cx: Context, made: Class, name: string, node: Node): Val | undefined {
  const method = memberOf(made, name, true);
  if (method?.t === "fun") return bound(method, made);
  if (method?.get !== undefined) return cx.parts.call(bound(method.get, made), [], node);
  const field = membersOf(made.node).find(
    (m) => m.type === "PropertyDefinition" && m.static === true && nameOf(m.key) === name,
  );
  if (field === undefined) return made.parent && staticMember(cx, made.parent, name, node);
  if (!isFixed(cx, made, field)) {
    cx.refuse(
      node,
      "captured-variable-changes",
      `${made.name}.${name} is a static field that may change.`,
      `Declare it as static readonly, or pass it in as a parameter.`,
    );
  }
  const value = field.value as Node | null;
  if (value === null) return NOTHING;
  const env = new Env(made.env);
  env.variables.set("this", new Cell(made, "this", "constant"));
  // Whoever asks gets one of its own, which is like all others: it must not be written to.
  const x = cx.parts.initial(field, value, env, name);
  const readonly = `It is a static field of ${made.name}.`;
  return x.t === "obj" || x.t === "vec" ? { ...x, readonly } : x;
}

/** Whether nothing can change a static field: it says so, or it is private, and nothing assigns to it. */
function isFixed(cx: Context, made: Class, field: Node): boolean {
  if ((field as { readonly?: boolean }).readonly === true) return true;
  const name = nameOf(field.key);
  if (name.startsWith("#") || !cx.parts.isExported(made.node)) {
    let assigned = false;
    walk(cx.parts.programOf(made.node), (n) => {
      const isUpdate = n.type === "UpdateExpression";
      const target = isUpdate
        ? bare(n.argument!)
        : n.type === "AssignmentExpression"
          ? bare(n.left)
          : undefined;
      if (target?.type === "MemberExpression" && !target.computed && nameOf(target.property) === name)
        assigned = true;
      return !assigned;
    });
    return !assigned;
  }
  return false;
}

/** Whether a class is another one, or extends it. */
export function isA(made: Class | undefined, wanted: Class): boolean {
  for (let c = made; c !== undefined; c = c.parent) if (c.id === wanted.id) return true;
  return false;
}
