import { z } from "zod";
import type { Route, RouteLevel } from "../../domain/decision.ts";
import { didYouMean, listed, nearest } from "../did-you-mean.ts";
import { parseDuration } from "../literals.ts";
import { entriesAt, readMap } from "./reader.ts";
import type { Path, Reader } from "./reader.ts";
import { ROLES_FILE } from "./roles-file.ts";

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
  quorum: z
    .int()
    .min(1)
    .max(5)
    .optional()
    .describe("how many different people must approve, from 1 to 5, or leave it out for 1"),
  onExpiry: z.literal("deny").describe("`onExpiry: deny`; silence never approves"),
  notRequester: z.literal(true).describe("`notRequester: true`; nobody approves their own request"),
  unresolved: z
    .enum(["up", "two"])
    .optional()
    .describe("where a request goes of which nobody knows who asks: `up` a level, as without it, or to `two` people"),
  clock: z
    .literal("always")
    .optional()
    .describe("`clock: always` for deadlines that run day and night, or leave it out for the company's calendar"),
  region: z
    .string()
    .regex(/^[a-z][a-z0-9-]*$/)
    .optional()
    .describe(
      "a region of the company's calendar, such as `region: dach`, or leave it out for the company's own hours",
    ),
});

/** The roles that are declared; undefined where nobody says which are. */
export type Roles = readonly string[] | undefined;

/** A level and, under `then`, those after it. */
type Written = { readonly who: string; readonly sla: string; readonly then?: unknown };

function levelsOf(reader: Reader, path: Path, { who, sla, then: next }: Written, roles: Roles): readonly RouteLevel[] {
  const rung = { role: who.slice("role:".length), slaMs: parseDuration(sla) ?? 0 };
  if (roles !== undefined && !roles.includes(rung.role)) {
    const near = nearest(rung.role, roles);
    const known = `use one of ${listed(roles)}, or declare it in \`shared/${ROLES_FILE}\``;
    const fix = near === undefined ? known : `did you mean \`${near}\`? (else declare it in \`shared/${ROLES_FILE}\`)`;
    reader.report([...path, "who"], `nobody has the role \`${rung.role}\``, fix);
  }
  const where = [...path, "then"];
  const read = next === undefined ? undefined : readMap(reader, where, next, LevelFields);
  return read === undefined ? [rung] : [rung, ...levelsOf(reader, where, read, roles)];
}

const example =
  "write entries such as `partner-manager: { who: role:partner-manager, sla: 4h, onExpiry: deny, notRequester: true }`";

/** The routes of a policy in declared order, each flattened into its levels. */
export function readRoutes(reader: Reader, value: unknown, roles: Roles): readonly Route[] {
  return entriesAt(reader, ["routes"], value, example).map(([id, entry]) => {
    if (!/^[a-z][a-z0-9-]*$/.test(id)) {
      reader.reportKey(["routes"], id, `\`${id}\` is not a route name`, "use lower case letters, digits and `-`");
    }
    const path = ["routes", id];
    const read = readMap(reader, path, entry, RouteFields);
    if (read === undefined) return { id, quorum: 1, levels: [] };
    const { unresolved, clock, region } = read;
    if (clock !== undefined && region !== undefined) {
      reader.reportKey(path, "region", "a clock that always runs asks for no region", "remove one of the two");
    }
    const rest = {
      ...(unresolved !== undefined && { unresolved }),
      ...(clock !== undefined && { clock }),
      ...(region !== undefined && { region }),
    };
    return { id, quorum: read.quorum ?? 1, levels: levelsOf(reader, path, read, roles), ...rest };
  });
}

/** The routes that rules and limits may name, and the one they take without naming any. */
export type RouteNames = { readonly declared: readonly string[]; readonly default: string };

/** What asks, or does not: `noun` is how a message calls it. */
type Asking = { readonly noun: string; readonly effect: string; readonly route: string | undefined };

/** Notes a route that is not declared, and one on what asks nobody. */
export function checkRoute(reader: Reader, path: Path, { noun, effect, route }: Asking, routes: RouteNames): void {
  if (route === undefined) return;
  if (effect !== "escalate") {
    reader.reportKey(path, "route", `${noun} that says \`${effect}\` asks nobody`, "remove the route");
  } else if (!routes.declared.includes(route)) {
    reader.report([...path, "route"], `unknown route \`${route}\``, didYouMean(route, routes.declared));
  }
}
