import { z } from "@hono/zod-openapi";
import { pageEnd, pagesOf } from "./paging.ts";
import { Iso } from "./route.ts";
import { faultKinds, MAX_DELAY_MS, type FaultKind } from "../../tools/sandbox/faults.ts";

/** The shapes of the sandbox's door: large enough for a file of their own. */

const kinds = Object.keys(faultKinds) as [FaultKind, ...FaultKind[]];
const Type = z.string().regex(/^[a-z][a-z0-9_-]{0,62}$/, "expected a type such as `deal`");
const Id = z.string().regex(/^[^\s\p{C}]{1,256}$/u, "expected an id of up to 256 characters, no spaces");
const Operation = z.string().min(1).max(63);
const Properties = z.record(z.string().min(1).max(255), z.unknown());

export const SystemName = z.object({ system: z.string().max(63) });
/** The latest first; one that changes while somebody reads page by page is at the beginning again. */
export const objectPages = pagesOf("sandbox-objects", ["time", "id", "id"], { most: 200 });
/** The latest first. */
export const callPages = pagesOf("sandbox-calls", ["number"], { most: 200 });

export const ObjectQuery = z.object({ ...objectPages.parameters, type: Type.optional(), id: Id.optional() });
export const CallQuery = z.object(callPages.parameters);

export const PutObject = z
  .strictObject({
    type: Type,
    id: Id,
    properties: Properties,
    tell: z.boolean().default(false).openapi({ description: "the system tells of it; POST …/tell delivers that" }),
  })
  .openapi("SandboxPut");

export const ObjectView = z
  .object({ type: z.string(), id: z.string(), version: z.int(), properties: Properties, updatedAt: Iso })
  .openapi("SandboxObject");
export type ObjectView = z.infer<typeof ObjectView>;

export const ObjectList = z
  .object({ system: z.string(), objects: z.array(ObjectView), ...pageEnd })
  .openapi("SandboxObjects");
export type ObjectList = z.infer<typeof ObjectList>;

/** One entry of a system's own record: a call of ours, or what the system tells (operation `tell`). */
export const CallView = z
  .object({
    callId: z.int(),
    calledAt: Iso,
    operation: z.string(),
    key: z.string(),
    request: Properties,
    answer: z.object({ externalRef: z.string(), answeredAt: Iso }).nullable(),
    outcome: z.enum(["done", "replayed", "key-reused", "no-object", "due", "held", "told", "turned-away", ...kinds]),
    fault: z.enum(kinds).nullable(),
  })
  .openapi("SandboxCall");

export const CallList = z.object({ system: z.string(), calls: z.array(CallView), ...pageEnd }).openapi("SandboxCalls");
export type CallList = z.infer<typeof CallList>;

export const ScriptFault = z
  .strictObject({
    operation: Operation,
    kind: z.enum([...kinds, "none"]).openapi({ description: "`none` takes back what is scripted for the operation" }),
    times: z.int().min(1).max(1_000).default(1),
    text: z.string().min(1).max(1_000).optional().openapi({ description: "what the system says" }),
    delayMs: z.int().min(0).max(MAX_DELAY_MS).optional().openapi({ description: "for `delay` alone" }),
  })
  .refine(({ kind, delayMs }) => delayMs === undefined || kind === "delay", {
    path: ["delayMs"],
    message: "only `delay` has one",
  })
  .openapi("SandboxFault");
export type ScriptFault = z.infer<typeof ScriptFault>;

const FaultView = z.object({
  operation: z.string(),
  kind: z.enum(kinds),
  times: z.int(),
  text: z.string().optional(),
  delayMs: z.int().optional(),
});

/** What the next calls meet, in their order. */
export const FaultList = z.object({ system: z.string(), faults: z.array(FaultView) }).openapi("SandboxFaults");
export type FaultList = z.infer<typeof FaultList>;

/** What the front door answered to what a system told. `code` is the problem's when it was turned away. */
export const Told = z
  .object({
    system: z.string(),
    told: z.array(z.object({ key: z.string(), event: Properties, status: z.int(), code: z.string().nullable() })),
  })
  .openapi("SandboxTold");
export type Told = z.infer<typeof Told>;
