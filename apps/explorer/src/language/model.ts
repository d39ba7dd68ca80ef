/** The current function as the page knows it: what it reads as, and what it gives at the inputs. */
import { functionSlice } from "../function-slice.ts";
import type { FunctionState } from "../function-slice.ts";
import { Value } from "../shell/store.ts";
import type { Store, TabContext } from "../tab.ts";
import type { Failure } from "../worker/protocol.ts";
import { failureFrom, Language, Latest } from "./client.ts";
import type { handlers, Point, Reading } from "./handlers.ts";
import type { Text } from "./text.ts";
import { fitting, withLeaf } from "./values.ts";
import type { Data, Leaf } from "./values.ts";

/** Typing pauses so long, in milliseconds, before a text is read. */
const PAUSE = 120;

/** What is known of the function; `reading` and `point` are those of the last text that could be read. */
export interface Known {
  readonly reading: Reading | undefined;
  readonly text: Text;
  readonly inputs: readonly Data[];
  readonly point: Point | undefined;
  /** What is wrong with the text, or with its call at these inputs. */
  readonly failure: Failure | undefined;
  /** Whether what is shown is older than the text. */
  readonly stale: boolean;
}

export class FunctionModel {
  readonly store: Store<FunctionState>;
  /** Reads, evaluates and draws curves: what must not wait for anything else. */
  readonly language: Language<typeof handlers>;
  /** Everything that is shown beside: if one of it takes too long, the others do not suffer. */
  readonly aside: Language<typeof handlers>;
  readonly known: Value<Known>;
  readonly #latest = new Latest();
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(context: TabContext) {
    this.store = context.use(functionSlice);
    const make = (): Worker =>
      new Worker(new URL("./worker.ts", import.meta.url), { type: "module", name: "language" });
    this.language = new Language(make);
    this.aside = new Language(make, "skip");
    const { source, name } = this.store.value;
    this.known = new Value<Known>({
      reading: undefined,
      text: { source, name },
      inputs: [],
      point: undefined,
      failure: undefined,
      stale: true,
    });
    let before = this.store.value;
    this.store.subscribe((now) => {
      const edited = now.source !== before.source || now.name !== before.name;
      const moved = now.inputs !== before.inputs;
      before = now;
      if (edited) this.#edited();
      else if (moved) this.#moved();
    });
    this.#read();
  }

  /** After a stop. */
  runAgain(): void {
    this.language.resume();
    this.#read();
  }

  /** Changes one number among the inputs. */
  move(leaf: Leaf, x: number | boolean): void {
    const { reading, inputs } = this.known.value;
    const parameter = reading?.parameters[leaf.argument];
    if (parameter === undefined) return;
    this.setInput(parameter.name, withLeaf(inputs[leaf.argument]!, leaf.place, x));
  }

  setInput(parameter: string, data: Data): void {
    this.store.set({ inputs: { ...this.store.value.inputs, [parameter]: data } });
  }

  #edited(): void {
    this.language.resume();
    this.#update({ stale: true });
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#read(), PAUSE);
  }

  #moved(): void {
    const { reading, text } = this.known.value;
    if (reading === undefined) return;
    const inputs = this.#inputs(reading);
    this.#update({ inputs });
    this.#latest.run(() => this.#evaluate(reading, text, inputs));
  }

  #read(): void {
    const { source, name } = this.store.value;
    this.#latest.run(async () => {
      try {
        const reading = await this.language.call("read", { source, name });
        await this.#evaluate(reading, { source, name: reading.name }, this.#inputs(reading));
      } catch (error) {
        const failure = failureFrom(error);
        if (failure !== undefined) this.#update({ failure, stale: true });
      }
    });
  }

  async #evaluate(reading: Reading, text: Text, inputs: readonly Data[]): Promise<void> {
    try {
      const point = await this.language.call("point", text, inputs);
      this.#update({ reading, text, inputs, point, failure: undefined, stale: false });
    } catch (error) {
      const failure = failureFrom(error);
      if (failure !== undefined) {
        this.#update({ reading, text, inputs, point: undefined, failure, stale: false });
      }
    }
  }

  #inputs({ parameters, integers }: Reading): readonly Data[] {
    const { inputs } = this.store.value;
    return parameters.map(({ name, structure }, i) => {
      const data = fitting(structure, Object.hasOwn(inputs, name) ? inputs[name] : undefined, i);
      return integers.includes(i) && typeof data === "number" ? Math.round(data) : data;
    });
  }

  #update(patch: Partial<Known>): void {
    this.known.replace({ ...this.known.value, ...patch });
  }
}

const models = new WeakMap<TabContext, FunctionModel>();

/** The model of this visit: the tabs share it, and its worker. */
export function modelOf(context: TabContext): FunctionModel {
  let model = models.get(context);
  if (model === undefined) models.set(context, (model = new FunctionModel(context)));
  return model;
}
