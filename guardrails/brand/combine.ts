import type { BrandRules } from "../../domain/brand/rules.ts";
import { frozen } from "../frozen.ts";
import type { BrandFile } from "./file.ts";

/** Sound brand files, by id. */
export type BrandFiles = { readonly [id: string]: BrandFile };

/** What several files say together, or what of it does not hold together: a clause each, with what mends it. */
export type CombinedBrand =
  | { readonly kind: "combined"; readonly rules: BrandRules }
  | { readonly kind: "refused"; readonly faults: readonly { readonly message: string; readonly fix: string }[] };

const once = ["languages", "links", "hygiene"] as const;

/** Puts files together in their order. Languages, links and hygiene are said in exactly one of them. */
export function combineBrand(files: readonly BrandFile[]): CombinedBrand {
  const faults = once.flatMap((section) => {
    const saying = files.filter((file) => file[section] !== undefined).map(({ id }) => `\`${id}\``);
    if (saying.length === 1) return [];
    if (saying.length === 0) return [{ message: `no brand file says \`${section}\``, fix: `name one that does` }];
    return [{ message: `${saying.join(" and ")} both say \`${section}\``, fix: "keep one" }];
  });
  const [evidence, claims] = [files.flatMap((file) => file.evidence), files.flatMap((file) => file.claims)];
  const known = files.flatMap(({ words }) => words);
  const [languages] = files.flatMap((file) => file.languages ?? []);
  const untold = (languages?.allowed ?? []).filter((code) => !known.some((language) => language.code === code));
  const twice = known.filter(({ code }, at) => known.findIndex((other) => other.code === code) < at);
  const undeclared = claims.flatMap((claim) =>
    claim.evidence.filter((id) => !evidence.some((one) => one.id === id)).map((id) => ({ claim: claim.id, id })),
  );
  const wrong = [
    ...faults,
    ...untold.map((code) => ({ message: `no brand file has words of \`${code}\``, fix: "name one that does" })),
    ...twice.map(({ code }) => ({ message: `two brand files have words of \`${code}\``, fix: "keep one" })),
    ...undeclared.map(({ claim, id }) => ({
      message: `\`${claim}\` rests on unknown evidence \`${id}\``,
      fix: "declare it",
    })),
  ];
  const [links] = files.flatMap((file) => file.links ?? []);
  const [hygiene] = files.flatMap((file) => file.hygiene ?? []);
  if (wrong.length > 0 || languages === undefined || links === undefined || hygiene === undefined) {
    return { kind: "refused", faults: wrong };
  }
  const rules = {
    languages: { ...languages, known },
    links,
    hygiene,
    evidence,
    claims,
    propositions: files.flatMap(({ propositions }) => propositions),
    speech: files.flatMap(({ speech }) => speech),
  };
  return { kind: "combined", rules: frozen(rules) };
}
