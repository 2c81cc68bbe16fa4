import type { Peer } from "./peer.ts";

export type Installed = {
  readonly peers: readonly Peer[];
  /** Packages that do not load here, and why. */
  readonly skipped: readonly { readonly name: string; readonly why: string }[];
};

const packages: { readonly [name: string]: () => Promise<readonly Peer[]> } = {
  "json-logic-engine": async () => [(await import("./json-logic-engine.ts")).jsonLogicEngine],
  "zen-engine": async () => [(await import("./zen-engine.ts")).zenEngine],
  "cedar-wasm": async () => [(await import("./cedar-wasm.ts")).cedarWasm],
  "json-rules-engine": async () => {
    const { jsonRulesEngine, jsonRulesEngineAfresh } = await import("./json-rules-engine.ts");
    return [jsonRulesEngine, jsonRulesEngineAfresh];
  },
};

/** The peers whose packages load on this machine: binaries are not there for every platform. */
export async function installedPeers(): Promise<Installed> {
  const peers: Peer[] = [];
  const skipped: { name: string; why: string }[] = [];
  for (const [name, load] of Object.entries(packages)) {
    try {
      peers.push(...(await load()));
    } catch (error) {
      skipped.push({ name, why: error instanceof Error ? error.message : String(error) });
    }
  }
  return { peers, skipped };
}
