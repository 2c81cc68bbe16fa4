/** Letters, digits and what joins them in the ids that systems make. An address or a domain has more. */
const plain = /^[A-Za-z0-9_:~-]*$/;
const madeHere = /^own-[0-9a-f]{40}$/;

/** Whether an object's own id may tell whose it is: an address, a domain, a name in other letters. */
export function isTelling(id: string): boolean {
  return !plain.test(id);
}

/** What such an object is called here: part of a keyed digest (hex), so that its id reaches no case, no engine and no log. */
export function objectNameOf(digest: string): string {
  return `own-${digest.slice(0, 40)}`;
}

/** Whether it is such a name. */
export function isObjectName(id: string): boolean {
  return madeHere.test(id);
}
