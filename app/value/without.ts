import type { Agents } from "../../agents/agents.ts";
import type { Role } from "../../functions/definition.ts";
import type { WorkerDeps } from "../worker.ts";

const AS_ASKED = "The request as it was asked.";

/**
 * A worker in which these agents come to nothing: no findings, the request as it is asked with no alternative to it, no doubt. Their turns
 * are taken all the same, so that every record is as ever. What is left without all three is what code must do: the request, the rules, people.
 */
export function withoutAgents(deps: WorkerDeps, left: ReadonlySet<Role>): WorkerDeps {
  const agents = silenced(deps.agents, left);
  return { ...deps, agents, ...(left.has("orchestration") && { alternatives: "none" }) };
}

function silenced(agents: Agents, left: ReadonlySet<Role>): Agents {
  return {
    async gatherFindings(turn, watch) {
      const done = await agents.gatherFindings(turn, watch);
      return left.has("intelligence") ? { ...done, findings: [] } : done;
    },
    async proposeAction(turn, findings, watch) {
      const done = await agents.proposeAction(turn, findings, watch);
      return left.has("orchestration") ? { ...done, setAside: [], reasoning: AS_ASKED } : done;
    },
    async reviewProposal(turn, findings, proposal, watch) {
      const done = await agents.reviewProposal(turn, findings, proposal, watch);
      return left.has("compliance") ? { ...done, review: { verdict: "agree", reasons: [] } } : done;
    },
  };
}
