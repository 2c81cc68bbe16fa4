import type { LogKeys } from "../../proof/replay/integrity.ts";
import { failure } from "../failure.ts";
import { type Globals } from "../session.ts";

/**
 * The keys of logs that this machine knows: the one given, else what its own audit secret says when the gateway is this
 * machine's or the secret is set in the environment. Never makes a secret. Throws `CliFailure` for a key that is none.
 */
export async function knownKeys(globals: Globals, vkey: string | undefined): Promise<LogKeys> {
  if (vkey !== undefined) return givenKey(vkey);
  const config = await globals.settings();
  const isOwn = globals.url === undefined && config.url === undefined;
  if (config.auditSecret === undefined && !isOwn) return () => undefined;
  const [{ presentAuditSecret }, { logSigner }] = await Promise.all([
    import("../../proof/secret.ts"),
    import("../../proof/log/log-keys.ts"),
  ]);
  const secret = presentAuditSecret(config);
  return (origin) => (secret === undefined ? undefined : logSigner(secret, origin).vkey);
}

async function givenKey(vkey: string): Promise<LogKeys> {
  const { verifierOf } = await import("../../proof/log/note-keys.ts");
  try {
    const { name } = verifierOf(vkey);
    return (origin) => (origin === name ? vkey : undefined);
  } catch (error) {
    const detail = error instanceof Error ? error.message : String(error);
    throw failure("usage", "not-a-key", detail, "give the log's verifier key as `mandate audit log` prints it");
  }
}
