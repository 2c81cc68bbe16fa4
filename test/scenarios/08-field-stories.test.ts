import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { loadPolicies } from "../../deciding/policies.ts";
import type { Gateway } from "../../gateway/gateway.ts";
import { givenAlias, givenPerson } from "../fixtures/people.ts";
import { temporalEngine } from "../../gateway/inbox/temporal-starter.ts";
import { taskQueue } from "../../temporal.config.ts";
import { gatewayWith } from "../fixtures/gateway.ts";
import { givenPartner } from "../fixtures/programme.ts";
import { startSystem, type System } from "../setup/system.ts";
import { played, SECRET, type Stage, type Story } from "./field-play.ts";

/**
 * Requests that went wrong in the field, played through the gateway as HubSpot and people bring them, with the worker and both
 * engines running. `field/` holds the stories: each is a list of steps.
 */
const folder = join(import.meta.dirname, "field");
const stories = readdirSync(folder)
  .filter((name) => name.endsWith(".json"))
  .map((name) => JSON.parse(readFileSync(join(folder, name), "utf8")) as Story);

let system: System;
let gateway: Gateway;
let token: string;
beforeAll(async () => {
  system = await startSystem();
  const { pool, company, client, queuePrefix } = system;
  await givenPartner(pool, company, { partnerId: "partner-7" });
  await givenPartner(pool, company, { partnerId: "partner-8" });
  const dana = await givenPerson(pool, company, { personId: "dana", name: "Dana", role: "partner-manager" });
  token = dana.kind === "added" ? dana.token : "";
  // Who asks in the stories is in the directory of every system; and so is here what the CRM calls Dana.
  await givenAlias(pool, company, "dana", { kind: "mail", text: "dana@x.example" });
  await givenAlias(pool, company, "dana", { kind: "owner-id", text: "7001" });
  const engine = temporalEngine(async () => client, taskQueue(queuePrefix, "orchestration"));
  const policies = await loadPolicies(join(import.meta.dirname, "../../policies"));
  gateway = await gatewayWith({ pool, company, engine, policies, hubspotSecret: SECRET });
});
afterAll(async () => {
  await gateway.stop();
  await system.stop();
});

const stage = (): Stage => ({ system, gatewayUrl: gateway.url, token });

describe.concurrent("a request from the field", () => {
  test.for(stories)("$id", { timeout: 90_000 }, async (story) => {
    await expect(played(stage(), story)).resolves.toBeUndefined();
  });
});
