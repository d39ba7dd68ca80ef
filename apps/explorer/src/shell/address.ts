/**
 * The state as the part of the address behind #, which no server ever sees:
 *
 *     #1/functions                 the tab as a visitor finds it
 *     #1/functions/<payload>       and what was changed
 *
 * The first number is the version of this format. The payload is JSON, deflated, in base64 for addresses.
 */
import type { Saved } from "./store.ts";

const VERSION = "1";

/** Longer links are not followed: no function that a person shares comes near. */
const MOST_CHARACTERS = 60_000;
const MOST_BYTES = 500_000;

/** What an address says. */
export interface Place {
  readonly tab: string;
  readonly saved: Saved;
}

/** The part of the address from # on. */
export async function writeAddress({ tab, saved }: Place): Promise<string> {
  if (Object.keys(saved).length === 0) return `#${VERSION}/${tab}`;
  const bytes = new TextEncoder().encode(JSON.stringify(saved));
  return `#${VERSION}/${tab}/${toBase64(await through(bytes, new CompressionStream("deflate-raw")))}`;
}

/** What a link means; whatever is not understood is left out, and never an error. */
export async function readAddress(hash: string, tabs: readonly string[]): Promise<Place> {
  const [version, tab = "", payload = ""] = hash.replace(/^#/, "").split("/");
  const known = version === VERSION && tabs.includes(tab);
  return { tab: known ? tab : tabs[0]!, saved: known ? await readPayload(payload) : {} };
}

async function readPayload(payload: string): Promise<Saved> {
  if (payload === "" || payload.length > MOST_CHARACTERS) return {};
  try {
    const bytes = await through(fromBase64(payload), new DecompressionStream("deflate-raw"));
    const data: unknown = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
    return typeof data === "object" && data !== null && !Array.isArray(data) ? (data as Saved) : {};
  } catch {
    return {}; // a link that was cut off, or made up
  }
}

async function through(bytes: Uint8Array<ArrayBuffer>, stream: GenericTransformStream): Promise<Uint8Array> {
  const parts: Uint8Array[] = [];
  let size = 0;
  const reader = new Blob([bytes])
    .stream()
    .pipeThrough(stream)
    .getReader() as ReadableStreamDefaultReader<Uint8Array>;
  for (let part = await reader.read(); !part.done; part = await reader.read()) {
    size += part.value.length;
    // A short text can unpack to gigabytes.
    if (size > MOST_BYTES) {
      await reader.cancel();
      throw new RangeError("too large");
    }
    parts.push(part.value);
  }
  const whole = new Uint8Array(size);
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

const toBase64 = (bytes: Uint8Array): string =>
  btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(""))
    .replaceAll("+", "-")
    .replaceAll("/", "_")
    .replace(/=+$/, "");

function fromBase64(text: string): Uint8Array<ArrayBuffer> {
  const binary = atob(text.replaceAll("-", "+").replaceAll("_", "/"));
  return Uint8Array.from(binary, (c) => c.charCodeAt(0));
}
