import { describe, expect, test } from "vitest";
import { cosign, createCosigner } from "../../../proof/log/cosignature.ts";
import { formatLogProof } from "../../../proof/log/log-proof.ts";
import { parseNote } from "../../../proof/log/note.ts";
import { receiptsOf } from "../../../proof/dispute/receipts.ts";
import { growingLog } from "../witness/growing-log.ts";
import { recordsOf } from "./case-fixture.ts";

const log = growingLog();
const size = 11;
const checkpoint = log.checkpoint(size);
const witness = createCosigner("witness.example/w1", Buffer.alloc(32, 1));
const cosigned = checkpoint + cosign(parseNote(checkpoint).text, witness, 1_772_442_000);

/** Entry `index` of the log as a record, with its proof. */
function placed(index: number, note = cosigned) {
  const [record] = recordsOf("acme:c", [["event", {}]]);
  if (record === undefined) throw new Error("no record");
  const proof = formatLogProof({ index, proof: log.inclusion(index, size), checkpoint: note });
  return { record: { ...record, digest: log.leaf(index).toString("hex") }, proof };
}

describe("a record's receipt", () => {
  test("names its place, and is proved by recomputing the checkpoint's root", () => {
    const { record, proof } = placed(6);
    expect(receiptsOf([record], { 1: proof }).rows).toEqual([
      { n: 1, kind: "event", leafHash: record.digest, place: "entry 6 of 11", check: "proved" },
    ]);
  });

  test("is not proved for another leaf at that place", () => {
    const [{ record }, { proof }] = [placed(6), placed(7)];
    expect(receiptsOf([record], { 1: proof }).rows[0]?.check).toBe("not proved");
  });

  test("is none before a checkpoint covers the record", () => {
    const { record } = placed(6);
    expect(receiptsOf([record], {})).toMatchObject({
      rows: [{ place: "not yet in a checkpoint", check: "no checkpoint yet" }],
      checkpoints: [],
    });
  });

  test("that cannot be read proves nothing, and says why", () => {
    const { record } = placed(6);
    expect(receiptsOf([record], { 1: "not a proof" }).rows[0]).toMatchObject({
      check: "not proved",
      place: expect.stringContaining("not a log proof"),
    });
  });
});

describe("a checkpoint", () => {
  test("is told once, with who signed it and who cosigned it when", () => {
    const { record, proof } = placed(6);
    const [told, ...others] = receiptsOf([record, record], { 1: proof }).checkpoints;
    expect(others).toEqual([]);
    expect(told).toMatchObject({ origin: "audit.example/log", size: 11 });
    expect(told?.signatures.map(({ name, what }) => [name, what])).toEqual([
      ["audit.example/log", "signed it"],
      ["witness.example/w1", "cosigned it at 2026-03-02T09:00:00.000Z"],
    ]);
  });
});
