import { createRoute, OpenAPIHono, z } from "@hono/zod-openapi";
import type { Pool } from "pg";
import type { JsonObject } from "../../domain/json.ts";
import { dueCallbacks, putAndTell, settleCallback } from "../../tools/sandbox/callbacks.ts";
import {
  countCalls,
  countObjects,
  listCalls,
  listObjects,
  putObjects,
  readFaults,
  readObjects,
  scriptFault,
} from "../../tools/sandbox/door.ts";
import { sandboxSystems } from "../../tools/sandbox/systems.ts";
import type { ApiEnv } from "./auth.ts";
import { placeOf } from "./paging.ts";
import {
  CallList,
  callPages,
  CallQuery,
  FaultList,
  ObjectList,
  objectPages,
  ObjectQuery,
  ObjectView,
  PutObject,
  ScriptFault,
  SystemName,
  Told,
} from "./sandbox-shapes.ts";
import { problemResponses, refuse } from "./problem.ts";
import { jsonBody, ok, withToken } from "./route.ts";
import { frontDoors, type FrontDoor, type FrontDoorDeps } from "./sandbox-front-doors.ts";

/** Who may set the sandbox up. Everybody known here may look. */
const WRITER = "ops-engineer";

const refusals = problemResponses({
  400: "A field is wrong; `errors` points at it",
  401: "No token of a known person",
  403: "The door is shut, or the role may not",
  404: "The sandbox stands in for no such system",
  413: "The body is too large",
});

function reading<const Path extends string, T extends z.ZodType>(path: Path, summary: string, schema: T) {
  const request = { params: SystemName };
  return createRoute({
    ...withToken,
    method: "get",
    path,
    summary,
    request,
    responses: { ...ok("As it stands", schema), ...refusals },
  });
}

function writing<const Path extends string, B extends z.ZodType, T extends z.ZodType>(
  path: Path,
  summary: string,
  { body, answer }: { body: B; answer: T },
) {
  const request = { params: SystemName, body: jsonBody(body) };
  return createRoute({
    ...withToken,
    method: "post",
    path,
    summary,
    request,
    responses: { ...ok("Done and durable", answer), ...refusals },
  });
}

const objects = createRoute({
  ...withToken,
  method: "get",
  path: "/v1/sandbox/{system}/objects",
  summary: "List what a sandboxed system holds",
  request: { params: SystemName, query: ObjectQuery },
  responses: { ...ok("The latest first", ObjectList), ...refusals },
});
const calls = createRoute({
  ...withToken,
  method: "get",
  path: "/v1/sandbox/{system}/calls",
  summary: "Read a sandboxed system's own record of every call",
  request: { params: SystemName, query: CallQuery },
  responses: { ...ok("The latest first", CallList), ...refusals },
});
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

export type SandboxDeps = FrontDoorDeps & {
  readonly pool: Pool;
  readonly company: string;
  /** `open` where the environment says that this is development. */
  readonly sandbox?: "open" | "closed" | undefined;
  /** Asks this API itself: what systems tell goes through the front door. */
  readonly ask: (path: string, init: RequestInit) => Response | Promise<Response>;
};

/** The sandbox's own door, for development: what the systems hold, what they were asked, how they fail, what they tell. */
export function sandboxApi(deps: SandboxDeps) {
  const { pool, company } = deps;
  const systems = sandboxSystems();
  const app = new OpenAPIHono<ApiEnv>();
  guardDoor(app, deps.sandbox ?? "closed", systems);
  return app
    .openapi(objects, async (c) => {
      const { system } = c.req.valid("param");
      const { type, id, limit, cursor: after, total } = c.req.valid("query");
      const wanted = { company, system, ...(type !== undefined && { type }), ...(id !== undefined && { id }) };
      const rows = await listObjects(pool, wanted, { after, most: limit + 1 });
      const { shown, next } = objectPages.cut(c, rows, limit, placeOf);
      const held: ObjectView[] = shown.map(({ place: _place, ...object }) => object);
      return c.json({ system, objects: held, next, total: total ? await countObjects(pool, wanted) : null }, 200);
    })
    .openapi(calls, async (c) => {
      const { system } = c.req.valid("param");
      const { limit, cursor: after, total } = c.req.valid("query");
      const rows: CallList["calls"] = await listCalls(pool, company, system, { after, most: limit + 1 });
      const { shown, next } = callPages.cut(c, rows, limit, ({ callId }) => [String(callId)]);
      const all = total ? await countCalls(pool, company, system) : null;
      return c.json({ system, calls: [...shown], next, total: all }, 200);
    })
    .openapi(faults, async (c) => {
      const { system } = c.req.valid("param");
      return c.json({ system, faults: await readFaults(pool, company, system) }, 200);
    })
    .openapi(put, async (c) => {
      const { system } = c.req.valid("param");
      return c.json(await putObject(deps, system, c.req.valid("json")), 200);
    })
    .openapi(script, async (c) => {
      const { system } = c.req.valid("param");
      const { operation, kind, ...more } = c.req.valid("json");
      const wrong = unfit(operation, kind, systems.get(system) ?? []);
      if (wrong !== undefined) return refuse(c, "validation", "a field is wrong", [wrong]);
      await scriptFault(pool, { company, system, operation }, kind === "none" ? null : { kind, ...more });
      return c.json({ system, faults: await readFaults(pool, company, system) }, 200);
    })
    .openapi(tell, async (c) => {
      const { system } = c.req.valid("param");
      const door = frontDoors[system];
      if (door === undefined) return refuse(c, "not-found", `no front door takes what \`${system}\` tells`);
      return c.json({ system, told: await tellAll(deps, system, door) }, 200);
    });
}

async function putObject(
  { pool, company }: SandboxDeps,
  system: string,
  { type, id, properties, tell: tells }: z.infer<typeof PutObject>,
): Promise<ObjectView> {
  const object = { type, id, properties: properties as JsonObject };
  if (tells) await putAndTell(pool, { company, system }, object);
  else await putObjects(pool, { company, system }, [object]);
  const [held]: ObjectView[] = await readObjects(pool, { company, system, type, id });
  if (held === undefined) throw new Error(`\`${type}/${id}\` is not there after it was put`);
  return held;
}

/** Delivers what is due, in order, until the door fails. */
async function tellAll(deps: SandboxDeps, system: string, door: FrontDoor): Promise<Told["told"]> {
  const { pool, company } = deps;
  const told: Told["told"] = [];
  for (const callback of await dueCallbacks(pool, { company, system })) {
    const { path, init } = door(deps, callback);
    const response = await deps.ask(path, init);
    const { code = null } = (await response.json()) as { readonly code?: string };
    told.push({ key: callback.key, event: callback.event, status: response.status, code });
    if (response.status >= 500) break;
    await settleCallback(pool, { company, callId: callback.callId }, response.status < 400 ? "told" : "turned-away");
  }
  return told;
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
