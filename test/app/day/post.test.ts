import { afterEach, expect, test } from "vitest";
import { planDay } from "../../../app/day/plan.ts";
import { postDelivery, type Sender } from "../../../app/day/post.ts";
import { problem, serveApi, type ApiServer, type Reply } from "../../cli/api-server.ts";

const [delivery] = planDay({ day: 1, startedAt: "2026-03-02T09:00:00.000Z", company: "acme" }).deliveries;
const taken: Reply = { status: 202, json: { accepted: 1, duplicates: 2, ignored: 0, late: 0, quarantined: 0 } };

let server: ApiServer | undefined;
afterEach(() => server?.close());

async function posted(replies: readonly Reply[], sender: Partial<Sender> = {}) {
  if (delivery === undefined) throw new Error("the day has no delivery");
  const left = [...replies];
  server = await serveApi(() => left.shift() ?? taken);
  const full: Sender = {
    url: server.url,
    targetUrl: server.url,
    secret: "s",
    clock: () => 1_700_000_000_000,
    ...sender,
  };
  return postDelivery(full, delivery);
}

const attempts = () =>
  server?.requests.map(({ body }) => (body as { attemptNumber: number }[]).map(({ attemptNumber }) => attemptNumber));

test("a delivery that is taken is told with its duplicates", async () => {
  expect(await posted([taken])).toEqual({ name: delivery?.name, events: 3, status: 202, code: null, duplicates: 2 });
});

test("a 5xx is delivered again with a higher attempt number, as the CRM does", async () => {
  expect(await posted([problem(503, "not-stored", "later"), taken])).toMatchObject({ status: 202 });
  expect(attempts()).toEqual([
    [0, 0, 0],
    [1, 1, 1],
  ]);
});

test("a refusal is not delivered again", async () => {
  expect(await posted([problem(401, "signature-stale", "old")])).toMatchObject({
    status: 401,
    code: "signature-stale",
  });
  expect(attempts()).toHaveLength(1);
});

test("an interrupt ends the waiting between attempts", async () => {
  const signal = AbortSignal.abort();
  await expect(posted([problem(503, "not-stored", "later")], { signal })).rejects.toThrow(/abort/i);
});
