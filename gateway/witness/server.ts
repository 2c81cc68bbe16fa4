import { serveEndpoint, type EndpointServer, type Listening } from "../serve-endpoint.ts";
import { createEndpoint, type EndpointOptions } from "./endpoint.ts";

export type ServerOptions = EndpointOptions & Listening;

/** `url` is the submission prefix: what a log's `submitCheckpoint` is given. */
export type WitnessServer = EndpointServer;

/** Serves a witness. Rejects when the port is taken. */
export function startWitness(options: ServerOptions): Promise<WitnessServer> {
  return serveEndpoint(createEndpoint(options), options);
}
