import { deflateRawSync, inflateRawSync } from "node:zlib";

/** How a text was packed: its first byte. A way is never taken back or changed, for what was packed so must open for ever. */
const PLAIN = 0;
const DEFLATED = 1;
const DEFLATED_KNOWING = 2;
const DEFLATED_KNOWING_TURNS = 3;

/**
 * What bodies of records had in common before agents had a graph each: the members that every ledger writes, as canonical JSON writes
 * them. Whoever unpacks needs these very bytes: other words are another way to pack, with a byte of its own.
 */
const KNOWN = Buffer.from(
  [
    String.raw`{"reasons":["",""]}{"review":{"findings":[],"verdict":"clear"},"turn":{"model":"","offline":false,`,
    String.raw`{"action":{"args":{"action":"","objectId":"","objectType":"","property":"","reportsStep":"","value":""},"tool":""},`,
    String.raw`"chain":{"findings":[],"origin":"follow-up","reasoning":"","sources":[],"turns":[]}}`,
    String.raw`{"calls":[{"args":{},"id":"","name":""}],"role":"assistant","text":""},{"callId":"","isError":false,"role":"tool",`,
    String.raw`{"calls":[{"request":{"maxTokens":2048,"messages":[{"role":"user","text":"<data>\n{\"action\":\"\",\"at\":\"2026-01-01T`,
    String.raw`\"findings\":[{\"code\":\"\",\"confidencePpm\":1000000,\"sources\":[\"crm.record\"],\"statement\":\"`,
    String.raw`\"functionId\":\"\",\"readings\":{\"crm.record\":{\"requested\":{\"args\":{\"tool\":\"\"},\"role\":\"orchestration\"}\n</data>"}],`,
    String.raw`"model":""},"requestDigest":"","response":"{\"responseId\":\"\",\"text\":\"\",\"calls\":[{\"id\":\"\",\"name\":\"\",\"args\":{`,
    String.raw`}}],\"stopReason\":\"tool_use\",\"usage\":{\"inputTokens\":0,\"outputTokens\":0}}"}]`,
    String.raw`"evidence":[{"source":{"observedAt":"2026-01-01T00:00:00.000Z","ref":"","source":"crm.record","version":"1"},"value":{`,
    String.raw`"chain":{"findings":[{"code":"","confidencePpm":1000000,"sources":["crm.record"],"statement":""}],"origin":"agents",`,
    String.raw`"reasoning":"","sources":[{"observedAt":"2026-01-01T00:00:00.000Z","ref":"","source":"crm.record","version":"1"}],`,
    String.raw`"turns":[{"model":"","offline":true,"promptDigest":"","requestDigests":["",""],"role":"intelligence","turnKey":"`,
    String.raw`{"reason":"","rules":[{"effect":"block","id":"","reason":"","values":{},{"effect":"escalate","id":"","reason":"","values":{`,
    String.raw`"rules":[{"effect":"execute","id":"","reason":"","values":{}}],"missing":[],"facts":{"sources":[{"observedAt":"2026-01-01T`,
    String.raw`00:00:00.000Z","ref":"","source":"ledger.step-outcome","version":"executed"}],"details":{"canary":null,"candidate":null,`,
    String.raw`"limits":[{"account":"","admitted":true,"asked":0,"cap":0,"id":"","reserved":0,"used":0,"warned":false,"window":{"from":"`,
    String.raw`2026-01-01T00:00:00.000Z","until":"2027-01-01T00:00:00.000Z"}}],"mode":"led","obligations":[],"params":[{"name":"",`,
    String.raw`"source":"base","value":0}],"release":""},"requestedBy":""}{"externalRef":"","detail":null}{"actionDigest":"`,
  ].join(""),
);

/** What they have in common since: what is found most often last, and no more than leaves room for a turn in the window. */
const KNOWN_OF_TURNS = Buffer.from(
  [
    String.raw`{"reasons":["",""]}{"externalRef":"","detail":null}{"actionDigest":""}{"review":{"reasons":[],"verdict":"agree"},`,
    String.raw`"turn":{"model":"","offline":true,"prompt":{"name":"compliance","version":1},"promptDigest":"","requestDigests":[""],`,
    String.raw`"role":"compliance","turnKey":""}}{"action":{"args":{"action":"","objectId":"","objectType":"","property":"",`,
    String.raw`"reportsStep":"","value":"approved"},"tool":"crm.update-property"},"chain":{"findings":[],"origin":"follow-up",`,
    String.raw`"reasoning":"","sources":[],"turns":[]}}{"calls":[{"args":"{}","id":"","name":""}],"role":"assistant","text":""},`,
    String.raw`{"callId":"","failed":false,"role":"tool","text":"<data>\n{\"reading\":\"programme.\",\"value\":{{"calls":[{"request":{`,
    String.raw`"maxTokens":2048,"messages":[{"role":"user","text":"<data>\n{\"action\":\"\",\"at\":\"2026-01-01T00:00:00.000Z\",`,
    String.raw`\"findings\":[{\"code\":\"\",\"confidencePpm\":1000000,\"sources\":[\"crm.record\"],\"statement\":\"\"}],\"functionId\":\"\",`,
    String.raw`\"mayRead\":[{\"args\":{\"crmPartner\":\"\",\"dealId\":\"\"},\"call\":\"programme_deal-team\",\"tool\":\"programme.deal-team\"}],`,
    String.raw`\"proposal\":{\"args\":{},\"reasoning\":\"\",\"tool\":\"\"},\"readings\":{\"crm.record\":{\"partner_id\":\"\",`,
    String.raw`\"quote_concessions\":\"0.00\",\"quote_currency\":\"USD\",\"quote_floor_price\":\"\",\"quote_id\":\"\",`,
    String.raw`\"quote_list_price\":\"\",\"quote_net_price\":\"\",\"quote_protected_terms\":\"none\",\"quote_requested_by\":\"\",`,
    String.raw`\"quote_status\":\"approval_requested\"},\"programme.deal-team\":{\"dealId\":\"\",\"members\":[{\"authorisedFor\":[\"\"],`,
    String.raw`\"certifiedFor\":[\"\"],\"creditPpm\":null,\"from\":null,\"holds\":\"now\",\"motion\":\"resell\",\"name\":\"\",`,
    String.raw`\"partnerId\":\"\",\"role\":\"sell\",\"standing\":\"active\",\"tier\":\"\",\"toldBy\":\"crm\",\"until\":null}]},`,
    String.raw`\"quotes.approval\":{\"last\":null}},\"requested\":{\"args\":{\"concessionsMinor\":0,\"currency\":\"USD\",\"dealId\":\"\",`,
    String.raw`\"listPriceMinor\":,\"netPriceMinor\":,\"quoteId\":\"\",\"replaces\":null},\"tool\":\"\"},\"role\":\"orchestration\"}\n</data>"`,
    String.raw`}],"model":""},"requestDigest":"","response":"{\"responseId\":\"\",\"text\":\"\",\"calls\":[{\"id\":\"\",`,
    String.raw`\"name\":\"propose_action\",\"args\":{\"args\":{},\"reasoning\":\"\\n\\nProposed: \"}}],\"stopReason\":\"tool_use\",`,
    String.raw`\"usage\":{\"inputTokens\":0,\"outputTokens\":0}}"}],"evidence":[{"source":{"observedAt":"2026-01-01T00:00:00.000Z",`,
    String.raw`"ref":"","source":"crm.record","version":""},"value":{"partner_id":"","quote_concessions":"0.00","quote_currency":"USD",`,
    String.raw`"quote_floor_price":"","quote_id":"","quote_list_price":"","quote_net_price":"","quote_protected_terms":"none",`,
    String.raw`"quote_requested_by":"","quote_status":"approval_requested"}},"chain":{"findings":[{"code":"","confidencePpm":1000000,`,
    String.raw`"sources":["crm.record"],"statement":""}],"origin":"agents","reasoning":"","sources":[{"observedAt":"2026-01-01T`,
    String.raw`00:00:00.000Z","ref":"","source":"crm.record","version":""},{"observedAt":"","ref":"","source":"quotes.approval",`,
    String.raw`"version":"0"},{"observedAt":"","ref":"","source":"programme.deal-team","version":""}],"turns":[{"model":"",`,
    String.raw`"offline":true,"prompt":{"name":"intelligence","version":1},"promptDigest":"","requestDigests":["",""],`,
    String.raw`"role":"intelligence","turnKey":""}]}{"reason":"","rules":[{"effect":"block","id":"","reason":"","values":{},{"effect":`,
    String.raw`"escalate","id":"","reason":"","values":{"rules":[{"effect":"execute","id":"","reason":"","values":{}}],"missing":[],`,
    String.raw`"facts":{"sources":[{"observedAt":"2026-01-01T00:00:00.000Z","ref":"","source":"ledger.step-outcome","version":"executed"}],`,
    String.raw`"details":{"canary":null,"candidate":null,"limits":[{"account":"","admitted":true,"asked":0,"cap":0,"id":"","reserved":0,`,
    String.raw`"used":0,"warned":false,"window":{"days":90,"from":"2026-01-01T00:00:00.000Z","until":"2027-01-01T00:00:00.000Z"}}],`,
    String.raw`"mode":"led","obligations":[],"params":[{"name":"","source":"base","value":0}],"release":""},"actionDigest":"",`,
    String.raw`"requestedBy":"","requesterId":""}`,
  ].join(""),
);

/** A text as few bytes, before they are sealed: sealed ones cannot be packed. */
export function pack(text: string): Buffer {
  const plain = Buffer.from(text, "utf8");
  // What is packed is a few kilobytes: a larger window costs more than it saves.
  const packed = deflateRawSync(plain, { level: 6, memLevel: 5, windowBits: 13, dictionary: KNOWN_OF_TURNS });
  return packed.length < plain.length ? joined(DEFLATED_KNOWING_TURNS, packed) : joined(PLAIN, plain);
}

/** @throws when the bytes were packed in a way that is not known here, or were changed. */
export function unpack(bytes: Buffer): string {
  const [way, rest] = [bytes[0], bytes.subarray(1)];
  switch (way) {
    case PLAIN:
      return rest.toString("utf8");
    case DEFLATED:
      return inflateRawSync(rest).toString("utf8");
    case DEFLATED_KNOWING:
      return inflateRawSync(rest, { dictionary: KNOWN }).toString("utf8");
    case DEFLATED_KNOWING_TURNS:
      return inflateRawSync(rest, { dictionary: KNOWN_OF_TURNS }).toString("utf8");
    default:
      throw new RangeError(`no text is packed in way ${way}`);
  }
}

function joined(way: number, bytes: Buffer): Buffer {
  return Buffer.concat([Buffer.of(way), bytes]);
}
