import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { FiledCase } from "../../../proof/filed-case.ts";
import { verifyLogProof } from "../../../proof/log/log-proof.ts";
import { apiOn } from "../../fixtures/api.ts";
import { decideApi, type DecideApi } from "../../fixtures/decide.ts";
import { givenCheckpoint } from "../../fixtures/logged.ts";
import { testDatabase, type TestDatabase } from "../../setup/database.ts";

let database: TestDatabase;
let api: DecideApi;
let decisionId: string;
let caseId: string;

beforeAll(async () => {
  database = await testDatabase();
  api = await decideApi(database.pool);
  decisionId = (await api.ask({ policy: "shipping", facts: { hours: 48, worth: 1, isCleared: true }, ref: "S-1" })).body
    .decisionId;
  caseId = (await api.standing(decisionId)).caseId;
});
afterAll(() => database.drop());

async function get(path: string, headers = api.sam) {
  const response = await apiOn(database.pool).request(path, { headers });
  return { status: response.status, body: (await response.json()) as FiledCase & { detail: string } };
}

test("a case is told as sentences, from its records alone", async () => {
  const { status, body } = await get(`/v1/cases/${caseId}/story`);
  const { lines } = body as unknown as { lines: { n: number; kind: string; text: string; because: string[] }[] };
  expect(status).toBe(200);
  expect(body).toMatchObject({ caseId, intact: true });
  expect(lines.map(({ n, kind }) => [n, kind])).toEqual([
    [1, "proposal"],
    [2, "decision"],
  ]);
  expect(lines.every(({ text }) => text !== "")).toBe(true);
  expect((await get("/v1/cases/acme:nothing/story")).status).toBe(404);
});

describe("GET /v1/cases/{caseId}/file", () => {
  test("gives the records with their envelopes, and no place before the next checkpoint", async () => {
    const { status, body } = await get(`/v1/cases/${caseId}/file`);
    expect(status).toBe(200);
    expect(body).toMatchObject({ company: "acme", caseId, intact: true, cited: [] });
    expect(body.records.map(({ n, kind, seq, proof, erased }) => ({ n, kind, seq, proof, erased }))).toEqual([
      { n: 1, kind: "proposal", seq: null, proof: null, erased: null },
      { n: 2, kind: "decision", seq: null, proof: null, erased: null },
    ]);
    expect(Object.keys(body.policies)).toEqual([expect.stringMatching(/^shipping [0-9a-f]{64}$/)]);
  });

  test("gives each record a place and a proof that anybody can check, once it is under a checkpoint", async () => {
    const { vkey, size } = await givenCheckpoint(database.pool);
    const { records } = (await get(`/v1/cases/${caseId}/file`)).body;
    const policy = { log: vkey, witnesses: [], quorum: 0 };
    const outcomes = records.map(({ proof, digest }) =>
      verifyLogProof(proof ?? "", Buffer.from(digest, "hex"), policy),
    );
    expect(outcomes).toMatchObject(
      records.map(({ seq }) => ({ kind: "proved", index: seq, checkpoint: { size }, witnesses: [] })),
    );
  });

  test.for(["file", "records"])("takes a decision's id for its case: %s", async (what) => {
    expect((await get(`/v1/cases/${decisionId}/${what}`)).body.caseId).toBe(caseId);
  });

  test.for([
    ["acme:nothing/file", "no case `acme:nothing`"],
    ["dec_0/file", "no decision `dec_0`"],
    ["dec_0/records", "no decision `dec_0`"],
  ] as const)("/v1/cases/%s is not found", async ([path, detail]) => {
    expect(await get(`/v1/cases/${path}`)).toMatchObject({ status: 404, body: { detail } });
  });

  test("needs a person", async () => {
    expect((await get(`/v1/cases/${caseId}/file`, {})).status).toBe(401);
  });
});
