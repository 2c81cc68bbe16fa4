import { readFile } from "node:fs/promises";
import { brandFindings } from "../../domain/brand/check.ts";
import { offeredText } from "../../domain/brand/offer.ts";
import type { BrandFinding } from "../../domain/brand/rules.ts";
import type { Answer } from "../answer.ts";
import { operand, type Call } from "../command.ts";
import { brandOf, readFolder } from "./folder.ts";

export type BrandOptions = { readonly cites?: string };

/** `mandate policy brand TEXT|FILE`: what the folder's brand rules do not let out of a text, and the nearest that they allow. */
export async function brand({ args, options }: Call<BrandOptions>): Promise<Answer> {
  const given = operand(args);
  const rules = brandOf(await readFolder(options));
  const text = (await textIn(given)) ?? given;
  const cites = (options.cites ?? "").split(",").map((id) => id.trim());
  const findings = brandFindings(rules, { text, fills: [], cites, at: new Date().toISOString() });
  const offered = offeredText(text, findings);
  return {
    data: { findings, offered },
    text:
      findings.length === 0
        ? "nothing is found\n"
        : `${findings.map((one) => shown(text, one)).join("\n")}\n${last(text, offered)}`,
    exit: findings.length === 0 ? "ok" : "problemsFound",
  };
}

/** The text of a file of this name; undefined where there is none, and the name is the text. */
async function textIn(name: string): Promise<string | undefined> {
  return readFile(name, "utf8").catch(() => undefined);
}

function last(text: string, offered: string): string {
  return offered === text ? "" : `\nIn allowed wordings:\n${offered.trimEnd()}\n`;
}

/** Characters of the line around a place that are shown on each side. */
const AROUND = 40;

/** The words with what is around them on a line, underlined; the rule, why, and what is allowed. */
function shown(text: string, { from, to, rule, why, instead, over }: BrandFinding): string {
  const visible = (part: string) => part.replaceAll(/\s/g, " ").replaceAll(/[\p{Cf}\p{Cc}]/gu, "\u00b7");
  const before = visible(text.slice(Math.max(0, from - AROUND), from));
  const words = visible(text.slice(from, to));
  const after = visible(text.slice(to, to + AROUND));
  const under = `${" ".repeat(Array.from(before).length)}${"~".repeat(Math.max(1, Array.from(words).length))}`;
  const allowed = instead === "" ? "leave it out" : instead;
  return `${before}${words}${after}\n${under}\n${from}-${to} ${rule} (${over}): ${why}\n  allowed: ${allowed}`;
}
