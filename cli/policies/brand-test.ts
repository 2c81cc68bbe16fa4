import { runBrandCases, type BrandCaseResult } from "../../guardrails/brand/cases.ts";
import { brandOf, readBrandCases, type PolicyFolder } from "./folder.ts";

/** What became of the texts of one brand file. `results` is empty where its cases are missing or refused. */
export type TextsReport = {
  readonly id: string;
  readonly ok: boolean;
  readonly results: readonly BrandCaseResult[];
};

/** Runs the cases of every brand file of a folder. Throws `CliFailure` where the files are refused. */
export async function testTexts(folder: PolicyFolder): Promise<readonly TextsReport[]> {
  const { files, rules } = folder.facts.brand;
  if (files.length === 0) return [];
  const combined = brandOf(folder);
  const folderOf = (id: string) => files.find(({ file }) => file.endsWith(`${id}.yaml`))?.file ?? "";
  return Promise.all(
    Object.values(rules).map(async (brand) => {
      const cases = await readBrandCases(folderOf(brand.id), brand);
      if (cases?.loaded.kind !== "loaded") return { id: brand.id, ok: false, results: [] };
      const results = runBrandCases(combined, brand, cases.loaded.cases);
      return { id: brand.id, ok: results.every(({ passed }) => passed), results };
    }),
  );
}

/** The reports for people, a line per file and what failed. */
export function textsReport(reports: readonly TextsReport[]): string {
  const lines = reports.flatMap(({ id, ok, results }) => {
    const failed = results.filter(({ passed }) => !passed);
    const untried =
      !ok && results.length === 0 ? ["  FAILED  its cases are missing or refused: see `mandate policy check`"] : [];
    return [
      `brand/${id}: ${results.length - failed.length} of ${results.length} texts passed`,
      ...untried,
      ...failed.flatMap(({ text, expected, found }) => [
        `  FAILED  ${JSON.stringify(text)}`,
        `          expected ${expected.join(", ") || "nothing"}`,
        `          found    ${found.join(", ") || "nothing"}`,
      ]),
    ];
  });
  return lines.length === 0 ? "" : `\n${lines.join("\n")}\n`;
}
