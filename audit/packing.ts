import { deflateRawSync, inflateRawSync } from "node:zlib";

/** How a text was packed: its first byte. A way is never taken back or changed, for what was packed so must open for ever. */
const PLAIN = 0;
const DEFLATED = 1;
const DEFLATED_KNOWING = 2;

/**
 * What bodies of records have in common: the members that every ledger writes, as canonical JSON writes them, what is found
 * most often last. Whoever unpacks needs these very bytes: other words are another way to pack, with a byte of its own.
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

/** A text as few bytes, before they are sealed: sealed ones cannot be packed. */
export function pack(text: string): Buffer {
  const plain = Buffer.from(text, "utf8");
  // What is packed is a few kilobytes: a larger window and a slower level cost more than they save.
  const packed = deflateRawSync(plain, { level: 3, memLevel: 5, windowBits: 13, dictionary: KNOWN });
  return packed.length < plain.length ? joined(DEFLATED_KNOWING, packed) : joined(PLAIN, plain);
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
    default:
      throw new RangeError(`no text is packed in way ${way}`);
  }
}

function joined(way: number, bytes: Buffer): Buffer {
  return Buffer.concat([Buffer.of(way), bytes]);
}
