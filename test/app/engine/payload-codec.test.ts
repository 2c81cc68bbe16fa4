import { defaultPayloadConverter } from "@temporalio/common";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { codecsOf } from "../../../app/engine/codec-of.ts";
import { payloadCodec } from "../../../app/engine/payload-codec.ts";

const [secret, other] = [Buffer.alloc(32, "one"), Buffer.alloc(32, "two")];
const codec = payloadCodec("acme", [secret]);
const payload = (value: unknown) => defaultPayloadConverter.toPayload(value);
const canary = payload({ name: "Zoe Quill" });
const plain = (one: { metadata?: object | null; data?: Uint8Array | null }) => ({
  metadata: Object.fromEntries(
    Object.entries(one.metadata ?? {}).map(([name, value]) => [name, Buffer.from(value as Uint8Array).toString()]),
  ),
  data: Buffer.from(one.data ?? []).toString(),
});

describe("the payload codec", () => {
  test("gives back what it sealed, whatever that was, and shows nothing of it", async () => {
    const any = fc.array(fc.jsonValue(), { maxLength: 5 });
    await fc.assert(
      fc.asyncProperty(any, async (values) => {
        const payloads = values.map(payload);
        const sealed = await codec.encode(payloads);
        expect((await codec.decode(sealed)).map(plain)).toEqual(payloads.map(plain));
      }),
    );
    const [sealed] = await codec.encode([canary]);
    expect(plain(sealed!).metadata).toEqual({
      encoding: "binary/encrypted",
      "encryption-cipher": "aes-256-gcm",
      "encryption-key-id": expect.stringMatching(/^[0-9a-f]{12}$/),
    });
    expect(Buffer.from(sealed!.data ?? []).toString("latin1")).not.toMatch(/Zoe|json/);
  });

  test.for([
    ["a payload of nothing", payload(undefined)],
    [
      "no data, as the SDK gives it",
      { metadata: { encoding: Buffer.from("binary/null") }, data: [] as unknown as Uint8Array },
    ],
    ["neither data nor metadata", {}],
  ] as const)("seals %s", async ([, none]) => {
    expect((await codec.decode(await codec.encode([none]))).map(plain)).toEqual([plain(none)]);
  });

  test("never seals the same to the same", async () => {
    const [one, two] = await codec.encode([canary, canary]);
    expect(one?.data).not.toEqual(two?.data);
  });

  test("reads what was sealed under a former secret, and what was never sealed", async () => {
    const [before] = await payloadCodec("acme", [other]).encode([canary]);
    const now = payloadCodec("acme", [secret, other]);
    expect((await now.decode([before!, canary])).map(plain)).toEqual([plain(canary), plain(canary)]);
    const [after] = await now.encode([canary]);
    expect((await codec.decode([after!])).map(plain)).toEqual([plain(canary)]);
  });

  test.for([
    ["another company, though the secret is the same", payloadCodec("globex", [secret])],
    ["another secret", payloadCodec("acme", [other])],
  ] as const)("opens nothing for %s, and says what would", async ([, stranger]) => {
    const sealed = await codec.encode([canary]);
    await expect(stranger.decode(sealed)).rejects.toThrow(
      /^sealed under key [0-9a-f]{12}; here are [0-9a-f]{12}: MANDATE_FORMER_AUDIT_SECRET/,
    );
  });

  test.for([
    ["nonce", 0],
    ["text", 20],
    ["tag", -1],
  ] as const)("refuses a changed %s", async ([, at]) => {
    const [sealed] = await codec.encode([canary]);
    const data = Buffer.from(sealed!.data ?? []);
    const index = at < 0 ? data.length + at : at;
    data[index] = (data[index] ?? 0) ^ 1;
    await expect(codec.decode([{ ...sealed!, data }])).rejects.toThrow(/^not as it was sealed under key/);
    await expect(codec.decode([{ ...sealed!, data: data.subarray(0, 10) }])).rejects.toThrow(/^not as it was sealed/);
  });
});

test("`MANDATE_TEMPORAL_CODEC=off` seals nothing and reads all the same", async () => {
  const config = {
    company: "acme",
    auditSecret: secret.toString("base64"),
    formerAuditSecret: undefined,
    home: "none",
  };
  const [off] = codecsOf({ ...config, databaseUrl: undefined, temporalCodec: "off" });
  expect((await off!.encode([canary])).map(plain)).toEqual([plain(canary)]);
  expect((await off!.decode(await codec.encode([canary]))).map(plain)).toEqual([plain(canary)]);
});
