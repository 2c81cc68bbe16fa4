import { z } from "zod";
import type { Route, RouteLevel } from "../../domain/decision.ts";
import { parseDuration } from "../literals.ts";
import { entriesAt, readMap } from "./reader.ts";
import type { Path, Reader } from "./reader.ts";

const level = {
  who: z
    .string()
    .regex(/^role:[a-z][a-z0-9-]*$/)
    .describe("who answers, such as `who: role:partner-manager`"),
  sla: z
    .string()
    .refine((text) => parseDuration(text) !== undefined)
    .describe("how long silence is waited for, as `30s`, `15m`, `4h` or `2d` (at most 365 days)"),
  // oxlint-disable-next-line unicorn/no-thenable -- the policy language's word for the next level; never awaited
  then: z.unknown().optional(),
};

const LevelFields = z.strictObject(level);

/** Silence denies and the requester never answers: both are written out, and neither can be switched off. */
const RouteFields = z.strictObject({
  ...level,
  onExpiry: z.literal("deny").describe("`onExpiry: deny`; silence never approves"),
  notRequester: z.literal(true).describe("`notRequester: true`; nobody approves their own request"),
});

function readLevels(
  reader: Reader,
  path: Path,
  value: unknown,
  fields: typeof LevelFields | typeof RouteFields,
): RouteLevel[] {
  const read = readMap(reader, path, value, fields);
  if (read === undefined) return [];
  const rung = { role: read.who.slice("role:".length), slaMs: parseDuration(read.sla) ?? 0 };
  return read.then === undefined ? [rung] : [rung, ...readLevels(reader, [...path, "then"], read.then, LevelFields)];
}

const example =
  "write entries such as `partner-manager: { who: role:partner-manager, sla: 4h, onExpiry: deny, notRequester: true }`";

/** The routes of a policy in declared order, each flattened into its levels. */
export function readRoutes(reader: Reader, value: unknown): readonly Route[] {
  const entries = entriesAt(reader, ["routes"], value, example);
  return entries.map(([id, entry]) => {
    if (!/^[a-z][a-z0-9-]*$/.test(id)) {
      reader.reportKey(["routes"], id, `\`${id}\` is not a route name`, "use lower case letters, digits and `-`");
    }
    return { id, quorum: 1, levels: readLevels(reader, ["routes", id], entry, RouteFields) };
  });
}
