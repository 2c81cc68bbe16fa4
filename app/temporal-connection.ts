import { Client, Connection } from "@temporalio/client";
import { ConfigError } from "../domain/config-error.ts";
import { externalTemporal, type ExternalTemporal } from "./config.ts";

/** Where Temporal is, with the options of its connection (TLS and API key of a profile included). */
export type TemporalPlace = Pick<ExternalTemporal, "namespace" | "connectionOptions">;

/** The Temporal that the environment names; the supervisor names the embedded one to its children the same way. */
export async function requireTemporal(): Promise<ExternalTemporal> {
  const place = await externalTemporal();
  if (place !== undefined) return place;
  throw new ConfigError(["TEMPORAL_ADDRESS: not set; give host:port, or run `mandate dev` for the embedded engine"]);
}

/** The longest that a lost connection waits before it tries again; the library's own limit is two minutes. */
const MAX_RECONNECT_MS = 5_000;

export async function connectClient({ namespace, connectionOptions }: TemporalPlace): Promise<Client> {
  const channelArgs = { "grpc.max_reconnect_backoff_ms": MAX_RECONNECT_MS };
  return new Client({ connection: await Connection.connect({ ...connectionOptions, channelArgs }), namespace });
}

/** Connects once, on first use; a failed attempt is forgotten, so that the next call tries again. */
export function lazyClient(place: TemporalPlace): { client: () => Promise<Client>; close: () => Promise<void> } {
  let connecting: Promise<Client> | undefined;
  return {
    client() {
      connecting ??= connectClient(place).catch((error: unknown) => {
        connecting = undefined;
        throw error;
      });
      return connecting;
    },
    async close() {
      const client = await connecting?.catch(() => undefined);
      await client?.connection.close();
    },
  };
}
