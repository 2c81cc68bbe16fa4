import { z } from "zod";
import { digestOf } from "../audit/digest.ts";
import { readClaims } from "../audit/ledgers/claims.ts";
import { readStepOutcome } from "../audit/ledgers/effects.ts";
import { readStandingAnswer } from "../audit/ledgers/reply-answers.ts";
import { readStepDecision } from "../audit/ledgers/step-decision.ts";
import type { Ledger } from "../audit/records.ts";
import type { Evidence } from "../domain/evidence.ts";
import { caseStartOf } from "../domain/ids.ts";
import { FundRef } from "../domain/fund.ts";
import { digestible } from "../domain/json.ts";
import { aliasesIn } from "../domain/customer/match-keys.ts";
import { dealRegistration } from "../functions/deal-registration/function.ts";
import { CLAIMS } from "../functions/deal-registration/beside.ts";
import { ACCOUNT_MATCHES } from "../functions/shared/account-matches.ts";
import { STANDING_ACT } from "../functions/shared/taking-back.ts";
import { FIRST_ACT } from "../functions/quoting/baseline.ts";
import { PRICES } from "../functions/shared/prices.ts";
import { propertiesRead } from "../functions/index.ts";
import type { Adapters } from "../tools/adapters.ts";
import { readPrices } from "../tools/programme/prices.ts";
import type { ReadTool } from "../tools/read-tool.ts";
import { readBatchReading } from "./batch-reading.ts";
import { firstAct, standingAct } from "./own-acts.ts";
import type { ReadTools } from "./evidence.ts";

const text = z.string().min(1).max(256);

/**
 * Leaves out what no function reads: personal data in other properties never reaches a model, a ledger or a record. The
 * version is the digest of what is left: a change of anything else, such as a deal's name, is none for a decision. Numbers and
 * characters that no ledger can keep are texts that it can: `88000.5`, and U+FFFD.
 */
export function onlyRead(system: string, objectType: string, { source, value }: Evidence): Evidence {
  const wanted = propertiesRead(system, objectType);
  const read = Object.fromEntries(
    Object.entries(value).flatMap(([name, held]) => (wanted.has(name) ? [[name, digestible(held)] as const] : [])),
  );
  return { source: { ...source, version: digestOf(read) }, value: read };
}

function readTool<Shape extends z.ZodRawShape>(
  name: string,
  description: string,
  args: z.ZodObject<Shape>,
  read: (company: string, args: z.infer<z.ZodObject<Shape>>) => ReturnType<ReadTool["read"]>,
): ReadTool {
  return {
    name,
    description,
    args,
    read: (company, given) => read(company, args.parse(given) as z.infer<z.ZodObject<Shape>>),
  };
}

function byName(tools: readonly ReadTool[]): ReadTools {
  return Object.fromEntries(tools.map((tool) => [tool.name, tool]));
}

const RecordArgs = z.strictObject({ objectType: text, objectId: text });
const PartnerArgs = z.strictObject({ partnerId: text });
const DealTeamArgs = z.strictObject({ dealId: text, crmPartner: z.string().max(256) });
const RegistrationIdArgs = z.strictObject({ registrationId: text });
const AccountMatchesArgs = z.strictObject({
  domain: text,
  name: z.string().max(200),
  aliases: z.string().max(2_000),
  productFamily: text,
});
const ClaimsArgs = z.strictObject({ account: text, productFamily: text });
const PostingArgs = FundRef.extend({ decisionId: text });
const OfObjectArgs = z.strictObject({ functionId: text, objectType: text, objectId: text });
const ReplyArgs = z.strictObject({ correlation: text });
/** Products, as the JSON text of a list. */
const PricesArgs = z.strictObject({ skus: z.string() });
const ApprovalArgs = z.strictObject({ quoteId: text });
const StepArgs = z.strictObject({ stepKey: text });
const StandingActArgs = OfObjectArgs.extend({ action: text, takenBackBy: text.optional() });
const FirstActArgs = OfObjectArgs.extend({ tool: text });

/** What agents and decisions may read. The ledgers' own readings are for decisions only. */
export function createReadTools(
  ledger: Ledger,
  { records, programme, quotes, accounts }: Adapters,
  now: () => string,
): ReadTools {
  const outside = [
    ...Object.entries(records).map(([system, reader]) =>
      readTool(
        `${system}.record`,
        `one ${system} object with the properties that the functions read`,
        RecordArgs,
        async (company, { objectType, objectId }) => {
          const record = await reader.readRecord(company, objectType, objectId);
          return record === undefined ? undefined : onlyRead(system, objectType, record);
        },
      ),
    ),
    readTool("programme.partner", "a partner's tier, standing and certifications", PartnerArgs, (company, args) =>
      programme.readPartner(company, args.partnerId),
    ),
    readTool(
      "programme.deal-team",
      "who takes part in a deal, in which role, and how each partner stands",
      DealTeamArgs,
      (company, { dealId, crmPartner }) => programme.readDealTeam(company, dealId, crmPartner),
    ),
    readTool(
      "programme.registration-id",
      "which registrations were ever made under an id, by the CRM's own ids",
      RegistrationIdArgs,
      (company, { registrationId }) => programme.readRegistrationId(company, registrationId),
    ),
    readTool(
      ACCOUNT_MATCHES,
      "registrations for the same customer or one near to it, with why: open ones, and those that ended within a year",
      AccountMatchesArgs,
      (company, { domain, name, aliases, productFamily }) =>
        accounts.readMatches(company, { domain, name, aliases: aliasesIn(aliases) }, productFamily),
    ),
    readTool(
      "quotes.approval",
      "the last approval under a quote's id, for which deal and what, and whether it stands",
      ApprovalArgs,
      (company, { quoteId }) => quotes.readApproval(company, quoteId),
    ),
    ...fundReadTools(programme),
  ];
  return { ...byName(outside), ...ledgerReadTools(ledger, now) };
}

/** What partners' funds hold. */
function fundReadTools(programme: Adapters["programme"]): readonly ReadTool[] {
  return [
    readTool("programme.fund", "what a partner's fund holds in a period", FundRef, (company, fund) =>
      programme.readFund(company, fund),
    ),
    readTool(
      "programme.posting",
      "what a decision took from a partner's fund, and what of that still counts",
      PostingArgs,
      (company, { decisionId, ...fund }) => programme.readPosting(company, fund, decisionId),
    ),
  ];
}

/** The readings of our own ledgers, through the pool or within a transaction. */
export function ledgerReadTools(ledger: Ledger, now: () => string): ReadTools {
  return byName([
    readTool("batch.reading", "what the last batch in force said of an object", OfObjectArgs, (company, object) =>
      readBatchReading(ledger, company, object, now()),
    ),
    readTool(
      PRICES,
      "what the company's price book says of products, and since when it is kept",
      PricesArgs,
      (company, { skus }) => readPrices(ledger, company, z.array(text).parse(JSON.parse(skus)), now()),
    ),
    readTool("ledger.step-outcome", "how a governed step ended", StepArgs, async (company, { stepKey }) => {
      const outcome = await readStepOutcome(ledger, company, stepKey);
      const source = { source: "ledger.step-outcome", ref: stepKey, version: outcome, observedAt: now() };
      return { source, value: { outcome } };
    }),
    readTool(
      STANDING_ACT,
      "what an action did last for an object, and whether it stands",
      StandingActArgs,
      (company, asked) => standingAct(ledger, company, asked, now()),
    ),
    readTool("ledger.reply", "what the outside answered in time", ReplyArgs, async (company, { correlation }) => {
      const value = await readStandingAnswer(ledger, { company, correlation });
      if (value === undefined) return undefined;
      const source = { source: "ledger.reply", ref: correlation, version: value.answeredAt, observedAt: now() };
      return { source, value };
    }),
    readTool(
      CLAIMS,
      "what partners asked for of an account and did not get, or wait for",
      ClaimsArgs,
      async (company, claimed) => {
        const { system, type } = dealRegistration.subject;
        const cases = caseStartOf(company, dealRegistration.id, system, type);
        const claims = await readClaims(ledger, company, { ...claimed, cases }, now());
        const ref = `${claimed.account}/${claimed.productFamily}`;
        const source = { source: CLAIMS, ref, version: String(claims.length), observedAt: now() };
        return { source, value: { claims: [...claims] } };
      },
    ),
    readTool(
      FIRST_ACT,
      "what a function's case about an object did first by a tool, with its arguments",
      FirstActArgs,
      (company, asked) => firstAct(ledger, company, asked, now()),
    ),
    readTool("ledger.step-decision", "what was decided of a step", StepArgs, async (company, { stepKey }) => {
      const read = await readStepDecision(ledger, company, stepKey);
      if (read === undefined) return undefined;
      const { askedBack, ...decided } = read;
      const source = { source: "ledger.step-decision", ref: stepKey, version: read.outcome, observedAt: now() };
      return { source, value: askedBack === undefined ? decided : { ...decided, askedBack } };
    }),
  ]);
}
