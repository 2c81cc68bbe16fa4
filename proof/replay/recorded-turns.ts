import { z } from "zod";
import { JsonText } from "../../domain/json-text.ts";
import type { ModelLedger } from "../../agents/middleware/model-ledger.ts";
import type { AuditRecord } from "../../domain/audit-record.ts";
import { SourceRef } from "../../domain/evidence.ts";
import type { Json, JsonObject } from "../../domain/json.ts";
import { canonicalJson } from "../../audit/canonical-json.ts";
import { digestOf } from "../../audit/digest.ts";
import { differenceOf } from "./difference.ts";
import type { Cannot } from "./recorded-decision.ts";

const Fields = z.custom<JsonObject>((value) => typeof value === "object" && value !== null && !Array.isArray(value));
const Value = z.custom<Json>((value) => value !== undefined);

/** A model's answer is kept as JSON text. */
const Answer = JsonText.pipe(Fields);

const RecordedTurn = z.object({
  turnKey: z.string(),
  stepKey: z.string(),
  role: z.enum(["intelligence", "orchestration", "compliance"]),
  model: z.string(),
  offline: z.boolean(),
  prompt: z.object({ name: z.string(), version: z.int() }).exactOptional(),
  promptDigest: z.string(),
  standIn: z.object({ for: z.string(), fault: z.string() }).exactOptional(),
  calls: z.array(z.object({ requestDigest: z.string(), request: Fields, response: Answer })).min(1),
  evidence: z.array(z.object({ source: SourceRef, value: Fields })).optional(),
});

const RecordedPrompt = z.object({ promptDigest: z.string(), system: Value, tools: Value });

/** A turn with the prompt it worked under: `{...request, ...told}` is exactly what a call asked. */
export type RecordedTurn = z.infer<typeof RecordedTurn> & {
  readonly told: { readonly system: Json; readonly tools: Json };
};

/** A recorded turn, checked against the digests that it and its prompt are cited by. */
export function recordedTurn(
  records: readonly AuditRecord[],
  prompts: readonly AuditRecord[],
  key: string,
): RecordedTurn | Cannot | { readonly kind: "differs"; readonly what: string } {
  const record = records.find((one) => one.key === key);
  const turn = RecordedTurn.safeParse(record?.body);
  if (record === undefined || !turn.success) {
    const gone = record?.erased === undefined ? "is not recorded, or is withheld" : `was erased under ${record.erased}`;
    return { kind: "cannot", why: `turn \`${key}\` ${gone}` };
  }
  const { promptDigest, calls, role } = turn.data;
  const found = prompts
    .map(({ body }) => RecordedPrompt.safeParse(body))
    .find(({ data }) => data?.promptDigest === promptDigest);
  if (found?.data === undefined) {
    return {
      kind: "cannot",
      why: `the prompt ${promptDigest.slice(0, 12)} of ${role} is not recorded, or is withheld`,
    };
  }
  const { system, tools } = found.data;
  if (digestOf({ system, tools }) !== promptDigest) {
    return { kind: "differs", what: `the prompt recorded as ${promptDigest.slice(0, 12)} has another digest` };
  }
  const wrong = calls.findIndex(
    ({ request, requestDigest }) => digestOf({ ...request, system, tools }) !== requestDigest,
  );
  if (wrong !== -1)
    return { kind: "differs", what: `request ${wrong + 1} of ${role} has another digest than is recorded` };
  return { ...turn.data, told: { system, tools } };
}

/** What a replayed turn asked is not what is recorded. */
class AskedOtherwise extends Error {
  constructor(what: string) {
    super(what);
    this.name = "AskedOtherwise";
  }
}

/** Answers a turn's questions from its record alone, by the digest of the exact request. */
export type RecordedAnswers = {
  readonly ledger: ModelLedger;
  /** Digests of what was asked so far, under the recorded prompt. */
  readonly asked: readonly string[];
  /** The digest of the prompt that the agents have today; undefined until something was asked. */
  shipped(): string | undefined;
  /** The first question that was not asked then. */
  otherwise(): string | undefined;
};

export function recordedAnswers({ role, calls, told }: RecordedTurn): RecordedAnswers {
  const asked: string[] = [];
  let shipped: string | undefined;
  let otherwise: string | undefined;
  return {
    asked,
    shipped: () => shipped,
    otherwise: () => otherwise,
    ledger: {
      async readThrough({ request, seq }) {
        const { system = null, tools = null, ...rest } = request;
        shipped = digestOf({ system, tools });
        const digest = digestOf({ ...rest, ...told });
        const call = calls.find(({ requestDigest }) => requestDigest === digest);
        if (call === undefined) {
          otherwise = `question ${seq + 1} of ${role}: ${whereItParts(calls[seq]?.request, rest)}`;
          throw new AskedOtherwise(otherwise);
        }
        asked.push(digest);
        return call.response;
      },
    },
  };
}

function whereItParts(recorded: JsonObject | undefined, replayed: JsonObject): string {
  if (recorded === undefined) return "nothing more was asked then";
  const texts = (request: JsonObject) =>
    new Map(Object.entries(request).map(([name, value]) => [name, canonicalJson(value)]));
  return differenceOf(texts(recorded), texts(replayed)) ?? "another answer came before it";
}
