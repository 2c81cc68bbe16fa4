import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, expect, test } from "vitest";
import { hubspotOwners } from "../../../tools/crm/hubspot-owners.ts";
import { sandboxOwners } from "../../../tools/crm/sandbox-owners.ts";
import { putObjects } from "../../../tools/sandbox/door.ts";
import { testDatabase, type TestDatabase } from "../../setup/database.ts";

/** As HubSpot's owners API tells of them. */
const there = {
  id: "71",
  email: "rob@x.example",
  userId: 9001,
  userIdIncludingInactive: 9001,
  firstName: "Rob",
  lastName: "Vale",
  archived: false,
};
const left = { id: "72", email: null, userId: null, userIdIncludingInactive: 9002, firstName: "", archived: true };
const expected = [
  { id: "71", email: "rob@x.example", userId: "9001", firstName: "Rob", lastName: "Vale", archived: false },
  { id: "72", email: "", userId: "9002", firstName: "", lastName: "", archived: true },
];

let server: Server;
let address: string;
let status = 200;
const asked: string[] = [];
let database: TestDatabase;
beforeAll(async () => {
  database = await testDatabase();
  server = createServer((request, response) => {
    const { searchParams } = new URL(request.url ?? "/", "http://localhost");
    asked.push(`${request.headers.authorization} ${searchParams.get("archived")} ${searchParams.get("after")}`);
    const pages = {
      "false null": { results: [], paging: { next: { after: "7", link: "x" } } },
      "false 7": { results: [there] },
      "true null": { results: [left] },
    };
    const key = `${searchParams.get("archived")} ${searchParams.get("after")}` as keyof typeof pages;
    response.writeHead(status, { "content-type": "application/json" });
    response.end(JSON.stringify(pages[key]));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  address = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(async () => {
  server.close();
  await database.drop();
});

test("HubSpot's owners are read to the last page, those who left after those who are there", async () => {
  expect(await hubspotOwners({ accessToken: "pat", address }).listOwners("acme")).toEqual(expected);
  expect(asked).toEqual(["Bearer pat false null", "Bearer pat false 7", "Bearer pat true null"]);
});

test.for([
  [401, "TARGET_REFUSED"],
  [429, "TARGET_RATE_LIMITED"],
  [502, "TARGET_UNAVAILABLE"],
] as const)("status %i is %s", async ([answer, code]) => {
  status = answer;
  await expect(hubspotOwners({ accessToken: "pat", address }).listOwners("acme")).rejects.toMatchObject({ code });
});

test("the sandbox's owners are its objects of that type, in the same form", async () => {
  const pool = await database.poolOf("acme");
  await putObjects(pool, { company: "acme", system: "crm" }, [
    { type: "owner", id: "71", properties: { ...there } },
    { type: "owner", id: "72", properties: { ...left } },
  ]);
  expect(await sandboxOwners(pool).listOwners("acme")).toEqual(expected);
});
