import type { Pool } from "pg";
import { likenessOf } from "../../domain/customer/likeness.ts";
import { aliasesIn, matchKeys, type Customer } from "../../domain/customer/match-keys.ts";
import { ACCOUNT_MATCHES, type AccountMatch } from "../../functions/shared/account-matches.ts";
import { unavailable } from "../unavailable.ts";
import type { AccountReader } from "./port.ts";
import { iso } from "../sql-instant.ts";

/** Registrations that are looked at, those that end last first: more than a person would compare. */
const MOST = 50;

type Row = Omit<AccountMatch, "likeness" | "likenessPpm" | "reasons">;

/** Adds how alike each is; what has a key in common is never another. */
function matchOf(asked: Customer, row: Row): readonly AccountMatch[] {
  const { customerDomain: domain, customerName: name, customerAliases: aliases } = row;
  const likeness = likenessOf(asked, { domain, name, aliases: aliasesIn(aliases) });
  if (likeness.kind === "other") return [];
  return [{ ...row, likeness: likeness.kind, likenessPpm: likeness.ppm, reasons: [...likeness.reasons] }];
}

/** Accounts on PostgreSQL, found by key: what a look-up costs does not grow with the programme. `now`: the company's clock. */
export function createAccounts(pool: Pool, now: () => string): AccountReader {
  return {
    async readMatches(company, customer, productFamily) {
      const at = now();
      const keys = matchKeys(customer).map(({ key }) => key);
      const { rows } = await pool
        .query<Row>({
          name: "account-matches",
          text: `select r.registration_id as "registrationId", r.partner_id as "partnerId", p.name as "partnerName", r.role,
                   r.customer_domain as "customerDomain", r.customer_name as "customerName",
                   r.customer_aliases as "customerAliases", r.product_family as "productFamily",
                   ${iso("r.registered_at")} as "registeredAt", ${iso("r.expires_at")} as "expiresAt",
                   programme.protection_ref(r.registration_id, r.object_id, r.version) as "protection"
                 from (select distinct found.company, found.registration_id, found.object_id
                       from unnest($2::text[]) as asked (key) cross join lateral (
                         select * from programme.registration_key x
                         where x.company = $1 and x.match_key = asked.key and x.product_family = $3 offset 0) found) k
                 cross join lateral (
                   select * from programme.registration x where x.company = k.company
                     and x.registration_id = k.registration_id and x.object_id = k.object_id limit 1) r
                 left join lateral (
                   select name from programme.partner x
                   where x.company = r.company and x.partner_id = r.partner_id limit 1) p on true
                 where r.expires_at > $4::timestamptz - interval '366 days'
                 order by r.expires_at desc, r.registration_id limit ${MOST}`,
          values: [company, keys, productFamily, at],
        })
        .catch(unavailable("programme"));
      const matches = rows.flatMap((row) => matchOf(customer, row));
      const ref = `accounts/${customer.domain ?? ""}/${productFamily}`;
      const version = String(matches.length);
      return { source: { source: ACCOUNT_MATCHES, ref, version, observedAt: at }, value: { matches } };
    },
  };
}
