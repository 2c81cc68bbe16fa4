import { appendFileSync, existsSync, readFileSync, statSync, truncateSync, writeFileSync } from "node:fs";
import { afterAll, beforeAll, beforeEach, describe, expect, onTestFinished, test } from "vitest";
import { newestOf } from "../../proof/log/publisher.ts";
import { checkpointFileOf } from "../../proof/sinks/checkpoint-file.ts";
import { fileSink } from "../../proof/sinks/file.ts";
import type { CheckpointSink, Outgoing } from "../../proof/sinks/sink.ts";
import { witnessSink } from "../../proof/sinks/witness.ts";
import { cosignatureVerifierOf } from "../../proof/log/cosignature.ts";
import { cosignaturesOf } from "../../proof/log/cosignature-store.ts";
import { logsOf, newestCheckpoint } from "../../proof/log/log-store.ts";
import { openNote } from "../../proof/log/note.ts";
import { appendRecords, type LedgerPool } from "../../audit/records.ts";
import { acquireLock } from "../../engines/lock.ts";
import { draftsFor } from "./log/kept-log.ts";
import { givenCheckpoint } from "../fixtures/logged.ts";
import { TEST_SECRET, testDatabase, type TestDatabase } from "../setup/database.ts";
import { removeHome, temporaryHome } from "../setup/temporary-home.ts";
import { homeForTest, NAME, running } from "./witness/running.ts";
import { copyOf } from "./copied-database.ts";

const NOW = "2026-05-04T10:00:00.000Z";
let database: TestDatabase;
beforeAll(async () => {
  database = await testDatabase();
});
afterAll(() => database.drop());

let companies = 0;
let company = "";
beforeEach(() => {
  company = `co-${(companies += 1)}`;
});

/** Records `added` more, signs, and answers what sinks are given. */
async function grow(pool: LedgerPool, from: number, added: number): Promise<Outgoing> {
  await appendRecords(pool, draftsFor(company, from, added));
  await givenCheckpoint(pool, company);
  return newest(pool);
}

async function newest(pool: LedgerPool): Promise<Outgoing> {
  const [kept] = await logsOf(pool, company);
  const outgoing = kept && (await newestOf(pool, company, TEST_SECRET, kept));
  if (outgoing === undefined) throw new Error("no checkpoint");
  return outgoing;
}

/** The same company's log in a copy that goes its own way from here. */
async function forkedFrom(held: Outgoing, added: number): Promise<Outgoing> {
  const copy = await copyOf(database);
  await appendRecords(copy.pool, draftsFor(company, held.size + 1_000, added));
  await givenCheckpoint(copy.pool, company);
  return newest(copy.pool);
}

function folderForTest(): string {
  const home = temporaryHome("sinks");
  onTestFinished(() => removeHome(home));
  return home;
}

const sizesIn = (path: string) =>
  readFileSync(path, "utf8")
    .trimEnd()
    .split("\n")
    .map((line) => (JSON.parse(line) as { size: number }).size);

describe("a checkpoint file", () => {
  let folder = "";
  let sink: CheckpointSink;
  let path = "";
  beforeEach(() => {
    folder = folderForTest();
    sink = fileSink(folder, () => NOW);
    path = checkpointFileOf(folder, company);
  });

  test("keeps every checkpoint once, in a line of its own that its owner alone may read", async () => {
    const first = await grow(database.pool, 0, 3);
    await sink.publish(first);
    await sink.publish(first);
    const second = await grow(database.pool, 3, 300);
    await sink.publish(second);
    const lines = readFileSync(path, "utf8").trimEnd().split("\n");
    expect(lines.map((line) => JSON.parse(line) as unknown)).toEqual([
      { size: 3, note: first.note },
      { size: 303, note: second.note },
    ]);
    expect(statSync(path).mode & 0o777).toBe(0o600);
  });

  test("of another process's making is gone on from", async () => {
    await sink.publish(await grow(database.pool, 0, 3));
    await fileSink(folder, () => NOW).publish(await grow(database.pool, 3, 2));
    expect(sizesIn(path)).toEqual([3, 5]);
  });

  test("refuses a log that was put back and went another way", async () => {
    const old = await grow(database.pool, 0, 3);
    const fork = await forkedFrom(old, 4);
    await sink.publish(await grow(database.pool, 3, 2));
    await expect(sink.publish(fork)).rejects.toMatchObject({ code: "SINK_FORKED", retry: false });
    expect(sizesIn(path)).toEqual([5]);
  });

  test("refuses another tree of the same size", async () => {
    const fork = await forkedFrom(await grow(database.pool, 0, 3), 2);
    await sink.publish(await grow(database.pool, 3, 2));
    await expect(sink.publish(fork)).rejects.toMatchObject({ code: "SINK_FORKED" });
  });

  test("says how much it holds when it is offered less", async () => {
    const old = await grow(database.pool, 0, 3);
    await sink.publish(await grow(database.pool, 3, 2));
    await expect(sink.publish(old)).rejects.toMatchObject({ code: "SINK_AHEAD", heldSize: 5 });
  });

  test("passes over what a power failure cut off", async () => {
    await sink.publish(await grow(database.pool, 0, 3));
    const whole = readFileSync(path, "utf8");
    appendFileSync(path, whole.slice(0, whole.length / 2));
    await sink.publish(await grow(database.pool, 3, 2));
    const lines = readFileSync(path, "utf8").trimEnd().split("\n");
    expect(lines).toHaveLength(3);
    expect(JSON.parse(lines[2] ?? "")).toMatchObject({ size: 5 });
    truncateSync(path, 10);
    await sink.publish(await newest(database.pool));
    expect(readFileSync(path, "utf8").trimEnd().split("\n")).toHaveLength(2);
  });

  test("may lack its last end of line", async () => {
    await sink.publish(await grow(database.pool, 0, 3));
    truncateSync(path, readFileSync(path).length - 1);
    await sink.publish(await grow(database.pool, 3, 2));
    expect(sizesIn(path)).toEqual([3, 5]);
  });

  const damages = [
    { name: "holds no entry", text: () => "not an entry\n" },
    { name: "has an entry of another form", text: () => '{"size":3}\n' },
    { name: "has a note that was changed", text: (whole: string) => whole.replace("\\n3\\n", "\\n2\\n") },
  ];
  test.for(damages)("that $name is not gone on from", async ({ text }) => {
    await sink.publish(await grow(database.pool, 0, 3));
    writeFileSync(path, text(readFileSync(path, "utf8")));
    const before = readFileSync(path, "utf8");
    await expect(sink.publish(await grow(database.pool, 3, 2))).rejects.toMatchObject({ code: "SINK_UNREADABLE" });
    expect(readFileSync(path, "utf8")).toBe(before);
  });

  test("is written by one process at a time", async () => {
    const lock = await acquireLock(folder, NOW);
    await expect(sink.publish(await grow(database.pool, 0, 3))).rejects.toMatchObject({
      code: "SINK_BUSY",
      retry: true,
    });
    expect(existsSync(path)).toBe(false);
    if (lock.kind === "held") lock.release();
    await sink.publish(await newest(database.pool));
    expect(sizesIn(path)).toEqual([3]);
  });
});

describe("a witness", () => {
  test("cosigns what grows, and its cosignatures stand under the newest checkpoint", async () => {
    const { vkey: log, origin } = await grow(database.pool, 0, 3);
    const { url, vkey } = await running([{ origin, vkey: log }]);
    const sink = witnessSink(database.pool, { url, vkey });
    await sink.publish(await newest(database.pool));
    await sink.publish(await grow(database.pool, 3, 300));
    await sink.publish(await newest(database.pool));
    const [kept] = await cosignaturesOf(database.pool, company, company);
    expect(kept).toEqual({ witness: NAME, size: 303, signedAt: NOW });
    const { note = "" } = (await newestCheckpoint(database.pool, company, company)) ?? {};
    expect(openNote(note, [cosignatureVerifierOf(vkey)]).signatures).toHaveLength(1);
  });

  test("whose answers were lost tells where it stands, and is gone on from there", async () => {
    const { vkey: log, origin } = await grow(database.pool, 0, 3);
    const { url, vkey } = await running([{ origin, vkey: log }]);
    const before = await copyOf(database);
    await witnessSink(database.pool, { url, vkey }).publish(await newest(database.pool));
    // The copy knows the same log, and nothing of the cosignature.
    await appendRecords(before.pool, draftsFor(company, 3, 2));
    await givenCheckpoint(before.pool, company);
    await witnessSink(before.pool, { url, vkey }).publish(await newest(before.pool));
    expect(await cosignaturesOf(before.pool, company, company)).toMatchObject([{ size: 5 }]);
  });

  test("refuses the fork that an older copy of the database makes", async () => {
    const old = await grow(database.pool, 0, 3);
    const { url, vkey } = await running([old]);
    const copy = await copyOf(database);
    await witnessSink(database.pool, { url, vkey }).publish(await grow(database.pool, 3, 2));
    await appendRecords(copy.pool, draftsFor(company, 1_000, 1));
    await givenCheckpoint(copy.pool, company);
    const sink = witnessSink(copy.pool, { url, vkey });
    await expect(sink.publish(await newest(copy.pool))).rejects.toMatchObject({ code: "SINK_AHEAD", heldSize: 5 });
    await appendRecords(copy.pool, draftsFor(company, 2_000, 4));
    await givenCheckpoint(copy.pool, company);
    await expect(sink.publish(await newest(copy.pool))).rejects.toMatchObject({ code: "SINK_FORKED", retry: false });
    expect(await cosignaturesOf(copy.pool, company, company)).toEqual([]);
  });

  test("that does not know the log says so", async () => {
    const { url, vkey } = await running([]);
    const sink = witnessSink(database.pool, { url, vkey });
    await expect(sink.publish(await grow(database.pool, 0, 1))).rejects.toMatchObject({
      code: "SINK_REFUSED",
      message: expect.stringContaining("404") as string,
    });
  });

  test("that cannot be reached is tried again later", async () => {
    const stopped = await running([], homeForTest());
    await stopped.stop();
    const sink = witnessSink(database.pool, stopped);
    await expect(sink.publish(await grow(database.pool, 0, 1))).rejects.toMatchObject({
      code: "WITNESS_UNREACHABLE",
      retry: true,
    });
  });
});
