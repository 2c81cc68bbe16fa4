import { createHmac } from "node:crypto";
import { describe, expect, test } from "vitest";
import { signHubspotRequest, verifyHubspotRequest } from "../../../../gateway/webhooks/hubspot/signature.ts";

/** The vendor's own test vectors, from the test suites of its Python and Ruby clients. */
const secret = "yyyyyyyy-yyyy-yyyy-yyyy-yyyyyyyyyyyy";
const vector = {
  method: "POST",
  targetUrl: "https://www.example.com/webhook_uri",
  body: Buffer.from("{'example_field':'example_value'}"),
};
const vectors = [
  { sentAtMs: 1_693_657_560_000, signature: "K36dawei4A+QBNolUOqo7s91KQDWQ5MXZ/QufNYuk/Y=" },
  { sentAtMs: 1_700_000_300_000, signature: "RnbPH7+UMKVkbV32P8bz450N4M56aPmcru1+D3kSDtw=" },
] as const;

const [known] = vectors;
const request = { ...vector, signature: known.signature, timestamp: String(known.sentAtMs) };
const genuine = { kind: "genuine", sentAtMs: known.sentAtMs };
const refused = (code: string) => ({ kind: "refused", code });

describe("the vendor's vectors", () => {
  test.for(vectors)("verify, and are what we sign: $sentAtMs", ({ sentAtMs, signature }) => {
    const timestamp = String(sentAtMs);
    expect(verifyHubspotRequest(secret, { ...vector, signature, timestamp }, sentAtMs)).toEqual({
      kind: "genuine",
      sentAtMs,
    });
    expect(signHubspotRequest(secret, { ...vector, sentAtMs })).toEqual({
      "x-hubspot-signature-v3": signature,
      "x-hubspot-request-timestamp": timestamp,
    });
  });
});

describe("a request is refused when", () => {
  const cases = [
    ["its body differs by one byte", { body: Buffer.from("{'example_field':'example_valuE'}") }, "forged"],
    ["its method differs", { method: "PUT" }, "forged"],
    ["its target differs", { targetUrl: "https://www.example.com/webhook_uri/" }, "forged"],
    ["its signature is another's", { signature: vectors[1].signature }, "forged"],
    ["its signature is cut short", { signature: known.signature.slice(0, -1) }, "forged"],
    ["its signature is longer", { signature: `${known.signature}=` }, "forged"],
    ["its signature has the bytes in another spelling", { signature: known.signature.replace("Y=", "Z=") }, "forged"],
    ["its signature is hex", { signature: "ab".repeat(32) }, "forged"],
    ["its signature is not Latin-1", { signature: `${"\u014b".repeat(43)}=` }, "forged"],
    ["its signature is empty", { signature: "" }, "forged"],
    ["it has no signature", { signature: undefined }, "missing"],
    ["it has no timestamp", { timestamp: undefined }, "missing"],
    ["its timestamp has a letter at the end", { timestamp: `${known.sentAtMs}abc` }, "malformed-timestamp"],
    ["its timestamp is signed", { timestamp: `-${known.sentAtMs}` }, "malformed-timestamp"],
    ["its timestamp is a fraction", { timestamp: `${known.sentAtMs}.0` }, "malformed-timestamp"],
    ["its timestamp is hexadecimal", { timestamp: "0x18a5b2f6e00" }, "malformed-timestamp"],
    ["its timestamp is exponential", { timestamp: "1e12" }, "malformed-timestamp"],
    ["its timestamp has a space", { timestamp: ` ${known.sentAtMs}` }, "malformed-timestamp"],
    ["its timestamp is empty", { timestamp: "" }, "malformed-timestamp"],
    ["its timestamp is too long for a time", { timestamp: "9".repeat(16) }, "malformed-timestamp"],
    ["its timestamp came twice", { timestamp: `${known.sentAtMs}, ${known.sentAtMs}` }, "malformed-timestamp"],
    ["its timestamp is in seconds", { timestamp: String(known.sentAtMs / 1_000) }, "stale"],
  ] as const;
  test.for(cases)("%s", ([, change, code]) => {
    expect(verifyHubspotRequest(secret, { ...request, ...change }, known.sentAtMs)).toEqual(refused(code));
  });

  test("the secret is another", () => {
    expect(verifyHubspotRequest("z".repeat(36), request, known.sentAtMs)).toEqual(refused("forged"));
  });
});

describe("five minutes, both ways", () => {
  const cases = [
    { name: "300,000 ms old is still taken", offMs: 300_000, check: genuine },
    { name: "300,001 ms old is stale", offMs: 300_001, check: refused("stale") },
    { name: "300,000 ms ahead is still taken", offMs: -300_000, check: genuine },
    { name: "300,001 ms ahead is from the future", offMs: -300_001, check: refused("future") },
    { name: "an hour ahead is from the future", offMs: -3_600_000, check: refused("future") },
  ];
  test.for(cases)("$name", ({ offMs, check }) => {
    expect(verifyHubspotRequest(secret, request, known.sentAtMs + offMs)).toEqual(check);
  });
});

test("only the listed escapes of the target are decoded before it is signed", () => {
  const listed = "%3A%2F%3F%40%21%24%27%28%29%2A%2C%3B%3a%2f";
  const others = "%20%25%3D%26%23%2B%3C";
  const plain = `https://www.example.com/:/?@!$'()*,;:/${others}`;
  const signature = createHmac("sha256", secret).update(`POST${plain}{}1700000300000`).digest("base64");
  const escaped = { method: "POST", targetUrl: `https://www.example.com/${listed}${others}`, body: Buffer.from("{}") };
  expect(signHubspotRequest(secret, { ...escaped, sentAtMs: 1_700_000_300_000 })["x-hubspot-signature-v3"]).toBe(
    signature,
  );
});

test("the body is signed as bytes, not as text", () => {
  const body = Uint8Array.from([0x5b, 0xff, 0xfe, 0x5d]);
  const sentAtMs = known.sentAtMs;
  const signed = signHubspotRequest(secret, { ...vector, body, sentAtMs });
  const given = { ...vector, body, signature: signed["x-hubspot-signature-v3"], timestamp: String(sentAtMs) };
  expect(verifyHubspotRequest(secret, given, sentAtMs)).toEqual(genuine);
  const replaced = { ...given, body: Buffer.from(Buffer.from(body).toString("utf8")) };
  expect(verifyHubspotRequest(secret, replaced, sentAtMs)).toEqual(refused("forged"));
});
