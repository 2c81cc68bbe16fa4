import type { Pool } from "pg";
import { aliasesIn, matchKeys } from "../../domain/customer/match-keys.ts";
import type { JsonObject } from "../../domain/json.ts";
import type { Receipt } from "../../domain/permit.ts";
import { ToolError } from "../tool-error.ts";
import { unavailable } from "../unavailable.ts";
import type { DealRegistered, ProgrammeReader, ProgrammeWriter } from "./port.ts";
import { iso } from "../sql-instant.ts";

const REF = "programme.registration_ref(registration_id, version)";
const RECEIPT = `${REF} as "externalRef", ${iso("registered_at")} as "answeredAt"`;

/** What was asked of a registration, in the words of its tool. */
const ASKED = `jsonb_strip_nulls(jsonb_build_object('objectId', object_id, 'registrationId', registration_id,
    'partnerId', partner_id, 'role', role, 'customerDomain', customer_domain, 'customerName', nullif(customer_name, ''),
    'customerAliases', nullif(customer_aliases, ''), 'productFamily', product_family, 'valueMinor', value_minor,
    'currency', currency, 'protectionDays', protection_days)) || jsonb_build_object('replaces', replaces)`;

/** A registration under an id. */
type Held = { readonly objectId: string; readonly ref: string; readonly isOpen: boolean; readonly asked: JsonObject };

export function registrationReader(pool: Pool, now: () => string): Pick<ProgrammeReader, "readRegistrationId"> {
  return {
    async readRegistrationId(company, registrationId) {
      const at = now();
      const { rows } = await pool
        .query<{ heldBy: Held[] }>({
          name: "programme-registration-id",
          text: `select coalesce(jsonb_agg(jsonb_build_object('objectId', object_id, 'ref', ${REF}, 'isOpen', expires_at > $3,
                   'asked', ${ASKED}) order by object_id), '[]') as "heldBy"
                 from programme.registration where company = $1 and registration_id = $2`,
          values: [company, registrationId, at],
        })
        .catch(unavailable("programme"));
      const heldBy = rows[0]?.heldBy ?? [];
      const ref = `registration/${registrationId}`;
      const version = heldBy.map(({ ref: of, isOpen }) => `${of}${isOpen ? "" : " ended"}`).join("; ");
      const source = { source: "programme.registration-id", ref, version, observedAt: at };
      return { source, value: { heldBy } };
    },
  };
}

/** Registers deals, each once per effect key. */
export function registrations(
  pool: Pool,
  now: () => string,
): Pick<ProgrammeWriter, "registerDeal" | "findRegistration"> {
  async function findRegistration(company: string, effectKey: string): Promise<Receipt | undefined> {
    const { rows } = await pool
      .query<Receipt>({
        name: "programme-find-registration",
        text: `select ${RECEIPT} from programme.registration where company = $1 and effect_key = $2`,
        values: [company, effectKey],
      })
      .catch(unavailable("programme"));
    return rows[0];
  }

  return {
    findRegistration,
    async registerDeal(permit, deal) {
      const { rows } = await pool
        .query<{ registered: boolean }>({
          name: "programme-register",
          text: "select programme.register_deal($1, $2, $3, $4, $5, $6) as registered",
          values: [permit.company, permit.effectKey, permit.decidedAt, now(), JSON.stringify(deal), keysOf(deal)],
        })
        .catch(unavailable("programme"));
      if (rows[0]?.registered !== true) {
        const what = `\`${deal.customerDomain}\`, or a customer near to it, and \`${deal.productFamily}\``;
        throw new ToolError("TARGET_MOVED_ON", `${what} were registered after the decision, or its id was`);
      }
      const kept = await pool
        .query<Receipt & { isAsked: boolean }>({
          name: "programme-registered",
          text: `select ${RECEIPT}, ${ASKED} = $3 as "isAsked"
           from programme.registration where company = $1 and effect_key = $2`,
          values: [permit.company, permit.effectKey, JSON.stringify(deal)],
        })
        .catch(unavailable("programme"));
      const [receipt] = kept.rows;
      if (receipt === undefined) {
        throw new ToolError("TARGET_REFUSED", `registration \`${deal.registrationId}\` exists under another key`);
      }
      const { externalRef, answeredAt, isAsked } = receipt;
      if (!isAsked) throw new ToolError("TARGET_KEY_REUSED", `key used for another deal than \`${externalRef}\``);
      return { externalRef, answeredAt };
    },
  };
}

/** Takes registrations back, each once per effect key. */
export function releases(pool: Pool, now: () => string): Pick<ProgrammeWriter, "releaseRegistration" | "findRelease"> {
  async function releasedUnder(
    company: string,
    effectKey: string,
  ): Promise<(Receipt & { readonly keepsPlace: boolean; readonly objectId: string }) | undefined> {
    const { rows } = await pool
      .query<Receipt & { keepsPlace: boolean; objectId: string }>({
        name: "programme-find-release",
        text: `select ${REF} as "externalRef", ${iso("released_at")} as "answeredAt", keeps_place as "keepsPlace",
                 object_id as "objectId"
               from programme.registration_release where company = $1 and effect_key = $2`,
        values: [company, effectKey],
      })
      .catch(unavailable("programme"));
    return rows[0];
  }

  async function findRelease(company: string, effectKey: string): Promise<Receipt | undefined> {
    const { externalRef, answeredAt } = (await releasedUnder(company, effectKey)) ?? {};
    return externalRef === undefined || answeredAt === undefined ? undefined : { externalRef, answeredAt };
  }

  return {
    findRelease,
    async releaseRegistration(permit, release) {
      const { company, effectKey } = permit;
      const { rows } = await pool
        .query<{ released: boolean }>({
          name: "programme-release",
          text: "select programme.release_registration($1, $2, $3, $4) as released",
          values: [company, effectKey, now(), JSON.stringify(release)],
        })
        .catch(unavailable("programme"));
      const kept = rows[0]?.released === true ? await releasedUnder(company, effectKey) : undefined;
      if (kept === undefined) {
        throw new ToolError(
          "TARGET_REFUSED",
          `no registration \`${release.registration}\` is what stands under its id`,
        );
      }
      const { externalRef, answeredAt, keepsPlace, objectId } = kept;
      const isAsked = [externalRef, keepsPlace, objectId].every(
        (is, n) => is === [release.registration, release.keepsPlace, release.objectId][n],
      );
      if (!isAsked) throw new ToolError("TARGET_KEY_REUSED", `key used for another release than of \`${externalRef}\``);
      return { externalRef, answeredAt };
    },
  };
}

/** What the deal's customer is found by later. */
function keysOf({ customerDomain: domain, customerName: name, customerAliases: aliases }: DealRegistered): string[] {
  return matchKeys({ domain, name, aliases: aliasesIn(aliases) }).map(({ key }) => key);
}
