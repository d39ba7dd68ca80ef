/**
 * The instructions that the back end uses: WebAssembly 1.0 with multiple values, bulk memory, saturating truncation, and
 * fixed-width SIMD (all of them in every engine since 2021). Source: the WebAssembly specification 2.0, appendix "Index of
 * Instructions".
 */

/** The type of an operand, as one letter: i32, i64, f64 and a vector of 128 bits. */
export type Letter = "i" | "l" | "f" | "v";

export type Instruction =
  | "drop"
  | `i32.${"eqz" | "eq" | "ne" | "lt_s" | "lt_u" | "gt_s" | "gt_u" | "le_s" | "ge_s" | "ge_u" | "clz" | "add" | "sub" | "mul" | "div_s" | "div_u" | "rem_s" | "and" | "or" | "xor" | "shl" | "shr_s" | "shr_u" | "wrap_i64" | "trunc_sat_f64_s"}`
  | `i64.${"eq" | "lt_s" | "gt_s" | "clz" | "add" | "sub" | "mul" | "and" | "or" | "xor" | "shl" | "shr_s" | "shr_u" | "trunc_sat_f64_s" | "extend_i32_s" | "extend_i32_u" | "reinterpret_f64"}`
  | `f64.${"eq" | "ne" | "lt" | "gt" | "le" | "ge" | "abs" | "neg" | "ceil" | "floor" | "trunc" | "nearest" | "sqrt" | "add" | "sub" | "mul" | "div" | "min" | "max" | "copysign" | "convert_i32_s" | "convert_i32_u" | "convert_i64_s" | "convert_i64_u" | "reinterpret_i64"}`
  | `f64x2.${"splat" | "eq" | "ne" | "lt" | "gt" | "le" | "ge" | "ceil" | "floor" | "trunc" | "nearest" | "abs" | "neg" | "sqrt" | "add" | "sub" | "mul" | "div" | "min" | "max" | "pmin" | "pmax"}`
  | `i64x2.${"splat" | "all_true" | "neg" | "shl" | "shr_s" | "shr_u" | "add" | "sub" | "mul" | "eq" | "lt_s" | "gt_s"}`
  | `v128.${"not" | "and" | "or" | "xor" | "bitselect" | "any_true"}`;
/** Those that access memory. */
export type Access =
  | `i32.${"load" | "store"}`
  | "i64.load"
  | `f64.${"load" | "store"}`
  | `v128.${"load" | "load64_splat" | "load64_zero" | "store"}`;
/** Those that name a lane. */
export type LaneInstruction = "i64x2.extract_lane" | `f64x2.${"extract_lane" | "replace_lane"}`;

type Row = readonly [opcode: number, signature: string];

/** Opcode of the first, operands:results, type, and names in the order of opcodes; - is none of ours. */
const ROWS = `1a ?: - drop
45 i:i i32 eqz
46 ii:i i32 eq ne lt_s lt_u gt_s gt_u le_s - ge_s ge_u
51 ll:i i64 eq - lt_s - gt_s
61 ff:i f64 eq ne lt gt le ge
67 i:i i32 clz
6a ii:i i32 add sub mul div_s div_u rem_s - and or xor shl shr_s shr_u
79 l:l i64 clz
7c ll:l i64 add sub mul
83 ll:l i64 and or xor shl shr_s shr_u
99 f:f f64 abs neg ceil floor trunc nearest sqrt
a0 ff:f f64 add sub mul div min max copysign
a7 l:i i32 wrap_i64
ac i:l i64 extend_i32_s extend_i32_u
b7 i:f f64 convert_i32_s convert_i32_u
b9 l:f f64 convert_i64_s convert_i64_u
bd f:l i64 reinterpret_f64
bf l:f f64 reinterpret_i64
fc02 f:i i32 trunc_sat_f64_s
fc06 f:l i64 trunc_sat_f64_s
fd12 l:v i64x2 splat
fd14 f:v f64x2 splat
fd47 vv:v f64x2 eq ne lt gt le ge
fd4d v:v v128 not
fd4e vv:v v128 and - or xor
fd52 vvv:v v128 bitselect
fd53 v:i v128 any_true
fd74 v:v f64x2 ceil floor
fd7a v:v f64x2 trunc
fd94 v:v f64x2 nearest
fdc1 v:v i64x2 neg
fdc3 v:i i64x2 all_true
fdcb vi:v i64x2 shl shr_s shr_u
fdce vv:v i64x2 add - - sub
fdd5 vv:v i64x2 mul eq - lt_s gt_s
fdec v:v f64x2 abs neg - sqrt
fdf0 vv:v f64x2 add sub mul div min max pmin pmax`;

/** name: [opcode, operands:results]. Prefixed opcodes are written 0xfcNN and 0xfdNN. */
export const instructions: Readonly<Record<Instruction, Row>> = /* @__PURE__ */ (() => {
  const found: Record<string, Row> = {};
  for (const row of ROWS.split("\n")) {
    const [first, signature, type, ...names] = row.split(" ") as [string, string, string];
    names.forEach(
      (name, k) => (found[type === "-" ? name : `${type}.${name}`] = [parseInt(first, 16) + k, signature]),
    );
  }
  return found as Record<Instruction, Row>;
})();

/** Those that access memory, with the exponent of their natural alignment: name: [opcode, operands:results, log2(bytes)]. */
export const accesses: Readonly<Record<Access, readonly [opcode: number, signature: string, align: number]>> =
  {
    "i32.load": [0x28, "i:i", 2],
    "i64.load": [0x29, "i:l", 3],
    "f64.load": [0x2b, "i:f", 3],
    "i32.store": [0x36, "ii:", 2],
    "f64.store": [0x39, "if:", 3],
    "v128.load": [0xfd00, "i:v", 3],
    "v128.load64_splat": [0xfd0a, "i:v", 3],
    "v128.load64_zero": [0xfd5d, "i:v", 3],
    "v128.store": [0xfd0b, "iv:", 3],
  };

/** Those that name a lane. */
export const lanes: Readonly<Record<LaneInstruction, readonly [opcode: number, signature: string]>> = {
  "i64x2.extract_lane": [0xfd1d, "v:l"],
  "f64x2.extract_lane": [0xfd21, "v:f"],
  "f64x2.replace_lane": [0xfd22, "vf:v"],
};
