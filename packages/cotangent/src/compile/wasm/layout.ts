/**
 * Where things are in a compiled module's memory; part of its documented interface (docs: "Compiled modules").
 *
 *     0       error site (i32): 0, or one more than the index of the operation that refused
 *     8       values that the error's message mentions (8 f64)
 *     512     data: constants and tables, then slots for parameters and results; then the heap
 */
export const SITE = 0;
export const SITE_VALUES = 8;
/** How many values an error can mention. */
export const MAX_SITE_VALUES = 8;
/** Where data begins: an element of sixteen bytes that lies {@link REACH} elements before the first array has an address. */
export const DATA = 512;
/** An access reaches elements up to this far behind an address; so the address may lie as far before an array. */
export const REACH = 32;
/** An entry with more parameters than this (arrays count twice) finds them in memory. */
export const MAX_DIRECT = 16;

/** A tape is the address of its header: where its records are, how many fit, how many slots each has. */
export const TAPE_RECORDS = 0;
export const TAPE_CAPACITY = 4;
export const TAPE_SLOTS = 8;
export const TAPE_HEADER = 16;
