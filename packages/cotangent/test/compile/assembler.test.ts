import { describe, expect, test } from "vitest";
import { ModuleBuilder } from "../../src/compile/wasm/assembler.ts";
import type { FunctionBuilder } from "../../src/compile/wasm/assembler.ts";
import { Bytes } from "../../src/compile/wasm/bytes.ts";
import { instantiate } from "../../src/compile/webassembly.ts";

const build = (params: string, results: string, write: (f: FunctionBuilder) => void): Uint8Array => {
  const module = new ModuleBuilder(80);
  const f = module.function("f", params, results);
  write(f);
  module.exportFunction("run", f);
  return module.encode(1);
};
const run = (bytes: Uint8Array, ...args: number[]): unknown => instantiate(bytes, {}).run(...args);

describe("LEB128", () => {
  test.each([
    [0, [0]],
    [127, [127]],
    [128, [0x80, 1]],
    [624485, [0xe5, 0x8e, 0x26]],
    [2 ** 32 - 1, [0xff, 0xff, 0xff, 0xff, 0x0f]],
  ])("unsigned %d", (value, bytes) => {
    const out = new Bytes();
    out.u32(value);
    expect(Array.from(out.view())).toEqual(bytes);
  });

  test.each([
    [-1, [0x7f]],
    [63, [63]],
    [64, [0xc0, 0]],
    [-64, [0x40]],
    [-123456, [0xc0, 0xbb, 0x78]],
  ])("signed %d", (value, bytes) => {
    const [narrow, wide] = [new Bytes(), new Bytes()];
    narrow.s32(value);
    wide.s64(BigInt(value));
    expect(Array.from(narrow.view())).toEqual(bytes);
    expect(Array.from(wide.view())).toEqual(bytes);
  });
});

describe("the assembler", () => {
  test("writes functions that run", () => {
    const bytes = build("if", "f", (f) => {
      const total = f.local("f");
      f.f64(0).set(total);
      f.block("", (done) => {
        f.loop("", (again) => {
          f.get(0).op("i32.eqz").brIf(done);
          f.get(total).get(1).op("f64.add").set(total);
          f.get(0).i32(1).op("i32.sub").set(0).br(again);
        });
      });
      f.get(total);
    });
    expect(run(bytes, 10, 1.5)).toBe(15);
  });

  test("keeps equal constants once, and tells -0 from 0", () => {
    const module = new ModuleBuilder(80);
    expect(module.constant(1.5)).toBe(80);
    expect(module.constant(0)).toBe(88);
    expect(module.constant(-0)).toBe(96);
    expect(module.constant(1.5)).toBe(80);
    expect(module.dataEnd).toBe(104);
  });

  test("uses a released local again", () => {
    const module = new ModuleBuilder(80);
    const f = module.function("f", "i", "");
    const local = f.local("f");
    f.release(local);
    expect(f.local("i")).not.toBe(local);
    expect(f.local("f")).toBe(local);
  });

  test.each<[string, (f: FunctionBuilder) => void, string]>([
    [
      "a wrong operand",
      (f) => f.i32(1).f64(2).op("f64.add"),
      "f64.add wants [f64] on the stack, which has [i32]",
    ],
    ["a missing operand", (f) => f.f64(2).op("f64.add"), "f64.add wants [f64] on the stack, which has []"],
    ["a wrong local", (f) => f.i32(1).set(f.local("f")), "local.set wants [f64]"],
    [
      "what a block leaves over",
      (f) => f.block("", () => f.i32(1)),
      "the end of a block wants [] on the stack, which has [i32]",
    ],
    ["what a block takes from outside", (f) => f.i32(1).block("", () => f.op("drop")), "drop wants"],
    ["a branch without its value", (f) => f.block("f", (end) => f.br(end)), "br wants [f64]"],
    ["select of two types", (f) => f.f64(1).i32(2).i32(3).select("f"), "select wants [f64]"],
  ])("refuses %s where it is emitted", (_, write, message) => {
    expect(() => build("", "", write)).toThrow(message);
  });

  test("refuses a result of the wrong type at the end", () => {
    expect(() => build("", "f", (f) => f.i32(1))).toThrow(
      "the end of f wants [f64] on the stack, which has [i32]",
    );
  });

  test("what follows a branch may be anything", () => {
    const bytes = build("i", "f", (f) => f.f64(4).return().op("f64.add"));
    expect(run(bytes, 0)).toBe(4);
  });

  test("imports come first", () => {
    const module = new ModuleBuilder(80);
    module.function("f", "", "");
    expect(() => module.import("math", "sin", "f", "f")).toThrow("imported after");
  });
});
