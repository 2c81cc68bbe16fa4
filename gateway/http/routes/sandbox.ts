import { createRoute, z, type OpenAPIHono } from "@hono/zod-openapi";
import type { Pool } from "pg";
import { sha256Hex } from "../../../audit/digest.ts";
import type { JsonObject } from "../../../domain/json.ts";
import { dueCallbacks, putAndTell, settleCallback, type Callback } from "../../../tools/sandbox/callbacks.ts";
import { putObjects, readCalls, readFaults, readObjects, scriptFault } from "../../../tools/sandbox/door.ts";
import { sandboxSystems } from "../../../tools/sandbox/systems.ts";
import { hubspotTypeOf } from "../../webhooks/hubspot/batch.ts";
import { HUBSPOT_PATH } from "../../webhooks/hubspot/route.ts";
import { signHubspotRequest } from "../../webhooks/hubspot/signature.ts";
import type { ApiEnv } from "../auth.ts";
import {
  CallList,
  FaultList,
  ObjectList,
  ObjectQuery,
  ObjectView,
  PutObject,
  ScriptFault,
  SystemName,
  Told,
} from "../contract/sandbox.ts";
import { problemResponses, refuse } from "../problem.ts";

/** Most objects or calls that one answer carries. */
const MOST = 200;
/** Who may set the sandbox up. Everybody known here may look. */
const WRITER = "ops-engineer";

const json = <T>(schema: T) => ({ "application/json": { schema } });
const refusals = problemResponses({
  400: "A field is wrong; `errors` points at it",
  401: "No token of a known person",
  403: "The door is shut, or the role may not",
  404: "The sandbox stands in for no such system",
  413: "The body is too large",
});

function reading<const Path extends string, T extends z.ZodType>(path: Path, summary: string, schema: T) {
  const request = { params: SystemName };
  const responses = { 200: { description: "As it stands", content: json(schema) }, ...refusals };
  return createRoute({ method: "get", path, summary, request, responses, security: [{ personToken: [] }] });
}

function writing<const Path extends string, B extends z.ZodType, T extends z.ZodType>(
  path: Path,
  summary: string,
  { body, answer }: { body: B; answer: T },
) {
  const request = { params: SystemName, body: { required: true, content: json(body) } };
  const responses = { 200: { description: "Done and durable", content: json(answer) }, ...refusals };
  return createRoute({ method: "post", path, summary, request, responses, security: [{ personToken: [] }] });
}

const objects = createRoute({
  method: "get",
  path: "/v1/sandbox/{system}/objects",
  summary: "List what a sandboxed system holds",
  request: { params: SystemName, query: ObjectQuery },
  responses: { 200: { description: "The latest first", content: json(ObjectList) }, ...refusals },
  security: [{ personToken: [] }],
});
const calls = reading("/v1/sandbox/{system}/calls", "Read a sandboxed system's own record of every call", CallList);
const faults = reading("/v1/sandbox/{system}/faults", "List what a sandboxed system's next calls meet", FaultList);
const put = writing("/v1/sandbox/{system}/objects", "Put an object into a sandboxed system, or change one", {
  body: PutObject,
  answer: ObjectView,
});
const script = writing("/v1/sandbox/{system}/faults", "Script a fault for an operation's next calls", {
  body: ScriptFault,
  answer: FaultList,
});
const tell = writing("/v1/sandbox/{system}/tell", "Have a sandboxed system tell, signed, what it has to tell", {
  body: z.strictObject({}),
  answer: Told,
});

export type SandboxDeps = {
  readonly pool: Pool;
  readonly company: string;
  /** `open` where the environment says that this is development. */
  readonly sandbox?: "open" | "closed" | undefined;
  readonly hubspotSecret: string;
  readonly targetUrl: () => string;
  /** Epoch milliseconds. */
  readonly now: () => number;
};

/** The sandbox's own door, for development: what the systems hold, what they were asked, how they fail, what they tell. */
export function mountSandbox(app: OpenAPIHono<ApiEnv>, deps: SandboxDeps): void {
  const { pool, company } = deps;
  const systems = sandboxSystems();
  guardDoor(app, deps.sandbox ?? "closed", systems);

  app.openapi(objects, async (c) => {
    const { system } = c.req.valid("param");
    const { type, id } = c.req.valid("query");
    const wanted = { company, system, ...(type !== undefined && { type }), ...(id !== undefined && { id }) };
    const found: ObjectView[] = await readObjects(pool, wanted, MOST + 1);
    return c.json({ system, objects: found.slice(0, MOST), more: found.length > MOST }, 200);
  });
  app.openapi(calls, async (c) => {
    const { system } = c.req.valid("param");
    const found: CallList["calls"] = await readCalls(pool, company, system, MOST + 1);
    return c.json({ system, calls: found.slice(-MOST), more: found.length > MOST }, 200);
  });
  app.openapi(faults, async (c) => {
    const { system } = c.req.valid("param");
    return c.json({ system, faults: await readFaults(pool, company, system) }, 200);
  });

  app.openapi(put, async (c) => {
    const { system } = c.req.valid("param");
    const { type, id, properties, tell: tells } = c.req.valid("json");
    const object = { type, id, properties: properties as JsonObject };
    if (tells) await putAndTell(pool, { company, system }, object);
    else await putObjects(pool, { company, system }, [object]);
    const [held]: ObjectView[] = await readObjects(pool, { company, system, type, id });
    if (held === undefined) throw new Error(`\`${type}/${id}\` is not there after it was put`);
    return c.json(held, 200);
  });
  app.openapi(script, async (c) => {
    const { system } = c.req.valid("param");
    const { operation, kind, ...more } = c.req.valid("json");
    const wrong = unfit(operation, kind, systems.get(system) ?? []);
    if (wrong !== undefined) return refuse(c, "validation", "a field is wrong", [wrong]);
    await scriptFault(pool, { company, system, operation }, kind === "none" ? null : { kind, ...more });
    return c.json({ system, faults: await readFaults(pool, company, system) }, 200);
  });
  app.openapi(tell, async (c) => {
    const { system } = c.req.valid("param");
    const request = frontDoors[system];
    if (request === undefined) return refuse(c, "not-found", `no front door takes what \`${system}\` tells`);
    const told: Told["told"] = [];
    for (const callback of await dueCallbacks(pool, { company, system })) {
      const { status, code } = await answerTo(app, request(deps, callback));
      told.push({ key: callback.key, event: callback.event, status, code });
      if (status >= 500) break;
      await settleCallback(pool, { company, callId: callback.callId }, status < 400 ? "told" : "turned-away");
    }
    return c.json({ system, told }, 200);
  });
}

/** The door is shut outside development; only systems that are sandboxed stand behind it, and only ops engineers write. */
function guardDoor(app: OpenAPIHono<ApiEnv>, sandbox: "open" | "closed", systems: ReadonlyMap<string, unknown>): void {
  app.use("/v1/sandbox/:system/*", async (c, next) => {
    if (sandbox === "closed") return refuse(c, "sandbox-closed", "the sandbox's door is for development");
    const system = c.req.param("system");
    if (!systems.has(system)) {
      return refuse(
        c,
        "not-found",
        `no system \`${system}\` is sandboxed; there are ${[...systems.keys()].join(", ")}`,
      );
    }
    if (c.req.method !== "GET" && c.var.person.role !== WRITER) {
      return refuse(c, "wrong-role", `the sandbox is set up by an ${WRITER}`);
    }
    return next();
  });
}

/** What is wrong with a fault that no call would ever meet, or that means nothing where it is met. */
function unfit(operation: string, kind: ScriptFault["kind"], operations: readonly string[]) {
  if (operation === "put") {
    if (kind === "answer-twice" || kind === "out-of-order" || kind === "none") return undefined;
    return { pointer: "/kind", detail: "what is put can only be told `answer-twice` or `out-of-order`" };
  }
  if (operations.includes(operation)) return undefined;
  return { pointer: "/operation", detail: `no operation \`${operation}\`; there are ${operations.join(", ")}, put` };
}

type FrontDoor = (deps: SandboxDeps, callback: Callback) => { readonly path: string; readonly init: RequestInit };

/** How each system tells: as its vendor does, through the front door. */
const frontDoors: { readonly [system: string]: FrontDoor } = {
  crm(deps, callback) {
    const body = JSON.stringify([hubspotEventOf(callback)]);
    const { hubspotSecret, targetUrl, now } = deps;
    const request = { method: "POST", targetUrl: targetUrl(), body, sentAtMs: now() };
    const headers = { ...signHubspotRequest(hubspotSecret, request), "content-type": "application/json" };
    return { path: HUBSPOT_PATH, init: { method: "POST", headers, body } };
  },
};

/** The sandbox CRM is one portal of HubSpot's. An event told twice has one id. */
function hubspotEventOf({ key, at, event }: Callback): object {
  const { type, id, property, value } = event;
  return {
    eventId: Number.parseInt(sha256Hex(key).slice(0, 12), 16),
    portalId: 1,
    occurredAt: Date.parse(at),
    subscriptionType: event["event"] === "created" ? "object.creation" : "object.propertyChange",
    attemptNumber: 0,
    objectId: id,
    objectTypeId: hubspotTypeOf(type as string),
    changeSource: "CRM_UI",
    ...(property !== undefined && { propertyName: property, propertyValue: value }),
  };
}

async function answerTo(app: OpenAPIHono<ApiEnv>, { path, init }: ReturnType<FrontDoor>) {
  const response = await app.request(path, init);
  const { code = null } = (await response.json()) as { readonly code?: string };
  return { status: response.status, code };
}
