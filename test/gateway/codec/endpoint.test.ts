import { defaultPayloadConverter } from "@temporalio/common";
import { describe, expect, test } from "vitest";
import { payloadCodec } from "../../../app/engine/payload-codec.ts";
import { createCodecEndpoint } from "../../../gateway/codec/endpoint.ts";

const UI = "http://127.0.0.1:8233";
const codec = payloadCodec("acme", [Buffer.alloc(32, "one")]);
const app = createCodecEndpoint({ codec, origins: [UI] });
const base64 = (text: string) => Buffer.from(text).toString("base64");
const given = {
  payloads: [
    { metadata: { encoding: base64("json/plain") }, data: base64(JSON.stringify({ caseId: "acme:quoting:1" })) },
  ],
};

function ask(path: string, body: string, headers: Record<string, string> = {}, host = "127.0.0.1:8081") {
  const init = { method: "POST", body, headers: { origin: UI, "x-namespace": "default", ...headers } };
  return app.request(`http://${host}${path}`, init);
}

describe("the remote codec of the Temporal UI", () => {
  test("turns there and back, in the protocol's form", async () => {
    const encoded = await ask("/encode", JSON.stringify(given));
    const sealed = (await encoded.json()) as { payloads: { metadata: { encoding: string }; data: string }[] };
    expect(sealed.payloads[0]?.metadata.encoding).toBe(base64("binary/encrypted"));
    expect(sealed.payloads[0]?.data).not.toBe(given.payloads[0]?.data);
    const decoded = await ask("/decode", JSON.stringify(sealed));
    expect([decoded.status, await decoded.json()]).toEqual([200, given]);
    expect(decoded.headers.get("access-control-allow-origin")).toBe(UI);
  });

  test("reads what a worker sealed", async () => {
    const payloads = await codec.encode([defaultPayloadConverter.toPayload({ at: "now" })]);
    const sent = payloads.map(({ metadata, data }) => ({
      metadata: Object.fromEntries(
        Object.entries(metadata ?? {}).map(([name, value]) => [name, Buffer.from(value).toString("base64")]),
      ),
      data: Buffer.from(data ?? []).toString("base64"),
    }));
    const answer = (await (await ask("/decode", JSON.stringify({ payloads: sent }))).json()) as typeof given;
    expect(Buffer.from(answer.payloads[0]?.data ?? "", "base64").toString()).toBe('{"at":"now"}');
  });

  test("lets the UI's pages ask, and those of no other origin", async () => {
    const headers = {
      origin: UI,
      "access-control-request-method": "POST",
      "access-control-request-headers": "content-type,x-namespace",
    };
    const preflight = await app.request("http://localhost:8081/decode", { method: "OPTIONS", headers });
    expect([preflight.status, preflight.headers.get("access-control-allow-origin")]).toEqual([204, UI]);
    expect(preflight.headers.get("access-control-allow-headers")).toBe("content-type,x-namespace");
    const foreign = await ask("/decode", JSON.stringify(given), { origin: "https://elsewhere.example" });
    expect([foreign.status, foreign.headers.get("access-control-allow-origin")]).toEqual([403, null]);
    const rebound = await ask("/decode", JSON.stringify(given), {}, "elsewhere.example:8081");
    expect(rebound.status).toBe(421);
  });

  test.for([
    ["no JSON", "{", 400],
    ["no payloads", "{}", 400],
    ["no base64", '{"payloads":[{"data":"*"}]}', 400],
    [
      "sealed under a key that is not here",
      JSON.stringify({ payloads: [{ metadata: { encoding: base64("binary/encrypted") }, data: "" }] }),
      400,
    ],
  ] as const)("says what is wrong with %s", async ([, body, status]) => {
    const answer = await ask("/decode", body);
    expect([answer.status, (await answer.text()).length > 0]).toEqual([status, true]);
  });
});
