/** An ordinary object tape, as it is usually written: one object, one list of inputs and one closure per operation. */
export class Value {
  data: number;
  grad = 0;
  readonly inputs: readonly Value[];
  pull: () => void = () => {};

  constructor(data: number, inputs: readonly Value[] = []) {
    this.data = data;
    this.inputs = inputs;
  }

  add(other: Value): Value {
    const out = new Value(this.data + other.data, [this, other]);
    out.pull = () => {
      this.grad += out.grad;
      other.grad += out.grad;
    };
    return out;
  }

  mul(other: Value): Value {
    const out = new Value(this.data * other.data, [this, other]);
    out.pull = () => {
      this.grad += other.data * out.grad;
      other.grad += this.data * out.grad;
    };
    return out;
  }

  sin(): Value {
    const out = new Value(Math.sin(this.data), [this]);
    out.pull = () => {
      this.grad += Math.cos(this.data) * out.grad;
    };
    return out;
  }

  /** Depth first, with a stack of its own: recursion would overflow on long chains. */
  backward(): void {
    const sorted: Value[] = [];
    const seen = new Set<Value>();
    const stack: [value: Value, next: number][] = [[this, 0]];
    seen.add(this);
    while (stack.length > 0) {
      const top = stack.at(-1)!;
      const input = top[0].inputs[top[1]++];
      if (input === undefined) {
        sorted.push(top[0]);
        stack.pop();
      } else if (!seen.has(input)) {
        seen.add(input);
        stack.push([input, 0]);
      }
    }
    this.grad = 1;
    for (let i = sorted.length - 1; i >= 0; i--) sorted[i]!.pull();
  }
}
