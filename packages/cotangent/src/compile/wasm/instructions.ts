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
  | `v128.${"not" | "and" | "or" | "xor" | "bitselect"}`;
/** Those that access memory. */
export type Access =
  | `i32.${"load" | "store"}`
  | "i64.load"
  | `f64.${"load" | "store"}`
  | `v128.${"load" | "load64_splat" | "load64_zero" | "store"}`;
/** Those that name a lane. */
export type LaneInstruction = "i64x2.extract_lane" | `f64x2.${"extract_lane" | "replace_lane"}`;

/** name: [opcode, operands:results]. Prefixed opcodes are written 0xfcNN and 0xfdNN. */
export const instructions: Readonly<Record<Instruction, readonly [opcode: number, signature: string]>> = {
  drop: [0x1a, "?:"],
  "i32.eqz": [0x45, "i:i"],
  "i32.eq": [0x46, "ii:i"],
  "i32.ne": [0x47, "ii:i"],
  "i32.lt_s": [0x48, "ii:i"],
  "i32.lt_u": [0x49, "ii:i"],
  "i32.gt_s": [0x4a, "ii:i"],
  "i32.gt_u": [0x4b, "ii:i"],
  "i32.le_s": [0x4c, "ii:i"],
  "i32.ge_s": [0x4e, "ii:i"],
  "i32.ge_u": [0x4f, "ii:i"],
  "i32.clz": [0x67, "i:i"],
  "i32.add": [0x6a, "ii:i"],
  "i32.sub": [0x6b, "ii:i"],
  "i32.mul": [0x6c, "ii:i"],
  "i32.div_s": [0x6d, "ii:i"],
  "i32.div_u": [0x6e, "ii:i"],
  "i32.rem_s": [0x6f, "ii:i"],
  "i32.and": [0x71, "ii:i"],
  "i32.or": [0x72, "ii:i"],
  "i32.xor": [0x73, "ii:i"],
  "i32.shl": [0x74, "ii:i"],
  "i32.shr_s": [0x75, "ii:i"],
  "i32.shr_u": [0x76, "ii:i"],
  "i32.wrap_i64": [0xa7, "l:i"],
  "i32.trunc_sat_f64_s": [0xfc02, "f:i"],
  "i64.eq": [0x51, "ll:i"],
  "i64.lt_s": [0x53, "ll:i"],
  "i64.gt_s": [0x55, "ll:i"],
  "i64.clz": [0x79, "l:l"],
  "i64.add": [0x7c, "ll:l"],
  "i64.sub": [0x7d, "ll:l"],
  "i64.mul": [0x7e, "ll:l"],
  "i64.and": [0x83, "ll:l"],
  "i64.or": [0x84, "ll:l"],
  "i64.xor": [0x85, "ll:l"],
  "i64.shl": [0x86, "ll:l"],
  "i64.shr_s": [0x87, "ll:l"],
  "i64.shr_u": [0x88, "ll:l"],
  "i64.trunc_sat_f64_s": [0xfc06, "f:l"],
  "i64.extend_i32_s": [0xac, "i:l"],
  "i64.extend_i32_u": [0xad, "i:l"],
  "i64.reinterpret_f64": [0xbd, "f:l"],
  "f64.eq": [0x61, "ff:i"],
  "f64.ne": [0x62, "ff:i"],
  "f64.lt": [0x63, "ff:i"],
  "f64.gt": [0x64, "ff:i"],
  "f64.le": [0x65, "ff:i"],
  "f64.ge": [0x66, "ff:i"],
  "f64.abs": [0x99, "f:f"],
  "f64.neg": [0x9a, "f:f"],
  "f64.ceil": [0x9b, "f:f"],
  "f64.floor": [0x9c, "f:f"],
  "f64.trunc": [0x9d, "f:f"],
  "f64.nearest": [0x9e, "f:f"],
  "f64.sqrt": [0x9f, "f:f"],
  "f64.add": [0xa0, "ff:f"],
  "f64.sub": [0xa1, "ff:f"],
  "f64.mul": [0xa2, "ff:f"],
  "f64.div": [0xa3, "ff:f"],
  "f64.min": [0xa4, "ff:f"],
  "f64.max": [0xa5, "ff:f"],
  "f64.copysign": [0xa6, "ff:f"],
  "f64.convert_i32_s": [0xb7, "i:f"],
  "f64.convert_i32_u": [0xb8, "i:f"],
  "f64.convert_i64_s": [0xb9, "l:f"],
  "f64.convert_i64_u": [0xba, "l:f"],
  "f64.reinterpret_i64": [0xbf, "l:f"],
  "f64x2.splat": [0xfd14, "f:v"],
  "i64x2.splat": [0xfd12, "l:v"],
  "f64x2.eq": [0xfd47, "vv:v"],
  "f64x2.ne": [0xfd48, "vv:v"],
  "f64x2.lt": [0xfd49, "vv:v"],
  "f64x2.gt": [0xfd4a, "vv:v"],
  "f64x2.le": [0xfd4b, "vv:v"],
  "f64x2.ge": [0xfd4c, "vv:v"],
  "v128.not": [0xfd4d, "v:v"],
  "v128.and": [0xfd4e, "vv:v"],
  "v128.or": [0xfd50, "vv:v"],
  "v128.xor": [0xfd51, "vv:v"],
  "v128.bitselect": [0xfd52, "vvv:v"],
  "f64x2.ceil": [0xfd74, "v:v"],
  "f64x2.floor": [0xfd75, "v:v"],
  "f64x2.trunc": [0xfd7a, "v:v"],
  "f64x2.nearest": [0xfd94, "v:v"],
  "i64x2.neg": [0xfdc1, "v:v"],
  "i64x2.all_true": [0xfdc3, "v:i"],
  "i64x2.shl": [0xfdcb, "vi:v"],
  "i64x2.shr_s": [0xfdcc, "vi:v"],
  "i64x2.shr_u": [0xfdcd, "vi:v"],
  "i64x2.add": [0xfdce, "vv:v"],
  "i64x2.sub": [0xfdd1, "vv:v"],
  "i64x2.mul": [0xfdd5, "vv:v"],
  "i64x2.eq": [0xfdd6, "vv:v"],
  "i64x2.lt_s": [0xfdd8, "vv:v"],
  "i64x2.gt_s": [0xfdd9, "vv:v"],
  "f64x2.abs": [0xfdec, "v:v"],
  "f64x2.neg": [0xfded, "v:v"],
  "f64x2.sqrt": [0xfdef, "v:v"],
  "f64x2.add": [0xfdf0, "vv:v"],
  "f64x2.sub": [0xfdf1, "vv:v"],
  "f64x2.mul": [0xfdf2, "vv:v"],
  "f64x2.div": [0xfdf3, "vv:v"],
  "f64x2.min": [0xfdf4, "vv:v"],
  "f64x2.max": [0xfdf5, "vv:v"],
  "f64x2.pmin": [0xfdf6, "vv:v"],
  "f64x2.pmax": [0xfdf7, "vv:v"],
};

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
