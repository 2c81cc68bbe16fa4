import { lookFarther } from "../../../guardrails/analyse/first-acting.ts";
import { lint } from "../../../guardrails/analyse/lint.ts";
import { limitsIn } from "../../../guardrails/analyse/moved-limit.ts";
import type { Limit } from "../../../guardrails/analyse/moved-limit.ts";
import type { Finding } from "../../../guardrails/analyse/finding.ts";
import { isReadThrough } from "../../../guardrails/analyse/turning.ts";
import type { Policy, PolicyRule } from "../../../guardrails/policy.ts";
import { activeOf, keyOf, paramsOf, sayOf, truthOf } from "./oracle.ts";
import type { Said } from "./oracle.ts";
import type { Request } from "./small-world.ts";

type World = { readonly policy: Policy; readonly requests: readonly Request[]; readonly said: readonly Said[] };

const truthIn = ({ truths }: Said, { id }: PolicyRule) => truths.find(({ rule }) => rule.id === id)?.truth;

function changesWithout({ policy, requests, said }: World, rule: PolicyRule): boolean {
  const others = activeOf(policy).filter((other) => other !== rule);
  return requests.some((request, at) => keyOf(sayOf(policy, request, others)) !== keyOf(said[at]!));
}

/** What lint must say of a rule: the first of these that is so. */
function expectedOfRule(world: World, rule: PolicyRule): string | undefined {
  const { policy, requests, said } = world;
  const isCandidate = rule.state === "candidate";
  const isReached = isCandidate
    ? requests.some((request) => truthOf(rule.when, policy, paramsOf(policy, request), request.known) === true)
    : said.some((one) => truthIn(one, rule) === true);
  if (!isReached) return "unreachable";
  if (isCandidate) return undefined;
  if (!said.some((one) => truthIn(one, rule) === true && one.verdict === rule.effect)) return "shadowed";
  if (changesWithout(world, rule)) return undefined;
  const standsAlone = said.some(
    (one) =>
      truthIn(one, rule) === true && one.truths.every(({ rule: other, truth }) => other === rule || truth === false),
  );
  return standsAlone ? "as-default" : "redundant";
}

function wrongOfRules(world: World, findings: readonly Finding[]): readonly string[] {
  const kinds = ["unreachable", "shadowed", "redundant", "as-default"];
  return world.policy.rules.flatMap((rule) => {
    const told = findings.find(({ kind, about }) => kinds.includes(kind) && about[0] === rule.id)?.kind;
    const expected = expectedOfRule(world, rule);
    const by = findings.find(({ kind, about }) => kind === told && about[0] === rule.id)?.about[1];
    const covering = by === undefined ? undefined : world.policy.rules.find(({ id }) => id === by);
    const isCovered =
      covering === undefined ||
      world.said.every((one) => truthIn(one, rule) !== true || truthIn(one, covering) === true);
    return [
      ...(told === expected ? [] : [`rule ${rule.id}: lint says ${told}, it is ${expected}`]),
      ...(isCovered ? [] : [`rule ${rule.id}: ${by} does not cover it`]),
    ];
  });
}

function actsAt({ policy, requests, said }: World, limit: Limit, valueOf: (from: number) => number | undefined) {
  const [part] = limit.parts;
  return requests.some((request, at) => {
    const written = part?.value;
    const params = paramsOf(policy, request);
    const from = typeof written === "object" && "param" in written ? params[written.param] : written;
    const to = typeof from === "number" ? valueOf(from) : undefined;
    if (to === undefined) return false;
    const moved = sayOf(policy, request, activeOf(policy), { parts: limit.parts, to });
    return keyOf(moved) !== keyOf(said[at]!);
  });
}

/** How far a limit is from acting, one way, in values that it may be set to; undefined when it never does. */
function distanceOf(world: World, limit: Limit, [min, max]: readonly [number, number], way: 1 | -1) {
  for (let distance = 1; distance <= 30; distance += 1) {
    const to = (from: number) => {
      const value = from + way * distance;
      return value >= min && value <= max ? value : undefined;
    };
    if (actsAt(world, limit, to)) return distance;
  }
  return undefined;
}

function rangeOf(policy: Policy, limit: Limit): readonly [number, number] {
  const allowed = policy.params.find(({ name }) => name === limit.param)?.allowed;
  if (allowed) return [allowed.min, allowed.max];
  const facts = new Set([...limit.parts].map(({ fact }) => fact));
  const types = policy.facts.flatMap((type) => (facts.has(type.name) && "min" in type ? [type] : []));
  return [Math.max(...types.map(({ min }) => min)), Math.min(...types.map(({ max }) => max))];
}

function wrongOfLimits(world: World, findings: readonly Finding[]): readonly string[] {
  const { policy } = world;
  const idle = new Set(
    findings
      .filter(({ kind }) => ["unreachable", "shadowed", "redundant"].includes(kind))
      .flatMap(({ about }) => about.slice(0, 1)),
  );
  return limitsIn(policy).flatMap((limit) => {
    const said = [`the limit ${limit.name} never acts`, `the limit ${limit.name} does not act`];
    const told = findings.find(({ message }) => said.some((start) => message.startsWith(start)));
    if (limit.rules.every(({ id }) => idle.has(id)))
      return told === undefined ? [] : [`${limit.name}: told though idle`];
    const actsBeside = [1, -1].some((by) => actsAt(world, limit, (from) => from + by));
    if (actsBeside || told === undefined) {
      return actsBeside === (told === undefined)
        ? []
        : [`${limit.name}: told ${told?.kind}, acts beside: ${actsBeside}`];
    }
    const reach = lookFarther(policy, [limit])(limit, { left: 10_000 });
    if (reach.kind === "spent" && [...limit.parts].some(({ fact }) => isReadThrough(policy, fact))) {
      return told.message.endsWith("values farther off were not tried") ? [] : [`${limit.name}: told ${told.message}`];
    }
    if (reach.kind !== "reach") return [`${limit.name}: ${reach.kind}`];
    const away = (acting: typeof reach.up) => (acting === undefined ? undefined : Math.abs(acting.at - acting.from));
    const range = rangeOf(policy, limit);
    const found = [away(reach.down), away(reach.up)].join();
    const expected = [distanceOf(world, limit, range, -1), distanceOf(world, limit, range, 1)].join();
    const kind = expected === "," ? "limit-never-acts" : "limit-not-binding";
    return [
      ...(found === expected ? [] : [`${limit.name}: acts ${found} away, enumeration says ${expected}`]),
      ...(told.kind === kind ? [] : [`${limit.name}: ${told.kind}, it is ${kind}`]),
    ];
  });
}

function wrongOfOthers({ policy, requests, said }: World, findings: readonly Finding[]): readonly string[] {
  const isGap = said.some(({ truths }) => truths.every(({ truth }) => truth === false));
  const isTold = findings.some(({ kind }) => kind === "gap");
  const dead = policy.overrides.flatMap((override) => {
    const without = { ...policy, overrides: policy.overrides.filter((other) => other !== override) };
    const isAlive = requests.some(
      (request) => JSON.stringify(paramsOf(policy, request)) !== JSON.stringify(paramsOf(without, request)),
    );
    const isDead = findings.some(({ kind, about }) => kind === "override-dead" && about[0] === override.id);
    return isAlive === isDead ? [`${override.id}: dead ${isDead}, alive ${isAlive}`] : [];
  });
  const open = findings.flatMap(({ kind, message }) => (kind === "undecided" ? [message] : []));
  return [...(isGap === isTold ? [] : [`gap ${isTold}, it is ${isGap}`]), ...dead, ...open];
}

/** What lint says that enumeration refutes, and what it does not say. */
export function wrongInLint(policy: Policy, requests: readonly Request[], said: readonly Said[]): readonly string[] {
  const world = { policy, requests, said };
  const findings = lint(policy, { today: "2026-02-01" });
  return [...wrongOfRules(world, findings), ...wrongOfLimits(world, findings), ...wrongOfOthers(world, findings)];
}
