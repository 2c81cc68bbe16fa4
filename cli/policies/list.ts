import type { Verdict } from "../../domain/decision.ts";
import type { Policy } from "../../guardrails/policy.ts";
import { versioned } from "../../deciding/policies.ts";
import type { Answer } from "../answer.ts";
import type { Call } from "../command.ts";
import { widthOf } from "../io.ts";
import { writeTable } from "../table.ts";
import { readFolder } from "./folder.ts";
import { functionText, shortVersion } from "./heading.ts";

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

/** `mandate policy list`. A policy that does not load is left out and named. */
export async function list({ io, options }: Call<object>): Promise<Answer> {
  const { path, entries } = await readFolder(options);
  const policies = entries.flatMap(({ loaded }) => (loaded.kind === "loaded" ? [summary(loaded.policy)] : []));
  const refused = entries.filter(({ loaded }) => loaded.kind === "refused").map(({ id }) => id);
  const columns = [
    { header: "ID" },
    { header: "FUNCTION" },
    { header: "DEFAULT" },
    { header: "BLOCK", right: true },
    { header: "ESCALATE", right: true },
    { header: "EXECUTE", right: true },
    { header: "VERSION" },
    { header: "PARAMS", flexible: true },
  ];
  const rows = policies.map(({ id, function: owner, default: verdict, rules, params, version }) => [
    id,
    owner,
    verdict,
    ...[rules.block, rules.escalate, rules.execute].map(String),
    shortVersion(version),
    params.join(", "),
  ]);
  const [first] = policies;
  return {
    data: { policies, refused },
    text: first === undefined ? `No policy under ${path}.\n` : writeTable(columns, rows, widthOf(io)),
    warnings: refused.map((id) => `\`${id}\` is refused: see \`mandate policy check ${id}\``),
    next: first === undefined ? [] : [`policy show ${first.id}`, "policy check", "policy test"],
  };
}
