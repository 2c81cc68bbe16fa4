/** Scripts whose letters can be taken for one another's. */
const scripts = [
  ["Latin", /\p{Script=Latin}/u],
  ["Cyrillic", /\p{Script=Cyrillic}/u],
  ["Greek", /\p{Script=Greek}/u],
  ["Armenian", /\p{Script=Armenian}/u],
  ["Cherokee", /\p{Script=Cherokee}/u],
] as const;

/** The scripts that one label of a domain mixes, `Latin and Cyrillic`; undefined where each keeps to one. */
export function lookAlikeScripts(domain: string): string | undefined {
  for (const label of domain.split(".")) {
    const used = scripts.filter(([, letters]) => letters.test(label)).map(([name]) => name);
    if (used.length > 1) return used.join(" and ");
  }
  return undefined;
}
