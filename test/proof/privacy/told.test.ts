import { expect, test } from "vitest";
import { tellStory } from "../../../audit/story.ts";
import type { AuditRecord, RecordKind } from "../../../domain/audit-record.ts";
import type { JsonObject } from "../../../domain/json.ts";
import { AT } from "../../fixtures/ledger.ts";

function told(kind: RecordKind, body: JsonObject, erased?: string) {
  const names = { company: "acme", caseId: "acme:erasures", key: "k", at: AT, log: "acme", parents: [] };
  const record: AuditRecord = { ...names, n: 1, digest: "d", kind, body, ...(erased !== undefined && { erased }) };
  return tellStory([record])[0];
}

const scope = "case:acme:quoting:1";

test.for<[RecordKind, JsonObject, string]>([
  ["hold", { change: "set", scope, person: "ola", reason: "claim 7" }, `sets a legal hold on ${scope}: claim 7`],
  ["hold", { change: "released", scope, reason: "settled" }, `releases the legal hold on ${scope}: settled`],
  ["hold", { change: "asked-erasure", scope, ground: "objection" }, `asks to erase ${scope} on objection`],
  ["hold", { change: "refused-erasure", scope, holdId: "h" }, `may not erase ${scope} because of legal hold h`],
  ["hold", { change: "retention", scope: "log:acme", days: 365 }, "has log:acme kept 365 days"],
  ["hold", { change: "asked-retention", scope: "log:acme", days: 183 }, "asks to have log:acme kept only 183 days"],
  ["hold", { scope }, `changed a legal hold on ${scope}`],
  ["erasure", { subject: "sub_1", ground: "unlawful" }, "erased sub_1 on unlawful"],
])("%s %j reads as a sentence", ([kind, body, text]) => {
  expect(told(kind, body)).toMatchObject({ who: body["person"] ?? "mandate", text });
});

test("a record that was erased in part says under which record, whatever it still tells", () => {
  expect(told("decision", { verdict: "block" }, "acme:erasures/ers_1")).toMatchObject({
    text: "blocks the action",
    because: ["erased under record acme:erasures/ers_1"],
  });
});
