/** A legal function of the language, grown from a list of choices: shorter lists and smaller numbers make simpler ones. */
export function grow(choices: readonly number[]): string {
  return new Grower(choices).source();
}

class Grower {
  readonly #choices: readonly number[];
  #at = 0;
  #names = 0;
  #depth = 0;
  /** What may be used, by its kind; of the numbers, which may be assigned. */
  #scope = {
    numbers: [
      { name: "a", mutable: true },
      { name: "b", mutable: true },
    ],
    arrays: ["x"],
    pairs: [] as string[],
    objects: [] as string[],
    integers: ["n"],
    helpers: [] as string[],
  };

  constructor(choices: readonly number[]) {
    this.#choices = choices;
  }

  #pick(n: number): number {
    const c = this.#choices[this.#at++] ?? 0;
    return c % n;
  }

  #one<T>(list: readonly T[]): T {
    return list[this.#pick(list.length)]!;
  }

  #fresh(stem: string): string {
    return `${stem}${this.#names++}`;
  }

  source(): string {
    const body = this.#block(4);
    const result = this.#pick(3) === 0 ? `[${this.#number()}, ${this.#number()}]` : this.#number();
    return `(a, b, n, x) => {\n${body}return ${result};\n}`;
  }

  #block(most: number): string {
    const before = this.#scope;
    this.#scope = structuredClone(before);
    const count = 1 + this.#pick(most);
    let out = "";
    for (let k = 0; k < count; k++) out += this.#statement();
    if (this.#depth > 0) this.#scope = before;
    return out;
  }

  #nested(most: number): string {
    this.#depth++;
    const body = this.#block(most);
    this.#depth--;
    return body;
  }

  #statement(): string {
    const kind = this.#pick(this.#depth > 2 ? 7 : 16);
    switch (kind) {
      case 0:
      case 1: {
        const value = this.#number();
        const name = this.#fresh("v");
        this.#scope.numbers.push({ name, mutable: true });
        return `let ${name} = ${value};\n`;
      }
      case 2:
      case 3: {
        const target = this.#one(this.#scope.numbers.filter((v) => v.mutable)).name;
        return `${target} ${this.#one(["=", "+=", "-=", "*="])} ${this.#number()};\n`;
      }
      case 4:
        return `${this.#one(this.#scope.arrays)}[${this.#index()}] ${this.#one(["=", "+=", "*="])} ${this.#number()};\n`;
      case 5: {
        const value = `[${this.#number()}, ${this.#number()}]`;
        if (this.#scope.pairs.length > 0 && this.#pick(2) === 0)
          return `${this.#one(this.#scope.pairs)} = ${value};\n`;
        const name = this.#fresh("p");
        this.#scope.pairs.push(name);
        return `let ${name} = ${value};\n`;
      }
      case 6: {
        if (this.#scope.objects.length > 0 && this.#pick(2) === 0) {
          return `${this.#one(this.#scope.objects)}.${this.#one(["u", "v"])} ${this.#one(["=", "-="])} ${this.#number()};\n`;
        }
        const value = `{ u: ${this.#number()}, v: ${this.#number()} }`;
        const name = this.#fresh("o");
        this.#scope.objects.push(name);
        return `const ${name} = ${value};\n`;
      }
      case 7:
      case 8: {
        const test = this.#test();
        const then = this.#nested(3);
        return this.#pick(2) === 0
          ? `if (${test}) {\n${then}}\n`
          : `if (${test}) {\n${then}} else {\n${this.#nested(3)}}\n`;
      }
      case 9:
      case 10:
        return this.#loop();
      case 11: {
        const left = this.#fresh("w");
        const test = this.#test();
        return `let ${left} = ${2 + this.#pick(5)};\nwhile (${left}-- > 0 && (${test})) {\n${this.#inside()}}\n`;
      }
      case 12: {
        const length = this.#one(["3", "n + 2", "x.length"]);
        const value = this.#one([
          `new Float64Array(${length})`,
          "x.slice()",
          `x.map((v, i) => v * ${this.#number()} + i)`,
        ]);
        const name = this.#fresh("y");
        this.#scope.arrays.push(name);
        return `const ${name} = ${value};\n`;
      }
      case 13: {
        const [name, parameter] = [this.#fresh("f"), this.#fresh("t")];
        const before = this.#scope.numbers;
        this.#scope.numbers = [
          ...this.#scope.numbers.map((v) => ({ ...v, mutable: false })),
          { name: parameter, mutable: true },
        ];
        const test = this.#test();
        const [early, late] = [this.#number(), this.#number()];
        this.#scope.numbers = before;
        this.#scope.helpers.push(name);
        return `const ${name} = (${parameter}) => {\nif (${test}) return ${early};\nreturn ${late};\n};\n`;
      }
      case 14:
        return `for (const e of ${this.#one(this.#scope.arrays)}) {\n${this.#with("e", () => this.#inside())}}\n`;
      default: {
        const [out, count] = [this.#fresh("g"), this.#one(["n", "x.length", "4"])];
        const i = this.#fresh("i");
        const [value, test] = [this.#number(), this.#test()];
        const total = this.#fresh("v");
        this.#scope.numbers.push({ name: total, mutable: true });
        return `const ${out} = [];\nfor (let ${i} = 0; ${i} < ${count}; ${i}++) if (${test}) ${out}.push(${value} + ${i});\nlet ${total} = ${out}.length;\nfor (let ${i} = 0; ${i} < ${out}.length; ${i}++) ${total} += ${out}[${i}];\n`;
      }
    }
  }

  #with(name: string, body: () => string): string {
    const before = this.#scope.numbers;
    this.#scope.numbers = [...before, { name, mutable: false }];
    const text = body();
    this.#scope.numbers = before;
    return text;
  }

  #loop(): string {
    const i = this.#fresh("i");
    const head = this.#one([
      `let ${i} = 0; ${i} < n; ${i}++`,
      `let ${i} = 0; ${i} < x.length; ${i}++`,
      `let ${i} = n; ${i} > 0; ${i}--`,
      `let ${i} = 1; ${i} <= 5; ${i} += 2`,
      `let ${i} = 1; ${i} < 20; ${i} *= 2`,
    ]);
    const before = this.#scope.integers;
    this.#scope.integers = [...before, i];
    const body = this.#inside();
    this.#scope.integers = before;
    return `for (${head}) {\n${body}}\n`;
  }

  /** The body of a loop, with ways out of it. */
  #inside(): string {
    let body = this.#nested(3);
    if (this.#pick(3) === 0)
      body += `if (${this.#test()}) ${this.#one(["break", "continue", `return ${this.#number()}`])};\n${this.#nested(2)}`;
    return body;
  }

  #test(): string {
    const comparison = `${this.#number()} ${this.#one(["<", ">", "<=", ">=", "!=="])} ${this.#number()}`;
    switch (this.#pick(4)) {
      case 0:
        return `${comparison} && ${this.#number()} > 0`;
      case 1:
        return `!(${comparison}) || ${this.#number()} < 1`;
      default:
        return comparison;
    }
  }

  /** An index that is always in range of arrays of two elements and more. */
  #index(): string {
    return this.#one([
      "0",
      "1",
      `${this.#one(this.#scope.integers)} & 1`,
      `Math.min(1, Math.max(0, ${this.#one(this.#scope.integers)}))`,
    ]);
  }

  #number(): string {
    if (this.#at > 150) return "1";
    switch (this.#pick(14)) {
      case 0:
      case 1:
      case 2:
        return this.#one(this.#scope.numbers).name;
      case 3:
        return this.#one(["0.5", "2", "-1", "3.25", "0", "1e-3"]);
      case 4:
        return this.#one(this.#scope.integers);
      case 5:
        return `(${this.#number()} ${this.#one(["+", "-", "*"])} ${this.#number()})`;
      case 6:
        return `(${this.#number()} / (1 + Math.abs(${this.#number()})))`;
      case 7:
        return `Math.${this.#one(["sin", "cos", "tanh", "atan", "floor", "abs", "sign"])}(${this.#number()})`;
      case 8:
        return `Math.${this.#one(["min", "max"])}(${this.#number()}, ${this.#number()})`;
      case 9:
        return `(${this.#test()} ? ${this.#number()} : ${this.#number()})`;
      case 10:
        return `${this.#one(this.#scope.arrays)}[${this.#index()}]`;
      case 11:
        return this.#scope.pairs.length > 0
          ? `${this.#one(this.#scope.pairs)}[${this.#one(["0", "1"])}]`
          : this.#one(this.#scope.numbers).name;
      case 12:
        return this.#scope.objects.length > 0
          ? `${this.#one(this.#scope.objects)}.${this.#one(["u", "v"])}`
          : `(${this.#one(this.#scope.integers)} % 3)`;
      default:
        return this.#scope.helpers.length > 0
          ? `${this.#one(this.#scope.helpers)}(${this.#number()})`
          : `(${this.#one(this.#scope.integers)} + 1)`;
    }
  }
}
