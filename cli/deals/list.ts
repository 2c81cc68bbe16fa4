import { formatPpm } from "../../domain/ppm.ts";
import { dealStates } from "../../gateway/deals/standings.ts";
import type { DealPage } from "../../gateway/http/deals.ts";
import type { Answer } from "../answer.ts";
import { bodyOf } from "../api-body.ts";
import type { Call } from "../command.ts";
import { widthOf } from "../io.ts";
import { connect } from "../session.ts";
import { writeTable } from "../table.ts";

const columns = [
  { header: "DEAL" },
  { header: "ACCOUNT" },
  { header: "STATE" },
  { header: "SCORE", right: true },
  { header: "OWNER" },
  { header: "WHY", flexible: true },
];

/** Every deal with where it stands; a problem where one is missing. */
export async function list({ options, io }: Call<object>): Promise<Answer> {
  const client = await connect(options, { kind: "reader" });
  const deals: DealPage["deals"] = [];
  for (let after: string | null | undefined; after !== null;) {
    const query = after === undefined ? {} : { after };
    const page: DealPage = await bodyOf(client.v1.deals.$get({ query }));
    deals.push(...page.deals);
    after = page.next;
  }
  const counts = Object.fromEntries(
    dealStates.map((state) => [state, deals.filter((deal) => deal.state === state).length]),
  );
  const rows = deals.map(({ dealId, account, state, scorePpm, owner, cause }) => {
    return [dealId, account ?? "", state, scorePpm === null ? "" : formatPpm(scorePpm), owner, cause];
  });
  const told = dealStates.flatMap((state) => (counts[state] === 0 ? [] : [`${counts[state]} ${state}`]));
  const text = `${rows.length === 0 ? "" : `${writeTable(columns, rows, widthOf(io))}\n`}${told.join(", ") || "no deals"}\n`;
  return { data: { deals, counts }, text, exit: counts["missing"] === 0 ? "ok" : "problemsFound" };
}
