import type { Command } from "commander";
import { isControlName, STOPPED } from "../domain/control.ts";
import type { Answer } from "./answer.ts";
import { answering, operand, type Call, type Cli } from "./command.ts";
import { changeControl, controlLines, readControls, withReason, type ControlOptions } from "./controls.ts";
import { failure } from "./failure.ts";

const help = `
TARGET is one of: company, function/ID, agent/intelligence, agent/orchestration, agent/compliance, tool/NAME (such as
tool/crm.add-note). What is stopped begins no effect from then on: it is read in the transaction that begins each. A stopped agent
takes no turn, and nothing that it proposed is done without people. One person stops; to resume takes a second one.`;

/** `mandate switch`: what is stopped at once, and by whom. */
export function addSwitches(program: Command, cli: Cli): void {
  const noun = program.command("switch").description("stop the company, a function, an agent or a tool at once");
  noun
    .command("list", { isDefault: true })
    .description("what is stopped, by whom and why")
    .action(answering(cli, list));
  withReason(noun.command("stop <target>").description("stop it before its next effect; one person is enough"))
    .addHelpText("after", help)
    .action(answering<ControlOptions>(cli, (call) => turn(call, "stop", STOPPED)));
  withReason(noun.command("resume <target>").description("let it go on, as one of two people"))
    .addHelpText("after", help)
    .action(answering<ControlOptions>(cli, (call) => turn(call, "resume", null)));
}

async function list({ options }: Call<object>): Promise<Answer> {
  const switches = (await readControls(options)).filter(({ name }) => name.startsWith("switch/"));
  const stopped = switches.filter(({ cap, waiting }) => cap === STOPPED || waiting !== null);
  const text = stopped.length === 0 ? "Nothing is stopped.\n" : controlLines(stopped);
  const [first] = stopped;
  return {
    data: { switches },
    text,
    next: first === undefined ? [] : [`switch resume ${first.name.slice("switch/".length)} --reason TEXT`],
  };
}

async function turn(
  { args, options }: Call<ControlOptions>,
  verb: "stop" | "resume",
  cap: number | null,
): Promise<Answer> {
  const name = `switch/${operand(args)}`;
  if (!isControlName(name)) {
    const fix = "give company, function/ID, agent/ROLE or tool/NAME; see `mandate switch stop --help`";
    throw failure("usage", "no-such-target", `\`${operand(args)}\` is nothing that can be stopped`, fix);
  }
  return changeControl(options, name, cap, `switch ${verb} ${operand(args)} --reason TEXT`);
}
