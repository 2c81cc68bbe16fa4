import type { Command } from "commander";
import { addDispute } from "./audit/dispute.ts";
import { addExport } from "./audit/export.ts";
import { addErase } from "./audit/erase.ts";
import { addHold } from "./audit/hold.ts";
import { addLog } from "./audit/log.ts";
import { addRetention } from "./audit/retention.ts";
import { addReplay } from "./audit/replay.ts";
import { addShow } from "./audit/show.ts";
import { addVerify } from "./audit/verify.ts";
import type { Cli } from "./command.ts";

/** `mandate audit`: what happened and why, from the records alone. */
export function addAudit(program: Command, cli: Cli): void {
  const noun = program.command("audit").description("what is recorded about a case");
  addShow(noun, cli);
  addReplay(noun, cli);
  addDispute(noun, cli);
  addLog(noun, cli);
  addErase(noun, cli);
  addHold(noun, cli);
  addRetention(noun, cli);
  addExport(noun, cli);
  addVerify(noun, cli);
}
