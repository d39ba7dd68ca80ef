/** Operands of what is repeated: where they come from in every iteration. */

/** Where an operand comes from. Element k of array parameter p lies in space `ARRAY + p`. */
export const VALUE = 0;
/** A constant, by its number among the constants. */
export const CONSTANT = 1;
/** An element of a list of constants that only the operand has. */
export const TABLE = 2;
/** An integer that stands for itself: where a `store` writes. */
export const INDEX = 3;
/** A parameter that is a number, by its position. */
export const PARAMETER = 4;
export const ARRAY = 5;

export interface Slot {
  readonly space: number;
  /** Its place in the space, in the first iteration of all loops around. */
  readonly at: number;
  /** What an iteration adds to the place, for each loop around, the innermost first. */
  readonly strides: readonly number[];
  /**
   * For each loop, innermost first, what stands for the operand in the loop's first iteration, if that is something else. Where
   * several apply, the innermost does.
   */
  readonly firsts: readonly (Slot | undefined)[];
  /** The elements of space TABLE. */
  readonly table: readonly number[] | undefined;
}

const NONE: readonly never[] = [];

/** Outside of all loops. */
export const single = (space: number, at: number): Slot => ({
  space,
  at,
  strides: NONE,
  firsts: NONE,
  table: undefined,
});

/** The same operand in successive iterations. */
export interface Slots {
  readonly count: number;
  readonly at: (t: number) => Slot;
}

/** The loop that is being made: where in the trace it begins, and how many operations an iteration has. */
export interface Span {
  readonly start: number;
  readonly period: number;
}

/** One operand for all iterations, and for how many of them, from the first on, it holds. */
export function unify(slots: Slots, loop: Span, constants: readonly number[]): [Slot, number] {
  const first = slots.at(0);
  if (slots.count === 1) return [around(first, 0), 1];
  const second = slots.at(1);
  if (isNumber(first) && isNumber(second)) return numbers(slots, constants);
  const found: [Slot, number] =
    first.space === second.space
      ? affine(slots, loop, first, second.at - first.at, constants)
      : [around(first, 0), 1];
  const inLoop = second.space === VALUE && second.at >= loop.start && second.at < loop.start + loop.period;
  if (found[1] === slots.count || !inLoop || !isSingle(first) || !isSingle(second)) return found;
  // What the iteration before has computed; only the first takes something else.
  const rest: Slots = { count: slots.count - 1, at: (t) => slots.at(t + 1) };
  const [main, agreed] = affine(rest, loop, second, loop.period, constants);
  if (agreed + 1 <= found[1]) return found;
  const at = second.at - loop.period;
  return [{ ...main, at, firsts: [...second.firsts, around(first, 0)] }, agreed + 1];
}

const isNumber = ({ space }: Slot): boolean => space === CONSTANT || space === TABLE;
/** Whether it is the same in all iterations of the loops around. */
const isSingle = ({ strides }: Slot): boolean => strides.every((stride) => stride === 0);

/** The operand in one more loop. */
const around = (slot: Slot, stride: number): Slot => ({
  ...slot,
  strides: [...slot.strides, stride],
  firsts: [...slot.firsts, undefined],
});

/** Places that are evenly spaced. */
function affine(
  slots: Slots,
  loop: Span,
  first: Slot,
  stride: number,
  constants: readonly number[],
): [Slot, number] {
  const { space, at, strides } = first;
  let agreed = 1;
  // Parameters have no order.
  if (space !== PARAMETER || stride === 0) {
    for (; agreed < slots.count; agreed++) {
      const slot = slots.at(agreed);
      if (slot.space !== space || slot.at !== at + agreed * stride || !same(slot.strides, strides)) break;
    }
  }
  const firsts: (Slot | undefined)[] = [];
  for (let level = 0; level < strides.length; level++) {
    let some = false;
    for (let t = 0; t < agreed && !some; t++) some = slots.at(t).firsts[level] !== undefined;
    if (!some) {
      firsts.push(undefined);
      continue;
    }
    const inner: Slots = {
      count: agreed,
      at: (t) => slots.at(t).firsts[level] ?? without(slots.at(t), level),
    };
    const [one, holds] = unify(inner, loop, constants);
    agreed = Math.min(agreed, holds);
    firsts.push(one);
  }
  return [{ ...first, strides: [...strides, stride], firsts: [...firsts, undefined] }, agreed];
}

/** The operand in the first iteration of a loop around. */
const without = (slot: Slot, level: number): Slot => ({
  ...slot,
  strides: slot.strides.map((stride, k) => (k === level ? 0 : stride)),
  firsts: slot.firsts.map((first, k) => (k === level ? undefined : first)),
});

/** Constants: one, or a list of them. */
function numbers(slots: Slots, constants: readonly number[]): [Slot, number] {
  const first = slots.at(0);
  let model: Slot | undefined;
  let agreed = 0;
  let equal = true;
  for (; agreed < slots.count; agreed++) {
    const slot = slots.at(agreed);
    if (!isNumber(slot)) break;
    if (slot.space === TABLE) {
      model ??= slot;
      if (slot.table!.length !== model.table!.length || !same(slot.strides, model.strides)) break;
    }
    equal &&=
      slot.space === first.space &&
      (slot.space === TABLE ? same(slot.table!, first.table!) : slot.at === first.at);
  }
  if (equal) return [around(first, 0), agreed];
  const size = model?.table!.length ?? 1;
  const table: number[] = [];
  for (let t = 0; t < agreed; t++) {
    const slot = slots.at(t);
    if (slot.space === TABLE) for (const x of slot.table!) table.push(x);
    else for (let k = 0; k < size; k++) table.push(constants[slot.at]!);
  }
  const { strides, firsts } = model ?? first;
  return [
    { space: TABLE, at: 0, strides: [...strides, size], firsts: [...firsts, undefined], table },
    agreed,
  ];
}

const same = (x: readonly number[], y: readonly number[]): boolean =>
  x.length === y.length && x.every((n, k) => Object.is(n, y[k]));
