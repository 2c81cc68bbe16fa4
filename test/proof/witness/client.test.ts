import { createServer, type RequestListener } from "node:http";
import type { AddressInfo } from "node:net";
import { describe, expect, onTestFinished, test } from "vitest";
import { submitCheckpoint, type WitnessAddress } from "../../../proof/witness/client.ts";
import { cosign, createCosigner } from "../../../proof/log/cosignature.ts";
import { parseNote } from "../../../proof/log/note.ts";
import { growingLog } from "./growing-log.ts";
import { NOW_SECONDS, running } from "./running.ts";

const log = growingLog();
const from = (oldSize: number, size: number, of = log) => ({
  oldSize,
  proof: of.consistency(oldSize, size),
  checkpoint: of.checkpoint(size),
});
const cosigner = createCosigner("witness.example/w1", Buffer.alloc(32, 1));
const { text } = parseNote(log.checkpoint(5));

/** A witness that answers as it is told: what a broken or hostile one may do. */
async function answering(listener: RequestListener): Promise<WitnessAddress> {
  const server = createServer(listener).listen(0, "127.0.0.1");
  await new Promise((resolve) => server.once("listening", resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, vkey: cosigner.vkey };
}

const always = (status: number, type: string, body: string) =>
  answering((_request, response) => response.writeHead(status, { "content-type": type }).end(body));

describe("submitting a checkpoint", () => {
  test("brings back the witness's line, verified, with the time it states", async () => {
    const witness = await running([log]);
    const submitted = await submitCheckpoint(witness, from(0, 5));
    expect(submitted).toMatchObject({ kind: "cosigned", lines: { length: 1 }, unixSeconds: NOW_SECONDS });
  });

  test("follows a log as it grows, and learns the known size where it lost track", async () => {
    const witness = await running([log]);
    await submitCheckpoint(witness, from(0, 5));
    expect(await submitCheckpoint(witness, from(0, 9))).toEqual({ kind: "conflict", size: 5 });
    expect(await submitCheckpoint(witness, from(5, 9))).toMatchObject({ kind: "cosigned" });
  });

  test("answers a refusal with its status and reason", async () => {
    const witness = await running([log]);
    await submitCheckpoint(witness, from(0, 8));
    expect(await submitCheckpoint(witness, from(8, 12, growingLog(log.origin, 4)))).toEqual({
      kind: "refused",
      status: 422,
      reason: "size 12 is not proved to extend size 8",
    });
    expect(await submitCheckpoint(witness, from(0, 1, growingLog("other.example/log")))).toMatchObject({
      kind: "refused",
      status: 404,
    });
  });

  test("an address that ends with a slash is the same address", async () => {
    const { url, vkey } = await running([log]);
    expect(await submitCheckpoint({ url: `${url}/`, vkey }, from(0, 5))).toMatchObject({ kind: "cosigned" });
  });

  test("lines of other keys are left out", async () => {
    const other = cosign(text, createCosigner("witness.example/w2", Buffer.alloc(32, 2)), 7);
    const own = cosign(text, cosigner, 6);
    const witness = await always(200, "text/plain", other + own);
    expect(await submitCheckpoint(witness, from(0, 5))).toEqual({ kind: "cosigned", lines: [own], unixSeconds: 6 });
  });
});

describe("an answer that proves nothing is a fault that no retry mends", () => {
  const forged = cosign(parseNote(log.checkpoint(6)).text, cosigner, 5);
  const otherKey = createCosigner("witness.example/w1", Buffer.alloc(32, 3));
  test.for<[string, number, string, string, string]>([
    ["nothing", 200, "text/plain", "", "no signature follows"],
    ["another witness's line", 200, "text/plain", cosign(text, otherKey, 5), "no known key signed this note"],
    ["a line over another checkpoint", 200, "text/plain", forged, "does not verify"],
    ["a page", 200, "text/html", "<html></html>\n", "signature line 1 does not start"],
    ["its line over another text, which it sends along", 200, "text/plain", `evil\n\n${forged}`, "does not verify"],
    ["more than 64 KiB", 200, "text/plain", "a".repeat(65_537), "over 65536 bytes"],
    ["a conflict without a size", 409, "text/x.tlog.size", "five\n", "a conflict without a size"],
    ["a conflict of another kind", 409, "text/plain", "5\n", "a conflict without a size in `text/x.tlog.size`"],
  ])("%s", async ([, status, type, body, reason]) => {
    const witness = await always(status, type, body);
    await expect(submitCheckpoint(witness, from(0, 5))).rejects.toMatchObject({
      code: "WITNESS_ANSWER_INVALID",
      retry: false,
      message: expect.stringContaining(reason),
    });
  });
});

describe("a witness that does not serve is a fault that may pass", () => {
  test("one that fails", async () => {
    const witness = await always(503, "text/plain", "busy\n");
    await expect(submitCheckpoint(witness, from(0, 5))).rejects.toMatchObject({
      code: "WITNESS_FAILED",
      retry: true,
      message: `witness ${witness.url} answered 503: busy`,
    });
  });

  test("one that is not there", async () => {
    const { url, vkey, stop } = await running([log]);
    await stop();
    await expect(submitCheckpoint({ url, vkey }, from(0, 5))).rejects.toMatchObject({
      code: "WITNESS_UNREACHABLE",
      retry: true,
      message: expect.stringMatching(/cannot be reached: .*ECONNREFUSED/),
    });
  });

  test("one that says nothing, or stops in the middle of an answer", async () => {
    const silent = await answering(() => {});
    const halting = await answering((_request, response) => {
      response.writeHead(200).write("— witness");
    });
    for (const witness of [silent, halting]) {
      await expect(submitCheckpoint({ ...witness, timeoutMs: 100 }, from(0, 5))).rejects.toMatchObject({
        code: "WITNESS_TIMED_OUT",
        retry: true,
        message: `witness ${witness.url} did not answer in 100 ms`,
      });
    }
  });

  test("one that sends elsewhere", async () => {
    const witness = await answering((_request, response) => {
      response.writeHead(307, { location: "http://127.0.0.1:9/add-checkpoint" }).end();
    });
    await expect(submitCheckpoint(witness, from(0, 5))).rejects.toMatchObject({ code: "WITNESS_UNREACHABLE" });
  });
});

test("a key or checkpoint that is none is told before anything is sent", async () => {
  const witness = { url: "http://127.0.0.1:9", vkey: cosigner.vkey };
  await expect(submitCheckpoint({ ...witness, vkey: log.vkey }, from(0, 5))).rejects.toMatchObject({ code: "bad-key" });
  await expect(submitCheckpoint(witness, { ...from(0, 5), checkpoint: "hello" })).rejects.toMatchObject({
    code: "malformed",
  });
});
