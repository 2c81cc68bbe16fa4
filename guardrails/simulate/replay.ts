import { stricter } from "../../domain/decision.ts";
import type { Verdict } from "../../domain/decision.ts";
import { decideScene } from "../decide-compiled.ts";
import { sceneOf } from "../scene.ts";
import type { Scene } from "../scene.ts";
import { listed } from "../did-you-mean.ts";
import type { Policy } from "../policy.ts";
import { readCaps } from "./caps.ts";
import type { CapReading } from "./caps.ts";
import type { PastDecision } from "./past-decision.ts";

/** A past decision beside what the candidate makes of it. */
export type Replayed = {
  readonly kind: "replayed";
  readonly past: PastDecision;
  readonly scene: Scene;
  readonly to: Verdict;
  /** The candidate's rules that match. */
  readonly rules: readonly string[];
  readonly caps: readonly CapReading[];
};

export type Replay = Replayed | { readonly kind: "unreplayable"; readonly past: PastDecision; readonly why: string };

/** Why the recorded facts are not the candidate's; undefined when they are. A fact that was not known then is not now. */
function otherFacts(scene: Scene, past: PastDecision, declared: ReadonlySet<string>): string | undefined {
  const { missing, undeclared } = scene.checked;
  const gone = [...undeclared, ...past.missing.filter((name) => !declared.has(name))];
  if (gone.length > 0) return `the candidate does not declare ${listed([...new Set(gone)].toSorted())}`;
  const wanted = missing.filter((name) => !past.missing.includes(name));
  if (wanted.length === 0 || isCertainBlock(scene, past)) return undefined;
  return `the record does not hold ${listed(wanted.toSorted())} as the candidate declares it`;
}

/** A block records no facts that were not known: it stays one whatever they are, or it cannot be replayed. */
function isCertainBlock(scene: Scene, { byRules }: PastDecision): boolean {
  return byRules === "block" && decideScene(scene).verdict === "block";
}

/** Replays past decisions under a candidate: rules, limits as they were read, and compliance's word as it was given. */
export function replayer(candidate: Policy): (past: PastDecision) => Replay {
  const declared = new Set(candidate.facts.map(({ name }) => name));
  return (past) => {
    try {
      const scene = sceneOf(candidate, past.facts, past.at);
      const why = otherFacts(scene, past, declared);
      if (why !== undefined) return { kind: "unreplayable", past, why };
      const { verdict, rules } = decideScene(scene);
      const { least, readings } = readCaps(scene, past);
      const to = stricter(stricter(verdict, least), past.review ?? "execute");
      return { kind: "replayed", past, scene, to, rules, caps: readings };
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      return { kind: "unreplayable", past, why };
    }
  };
}
