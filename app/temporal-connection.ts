import { Client, Connection } from "@temporalio/client";
import { loadClientConnectConfig } from "@temporalio/envconfig";

/** Where Temporal is: the embedded engine's address, or undefined for TEMPORAL_* and temporal.toml profiles. */
export type TemporalPlace = { readonly address: string | undefined; readonly namespace: string };

/** Options that client and worker connections share, TLS and API keys of a profile included. */
export function connectionOptions({ address, namespace }: TemporalPlace) {
  if (address !== undefined) return { connection: { address }, namespace };
  const profile = loadClientConnectConfig();
  return { connection: profile.connectionOptions, namespace: profile.namespace ?? namespace };
}

export async function connectClient(place: TemporalPlace): Promise<Client> {
  const { connection, namespace } = connectionOptions(place);
  return new Client({ connection: await Connection.connect(connection), namespace });
}
