import type { Logger } from "pino";
import type { LedgerPool } from "../../audit/records.ts";
import { followExecutor } from "../../audit/ledgers/agreement-words.ts";
import { readAgreement, readAsked, type AgreementName, type AgreementRow } from "../../audit/ledgers/agreements.ts";
import { digestOf } from "../../audit/digest.ts";
import type { Pump } from "../../db/pump.ts";
import { agreementWords } from "../../domain/agreement.ts";
import { startOutbox } from "../inbox/outbox.ts";
import type { SayTo } from "./door.ts";
import { Word, type Heard } from "./word.ts";

/** Names what is to be told, to whom; what it says is read when it is sent. */
type ToTell = { readonly agreementId: string; readonly to: string; readonly what: string };

type WordRelayDeps = {
  readonly pool: LedgerPool;
  /** The company's clock, ISO 8601. */
  readonly at: () => string;
  readonly say: SayTo;
  readonly log: Logger;
  readonly pollMs?: number;
};

/** Tells other companies what this one says about agreements, at least once: each word has its first answer when it is said again. */
export function startWordRelay({ pool, at, say, log, pollMs }: WordRelayDeps): Pump {
  const child = log.child({ component: "word-relay" });
  return startOutbox<ToTell>({
    pool,
    topic: "word",
    async tell({ company, payload: { agreementId, to, what } }) {
      const name = { company, agreementId };
      const row = await readAgreement(pool, name);
      const word = row && (await wordOf(pool, name, row, what));
      if (row === undefined || word === undefined) {
        child.warn({ agreementId, to, what }, "nothing is left to tell");
        return;
      }
      const heard = await say(to, agreementId, word);
      child.info({ agreementId, to, word: word.word, heard: heard.heard, code: heard.code }, "a word was heard");
      if (row.executor === to) await follow(pool, name, row, heard, at());
    },
    log: child,
    pollMs,
  });
}

/** The ask and this company's own words as they are; of everything else, where it stands by now. Undefined: it was erased. */
async function wordOf(
  pool: LedgerPool,
  name: AgreementName,
  row: AgreementRow,
  what: string,
): Promise<Word | undefined> {
  const { digest, state, executor } = row;
  if (executor !== name.company) {
    const said = agreementWords.find((word) => word === what);
    return said && { word: said, digest };
  }
  if (what !== "ask") return { word: "stands", digest, state, oks: oksOf(row) };
  const asked = (await readAsked(pool, name))?.asked;
  return asked === undefined || digestOf(asked) !== digest ? undefined : Word.parse({ word: "ask", digest, asked });
}

/** The executor's answer says where its agreement stands: the copy follows at once. */
async function follow(pool: LedgerPool, name: AgreementName, row: AgreementRow, heard: Heard, at: string) {
  if (heard.state === null) return;
  const { executor, digest } = row;
  await followExecutor(pool, { ...name, executor, digest, state: heard.state, oks: heard.oks, at });
}

export function oksOf({ said }: Pick<AgreementRow, "said">): string[] {
  return said.flatMap(({ side, word }) => (word === "ok" ? [side] : []));
}
