import { expect, test } from "vitest";
import wabt from "wabt";
import { emitWasm } from "../../src/compile/wasm/emit.ts";
import { optimise } from "../../src/program/optimise/index.ts";
import { programFromSeed } from "../program/random.ts";

const features = {
  simd: true,
  bulk_memory: true,
  multi_value: true,
  sat_float_to_int: true,
  mutable_globals: true,
};

test("wabt reads and accepts every module, with nothing beyond baseline and SIMD", async () => {
  const toolkit = await wabt();
  for (let seed = 0; seed < 60; seed++) {
    const { program } = programFromSeed(seed);
    for (const p of [program, optimise(program)]) {
      for (const math of ["fast", "exact"] as const) {
        const module = toolkit.readWasm(emitWasm(p, { math }).bytes, features);
        // Throws if there is something wrong.
        module.validate();
        expect(module.toText({ foldExprs: false, inlineExport: false })).toContain("(module");
        module.destroy();
      }
    }
  }
});
