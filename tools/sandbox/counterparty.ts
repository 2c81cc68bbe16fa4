import type { Pool } from "pg";
import { setTimeout as sleep } from "node:timers/promises";
import type { JsonObject } from "../../domain/json.ts";
import type { Permit, Receipt } from "../../domain/permit.ts";
import { ToolError, type ToolErrorCode } from "../tool-error.ts";
import { unavailable } from "../unavailable.ts";
import { DEFAULT_DELAY_MS, faultKinds, type Fault, type FaultKind } from "./faults.ts";

/**
 * What a call does to what the system holds. With an id: that object must be there, and takes the properties of `set`
 * (none: it only has to be there). Without: a new object, named by the answer's reference.
 */
export type Change = {
  readonly type: string;
  readonly id?: string;
  readonly set: JsonObject;
  /** Of what has a new object, one stands under a name: it takes the place of the one that is named here, or of none. */
  readonly standing?: { readonly type: string; readonly id: string; readonly replaces: string | null };
};

/** One call of an operation. `tells` is what the system tells of its own accord afterwards, in order. */
export type Asked = {
  readonly operation: string;
  readonly request: JsonObject;
  readonly change?: Change | undefined;
  readonly tells?: readonly JsonObject[] | undefined;
  /** References of answers begin with it. */
  readonly refPrefix: string;
};

type Outcome = "done" | "replayed" | "key-reused" | "no-object" | FaultKind;
type Row = { readonly outcome: Outcome; readonly answer: Receipt | null; readonly fault: Fault | null };

/** A system that the sandbox stands in for: it can be asked, and asked what it knows of a key. */
export type Counterparty = {
  /** Once per effect key: the same request is answered again without acting. Throws `ToolError`. */
  readonly ask: (permit: Permit, asked: Asked) => Promise<Receipt>;
  /** What it knows under a key. Throws `ToolError` when it cannot say. */
  readonly lookUp: (company: string, effectKey: string) => Promise<Receipt | undefined>;
};

/** The embedded counter-party behind an outside system: own rows, own idempotency, own record of every call. */
export function createCounterparty(pool: Pool, system: string): Counterparty {
  const failed = unavailable(`sandbox ${system}`);
  return {
    async ask({ company, effectKey }, { operation, request, change, tells = [], refPrefix }) {
      const { rows } = await pool
        .query<Row>({
          name: "sandbox-ask",
          text: "select outcome, answer, fault from sandbox.ask($1, $2, $3, $4, $5, $6, $7, $8)",
          values: [
            company,
            system,
            operation,
            effectKey,
            JSON.stringify(request),
            change === undefined ? null : JSON.stringify(change),
            JSON.stringify(tells),
            refPrefix,
          ],
        })
        .catch(failed);
      const [row] = rows;
      if (row === undefined) throw new ToolError("TARGET_UNAVAILABLE", `sandbox ${system} gave no answer`);
      return answerOf(`${system}.${operation}`, row, change);
    },

    async lookUp(company, effectKey) {
      const { rows } = await pool
        .query<{ answer: Receipt; fault: FaultKind | null }>({
          name: "sandbox-look-up",
          text: "select answer, fault from sandbox.call where company = $1 and system = $2 and key = $3 and outcome = 'done'",
          values: [company, system, effectKey],
        })
        .catch(failed);
      if (rows[0]?.fault === "lose-trace") {
        throw new ToolError("TARGET_UNAVAILABLE", `sandbox ${system} cannot say what became of \`${effectKey}\``);
      }
      return rows[0]?.answer;
    },
  };
}

/** The receipt, late where that is scripted, or the fault that the caller sees. */
async function answerOf(name: string, { outcome, answer, fault }: Row, change: Change | undefined): Promise<Receipt> {
  if (outcome === "key-reused") throw new ToolError("TARGET_KEY_REUSED", `\`${name}\`: key used for another request`);
  if (outcome === "no-object") throw new ToolError("TARGET_REFUSED", `no object \`${change?.type}/${change?.id}\``);
  if (outcome === "move-on" && fault === null) {
    const { type, id } = change?.standing ?? {};
    throw new ToolError("TARGET_MOVED_ON", `\`${name}\`: something else stands under \`${type}/${id}\` by now`);
  }
  const code: ToolErrorCode | null = fault === null ? null : faultKinds[fault.kind];
  if (code !== null) throw new ToolError(code, fault?.text ?? `\`${name}\`: scripted ${fault?.kind}`);
  if (fault?.kind === "delay") await sleep(fault.delayMs ?? DEFAULT_DELAY_MS);
  if (answer === null) throw new ToolError("TARGET_UNAVAILABLE", `\`${name}\` gave no answer`);
  return answer;
}
