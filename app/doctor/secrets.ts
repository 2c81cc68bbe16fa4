import { existsSync, readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { fail, type Finding, ok, type Patient, warn } from "./finding.ts";

/** Files with secrets may be read by their owner only. */
export function checkSecretFiles({ config }: Patient): Finding {
  const names = existsSync(config.home) ? readdirSync(config.home).filter((name) => name.endsWith(".json")) : [];
  const open = names.map((name) => join(config.home, name)).filter((file) => (statSync(file).mode & 0o077) !== 0);
  if (open.length === 0) return ok("secret files", `${names.length} in ${config.home}, readable by their owner only`);
  return fail("secret files", `others may read ${open.join(", ")}`, `chmod 600 ${open.map(quoted).join(" ")}`);
}

export function checkWebhookSecret({ config }: Patient): Finding {
  if (config.hubspotClientSecret !== undefined) return ok("webhook secret", "present");
  const detail = "HUBSPOT_CLIENT_SECRET is not set: no event of a real HubSpot is accepted";
  const isServing = config.mode === "production" || config.publicUrl !== undefined;
  if (!isServing) return ok("webhook secret", `${detail}, which development does not need`);
  return warn("webhook secret", detail, "export HUBSPOT_CLIENT_SECRET=<client secret of the HubSpot app>");
}

function quoted(path: string): string {
  return `'${path.replaceAll("'", "'\\''")}'`;
}
