import { z } from "zod";
import { cosignatureVerifierOf } from "../log/cosignature.ts";

/** A witness as the environment names it: its verifier key (type 0x04) and its submission prefix. */
export type NamedWitness = { readonly vkey: string; readonly url: string };

const ENTRY = /^(\S+\+[0-9a-f]{8}\+[A-Za-z0-9+/]+=*)@(https?:\/\/\S+)$/;

/** MANDATE_WITNESSES: `<vkey>@<url>` of each, with commas between. No two have one name. */
export const WitnessList = z.string().transform((text, context): readonly NamedWitness[] => {
  const witnesses = text.split(",").flatMap((entry) => witnessIn(entry.trim()) ?? []);
  const names = new Set(witnesses.map(({ vkey }) => cosignatureVerifierOf(vkey).name));
  if (witnesses.length === text.split(",").length && names.size === witnesses.length) return witnesses;
  context.addIssue({ code: "custom", message: "not a list of witnesses" });
  return z.NEVER;
});

function witnessIn(entry: string): NamedWitness | undefined {
  const [, vkey, url] = ENTRY.exec(entry) ?? [];
  if (vkey === undefined || url === undefined || !URL.canParse(url)) return undefined;
  try {
    cosignatureVerifierOf(vkey);
    return { vkey, url };
  } catch {
    return undefined;
  }
}
