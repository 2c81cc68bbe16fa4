import { readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { headsFileOf, readHeads } from "../../../proof/witness/heads-file.ts";
import { openWitness, witnessVkey, type Witness } from "../../../proof/witness/home.ts";
import { keyFileOf } from "../../../proof/witness/key.ts";
import { WitnessError } from "../../../proof/witness/witness-error.ts";
import { growingLog } from "./growing-log.ts";
import { homeForTest, NAME, NOW } from "./running.ts";

const log = growingLog();
const modeOf = (path: string) => (statSync(path).mode & 0o777).toString(8);
const headAt = (size: number) => ({ size, rootHash: log.root(size), note: log.checkpoint(size) });

function remember({ store }: Witness, size: number): void {
  store.advance(log.origin, () => ({ answer: undefined, head: headAt(size) }));
}

async function usedHome(): Promise<string> {
  const home = homeForTest();
  const witness = await openWitness(home, NAME, NOW);
  remember(witness, 5);
  witness.close();
  return home;
}

describe("a witness's home", () => {
  test("gets a key and an empty memory at the first use, for this user only, and keeps them", async () => {
    const home = homeForTest();
    const vkey = await witnessVkey(home, NAME, NOW);
    expect([keyFileOf(home), headsFileOf(home)].map(modeOf)).toEqual(["600", "600"]);
    expect(readHeads(home, NAME)).toEqual(new Map());
    expect(await witnessVkey(home, NAME, NOW)).toBe(vkey);
  });

  test("is held by one opener at a time; its verifier key may be read meanwhile", async () => {
    const home = homeForTest();
    const witness = await openWitness(home, NAME, NOW);
    await expect(openWitness(home, NAME, NOW)).rejects.toMatchObject({
      code: "WITNESS_HOME_BUSY",
      message: `process ${process.pid} holds ${home}: stop it, or give another home`,
    });
    expect(await witnessVkey(home, NAME, NOW)).toBe(witness.cosigner.vkey);
    witness.close();
    (await openWitness(home, NAME, NOW)).close();
  });

  test("remembers the latest head", async () => {
    const home = await usedHome();
    const witness = await openWitness(home, NAME, NOW);
    expect(witness.store.head(log.origin)).toEqual(headAt(5));
    remember(witness, 9);
    witness.close();
    expect(readHeads(home, NAME)).toEqual(new Map([[log.origin, headAt(9)]]));
  });

  test("stays as it was when a step fails or moves nothing", async () => {
    const home = await usedHome();
    const witness = await openWitness(home, NAME, NOW);
    const { store } = witness;
    const fail = () =>
      store.advance(log.origin, () => {
        throw new Error("no");
      });
    expect(fail).toThrow("no");
    expect(store.advance(log.origin, (head) => ({ answer: head?.size }))).toBe(5);
    expect(store.head(log.origin)).toEqual(headAt(5));
    witness.close();
  });
});

describe("a memory that may not be trusted keeps the witness from starting", () => {
  async function refusal(home: string, name = NAME) {
    const [opened, told] = await Promise.allSettled([openWitness(home, name, NOW), witnessVkey(home, name, NOW)]);
    expect(opened.status).toBe("rejected");
    expect(told.status).toBe("rejected");
    return opened.status === "rejected" ? opened.reason : undefined;
  }

  test("one that is gone while the key is there", async () => {
    const home = await usedHome();
    rmSync(headsFileOf(home));
    expect(await refusal(home)).toMatchObject({
      code: "WITNESS_HEADS_MISSING",
      message: /heads.json is gone: .* restore/,
    });
  });

  test("another witness's", async () => {
    expect(await refusal(await usedHome(), "witness.example/w2")).toMatchObject({
      code: "WITNESS_HEADS_UNREADABLE",
      message: /it belongs to the witness `witness.example\/w1`/,
    });
  });

  test("one with a head that was set back by hand", async () => {
    const home = await usedHome();
    const path = headsFileOf(home);
    const mended = readFileSync(path, "utf8").replace(/log\\n5\\n/, "log\\n4\\n");
    writeFileSync(path, mended);
    expect(await refusal(home)).toMatchObject({
      code: "WITNESS_HEADS_UNREADABLE",
      message: /its digest does not match its content/,
    });
  });

  function readOrCode(home: string) {
    try {
      return readHeads(home, NAME);
    } catch (error) {
      return error instanceof WitnessError ? error.code : error;
    }
  }

  test("a file torn anywhere, or with a byte changed anywhere that means something", async () => {
    const home = await usedHome();
    const path = headsFileOf(home);
    const whole = readFileSync(path);
    const written = readHeads(home, NAME);
    const torn = fc.nat(whole.length - 2).map((length) => whole.subarray(0, length));
    const changed = fc.tuple(fc.nat(whole.length - 1), fc.nat(255)).map(([at, byte]) => {
      const bytes = Buffer.from(whole);
      bytes[at] = byte;
      return bytes;
    });
    fc.assert(
      fc.property(fc.oneof(torn, changed), (bytes) => {
        writeFileSync(path, bytes);
        // White space for white space is read, and then nothing that is remembered changed.
        expect([written, "WITNESS_HEADS_UNREADABLE"]).toContainEqual(readOrCode(home));
      }),
      { numRuns: 1_000 },
    );
  });
});
