import { Client, Connection } from "@temporalio/client";
import { ConfigError } from "../domain/config-error.ts";
import type { PayloadCodec } from "@temporalio/common";
import { tracedCalls } from "./engine/traced.ts";
import { externalTemporal, type ExternalTemporal } from "./config.ts";

/**
 * Where Temporal is, with the options of its connection (TLS and API key of a profile included), and what payloads are sealed
 * with before they get there; without codecs they stand there in the clear.
 */
export type TemporalPlace = Pick<ExternalTemporal, "namespace" | "connectionOptions"> & {
  readonly codecs: readonly PayloadCodec[];
};

/** The Temporal that the environment names; the supervisor names the embedded one to its children the same way. */
export async function requireTemporal(): Promise<ExternalTemporal> {
  const place = await externalTemporal();
  if (place !== undefined) return place;
  throw new ConfigError(["TEMPORAL_ADDRESS: not set; give host:port, or run `mandate dev` for the embedded engine"]);
}

/** The longest that a lost connection waits before it tries again; the library's own limit is two minutes. */
const MAX_RECONNECT_MS = 5_000;

export async function connectClient({ namespace, connectionOptions, codecs }: TemporalPlace): Promise<Client> {
  const channelArgs = { "grpc.max_reconnect_backoff_ms": MAX_RECONNECT_MS };
  const connection = await Connection.connect({ ...connectionOptions, channelArgs });
  const dataConverter = { payloadCodecs: [...codecs] };
  return new Client({ connection, namespace, dataConverter, interceptors: { workflow: [tracedCalls] } });
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
