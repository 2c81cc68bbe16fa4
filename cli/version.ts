import type { Command } from "commander";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { projectRoot } from "../engines/project-root.ts";
import { answering, type Cli } from "./command.ts";

/** The version that package.json states. */
export function ownVersion(): string {
  const { version } = JSON.parse(readFileSync(join(projectRoot(), "package.json"), "utf8")) as { version: string };
  return version;
}

/** `mandate version`: ours, and Node's. */
export function addVersion(program: Command, cli: Cli): void {
  program
    .command("version")
    .description("print the version")
    .action(
      answering(cli, async () => {
        const version = ownVersion();
        const node = process.versions.node;
        return { data: { version, node }, text: `mandate ${version} (node ${node})\n` };
      }),
    );
}
