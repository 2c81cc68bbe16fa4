import { TILE_WIDTH } from "./tile-path.ts";

/** Bytes of the largest entry: its length is written in 16 bits (c2sp.org/tlog-tiles). */
export const MOST_ENTRY_BYTES = 65_535;

const LENGTH_BYTES = 2;

/** A bundle of 1 to 256 entries, each after its length in two bytes, high byte first. `RangeError` beyond. */
export function encodeEntries(entries: readonly Uint8Array[]): Buffer {
  requireCount(entries.length);
  return Buffer.concat(entries.flatMap((entry, place) => [lengthBytes(entry.length, place), entry]));
}

/** The `count` entries of a bundle. `RangeError` naming the place when it holds fewer, more or a part of one. */
export function decodeEntries(bundle: Uint8Array, count: number): Buffer[] {
  requireCount(count);
  const bytes = Buffer.from(bundle.buffer, bundle.byteOffset, bundle.length);
  const entries: Buffer[] = [];
  let at = 0;
  while (entries.length < count) {
    const start = at + LENGTH_BYTES;
    const end = start <= bytes.length ? start + bytes.readUInt16BE(at) : start;
    if (end > bytes.length) throw new RangeError(`the bundle ends within entry ${entries.length} of ${count}`);
    entries.push(bytes.subarray(start, end));
    at = end;
  }
  if (at < bytes.length)
    throw new RangeError(`the bundle goes on for ${bytes.length - at} bytes after entry ${count - 1}`);
  return entries;
}

function lengthBytes(length: number, place: number): Buffer {
  if (length > MOST_ENTRY_BYTES) {
    throw new RangeError(`entry ${place} of a bundle has \`${length}\` bytes; the most is ${MOST_ENTRY_BYTES}`);
  }
  const bytes = Buffer.alloc(LENGTH_BYTES);
  bytes.writeUInt16BE(length);
  return bytes;
}

function requireCount(count: number): void {
  if (!Number.isInteger(count) || count < 1 || count > TILE_WIDTH) {
    throw new RangeError(`a bundle has 1 to ${TILE_WIDTH} entries, not \`${count}\``);
  }
}
