import type { PayloadCodec } from "@temporalio/common";
import { auditSecret, formerAuditSecret, presentAuditSecret } from "../../proof/secret.ts";
import type { Config } from "../config.ts";
import { payloadCodec } from "./payload-codec.ts";

type Secrecy = Pick<Config, "company" | "auditSecret" | "formerAuditSecret" | "home" | "databaseUrl" | "temporalCodec">;

/** What the configured company's payloads are sealed and opened with; `MANDATE_TEMPORAL_CODEC=off` opens, and seals nothing. */
export function codecsOf(config: Secrecy): readonly PayloadCodec[] {
  return codecsWith(config, auditSecret(config));
}

/** The same for whoever only looks: nothing where there is no secret yet. */
export function presentCodecsOf(config: Secrecy): readonly PayloadCodec[] {
  const secret = presentAuditSecret(config);
  return secret === undefined ? [] : codecsWith(config, secret);
}

function codecsWith(config: Secrecy, secret: Buffer): readonly PayloadCodec[] {
  const former = formerAuditSecret(config);
  const secrets = former === undefined ? ([secret] as const) : ([secret, former] as const);
  return [payloadCodec(config.company, secrets, config.temporalCodec === "on")];
}
