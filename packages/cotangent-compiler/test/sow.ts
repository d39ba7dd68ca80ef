/**
 * Programs as people write them, grown from a list of choices: loops in loops whose bounds depend on each other, small vectors and
 * matrices, lists that grow, objects, classes, closures, helpers that write to what they are given, recursion, texts as options.
 * Shorter lists and smaller numbers make simpler programs. Indices are in range, and nothing is undefined.
 */
interface List {
  readonly name: string;
  /** It has at least so many elements. */
  readonly least: number;
  readonly grows?: boolean;
  /** A Float64Array. */
  readonly typed?: boolean;
  /** Those that are below its length. */
  readonly indices?: readonly string[];
}

interface Scope {
  numbers: readonly { readonly name: string; readonly fixed?: boolean }[];
  /** None is negative. */
  integers: readonly string[];
  lists: readonly List[];
  /** Rows by name, each at least so long; `square`: all are as long as there are rows. */
  matrices: readonly { readonly name: string; readonly rows: readonly string[]; readonly least: number }[];
  /** With fields u and v, numbers, and w, a list of three. */
  objects: readonly string[];
  helpers: readonly {
    readonly name: string;
    readonly parameters: readonly ("number" | "list" | "object")[];
  }[];
  instances: readonly string[];
  /** Lists of objects with fields x and y. */
  points: readonly { readonly name: string; readonly indices?: readonly string[] }[];
}

/** What the functions are called with: a number, an integer, lists, rows, an object, a text. */
const PARAMETERS = "a, n, x, y, m, o, kind, z, ps";

/** A function of `PARAMETERS`. */
export function sow(choices: readonly number[]): string {
  let at = 0;
  let names = 0;
  let depth = 0;
  let size = 0;
  let scope: Scope = {
    numbers: [{ name: "a" }],
    integers: ["n"],
    lists: [
      { name: "x", least: 0 },
      { name: "y", least: 0 },
      { name: "z", least: 0, typed: true },
    ],
    matrices: [{ name: "m", rows: [], least: 0 }],
    objects: ["o"],
    helpers: [],
    instances: [],
    points: [{ name: "ps" }],
  };

  const pick = (n: number): number => (choices[at++] ?? 0) % n;
  const one = <T>(of: readonly T[]): T => of[pick(of.length)]!;
  /** Some of 0 ... n - 1, of which a program is made: few things often meet in more ways than many once. */
  const some = (n: number): readonly number[] => {
    const list = Array.from({ length: n }, (_, k) => k);
    const few = list.filter(() => pick(3) === 1);
    return few.length > 2 ? few : list;
  };
  const [statements, numbers, heads] = [some(39), some(26), some(17)];
  const fresh = (stem: string): string => `${stem}${names++}`;
  const within = <T>(more: Partial<Scope>, body: () => T): T => {
    const before = scope;
    scope = { ...scope, ...more };
    const result = body();
    scope = before;
    return result;
  };
  const declare = (more: Partial<Scope>): void => void (scope = { ...scope, ...more });

  // Numbers

  /** An element of a list. */
  const element = (list: List): string => {
    const { name, least } = list;
    const indices = list.indices ?? [];
    const i = one(scope.integers);
    switch (pick(6)) {
      case 0:
      case 1:
        if (indices.length > 0) return `${name}[${one(indices)}]`;
        return least > 0 ? `${name}[${pick(least)}]` : `(${i} < ${name}.length ? ${name}[${i}] : 0.5)`;
      case 2:
        return least > 0
          ? `${name}[${i} % ${list.grows === true || least > 4 ? `${name}.length` : least}]`
          : `(${name}.length > 0 ? ${name}[${name}.length - 1] : a)`;
      case 3:
        return indices.length > 0
          ? `(${indices[0]} > 0 ? ${name}[${indices[0]} - 1] : ${name}[${indices[0]}])`
          : `(${name}.length > ${i} + 1 ? ${name}[${i} + 1] : 1)`;
      case 4:
        return indices.length > 0
          ? `${name}[${name}.length - 1 - ${one(indices)}]`
          : `(${name}[${i}] ?? 0.25)`;
      default:
        return `(${name}.length > ${i} ? ${name}[${name}.length - 1 - ${i}] : 0)`;
    }
  };

  const call = (deep: number): string => {
    const { name, parameters } = one(scope.helpers);
    const args = parameters.map((p) =>
      p === "number" ? number(deep - 1) : p === "list" ? one(scope.lists).name : one(scope.objects),
    );
    return `${name}(${args.join(", ")})`;
  };

  const number = (deep = 3): string => {
    size++;
    if (deep <= 0)
      return one([one(scope.numbers).name, one(scope.numbers).name, one(["0.5", "2", "(-1)", "0", "1.25"])]);
    const n = (): string => number(deep - 1);
    switch (one(numbers)) {
      case 0:
      case 1:
        return one(scope.numbers).name;
      case 24: {
        const { name, indices = [] } = one(scope.points);
        const [i, field] = [one(scope.integers), one(["x", "y"])];
        return indices.length > 0
          ? `${name}[${one(indices)}].${field}`
          : `(${i} < ${name}.length ? ${name}[${i}].${field} : 0.3)`;
      }
      case 2:
        return one(["0.5", "2", "(-1)", "0", "1.25", "(-0)", "1e-3"]);
      case 3:
        return one(scope.integers);
      case 4:
      case 5:
      case 6:
        return `(${n()} ${one(["+", "-", "*"])} ${n()})`;
      case 7:
        return `(${n()} / (1 + ${n()} ** 2))`;
      case 8:
        return `Math.${one(["sin", "cos", "tanh", "atan", "abs", "cbrt", "sign", "exp", "floor"])}(${one(["", "-"])}Math.abs(${n()}))`;
      case 9: {
        const inner = one([n(), one(scope.numbers).name]);
        return `(Math.${one(["sin", "tanh"])}(${inner}) * ${one([`Math.cos(${inner})`, `Math.sin(${inner})`, `(1 / Math.cosh(${inner}))`])})`;
      }
      case 10:
        return `Math.${one(["min", "max"])}(${n()}, ${n()}${one(["", `, ${one(scope.numbers).name}`])})`;
      case 11:
        return `Math.${one(["hypot", "atan2"])}(${n()}, ${n()})`;
      case 12:
        return `(${test(deep - 1)} ? ${n()} : ${n()})`;
      case 13:
      case 14:
      case 15:
        return element(one(scope.lists));
      case 16: {
        const m = one(scope.matrices);
        const [i, j] = [one(m.rows.length > 0 ? m.rows : scope.integers), one(scope.integers)];
        const row = m.rows.length > 0 ? "" : `${i} < ${m.name}.length && `;
        return m.rows.length > 0 && m.least > 0
          ? `${m.name}[${i}][${pick(m.least)}]`
          : `(${row}${j} < ${m.name}[${i}].length ? ${m.name}[${i}][${j}] : 0.75)`;
      }
      case 17:
        return `${one(scope.objects)}.${one(["u", "v"])}`;
      case 18:
        return `${one(scope.objects)}.w[${one(["0", "1", "2", `${one(scope.integers)} % 3`])}]`;
      case 19:
        return scope.helpers.length > 0 ? call(deep) : `Math.sqrt(1 + ${n()} ** 2)`;
      case 20:
        return scope.instances.length > 0
          ? one([
              `${one(scope.instances)}.get(${n()})`,
              `${one(scope.instances)}.k`,
              `${one(scope.instances)}.size`,
            ])
          : one(scope.numbers).name;
      case 21:
        return one([
          `${one(scope.lists).name}.reduce((s, t) => s + t * ${n()}, ${n()})`,
          `${one(scope.lists).name}.map((t, k) => t * ${n()} + k).reduce((s, t) => s + t, 0)`,
          `Math.max(0, ...${one(scope.lists).name})`,
          `${one(scope.lists).name}.filter((t) => t > ${n()}).length`,
          `${one(scope.lists).name}.length`,
          `Math.hypot(...${one(scope.lists).name})`,
        ]);
      case 22:
        return `(kind === "${one(["sine", "cube"])}" ? ${one(["Math.sin", "Math.cbrt"])}(${n()}) : ${n()})`;
      default:
        return `(${one(scope.integers)} ${one(["%", "&", "|", "+", "*"])} ${1 + pick(4)})`;
    }
  };

  /** Stays of moderate size, whatever is added up. */
  const tame = (deep = 3): string =>
    one([
      `Math.sin(${number(deep)})`,
      `${one(["0.5", "0.1", "0.9"])} * Math.tanh(${number(deep)})`,
      number(deep),
    ]);

  const test = (deep = 2): string => {
    const comparison = (): string =>
      `${number(deep - 1)} ${one(["<", ">", "<=", ">=", "!==", "==="])} ${number(deep - 1)}`;
    const i = one(scope.integers);
    switch (pick(7)) {
      case 0:
        return `${comparison()} && ${comparison()}`;
      case 1:
        return `!(${comparison()}) || ${comparison()}`;
      case 2:
        return `${i} % 2 === ${pick(2)}`;
      case 3:
        return `${i} ${one(["===", ">", "<", "!=="])} ${one(["0", "1", one(scope.integers)])}`;
      case 4:
        return `kind ${one(["===", "!=="])} "${one(["sine", "cube"])}"`;
      default:
        return comparison();
    }
  };

  // Statements

  const variable = (): string | undefined => {
    const list = scope.numbers.filter((v) => v.fixed !== true);
    return list.length > 0 ? one(list).name : undefined;
  };

  /** A place that can be assigned to. */
  const place = (): string => {
    const list = one(scope.lists);
    const indices = list.indices ?? [];
    switch (pick(6)) {
      case 5: {
        const points = one(scope.points);
        return points.indices === undefined
          ? `${one(scope.objects)}.u`
          : `${points.name}[${one(points.indices)}].${one(["x", "y"])}`;
      }
      case 0:
        if (indices.length > 0) return `${list.name}[${one(indices)}]`;
        if (list.least > 0)
          return `${list.name}[${one([String(pick(list.least)), `${one(scope.integers)} % ${list.least}`])}]`;
        return `${one(scope.objects)}.u`;
      case 1:
        return `${one(scope.objects)}.${one(["u", "v", "w[0]", "w[2]", `w[${one(scope.integers)} % 3]`])}`;
      case 2: {
        const m = one(scope.matrices);
        return m.rows.length > 0 && m.least > 0
          ? `${m.name}[${one(m.rows)}][${pick(m.least)}]`
          : `${one(scope.objects)}.v`;
      }
      default:
        return variable() ?? `${one(scope.objects)}.v`;
    }
  };

  const assign = (): string => `${place()} ${one(["=", "+=", "-=", "*=", "="])} ${tame()};\n`;

  const block = (most: number): string => {
    let out = "";
    for (let k = 1 + pick(most); k > 0; k--) if (size < 160) out += statement();
    return out === "" ? assign() : out;
  };
  const nested = (most: number, more: Partial<Scope> = {}): string => {
    depth++;
    const text = within(more, () => block(most));
    depth--;
    return text;
  };

  const newList = (): string => {
    const name = fresh("l");
    const old = one(scope.lists);
    let kept: List = { name, least: 0 };
    const text = ((): string => {
      switch (pick(11)) {
        case 0:
          kept = { name, least: 3 };
          return `[${number(2)}, ${number(2)}, ${number(2)}]`;
        case 1:
          kept = { name, least: 2 };
          return `[${number(2)}, ${number(2)}]`;
        case 2:
          kept = { name, least: 0 };
          return `new Float64Array(${one([`${old.name}.length`, "n", "n + 1", one(scope.integers)])})`;
        case 3: {
          const k = 1 + pick(4);
          kept = { name, least: k };
          return `new ${one(["Float64Array", "Array"])}(${k}).fill(${number(1)})`;
        }
        case 4:
          kept = { name, least: 0 };
          return `new Array(${one([`${old.name}.length`, "n"])}).fill(${number(1)})`;
        case 5:
          kept = { name, least: old.least };
          return `${old.name}.${one(["slice()", `map((t, k) => ${within({ numbers: [...scope.numbers, { name: "t", fixed: true }], integers: [...scope.integers, "k"] }, () => tame(2))})`])}`;
        case 6:
          kept = { name, least: 0 };
          return `Array.from({ length: ${one(["n", `${old.name}.length`, one(scope.integers)])} }, (_, k) => ${within({ integers: [...scope.integers, "k"] }, () => tame(2))})`;
        case 7:
          kept = { name, least: 0 };
          return `${old.name}.filter((t) => t > ${number(1)})`;
        case 8:
          kept = { name, least: old.least };
          return `[...${old.name}${one(["", `, ${number(1)}`])}].${one(["reverse()", "sort((p, q) => p - q)", "slice()"])}`;
        case 9:
          kept = { name, least: 0 };
          return `${old.name}.slice(${one(["1", "0, 2", "-2", one(scope.integers)])})`;
        default:
          kept = { name, least: 0, grows: true };
          return "[]";
      }
    })();
    declare({ lists: [...scope.lists, kept] });
    return `const ${name} = ${text};\n`;
  };

  const newMatrix = (): string => {
    const name = fresh("r");
    const [i, j] = [fresh("i"), fresh("j")];
    const old = one(scope.lists.filter((l) => l.typed !== true));
    const least = 2 + pick(2);
    const value = (): string => within({ integers: [...scope.integers, i, j] }, () => tame(2));
    const text = ((): string => {
      switch (pick(5)) {
        case 0:
          return `const ${name} = ${old.name}.map((${i}t, ${i}) => [${within({ integers: [...scope.integers, i] }, () => `${number(1)}, ${number(1)}, ${number(1)}`)}]);\n`;
        case 1:
          return `const ${name} = Array.from({ length: n }, (_, ${i}) => Array.from({ length: ${least} }, (_, ${j}) => ${value()}));\n`;
        case 2:
          return `const ${name} = [];\nfor (let ${i} = 0; ${i} < ${one(["n", "3", `${old.name}.length`])}; ${i}++) {\nconst row = new Array(${least}).fill(0);\nfor (let ${j} = 0; ${j} < ${least}; ${j}++) row[${j}] = ${value()};\n${name}.push(row);\n}\n`;
        case 3:
          return `const ${name} = [[${number(1)}, ${number(1)}, 0], [0, ${number(1)}, 1], [${number(1)}, 0, ${number(1)}]];\n`;
        default:
          return `const ${name} = [];\nfor (let ${i} = 0; ${i} < n; ${i}++) ${name}.push(new Array(${i} + ${least}).fill(${within({ integers: [...scope.integers, i] }, () => number(1))}));\n`;
      }
    })();
    declare({ matrices: [...scope.matrices, { name, rows: [], least }] });
    return text;
  };

  const newObject = (): string => {
    const name = fresh("b");
    const text = one([
      `{ u: ${number(2)}, v: ${number(1)}, w: [${number(1)}, ${number(1)}, 1] }`,
      `{ u: ${number(1)}, v: ${number(2)}, w: [...${one(scope.objects)}.w] }`,
    ]);
    declare({ objects: [...scope.objects, name] });
    return `const ${name} = ${text};\n`;
  };

  const newInstance = (): string => {
    const [type, name] = [fresh("C"), fresh("c")];
    const inner: Partial<Scope> = {
      numbers: [{ name: "this.k" }, { name: "t", fixed: true }, { name: "a", fixed: true }],
      integers: ["n"],
      lists: [{ name: "this.list", least: 2 }],
      instances: [],
      helpers: [],
    };
    const [value, change] = within(inner, () => [number(2), tame(2)]);
    const text = `class ${type} {\nconstructor(k) {\nthis.k = k;\nthis.list = [k, 1];\n}\nget size() {\nreturn this.k * this.k + this.list[1];\n}\nget(t) {\nreturn ${value};\n}\nstep(t) {\n${one(["this.k", "this.list[0]", "this.list[1]"])} ${one(["=", "+=", "*="])} ${change};\nreturn this;\n}\n}\nconst ${name} = new ${type}(${number(1)});\n`;
    declare({ instances: [...scope.instances, name] });
    return text;
  };

  /** A function of numbers, lists and objects, which may write to these. */
  const newHelper = (): string => {
    const name = fresh("f");
    const parameters = [
      one(["number", "number", "list", "object"] as const),
      one(["number", "list", "object"] as const),
    ].slice(0, 1 + pick(2));
    const mine = parameters.map((p, k) => `${p[0]!}${k}_${name}`);
    const of = (kind: string): string[] => mine.filter((_, k) => parameters[k] === kind);
    const writes = pick(2) === 0;
    const body = within(
      {
        numbers: [
          ...scope.numbers.map((v) => ({ ...v, fixed: true })),
          ...of("number").map((name) => ({ name })),
        ],
        lists:
          of("list").length > 0 && writes
            ? of("list").map((name) => ({ name, least: 0 }))
            : [...scope.lists, ...of("list").map((name) => ({ name, least: 0 }))],
        objects: of("object").length > 0 ? of("object") : scope.objects,
      },
      () => {
        depth += 2;
        const text = writes ? block(2) : "";
        depth -= 2;
        return `${text}${pick(2) === 0 ? `if (${test()}) return ${number(2)};\n` : ""}return ${tame(2)};\n`;
      },
    );
    declare({ helpers: [...scope.helpers, { name, parameters }] });
    return pick(2) === 0
      ? `const ${name} = (${mine.join(", ")}) => {\n${body}};\n`
      : `function ${name}(${mine.join(", ")}) {\n${body}}\n`;
  };

  const newRecursion = (): string => {
    const [name, k, s] = [fresh("g"), fresh("k"), fresh("s")];
    const fixed = {
      numbers: [...scope.numbers.map((v) => ({ ...v, fixed: true })), { name: s, fixed: true }],
      integers: [...scope.integers, k],
    };
    const [end, scale, more] = within(fixed, () => [number(2), number(1), tame(2)]);
    const again = one([
      `${name}(${k} - 1, ${s} * 0.5)`,
      `${name}(${k} - 1, ${scale})`,
      `Math.sin(${name}(${k} - 1, ${s}))`,
      `${name}(${k} >> 1, ${s}) - ${name}(${k} - 1, 0.5 * ${s})`,
    ]);
    declare({ helpers: [...scope.helpers, { name: fresh("h"), parameters: ["number"] }] });
    const h = scope.helpers.at(-1)!.name;
    return `const ${name} = (${k}, ${s}) => (${k} <= 0 ? ${end} : ${one(["", `${s} * `, "0.5 * "])}(${again}) + ${more});\nconst ${h} = (t) => ${name}(${one(["n", "3", "x.length"])}, t);\n`;
  };

  const loop = (): string => {
    const i = fresh("i");
    const list = one(scope.lists);
    const m = one(scope.matrices);
    const inner = one(scope.integers);
    const along = (): Partial<Scope> => ({
      lists: scope.lists.map((l) => (l === list ? { ...l, indices: [...(l.indices ?? []), i] } : l)),
      integers: [...scope.integers, i],
    });
    const plain = (): Partial<Scope> => ({ integers: [...scope.integers, i] });
    const [head, more] = ((): [string, Partial<Scope>] => {
      switch (one(heads)) {
        case 13: {
          const points = one(scope.points);
          return [
            `let ${i} = 0; ${i} < ${points.name}.length; ${i}++`,
            {
              ...plain(),
              points: scope.points.map((p) =>
                p === points ? { ...p, indices: [...(p.indices ?? []), i] } : p,
              ),
            },
          ];
        }
        case 14: {
          const points = one(scope.points);
          return [
            `let ${i} = 1; ${i} < ${points.name}.length; ${i}++`,
            {
              ...plain(),
              points: scope.points.map((p) =>
                p === points ? { ...p, indices: [...(p.indices ?? []), i, `${i} - 1`] } : p,
              ),
            },
          ];
        }
        case 0:
        case 1:
        case 2:
          return [
            `let ${i} = 0; ${i} < ${list.name}.length; ${i}++`,
            list.grows === true ? plain() : along(),
          ];
        case 3:
          return [
            `let ${i} = ${list.name}.length - 1; ${i} >= 0; ${i}--`,
            list.grows === true ? plain() : along(),
          ];
        case 4:
          return [`let ${i} = 0; ${i} < ${inner}; ${i}++`, plain()];
        case 5:
          return [`let ${i} = 0; ${i} <= ${inner}; ${i}++`, plain()];
        case 6:
          return [
            `let ${i} = ${inner} + 1; ${i} < ${one(["n", "6", `${list.name}.length`])}; ${i}++`,
            plain(),
          ];
        case 7:
          return [`let ${i} = ${inner}; ${i} > 0; ${i}--`, plain()];
        case 8:
          return [
            `let ${i} = 0; ${i} < 3; ${i}++`,
            {
              ...plain(),
              lists: scope.lists.map((l) =>
                l.least >= 3 ? { ...l, indices: [...(l.indices ?? []), i] } : l,
              ),
            },
          ];
        case 9:
          return [
            `let ${i} = 1; ${i} < ${list.name}.length; ${i}++`,
            list.grows === true ? plain() : along(),
          ];
        case 10:
          return [`let ${i} = 0; ${i} < ${one(["8", "n", `${list.name}.length`])}; ${i} += 2`, plain()];
        case 11:
          return [`let ${i} = 1; ${i} < 10; ${i} *= 2`, plain()];
        case 12:
          return [
            `let ${i} = 0; ${i} < Math.min(n, ${list.name}.length); ${i}++`,
            list.grows === true ? plain() : along(),
          ];
        default:
          return [
            `let ${i} = 0; ${i} < ${m.name}.length; ${i}++`,
            {
              ...plain(),
              matrices: scope.matrices.map((o) => (o === m ? { ...o, rows: [...o.rows, i] } : o)),
            },
          ];
      }
    })();
    const label = pick(5) === 0 ? fresh("outer") : "";
    let body = nested(3, more);
    const out = pick(4);
    if (out === 0)
      body = `if (${within(more, () => test())}) ${one(["continue", "break", "continue"])};\n${body}`;
    if (out === 1)
      body += `if (${within(more, () => test())}) ${one(["break", "continue", `return ${within(more, () => result())}`])};\n${nested(1, more)}`;
    if (label !== "")
      body += `for (let zz = 0; zz < 3; zz++) if (${within(more, () => test())}) ${one(["continue", "break"])} ${label};\n`;
    return `${label === "" ? "" : `${label}: `}for (${head}) {\n${body}}\n`;
  };

  /** Sums and recurrences in a loop within a loop, of which the outer iterations may go side by side. */
  const nest = (): string => {
    const [i, j, s, out] = [fresh("i"), fresh("j"), fresh("s"), fresh("l")];
    const list = one(scope.lists);
    const [hi, inner] = [one(["n", "7", `${list.name}.length`]), one(["x.length", "4", `${i} + 1`, i, "n"])];
    const more = {
      numbers: [...scope.numbers.map((v) => ({ ...v, fixed: true })), { name: s, fixed: true }],
      integers: [...scope.integers, i],
    };
    const start = within({ integers: more.integers }, () => number(1));
    const [step, last] = within(
      {
        ...more,
        integers: [...more.integers, j],
        lists:
          inner === "x.length"
            ? scope.lists.map((l) => (l.name === "x" ? { ...l, indices: [...(l.indices ?? []), j] } : l))
            : scope.lists,
      },
      () => [tame(2), number(2)],
    );
    const total = variable();
    declare({ lists: [...scope.lists, { name: out, least: 0 }] });
    const update = one([
      `${s} = 0.5 * ${s} + ${step}`,
      `${s} += ${step}`,
      `${s} = Math.max(${s}, ${step})`,
      `if (${step} > ${s}) ${s} = ${last.includes(j) ? step : last}`,
      `${s} = ${s} - ${out}[${i}] * ${step}`,
      `${out}[${i}] += ${step} * ${s}`,
    ]);
    const from = one(["0", "0", i, "1"]);
    return `const ${out} = new ${one(["Float64Array", "Array"])}(${hi})${one([".fill(0)", ".fill(0.5)"])};\nfor (let ${i} = 0; ${i} < ${hi}; ${i}++) {\nlet ${s} = ${start};\nfor (let ${j} = ${from}; ${j} < ${inner}; ${j}++) ${update};\n${out}[${i}] ${one(["=", "+="])} ${s};\n${total === undefined || pick(2) === 0 ? "" : `${total} += ${s};\n`}}\n`;
  };

  const best = (): string => {
    const [i, b, w] = [fresh("i"), fresh("v"), fresh("v")];
    const list = one(scope.lists);
    const value = within(
      {
        integers: [...scope.integers, i],
        lists:
          list.grows === true
            ? scope.lists
            : scope.lists.map((l) => (l === list ? { ...l, indices: [i] } : l)),
      },
      () => tame(2),
    );
    const first = one([`${i} === 0 || `, ""]);
    const init = one(["Infinity", "NaN", "0", "1e9"]);
    const text = `let ${b} = ${init};\nlet ${w} = 0;\nfor (let ${i} = 0; ${i} < ${list.name}.length; ${i}++) {\nconst now = ${value};\nif (${first}now ${one(["<", "<=", ">"])} ${b}) {\n${b} = now;\n${w} = ${one([i, value, `${w} + now`])};\n}\n}\nif (!(Math.abs(${b}) < 1e8)) ${b} = 1;\n`;
    declare({ numbers: [...scope.numbers, { name: b }, { name: w }] });
    return text;
  };

  const statement = (): string => {
    size++;
    switch (depth > 2 ? pick(10) : one(statements)) {
      case 0:
      case 1: {
        const value = tame();
        const name = fresh("v");
        declare({ numbers: [...scope.numbers, { name }] });
        return `let ${name} = ${value};\n`;
      }
      case 2:
      case 3:
      case 4:
      case 5:
        return assign();
      case 6:
        return newObject();
      case 7: {
        const growing = scope.lists.filter((l) => l.grows === true);
        if (growing.length === 0) return newList();
        const { name } = one(growing);
        return one([
          `${name}.push(${tame()});\n`,
          `${name}.push(${number(1)}, ${number(1)});\n`,
          `if (${name}.length > 0) ${place()} += ${name}.pop();\n`,
          `if (${test()}) ${name}.push(${tame(2)});\n`,
        ]);
      }
      case 8: {
        if (scope.instances.length === 0) return assign();
        return `${one(scope.instances)}.step(${number(1)})${one(["", `.step(${number(1)})`])};\n`;
      }
      case 9: {
        const [p, q] = [place(), place()];
        return `[${p}, ${q}] = [${q}, ${p}];\n`;
      }
      case 10:
      case 11: {
        const condition = test();
        const then = nested(3);
        return pick(2) === 0
          ? `if (${condition}) {\n${then}}\n`
          : `if (${condition}) {\n${then}} else {\n${nested(3)}}\n`;
      }
      case 12:
      case 13:
      case 14:
      case 15:
      case 16:
        return loop();
      case 17:
      case 18:
        return nest();
      case 19:
        return best();
      case 20: {
        const left = fresh("w");
        const condition = test();
        return `let ${left} = ${2 + pick(5)};\nwhile (${left}-- > 0 && (${condition})) {\n${nested(2)}${pick(3) === 0 ? `if (${test()}) break;\n` : ""}}\n`;
      }
      case 21:
      case 22:
        return newList();
      case 23:
        return newMatrix();
      case 24:
        return newInstance();
      case 25:
      case 26:
        return newHelper();
      case 27:
        return newRecursion();
      case 28: {
        const [e, list] = [fresh("e"), one(scope.lists)];
        return `for (const ${e} of ${list.name}${list.grows === true ? ".slice()" : ""}) {\n${nested(2, { numbers: [...scope.numbers, { name: e, fixed: true }] })}}\n`;
      }
      case 29: {
        const m = one(scope.matrices.filter((o) => o.rows.length > 0).concat(scope.matrices[0]!));
        const [row, i] = [fresh("row"), m.rows[0]];
        if (i === undefined) {
          const e = fresh("e");
          return `for (const ${row} of ${m.name}) {\n${one(["", `if (${row}.length > 1) [${row}[0], ${row}[1]] = [${row}[1], ${row}[0]];\n`])}for (let ${e} = 0; ${e} < ${row}.length; ${e}++) ${within({ integers: [...scope.integers, e], lists: [{ name: row, least: 0, indices: [e] }, ...scope.lists] }, () => one([assign(), `${row}[${e}] += ${tame()};\n`]))}}\n`;
        }
        declare({ lists: [...scope.lists, { name: row, least: m.least }] });
        return `const ${row} = ${m.name}[${i}];\n`;
      }
      case 30: {
        const m = one(scope.matrices);
        const [p, q] = [one(["0", `${m.name}.length - 1`]), one(["1", "n"])];
        return `if (${m.name}.length > 1 && ${q} < ${m.name}.length) [${m.name}[${p}], ${m.name}[${q}]] = [${m.name}[${q}], ${m.name}[${p}]];\n`;
      }
      case 31: {
        const list = one(scope.lists);
        return `${list.name}.${one(["sort((p, q) => q - p)", "sort((p, q) => p - q)", "reverse()", `fill(${number(1)})`, `forEach((t, k) => (${variable() ?? `${one(scope.objects)}.u`} += t * k))`])};\n`;
      }
      case 32: {
        const [name, e] = [fresh("qs"), fresh("e")];
        const points = one(scope.points);
        const more = {
          numbers: [...scope.numbers, { name: `${e}.x`, fixed: true }, { name: `${e}.y`, fixed: true }],
        };
        const text = one([
          `${points.name}.map((${e}) => ({ x: ${within(more, () => tame(2))}, y: ${e}.x }))`,
          `Array.from({ length: n }, (_, k) => ({ x: k, y: ${within({ integers: [...scope.integers, "k"] }, () => tame(2))} }))`,
          `[{ x: ${number(1)}, y: ${number(1)} }, { x: 1, y: ${number(1)} }]`,
          `${points.name}.filter((${e}) => ${e}.x > ${number(1)}).map((${e}) => ({ ...${e}, y: ${within(more, () => tame(2))} }))`,
        ]);
        declare({ points: [...scope.points, { name }] });
        return `const ${name} = ${text};\n`;
      }
      case 33: {
        const e = fresh("e");
        return `for (const ${e} of ${one(scope.points).name}) {\n${nested(2, { numbers: [...scope.numbers, { name: `${e}.x` }, { name: `${e}.y` }] })}}\n`;
      }
      case 34: {
        const [k, i, l] = [fresh("at"), fresh("i"), fresh("l")];
        const more = { integers: [...scope.integers, i, k] };
        const text = `const ${l} = new ${one(["Float64Array", "Array"])}(x.length)${one([".fill(0)", ".fill(1)"])};\nlet ${k} = 0;\nfor (let ${i} = 0; ${i} < x.length; ${i}++) {\nif (${within(more, () => test())}) ${l}[${k}++] = ${within(more, () => tame())};\n}\n`;
        declare({ lists: [...scope.lists, { name: l, least: 0 }], integers: [...scope.integers, k] });
        return text;
      }
      case 35: {
        const [stack, t, steps] = [fresh("st"), fresh("t"), fresh("k")];
        const more = { numbers: [...scope.numbers, { name: t, fixed: true }] };
        return `const ${stack} = [${number(1)}, ${number(1)}];\nlet ${steps} = 0;\nwhile (${stack}.length > 0 && ${steps}++ < 9) {\nconst ${t} = ${stack}.pop();\n${within(more, () => `${assign()}if (${test()}) ${stack}.push(${tame(2)}${one(["", `, ${t}`])});\n`)}}\n`;
      }
      case 36: {
        const cases = [0, 1, 2].map(
          (k) =>
            `${k === 2 ? "default" : `case ${k}`}:\n${nested(1)}${k < 2 && pick(3) === 0 ? "" : "break;\n"}`,
        );
        return `switch (${one(scope.integers)} % 3) {\n${cases.join("").replaceAll("const ", "var ").replaceAll("let ", "var ")}}\n`;
      }
      case 37: {
        const [lo, hi, mid] = [fresh("lo"), fresh("hi"), fresh("mid")];
        const l = one(scope.lists).name;
        const text = `let ${lo} = 0;\nlet ${hi} = ${l}.length;\nwhile (${lo} < ${hi}) {\nconst ${mid} = ${one([`(${lo} + ${hi}) >> 1`, `Math.floor((${lo} + ${hi}) / 2)`])};\nif (${l}[${mid}] ${one(["<", ">="])} ${number(2)}) ${lo} = ${mid} + 1;\nelse ${hi} = ${mid};\n}\n`;
        declare({ integers: [...scope.integers, lo] });
        return text;
      }
      default: {
        const f = fresh("f");
        const t = fresh("t");
        const [p, q] = within(
          { numbers: [...scope.numbers.map((v) => ({ ...v, fixed: true })), { name: t }] },
          () => [tame(2), tame(2)],
        );
        const condition = one([`kind === "sine"`, test()]);
        declare({ helpers: [...scope.helpers, { name: f, parameters: ["number"] }] });
        return `const ${f} = ${condition} ? (${t}) => ${p} : (${t}) => ${q};\n`;
      }
    }
  };

  const result = (): string => number(2);

  const body = block(9);
  const points = scope.points.map((p) => `0.4 * ${p.name}.reduce((s, p) => s + p.x * p.y, 0)`);
  const sum = [
    result(),
    ...scope.lists.map((l) => `0.5 * ${l.name}.reduce((s, t) => s + t, 0)`),
    ...scope.objects.map((o) => `${o}.u * ${o}.w[1]`),
    ...points,
    ...scope.matrices.map((r) => `0.2 * ${r.name}.reduce((s, r) => s + r.reduce((s, t) => s + t, 0), 0)`),
    ...scope.numbers.slice(0, 6).map((v) => `0.3 * ${v.name}`),
  ];
  return `(${PARAMETERS}) => {\n${body}return ${sum.join(" + ")};\n}`;
}
