import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { ConfigError } from "../../domain/config-error.ts";
import { externalTemporal, loadConfig } from "../../app/config.ts";
import { createCosigner } from "../../proof/log/cosignature.ts";
import { createSigner } from "../../proof/log/note-keys.ts";

const SECRET = "s3cret-value";
let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "mandate-config-"));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const load = (env: NodeJS.ProcessEnv) => loadConfig({ HOME: folder, PATH: "/bin", ...env }, "/work");

const vkeyOf = (name: string) => createCosigner(name, Buffer.alloc(32, name.length)).vkey;

function problemsOf(env: NodeJS.ProcessEnv): readonly string[] {
  try {
    load(env);
  } catch (error) {
    if (error instanceof ConfigError) return error.problems;
    throw error;
  }
  return [];
}

describe("the environment", () => {
  test("says nothing: every field has a value that works without services or keys", () => {
    expect(load({})).toEqual({
      mode: "development",
      sandbox: "closed",
      home: "/work/.mandate",
      databaseUrl: undefined,
      temporalAddress: undefined,
      temporalNamespace: "default",
      temporalBin: undefined,
      temporalCodec: "on",
      port: undefined,
      listenHost: "127.0.0.1",
      temporalPort: undefined,
      temporalUiPort: undefined,
      company: "acme",
      anthropicApiKey: undefined,
      anthropicBaseUrl: undefined,
      openaiApiKey: undefined,
      modelUrl: undefined,
      model: "claude-sonnet-5-5",
      url: undefined,
      token: undefined,
      logLevel: "info",
      langsmith: "off",
      hubspotClientSecret: undefined,
      auditSecret: undefined,
      formerAuditSecret: undefined,
      auditHost: "mandate.local",
      witnesses: [],
      peers: {},
      checkpointLimitSeconds: 300,
      publicUrl: undefined,
      hosts: [],
      hubspotPortalId: undefined,
      questionsPerHour: 300,
      undoSeconds: 10,
      policies: "/work/policies",
      cacheFolder: join(folder, ".cache", "mandate"),
      searchPath: "/bin",
    });
  });

  test("says everything", () => {
    const config = load({
      MANDATE_HOME: "data",
      MANDATE_PORT: "8080",
      MANDATE_LISTEN_HOST: "fd00::7",
      MANDATE_TEMPORAL_PORT: "7233",
      MANDATE_TEMPORAL_UI_PORT: "8233",
      DATABASE_URL: "postgres://mandate:pw@db/mandate",
      TEMPORAL_ADDRESS: "temporal:7233",
      TEMPORAL_NAMESPACE: "partners",
      MANDATE_COMPANY: "globex-2",
      MANDATE_LOG_LEVEL: "debug",
      MANDATE_PUBLIC_URL: "https://example.com/Hooks?a=b",
      MANDATE_HOSTS: " Mandate.example.com, [fd00::7]",
      XDG_CACHE_HOME: "/cache",
      MANDATE_TEMPORAL_BIN: "bin/temporal",
      MANDATE_AUDIT_HOST: "audit.example.com",
      MANDATE_WITNESSES: `${vkeyOf("w1")}@https://w1.example, ${vkeyOf("example.com/w2")}@http://127.0.0.1:8080/w2`,
      MANDATE_CHECKPOINT_LIMIT_SECONDS: "60",
      MANDATE_PEERS: '{"juniper": {"url": "https://juniper.example", "token": "t"}}',
    });
    expect(config).toMatchObject({
      home: "/work/data",
      port: 8080,
      listenHost: "fd00::7",
      temporalPort: 7233,
      temporalUiPort: 8233,
      databaseUrl: "postgres://mandate:pw@db/mandate",
      temporalAddress: "temporal:7233",
      temporalNamespace: "partners",
      company: "globex-2",
      logLevel: "debug",
      publicUrl: "https://example.com/Hooks?a=b",
      hosts: ["mandate.example.com", "[fd00::7]"],
      cacheFolder: "/cache/mandate",
      temporalBin: "/work/bin/temporal",
      auditHost: "audit.example.com",
      witnesses: [
        { vkey: vkeyOf("w1"), url: "https://w1.example" },
        { vkey: vkeyOf("example.com/w2"), url: "http://127.0.0.1:8080/w2" },
      ],
      checkpointLimitSeconds: 60,
      peers: { juniper: { url: "https://juniper.example", token: "t" } },
    });
  });

  test("opens the sandbox's door only by saying that this is development", () => {
    expect([load({}).sandbox, load({ MANDATE_MODE: "development" }).sandbox]).toEqual(["closed", "open"]);
  });

  test("an empty variable counts as unset", () => {
    expect(load({ MANDATE_PORT: "", DATABASE_URL: " ", ANTHROPIC_API_KEY: "" })).toEqual(load({}));
  });

  const wrong: readonly { name: string; env: NodeJS.ProcessEnv; problem: string }[] = [
    {
      name: "a port that is no number",
      env: { MANDATE_PORT: "http" },
      problem:
        "MANDATE_PORT (environment): `http` does not fit; use a port from 1 to 65535, or unset it for a free one",
    },
    {
      name: "an address to listen on with a port",
      env: { MANDATE_LISTEN_HOST: "0.0.0.0:8080" },
      problem:
        "MANDATE_LISTEN_HOST (environment): `0.0.0.0:8080` does not fit; give one address of this machine, such as " +
        "10.0.0.7, or 0.0.0.0 for all; 127.0.0.1 when unset",
    },
    {
      name: "port 0 of the embedded Temporal",
      env: { MANDATE_TEMPORAL_PORT: "0" },
      problem:
        "MANDATE_TEMPORAL_PORT (environment): `0` does not fit; use a port from 1 to 65535, or unset it for a free one",
    },
    {
      name: "a host with a port",
      env: { MANDATE_HOSTS: "example.com:443" },
      problem:
        "MANDATE_HOSTS (environment): `example.com:443` does not fit; give the names that the gateway is reached under, " +
        "with commas between, such as mandate.example.com,10.0.0.7; any other is answered 421 `foreign-host`",
    },
    {
      name: "port 65536",
      env: { MANDATE_PORT: "65536" },
      problem:
        "MANDATE_PORT (environment): `65536` does not fit; use a port from 1 to 65535, or unset it for a free one",
    },
    {
      name: "a company with a colon",
      env: { MANDATE_COMPANY: "a:b" },
      problem: "MANDATE_COMPANY (environment): `a:b` does not fit; use 1 to 39 of a-z, 0-9 and -, a letter first",
    },
    {
      name: "an address without a port",
      env: { TEMPORAL_ADDRESS: "temporal" },
      problem: "TEMPORAL_ADDRESS (environment): `temporal` does not fit; give host:port, such as 127.0.0.1:7233",
    },
    {
      name: "a database of another kind",
      env: { DATABASE_URL: `mysql://u:${SECRET}@h/d` },
      problem: "DATABASE_URL (environment): its value does not fit; give postgres://user:password@host:5432/mandate",
    },
    {
      name: "an audit host with a path",
      env: { MANDATE_AUDIT_HOST: "audit.example.com/log" },
      problem:
        "MANDATE_AUDIT_HOST (environment): `audit.example.com/log` does not fit; " +
        "give a host name of yours in small letters, such as audit.example.com",
    },
    {
      name: "a limit of no time",
      env: { MANDATE_CHECKPOINT_LIMIT_SECONDS: "0" },
      problem: "MANDATE_CHECKPOINT_LIMIT_SECONDS (environment): `0` does not fit; use 1 to 86400 seconds",
    },
    {
      name: "a misspelt variable",
      env: { MANDATE_PROT: "80" },
      problem: "MANDATE_PROT (environment): no such variable; did you mean MANDATE_PORT?",
    },
    {
      name: "an unknown variable",
      env: { MANDATE_FROBNICATE: "1" },
      problem: "MANDATE_FROBNICATE (environment): no such variable; unset it",
    },
  ];
  const witnesses = [
    { name: "an address without a key", value: "https://w1.example" },
    { name: "a key without an address", value: vkeyOf("w1") },
    { name: "a key of a log", value: `${createSigner("w1", Buffer.alloc(32, 1)).vkey}@https://w1.example` },
    { name: "a key whose id is another one's", value: `${vkeyOf("w1").replace("w1+", "w2+")}@https://w1.example` },
    { name: "an address that is none", value: `${vkeyOf("w1")}@https://` },
    { name: "two of one name", value: ["1", "2"].map((at) => `${vkeyOf("w1")}@https://${at}.example`).join(",") },
    { name: "an empty entry", value: `${vkeyOf("w1")}@https://w1.example,` },
  ];
  test.for(witnesses)("a list of witnesses with $name is refused", ({ value }) => {
    expect(problemsOf({ MANDATE_WITNESSES: value })).toEqual([
      `MANDATE_WITNESSES (environment): \`${value}\` does not fit; ` +
        "give <verifier key>@<address> of each witness, with commas between, as `mandate witness vkey` prints the key",
    ]);
  });

  test.for([
    ["that is no JSON", "juniper=https://juniper.example"],
    ["without a token", '{"juniper": {"url": "https://juniper.example"}}'],
    ["that hears words in the clear", `{"juniper": {"url": "http://juniper.example", "token": "${SECRET}"}}`],
  ])("a list of peers %s is refused, and no token is shown", ([, value]) => {
    const [problem = "", ...more] = problemsOf({ MANDATE_PEERS: value });
    expect(more).toEqual([]);
    expect(problem).toMatch(/^MANDATE_PEERS \(environment\): .*give \{"COMPANY": \{"url"/);
    expect(problem).not.toContain(SECRET);
  });

  test.for([
    ["that are no JSON", "m=1"],
    ["in fractions of a millionth", '{"m": [{"from": "2026-11-30", "inputMicroUsd": 0.5, "outputMicroUsd": 1}]}'],
    ["without a date", '{"m": [{"inputMicroUsd": 1, "outputMicroUsd": 1}]}'],
    ["of none at all", '{"m": []}'],
    [
      "out of order",
      JSON.stringify({
        m: ["2026-12-01", "2026-11-30"].map((from) => ({ from, inputMicroUsd: 1, outputMicroUsd: 1 })),
      }),
    ],
  ])("prices of models %s are refused", ([, value]) => {
    const problems = problemsOf({ MANDATE_MODEL_PRICES: value });
    expect(problems).toEqual([
      expect.stringMatching(/^MANDATE_MODEL_PRICES \(environment\): .*give \{"openai:gpt-5.2"/),
    ]);
  });

  test.for(wrong)("$name is refused by name, with the fix", ({ env, problem }) => {
    expect(problemsOf(env)).toEqual([problem]);
  });

  test("all problems are said at once, and none shows a secret", () => {
    const env = { MANDATE_PORT: "x", MANDATE_MODE: "prod", DATABASE_URL: SECRET, ANTHROPIC_BASE_URL: "nowhere" };
    const problems = problemsOf(env);
    expect(new Set(problems.map((problem) => problem.split(" ")[0]))).toEqual(new Set(Object.keys(env)));
    expect(problems.join("\n")).not.toContain(SECRET);
  });
});

describe("a secret", () => {
  test("may come from a file, without its last line break", () => {
    const file = join(folder, "hubspot");
    writeFileSync(file, `${SECRET}\n`);
    expect(load({ HUBSPOT_CLIENT_SECRET_FILE: file }).hubspotClientSecret).toBe(SECRET);
  });

  test("from a file that does not fit is named by its file", () => {
    const file = join(folder, "database");
    writeFileSync(file, SECRET);
    expect(problemsOf({ DATABASE_URL_FILE: file })).toEqual([
      `DATABASE_URL (file ${file} of DATABASE_URL_FILE): its value does not fit; give postgres://user:password@host:5432/mandate`,
    ]);
  });

  test("given twice, or in a file that is not there, is refused", () => {
    expect(problemsOf({ MANDATE_TOKEN: "a", MANDATE_TOKEN_FILE: "/b" })).toEqual([
      "MANDATE_TOKEN and MANDATE_TOKEN_FILE are both set; unset one of them",
    ]);
    expect(problemsOf({ ANTHROPIC_API_KEY_FILE: "/no/key" })).toEqual([
      "ANTHROPIC_API_KEY_FILE: /no/key cannot be read (ENOENT); give a file this user can read",
    ]);
  });
});

describe("production", () => {
  const MANDATE_AUDIT_SECRET = Buffer.alloc(32, 1).toString("base64");

  test("refuses to start embedded: one message lists all that is missing", () => {
    expect(problemsOf({ MANDATE_MODE: "production" })).toEqual([
      "MANDATE_MODE=production starts no embedded engines and takes no unsigned events: " +
        "set DATABASE_URL, TEMPORAL_ADDRESS (or a temporal.toml profile), HUBSPOT_CLIENT_SECRET, MANDATE_AUDIT_SECRET",
    ]);
  });

  test("starts with all four, a profile standing for the address", () => {
    const rest = {
      MANDATE_MODE: "production",
      DATABASE_URL: "postgres://h/d",
      HUBSPOT_CLIENT_SECRET: SECRET,
      MANDATE_AUDIT_SECRET,
    };
    expect(problemsOf({ ...rest, TEMPORAL_ADDRESS: "t:7233" })).toEqual([]);
    expect(problemsOf({ ...rest, TEMPORAL_PROFILE: "prod" })).toEqual([]);
    expect(load({ ...rest, TEMPORAL_ADDRESS: "t:7233" }).sandbox).toBe("closed");
  });
});

describe("a Temporal of one's own", () => {
  test("is none without an address or a profile", async () => {
    expect(await externalTemporal({ HOME: folder })).toBeUndefined();
  });

  test("is the address in the environment", async () => {
    const outside = await externalTemporal({
      HOME: folder,
      TEMPORAL_ADDRESS: "t:7233",
      TEMPORAL_NAMESPACE: "partners",
    });
    expect(outside).toMatchObject({ address: "t:7233", namespace: "partners" });
  });

  test("is the profile of temporal.toml, its key included; the environment goes first", async () => {
    const config = join(folder, "xdg");
    mkdirSync(join(config, "temporalio"), { recursive: true });
    const text = '[profile.default]\naddress = "cloud:7233"\nnamespace = "ns"\napi_key = "key"\n';
    writeFileSync(join(config, "temporalio", "temporal.toml"), text);
    const env =
      process.platform === "darwin"
        ? { TEMPORAL_CONFIG_FILE: join(config, "temporalio", "temporal.toml") }
        : { XDG_CONFIG_HOME: config };
    expect(await externalTemporal(env)).toMatchObject({
      address: "cloud:7233",
      namespace: "ns",
      connectionOptions: { apiKey: "key" },
    });
    expect(await externalTemporal({ ...env, TEMPORAL_ADDRESS: "near:7233" })).toMatchObject({ address: "near:7233" });
  });

  test("a profile that is not there is refused by its file", async () => {
    const search = externalTemporal({ HOME: folder, TEMPORAL_PROFILE: "absent" });
    await expect(search).rejects.toThrow(/temporal\.toml.*absent.*unset TEMPORAL_PROFILE/);
  });
});
