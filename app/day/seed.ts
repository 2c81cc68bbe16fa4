import type { Pool } from "pg";
import { matchKeys } from "../../domain/customer/match-keys.ts";
import { putObjects } from "../../tools/sandbox/door.ts";
import type { DayPlan } from "./plan.ts";
import type { HeldRegistration } from "./programme.ts";

export type OpenDay = { readonly day: number; readonly startedAt: string; readonly continued: boolean };

/** The day that was interrupted, with its own start, so that its deliveries are duplicates; else the next one. */
export async function openDay(pool: Pool, company: string, nowIso: string): Promise<OpenDay> {
  const unfinished = await pool.query<{ day: number; startedAt: string }>(
    `select day, started_at as "startedAt" from working_day
     where company = $1 and finished_at is null order by day desc limit 1`,
    [company],
  );
  const known = unfinished.rows[0];
  if (known !== undefined) return { ...known, continued: true };
  const opened = await pool.query<{ day: number; startedAt: string }>(
    `insert into working_day (company, day, started_at)
     select $1, coalesce(max(day), 0) + 1, $2::timestamptz from working_day where company = $1
     returning day, started_at as "startedAt"`,
    [company, nowIso],
  );
  const day = opened.rows[0];
  if (day === undefined) throw new Error("no working day could be opened");
  return { ...day, continued: false };
}

export async function closeDay(pool: Pool, company: string, day: number, nowIso: string): Promise<void> {
  await pool.query("update working_day set finished_at = $3 where company = $1 and day = $2", [company, day, nowIso]);
}

/** What a held registration's customer is found by. */
function keysOf({ registrationId, productFamily, customerDomain: domain }: HeldRegistration) {
  return matchKeys({ domain }).map(({ key }) => ({ registrationId, productFamily, key }));
}

/** Puts the day's partners, held registrations and CRM objects where they are read. What is there stays as it is. */
export async function seedDay(
  pool: Pool,
  { company, partners, registrations, crm }: Pick<DayPlan, "company" | "partners" | "registrations" | "crm">,
): Promise<void> {
  await pool.query(
    `insert into programme.partner (company, partner_id, name, tier, standing, authorised_for, certified_for)
     select $1, "partnerId", name, tier, standing, "authorisedFor", "certifiedFor"
     from jsonb_to_recordset($2) as p ("partnerId" text, name text, tier text, standing text,
       "authorisedFor" text[], "certifiedFor" text[])
     on conflict do nothing`,
    [company, JSON.stringify(partners)],
  );
  await pool.query(
    `insert into programme.registration (company, registration_id, partner_id, customer_domain, product_family,
       value_minor, currency, registered_at, expires_at, effect_key)
     select $1, "registrationId", "partnerId", "customerDomain", "productFamily", "valueMinor", currency,
       "registeredAt", "expiresAt", 'before-the-day/' || "registrationId"
     from jsonb_to_recordset($2) as r ("registrationId" text, "partnerId" text, "customerDomain" text,
       "productFamily" text, "valueMinor" bigint, currency text, "registeredAt" timestamptz, "expiresAt" timestamptz)
     on conflict do nothing`,
    [company, JSON.stringify(registrations)],
  );
  await pool.query(
    `insert into programme.registration_key (company, registration_id, object_id, product_family, match_key)
     select $1, "registrationId", '', "productFamily", key
     from jsonb_to_recordset($2) as k ("registrationId" text, "productFamily" text, key text)
     on conflict do nothing`,
    [company, JSON.stringify(registrations.flatMap(keysOf))],
  );
  const held = crm.map(({ objectType, objectId, properties }) => ({ type: objectType, id: objectId, properties }));
  await putObjects(pool, { company, system: "crm", known: "keep" }, held);
}
