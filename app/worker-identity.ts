import { hostname } from "node:os";

const MARK = " model ";

/** How a worker names itself to the durable engine: its process, its machine, and the models that it asks. */
export function workerIdentity(models: string): string {
  return `${process.pid}@${hostname()}${MARK}${models}`;
}

/** The models that a worker said it asks; undefined for one that did not say. */
export function modelsIn(identity: string): string | undefined {
  const at = identity.indexOf(MARK);
  return at === -1 ? undefined : identity.slice(at + MARK.length);
}
