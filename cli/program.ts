import { Command } from "commander";
import { addAgents } from "./agents.ts";
import { addAudit } from "./audit.ts";
import { addBatches } from "./batches.ts";
import { addCalendar } from "./calendar.ts";
import { addCases } from "./cases.ts";
import type { Cli } from "./command.ts";
import { addDeals } from "./deals.ts";
import { addDecide } from "./decide.ts";
import { addEscalations } from "./escalations.ts";
import { addEvents } from "./events.ts";
import { addFunctions } from "./functions.ts";
import { addInbox } from "./inbox.ts";
import { addPeople } from "./people.ts";
import { addPolicies } from "./policies.ts";
import { addProcesses } from "./processes.ts";
import { addAgreements } from "./agreements.ts";
import { addReplies } from "./replies.ts";
import { addSandbox } from "./sandbox.ts";
import { addStatus } from "./status.ts";
import { addLists } from "./lists.ts";
import { addSwitches } from "./switches.ts";
import { addVersion, ownVersion } from "./version.ts";
import { addTemporal } from "./temporal.ts";
import { addWitness } from "./witness.ts";

/** The command line: `mandate noun verb`. One line per noun; commander's faults are thrown, and written unless as JSON. */
export function createProgram(cli: Cli, json: boolean): Command {
  const program = new Command("mandate")
    .description("Agents run a partner programme inside limits that people set")
    .version(ownVersion())
    .option("--json", "print one JSON object on stdout")
    .option("--url <address>", "the gateway's address (default: MANDATE_URL, then the running `mandate dev`)")
    .option("--token <token>", "who you are (default: MANDATE_TOKEN, then a development identity)")
    .configureOutput({
      writeOut: (text) => cli.io.stdout.write(text),
      writeErr: (text) => (json ? undefined : cli.io.stderr.write(text)),
    })
    .showSuggestionAfterError()
    .exitOverride();
  addProcesses(program, cli);
  addInbox(program, cli);
  addEscalations(program, cli);
  addEvents(program, cli);
  addCases(program, cli);
  addDeals(program, cli);
  addReplies(program, cli);
  addAgreements(program, cli);
  addAgents(program, cli);
  addBatches(program, cli);
  addAudit(program, cli);
  addPolicies(program, cli);
  addLists(program, cli);
  addFunctions(program, cli);
  addDecide(program, cli);
  addPeople(program, cli);
  addCalendar(program, cli);
  addWitness(program, cli);
  addTemporal(program, cli);
  addSandbox(program, cli);
  addSwitches(program, cli);
  addStatus(program, cli);
  addVersion(program, cli);
  return program;
}
