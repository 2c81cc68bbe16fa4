import type { Verdict } from "../../domain/decision.ts";
import type { Policy } from "../../guardrails/policy.ts";
import { versioned } from "../../deciding/policies.ts";
import { draftStates, draftWords, type DraftState } from "../../releases/draft.ts";
import type { Answer } from "../answer.ts";
import { bodyOf } from "../api-body.ts";
import type { Call } from "../command.ts";
import { widthOf } from "../io.ts";
import { writeTable } from "../table.ts";
import { readFolder } from "./folder.ts";
import { functionText, shortVersion } from "./heading.ts";
import { policiesInForce } from "./sides.ts";
import { connect, type Globals } from "../session.ts";

function summary(policy: Policy) {
  const count = (effect: Verdict) => policy.rules.filter((rule) => rule.effect === effect).length;
  return {
    id: policy.id,
    function: functionText(policy.id),
    default: policy.default,
    mode: policy.mode,
    rules: { block: count("block"), escalate: count("escalate"), execute: count("execute") },
    params: policy.params.map(({ name }) => name),
    overrides: policy.overrides.map(({ id: override }) => override),
    limits: policy.limits.map(({ id: limit }) => limit),
    version: versioned(policy).version,
  };
}

/** Silence of the system that is longer than this is taken for its absence. */
const PATIENCE_MS = 3_000;

/** Versions in force by policy, or why they are not known: the files can be listed without a system. */
async function inForceVersions(options: Globals): Promise<{ readonly [id: string]: string } | string> {
  try {
    const client = await connect(options, { kind: "reader" }, PATIENCE_MS);
    const policies = await policiesInForce({ client, releases: await bodyOf(client.v1.releases.$get()) });
    return Object.fromEntries(Object.entries(policies ?? {}).map(([id, { version }]) => [id, version]));
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

/**
 * `mandate policy list`: the files, and how each stands to what is in force. A policy that does not load is left out and
 * named.
 */
export async function list({ io, options }: Call<object>): Promise<Answer> {
  const { path, entries } = await readFolder(options);
  const inForce = await inForceVersions(options);
  const loaded = entries.flatMap((entry) => (entry.loaded.kind === "loaded" ? [summary(entry.loaded.policy)] : []));
  const refused = entries.filter((entry) => entry.loaded.kind === "refused").map(({ id }) => id);
  const states = typeof inForce === "string" ? undefined : statesOf(loaded, inForce, refused);
  const policies = loaded.map((one) => ({ ...one, draft: states?.get(one.id) ?? null }));
  const onlyInForce = [...(states ?? [])].flatMap(([id, state]) => (state === "in-force-only" ? [id] : []));
  const columns = [
    { header: "ID" },
    { header: "FUNCTION" },
    { header: "DEFAULT" },
    { header: "BLOCK", right: true },
    { header: "ESCALATE", right: true },
    { header: "EXECUTE", right: true },
    { header: "VERSION" },
    { header: "IN FORCE" },
    { header: "PARAMS", flexible: true },
  ];
  const rows = policies.map(({ id, function: owner, default: verdict, rules, params, version, draft }) => [
    id,
    owner,
    verdict,
    ...[rules.block, rules.escalate, rules.execute].map(String),
    shortVersion(version),
    draft === null ? "not known" : draftWords[draft],
    params.join(", "),
  ]);
  const gone = onlyInForce.map((id) => [id, functionText(id), "", "", "", "", "", draftWords["in-force-only"], ""]);
  const [first] = policies;
  const isApart = onlyInForce.length > 0 || policies.some(({ draft }) => draft !== null && draft !== "same");
  return {
    data: { policies, refused, onlyInForce },
    text: first === undefined ? `No policy under ${path}.\n` : writeTable(columns, [...rows, ...gone], widthOf(io)),
    warnings: [
      ...refused.map((id) => `\`${id}\` is refused: see \`mandate policy check ${id}\``),
      ...(typeof inForce === "string" ? [`what is in force is not known: ${inForce}`] : []),
    ],
    next: [
      ...(isApart ? ["policy diff in-force draft"] : []),
      ...(first === undefined ? [] : [`policy show ${first.id}`, "policy check", "policy test"]),
    ],
  };
}

/** How each policy stands; of one that is refused nothing is said. */
function statesOf(
  loaded: readonly { readonly id: string; readonly version: string }[],
  inForce: { readonly [id: string]: string },
  refused: readonly string[],
): ReadonlyMap<string, DraftState> {
  const files = Object.fromEntries(loaded.map(({ id, version }) => [id, version]));
  const states = draftStates(files, inForce).filter(({ id }) => !refused.includes(id));
  return new Map(states.map(({ id, state }) => [id, state]));
}
