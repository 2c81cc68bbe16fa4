import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { startGateway, type Gateway } from "../../gateway/gateway.ts";
import { devPeople } from "../../app/processes/dev-secrets.ts";
import { installFirstRelease } from "../../releases/set-up.ts";
import { createPolicySource, type ReleasedPolicies } from "../../releases/source.ts";
import { run } from "../cli/run.ts";
import { watchedEngine } from "../fixtures/engine.ts";
import { SECRET } from "../fixtures/hubspot.ts";
import { keptLog } from "../fixtures/log.ts";
import { testDatabase, type TestDatabase } from "../setup/database.ts";
import { wallTime } from "../../db/company-clock.ts";

/** The tutorial, block by block: a file to write, or commands with what they print. */
const tutorial = readFileSync(resolve(import.meta.dirname, "../../docs/tutorials/foreign-policy.md"), "utf8");

type Block = { readonly language: string; readonly file: string; readonly text: string };
const blocks: readonly Block[] = [...tutorial.matchAll(/^```(\w+) ?(\S*)\n([^]*?)^```$/gm)].map(
  ([, language = "", file = "", text = ""]) => ({ language, file, text }),
);

type Step = { readonly command: string; readonly printed: readonly string[] };
function stepsOf(text: string): readonly Step[] {
  return text
    .split(/^\$ /m)
    .filter((part) => part !== "")
    .map((part) => {
      const [command = "", ...printed] = part.trimEnd().split("\n");
      return { command, printed };
    });
}

const steps = blocks.filter(({ language }) => language === "console").flatMap(({ text }) => stepsOf(text));

const environment = { ...process.env };
const cwd = process.cwd();
const folder = mkdtempSync(join(tmpdir(), "mandate-tutorial-"));
let database: TestDatabase;
let gateway: Gateway | undefined;
let policies: ReleasedPolicies | undefined;
beforeAll(async () => {
  database = await testDatabase();
  cpSync(resolve(import.meta.dirname, "../../policies"), join(folder, "policies"), { recursive: true });
  for (const name of ["MANDATE_URL", "MANDATE_TOKEN", "MANDATE_POLICIES"]) delete process.env[name];
  process.env["MANDATE_HOME"] = join(folder, ".mandate");
  mkdirSync(join(folder, ".mandate"), { mode: 0o700 });
  process.env["DATABASE_URL"] = database.url;
  process.chdir(folder);
});
afterAll(async () => {
  process.chdir(cwd);
  process.env = { ...environment };
  await gateway?.stop();
  await policies?.stop();
  await database.drop();
  rmSync(folder, { recursive: true, force: true });
});

/** What `npm start` does for the tutorial: people, the folder in force, and a gateway. */
async function startHere(): Promise<string> {
  const { pool } = database;
  const home = join(folder, ".mandate");
  await devPeople(pool, "acme", { home, ownerUrl: database.url });
  const at = new Date().toISOString();
  await installFirstRelease({ sql: pool, company: "acme", home, folder: join(folder, "policies"), at });
  policies = await createPolicySource({ pool, company: "acme", onAlarm: () => {} });
  const place = { publicUrl: undefined, port: 0, log: keptLog().log };
  const secrets = { company: "acme", hubspotSecret: SECRET };
  gateway = await startGateway({ pool, now: wallTime, engine: watchedEngine(), policies, ...secrets, ...place });
  process.env["MANDATE_URL"] = gateway.url;
  return "";
}

let exitCode = 0;

/** One line of a shell as the tutorial uses it: words, quotes and variables. */
function wordsOf(line: string): readonly string[] {
  return [...line.matchAll(/'([^']*)'|"([^"]*)"|(\S+)/g)].map(([, single, double, bare]) => {
    const open = double ?? bare ?? "";
    return single ?? open.replaceAll(/\$(\w+)/g, (_, name: string) => process.env[name] ?? "");
  });
}

async function typed(command: string): Promise<string> {
  const [program, ...rest] = wordsOf(command);
  if (command === "npm start") return startHere();
  if (command === "echo $?") return `${exitCode}\n`;
  if (program === "curl") return curl(rest);
  expect([program, rest[0]]).toEqual(["npx", "mandate"]);
  const ran = await run(...rest.slice(1));
  ({ exitCode } = ran);
  const token = /^Token, shown only now: (\S+)$/m.exec(ran.stdout)?.[1];
  if (token !== undefined) process.env["MANDATE_TOKEN"] = token;
  const change = /Recorded as (pch_\w+)/.exec(ran.stdout)?.[1];
  if (change !== undefined) process.env["CHANGE"] = change;
  return ran.stdout === "" ? ran.stderr : ran.stdout;
}

async function curl(words: readonly string[]): Promise<string> {
  const after = (flag: string) => words.flatMap((word, at) => (words[at - 1] === flag ? [word] : []));
  const url = words.find((word) => word.startsWith("http")) ?? "";
  const headers = after("-H").map((header) => header.split(/: (.*)/s).slice(0, 2) as [string, string]);
  const response = await fetch(url, { method: "POST", headers, body: after("-d")[0] ?? "" });
  return response.text();
}

/** `…` stands for anything in a line; alone, for any number of lines. */
function patternOf(printed: readonly string[]): RegExp {
  const escaped = (text: string) => text.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`);
  const lines = printed.map((line) => (line === "…" ? "(?:.*\n)*?" : `${escaped(line).replaceAll("…", ".*")}\n`));
  return new RegExp(`^${lines.join("")}$`);
}

test("the tutorial is something to run", () => {
  expect(steps.length).toBeGreaterThan(12);
  expect(blocks.every(({ language, file }) => language === "console" || file !== "")).toBe(true);
});

test("every block of the tutorial does what the page says", async () => {
  for (const { language, file, text } of blocks) {
    if (language !== "console") {
      writeFileSync(join(folder, file), text);
      continue;
    }
    for (const { command, printed } of stepsOf(text)) {
      const said = await typed(command);
      const ended = said === "" || said.endsWith("\n") ? said : `${said}\n`;
      expect(ended, command).toMatch(patternOf(printed));
    }
  }
});
