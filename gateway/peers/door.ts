import type { Peers } from "./peer-list.ts";
import { Heard, type Word } from "./word.ts";

/** The role of a company's token among another's people: it brings words about agreements, and opens nothing else. */
export const PEER_ROLE = "peer";

/** Says a word to another company. Rejects when it was not heard, to be said again. */
export type SayTo = (company: string, agreementId: string, word: Word) => Promise<Heard>;

const ANSWER_TIMEOUT_MS = 8_000;

/** Through the other company's own door, over HTTP: within one deployment as between two. */
export function peerDoors(peers: Peers): SayTo {
  return async (company, agreementId, word) => {
    const peer = Object.hasOwn(peers, company) ? peers[company] : undefined;
    if (peer === undefined) throw new Error(`no way is known to reach \`${company}\`; see MANDATE_PEERS`);
    const response = await fetch(`${peer.url.replace(/\/+$/, "")}/v1/agreements/${agreementId}/words`, {
      method: "POST",
      headers: { authorization: `Bearer ${peer.token}`, "content-type": "application/json" },
      body: JSON.stringify(word),
      redirect: "error",
      signal: AbortSignal.timeout(ANSWER_TIMEOUT_MS),
    });
    if (response.status !== 200) {
      await response.body?.cancel();
      throw new Error(`\`${company}\` answered ${response.status}`);
    }
    return Heard.parse(await response.json());
  };
}
