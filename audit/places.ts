/**
 * Where leaves stand in their log: a row of `audit_place` for what one append wrote, with the keys of its records and their hashes in the
 * order of the tree, beginning at `seq`. SQL; `place` is such a row's alias and `key` a record's key.
 */

/** Leaves in one place, at the most: the table's own check. */
export const MOST_LEAVES = 16;

/** The hash of a record's leaf, 32 bytes; null where the place does not name it. */
export const leafOf = (place: string, key: string) =>
  `substr(${place}.hashes, 32 * array_position(${place}.keys, ${key}) - 31, 32)`;

/** A record's place in the tree, from 0; null while it waits for one. */
export const placeInTree = (place: string, key: string) => `${place}.seq + array_position(${place}.keys, ${key}) - 1`;
