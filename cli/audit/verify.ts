import type { Command } from "commander";
import { policies, type QuorumPolicy } from "../../proof/verify/quorum.ts";
import type { Outcome } from "../../proof/verify/verification.ts";
import type { Answer } from "../answer.ts";
import { answering, operand, type Call, type Cli } from "../command.ts";
import { failure, type ExitName } from "../failure.ts";

type VerifyOptions = {
  readonly since?: string;
  readonly policy?: string;
  readonly vkey: readonly string[];
};

const collect = (value: string, earlier: readonly string[]): readonly string[] => [...earlier, value];

/** `mandate audit verify`: the twelve checks of a bundle, with no database and no network. */
export function addVerify(noun: Command, cli: Cli): void {
  noun
    .command("verify <folder>")
    .description("check an exported bundle; exit 0 pass, 1 tampered, 2 not all could be checked, 3 a replay differs")
    .option("--since <file>", "a checkpoint that you kept from before: the log must begin as it did then")
    .option(
      "--policy <policy>",
      `who must have cosigned: ${policies.join(", ")} (default: any, where witnesses are known)`,
    )
    .option("--vkey <key>", "a key that you have from elsewhere, of a log or a witness; repeat it", collect, [])
    .action(answering<VerifyOptions>(cli, verify));
}

/** Exit codes 0, 1, 2 and 3, by the names that they have elsewhere. */
const exits: { readonly [outcome in Outcome]: ExitName } = {
  pass: "ok",
  tampered: "failure",
  incomplete: "usage",
  differs: "problemsFound",
};

async function verify({ args, options, io }: Call<VerifyOptions>): Promise<Answer> {
  const folder = operand(args);
  const [{ verifyBundle }, { folderSource }, { verificationText }, { replayGuardrail }] = await Promise.all([
    import("../../proof/verify/verify.ts"),
    import("../../proof/export/folder-source.ts"),
    import("../../proof/export/verification-text.ts"),
    import("../../proof/replay/guardrail.ts"),
  ]);
  await requireFolder(folder);
  const verification = await verifyBundle(folderSource(folder), {
    replay: replayGuardrail,
    pins: await pinsOf(options.vkey),
    policy: policyOf(options.policy),
    kept: await keptOf(options.since),
    onProgress: (entries) => void io.stderr.write(`${entries} entries\n`),
  });
  const warnings = verification.anchored
    ? []
    : ["the logs' keys come from the bundle itself: it agrees with itself, and no more; --vkey pins the keys you know"];
  return { data: verification, text: verificationText(verification), warnings, exit: exits[verification.outcome] };
}

async function requireFolder(folder: string): Promise<void> {
  const { stat } = await import("node:fs/promises");
  const found = await stat(folder).catch(() => undefined);
  if (found?.isDirectory() === true) return;
  throw failure("notFound", "no-such-folder", `no folder \`${folder}\``, "give the folder that `audit export` wrote");
}

async function pinsOf(vkeys: readonly string[]) {
  const { readPins } = await import("../../proof/verify/notes.ts");
  try {
    return readPins(vkeys);
  } catch (error) {
    throw failure("usage", "not-a-key", error instanceof Error ? error.message : "--vkey is no key", "see `audit log`");
  }
}

function policyOf(given: string | undefined): QuorumPolicy | undefined {
  const policy = policies.find((known) => known === given);
  if (policy !== undefined || given === undefined) return policy;
  throw failure("usage", "no-such-policy", `no policy \`${given}\``, `use one of ${policies.join(", ")}`);
}

async function keptOf(path: string | undefined) {
  if (path === undefined) return undefined;
  const [{ readFile }, { readKept }] = await Promise.all([
    import("node:fs/promises"),
    import("../../proof/verify/kept.ts"),
  ]);
  try {
    return readKept(await readFile(path, "utf8"));
  } catch (error) {
    const why = error instanceof Error ? error.message : "it cannot be read";
    throw failure("usage", "no-checkpoint", `${path}: ${why}`, "give the `checkpoint` file of an earlier export");
  }
}
