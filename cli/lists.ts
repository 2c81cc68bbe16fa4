import type { Command } from "commander";
import { answering, type Cli } from "./command.ts";
import { withReason } from "./controls.ts";
import type { ChangeOptions } from "./lists/change.ts";
import type { ShowOptions } from "./lists/show.ts";

const help = `
A policy looks a name up by { fact: partner, operator: in, value: { list: strategic-partners } }; what its names are is declared in
policies/shared/strategic-partners.list.yaml. What it holds is changed here and is no policy release: each version is signed, and
each decision names the one that it read, with a proof. A change that is proved to loosen nothing, whatever the names, counts at
once; any other waits for a second person, who asks for the same by \`approve\`. A rate is a line of a list \`of: rate\`:
mandate lists add fx "2026-03-20 EUR USD 1.0842 ECB" is what one euro was in dollars on that day, and who says so.`;

const changes = () => import("./lists/change.ts");

/** `mandate lists`: what lists hold that policies look names up in. */
export function addLists(program: Command, cli: Cli): void {
  const noun = program
    .command("lists")
    .description("names that policies look up, versioned and signed apart")
    .addHelpText("after", help);
  noun
    .command("show [list]", { isDefault: true })
    .description("every list, or what one holds and how it came to that")
    .option("--as <person>", "act as this development identity")
    .action(answering<ShowOptions>(cli, async (call) => (await import("./lists/show.ts")).show(call)));
  withReason(noun.command("add <list> <names...>").description("put names on a list"))
    .option("--of <kind>", "of a list that no policy in force names yet: partner, person, domain or rate")
    .action(
      answering<ChangeOptions>(cli, async (call) =>
        (await changes()).change(call, (names, given) => [...names, ...given]),
      ),
    );
  withReason(noun.command("remove <list> <names...>").description("take names off a list")).action(
    answering<ChangeOptions>(cli, async (call) =>
      (await changes()).change(call, (names, given) => names.filter((name) => !given.includes(name))),
    ),
  );
  withReason(noun.command("approve <list>").description("let what waits pass, as the second person")).action(
    answering<ChangeOptions>(cli, async (call) => (await changes()).approve(call)),
  );
  withReason(noun.command("withdraw <list>").description("let what waits wait no more")).action(
    answering<ChangeOptions>(cli, async (call) => (await changes()).withdraw(call)),
  );
}
