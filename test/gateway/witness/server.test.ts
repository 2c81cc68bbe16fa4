import { mkdirSync, rmdirSync } from "node:fs";
import { request } from "node:http";
import { describe, expect, test } from "vitest";
import { originHash } from "../../../gateway/witness/endpoint.ts";
import { headsFileOf } from "../../../proof/witness/heads-file.ts";
import { cosignatureVerifierOf } from "../../../proof/log/cosignature.ts";
import { verifierOf } from "../../../proof/log/note-keys.ts";
import { openNote, parseNote } from "../../../proof/log/note.ts";
import { formatAddCheckpoint } from "../../../proof/witness/add-checkpoint.ts";
import { growingLog, signerOf, type GrowingLog } from "../../proof/witness/growing-log.ts";
import { running } from "../../proof/witness/running.ts";

const log = growingLog();
const bodyOf = (of: GrowingLog, oldSize: number, size: number) =>
  formatAddCheckpoint({ oldSize, proof: of.consistency(oldSize, size), checkpoint: of.checkpoint(size) });

async function post(url: string, body: string | Uint8Array) {
  const response = await fetch(`${url}/add-checkpoint`, { method: "POST", body });
  return { status: response.status, type: response.headers.get("content-type"), text: await response.text() };
}

describe("a witness over HTTP", () => {
  test("cosigns a log as it grows, one line each time", async () => {
    const { url, vkey } = await running([log]);
    let oldSize = 0;
    for (const size of [0, 1, 2, 7, 8, 8, 21]) {
      const { status, text } = await post(url, bodyOf(log, oldSize, size));
      expect(status).toBe(200);
      const note = `${parseNote(log.checkpoint(size)).text}\n${text}`;
      expect(openNote(note, [cosignatureVerifierOf(vkey)]).signatures).toHaveLength(1);
      oldSize = size;
    }
  });

  test.for<[string, string | Uint8Array, number]>([
    ["a body that is no request is 400", "hello", 400],
    ["bytes that are no UTF-8 are 400", Buffer.from([0xff]), 400],
    ["an old size over the checkpoint's is 400", bodyOf(log, 0, 5).replace("old 0", "old 6"), 400],
    [
      "a checkpoint that its log did not sign is 403",
      bodyOf(growingLog(log.origin, Infinity, signerOf("a")), 0, 5),
      403,
    ],
    ["a log that is not known is 404", bodyOf(growingLog("other.example/log"), 0, 5), 404],
    ["a proof from nothing that is not empty is 422", bodyOf(log, 0, 5).replace("\n", `\n${"A".repeat(43)}=\n`), 422],
    ["a body over 64 KiB is 413", "a".repeat(65_537), 413],
  ])("%s, with the reason in words", async ([, body, status]) => {
    const { url } = await running([log]);
    const answer = await post(url, body);
    expect(answer).toMatchObject({ status, type: "text/plain; charset=UTF-8" });
    expect(answer.text).toMatch(/^\S.*\n$/);
  });

  test("another old size is 409 with the size that is known, as text/x.tlog.size", async () => {
    const { url } = await running([log]);
    expect(await post(url, bodyOf(log, 3, 5))).toEqual({ status: 409, type: "text/x.tlog.size", text: "0\n" });
    await post(url, bodyOf(log, 0, 5));
    expect(await post(url, bodyOf(log, 3, 9))).toEqual({ status: 409, type: "text/x.tlog.size", text: "5\n" });
  });

  test("a fork is 422, and the signed checkpoint that proves it is in the log lines", async () => {
    const { url, lines } = await running([log]);
    const fork = growingLog(log.origin, 4);
    await post(url, bodyOf(log, 0, 8));
    expect(await post(url, bodyOf(fork, 8, 8))).toMatchObject({ status: 422 });
    expect(await post(url, bodyOf(fork, 8, 12))).toMatchObject({ status: 422 });
    expect(lines.filter(({ level }) => level === 40)).toMatchObject([
      { msg: "inconsistent checkpoint refused", checkpoint: fork.checkpoint(8) },
      { msg: "inconsistent checkpoint refused", checkpoint: fork.checkpoint(12) },
    ]);
    expect(await post(url, bodyOf(log, 8, 12))).toMatchObject({ status: 200 });
  });

  test("shows the newest checkpoint of a log under the hash of its origin, with both signatures", async () => {
    const { url, vkey } = await running([log]);
    const shown = `${url}/${originHash(log.origin)}/checkpoint`;
    expect((await fetch(shown)).status).toBe(404);
    await post(url, bodyOf(log, 0, 5));
    await post(url, bodyOf(log, 5, 9));
    const note = await (await fetch(shown)).text();
    const { text, signatures } = openNote(note, [verifierOf(log.vkey), cosignatureVerifierOf(vkey)]);
    expect(text).toBe(parseNote(log.checkpoint(9)).text);
    expect(signatures.map(({ name }) => name)).toEqual([log.origin, "witness.example/w1"]);
    expect((await fetch(`${url}/${originHash("other.example/log")}/checkpoint`)).status).toBe(404);
  });

  test("keeps the heads of several logs apart", async () => {
    const other = growingLog("other.example/log", 3);
    const { url } = await running([log, other]);
    expect(await post(url, bodyOf(log, 0, 5))).toMatchObject({ status: 200 });
    expect(await post(url, bodyOf(other, 0, 9))).toMatchObject({ status: 200 });
    expect(await post(url, bodyOf(log, 5, 6))).toMatchObject({ status: 200 });
    expect(await post(url, bodyOf(other, 5, 10))).toMatchObject({ status: 409, text: "9\n" });
  });
});

describe("of two histories at most one is cosigned", () => {
  test("when both are submitted at once from the same old size, many times", async () => {
    const fork = growingLog(log.origin, 6);
    const { url } = await running([log]);
    await post(url, bodyOf(log, 0, 4));
    const bodies = [log, fork].flatMap((of) => [9, 10, 11, 12].map((size) => bodyOf(of, 4, size)));
    const answers = await Promise.all([...bodies, ...bodies, ...bodies].map((body) => post(url, body)));
    const by = (wanted: number) => answers.filter(({ status }) => status === wanted).map(({ text }) => text);
    expect(by(200)).toEqual([expect.stringMatching(/^— witness.example\/w1 /)]);
    expect(by(409)).toHaveLength(answers.length - 1);
    expect(new Set(by(409)).size).toBe(1);
  });

  test("and neither after a restart", async () => {
    const first = await running([log]);
    await post(first.url, bodyOf(log, 0, 8));
    await first.stop();
    const second = await running([log], first.home);
    expect(second.vkey).toBe(first.vkey);
    expect(await post(second.url, bodyOf(growingLog(log.origin, 4), 8, 12))).toMatchObject({ status: 422 });
    expect(await post(second.url, bodyOf(log, 0, 12))).toMatchObject({ status: 409, text: "8\n" });
    expect(await post(second.url, bodyOf(log, 8, 12))).toMatchObject({ status: 200 });
  });

  test("what cannot be made durable is not cosigned, and may be tried again", async () => {
    const { url, home } = await running([log]);
    await post(url, bodyOf(log, 0, 4));
    const inTheWay = `${headsFileOf(home)}.${process.pid}.tmp`;
    mkdirSync(inTheWay);
    expect(await post(url, bodyOf(log, 4, 9))).toMatchObject({ status: 500, text: "the witness failed; try again\n" });
    expect(await post(url, bodyOf(log, 9, 9))).toMatchObject({ status: 409, text: "4\n" });
    rmdirSync(inTheWay);
    expect(await post(url, bodyOf(log, 4, 9))).toMatchObject({ status: 200 });
  });
});

test("a witness that stops answers the request under way, and takes no other", async () => {
  const { url, stop } = await running([log]);
  const body = bodyOf(log, 0, 5);
  const headers = { expect: "100-continue", "content-length": Buffer.byteLength(body) };
  const sent = request(`${url}/add-checkpoint`, { method: "POST", headers });
  const status = new Promise<number | undefined>((resolve, reject) => {
    sent.on("error", reject);
    sent.on("response", (response) => {
      response.resume();
      response.on("end", () => resolve(response.statusCode));
    });
  });
  const taken = new Promise<void>((resolve) => sent.on("continue", () => resolve()));
  sent.flushHeaders();
  await taken;
  const stopped = stop();
  await expect(post(url, body)).rejects.toThrow("fetch failed");
  sent.end(body);
  expect(await status).toBe(200);
  await stopped;
});
