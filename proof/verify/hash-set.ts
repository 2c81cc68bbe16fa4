/** Slots that may be taken before the table doubles, of 8. */
const FULLEST = 5;
const START_SLOTS = 1_024;

/**
 * A set of SHA-256 hashes by their first 128 bits, 16 bytes a slot: a million hashes take 32 MB. Two different hashes that
 * agree on 128 bits cannot be made.
 */
export class HashSet {
  #slots = new BigUint64Array(2 * START_SLOTS);
  #size = 0;

  get size(): number {
    return this.#size;
  }

  has(hash: Buffer): boolean {
    const [high, low] = wordsOf(hash);
    const at = this.#find(this.#slots, high, low);
    return this.#slots[at] === high && this.#slots[at + 1] === low;
  }

  /** False when it was there already. */
  add(hash: Buffer): boolean {
    const [high, low] = wordsOf(hash);
    const at = this.#find(this.#slots, high, low);
    if (this.#slots[at] === high && this.#slots[at + 1] === low) return false;
    this.#slots[at] = high;
    this.#slots[at + 1] = low;
    this.#size += 1;
    if (this.#size * 16 > this.#slots.length * FULLEST) this.#grow();
    return true;
  }

  /** Where it is, or the free slot where it would be. */
  #find(slots: BigUint64Array, high: bigint, low: bigint): number {
    const mask = slots.length / 2 - 1;
    let slot = Number(high & 0xffffffffn) & mask;
    for (;;) {
      const at = 2 * slot;
      const isFree = slots[at] === 0n && slots[at + 1] === 0n;
      if (isFree || (slots[at] === high && slots[at + 1] === low)) return at;
      slot = (slot + 1) & mask;
    }
  }

  #grow(): void {
    const wider = new BigUint64Array(2 * this.#slots.length);
    for (let at = 0; at < this.#slots.length; at += 2) {
      const [high = 0n, low = 0n] = [this.#slots[at], this.#slots[at + 1]];
      if (high === 0n && low === 0n) continue;
      const place = this.#find(wider, high, low);
      wider[place] = high;
      wider[place + 1] = low;
    }
    this.#slots = wider;
  }
}

/** All zeroes mean a free slot; the hash that begins so stands as if it ended in one. */
function wordsOf(hash: Buffer): [bigint, bigint] {
  const [high, low] = [hash.readBigUInt64BE(0), hash.readBigUInt64BE(8)];
  return high === 0n && low === 0n ? [0n, 1n] : [high, low];
}
