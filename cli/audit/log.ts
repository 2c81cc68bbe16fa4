import type { Command } from "commander";
import type { Answer } from "../answer.ts";
import { answering, type Call, type Cli } from "../command.ts";
import { withLedgers } from "../database.ts";
import { failure } from "../failure.ts";
import { widthOf } from "../io.ts";
import { writeTable } from "../table.ts";
import type { LogStanding } from "../../proof/log/log-standing.ts";

/** `mandate audit log`: what stands under signed checkpoints, who cosigned, and what waits. */
export function addLog(noun: Command, cli: Cli): void {
  noun
    .command("log")
    .description(
      "show the logs: their size, newest checkpoint, cosignatures, what waits, and the key to check them with",
    )
    .action(answering(cli, showLogs));
}

async function showLogs({ io, options }: Call<object>): Promise<Answer> {
  const [config, { presentAuditSecret }, { standingOf }] = await Promise.all([
    options.settings(),
    import("../../proof/secret.ts"),
    import("../../proof/log/log-standing.ts"),
  ]);
  const secret = presentAuditSecret(config);
  if (secret === undefined) {
    const fix =
      "set MANDATE_AUDIT_SECRET; beside an embedded database, MANDATE_HOME to the home that holds keys/audit.secret";
    throw failure("failure", "no-audit-secret", "the audit secret is not known here", fix);
  }
  const logs = await withLedgers(config, secret, (pool) => standingOf(pool, config, secret));
  const waiting = logs.reduce((sum, { waiting: { records } }) => sum + records, 0);
  return {
    data: { company: config.company, logs },
    text: `${tableOf(logs, widthOf(io))}\n${logs.map(({ origin, vkey }) => `${origin}\n  key  ${vkey}\n`).join("")}`,
    next: waiting > 0 ? ["doctor"] : [],
  };
}

function tableOf(logs: readonly LogStanding[], width: number | undefined): string {
  const columns = [
    { header: "LOG" },
    { header: "LEAVES", right: true },
    { header: "WAITING", right: true },
    { header: "SIGNED" },
    { header: "ROOT" },
    { header: "COSIGNED", flexible: true },
  ];
  const rows = logs.map(({ log, size, waiting, checkpoint, cosignatures }) => [
    log,
    String(size),
    waiting.records === 0 ? "" : String(waiting.records),
    checkpoint?.signedAt ?? "never",
    checkpoint?.root ?? "",
    cosignatures.map((one) => `${one.witness} at ${one.size}`).join(", "),
  ]);
  return writeTable(columns, rows, width);
}
