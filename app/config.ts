import { existsSync, readFileSync } from "node:fs";
import { homedir, tmpdir } from "node:os";
import { isAbsolute, join, resolve } from "node:path";
import type { ClientConnectConfig } from "@temporalio/envconfig";
import { z } from "zod";
import { WitnessList, type NamedWitness } from "../proof/sinks/witness-list.ts";
import { PriceList, type Prices } from "../domain/model-prices.ts";
import { PeerList, type Peers } from "../gateway/peers/peer-list.ts";
import { ConfigError } from "../domain/config-error.ts";
import { nearestName } from "../domain/nearest-name.ts";

/** Everything that the environment may say, read once. Every field has a value that works without services or keys. */
export type Config = {
  readonly mode: "development" | "production";
  /** The sandbox's own door: open only where MANDATE_MODE says development in so many words, as `mandate dev` does. */
  readonly sandbox: "open" | "closed";
  /** Absolute; holds the embedded engines' data, logs, the lock and the runtime file. */
  readonly home: string;
  /** Undefined: the embedded PostgreSQL. */
  readonly databaseUrl: string | undefined;
  /** Undefined: a temporal.toml profile (see `externalTemporal`), else the embedded Temporal. */
  readonly temporalAddress: string | undefined;
  readonly temporalNamespace: string;
  readonly temporalBin: string | undefined;
  /** Whether what Temporal keeps for the company is sealed. */
  readonly temporalCodec: "on" | "off";
  /** Port of the gateway; undefined: a free one. */
  readonly port: number | undefined;
  /** Address or name of this machine that the gateway listens on. */
  readonly listenHost: string;
  /** Ports of the embedded Temporal's service and of its web UI, on loopback; undefined: free ones. */
  readonly temporalPort: number | undefined;
  readonly temporalUiPort: number | undefined;
  readonly company: string;
  /** Undefined: the offline model. */
  readonly anthropicApiKey: string | undefined;
  readonly anthropicBaseUrl: string | undefined;
  readonly openaiApiKey: string | undefined;
  /** Where a supplier that `model` names is asked. Undefined: at its own address. */
  readonly modelUrl: string | undefined;
  /** Claude's, or `openai:`, `bedrock:`, `vertex:` or `ollama:` and what that supplier calls it. */
  readonly model: string;
  /** A second model by name, asked when the first does not answer. Undefined: none. */
  readonly modelFallback: string | undefined;
  /** The company's own prices of models; undefined: list prices alone. */
  readonly modelPrices: Prices | undefined;
  /** Whether calls of models are told to LangSmith. */
  readonly langsmith: "on" | "off";
  /** Where spans are sent; undefined: nowhere. */
  readonly otlpUrl: string | undefined;
  /** Calls that one worker may make of each model in a minute. Undefined: as many as there are. */
  readonly modelCallsPerMinute: number | undefined;
  /** Where commands find the gateway when not through the runtime file, and who they are there. */
  readonly url: string | undefined;
  readonly token: string | undefined;
  readonly logLevel: z.infer<typeof LogLevel>;
  readonly hubspotClientSecret: string | undefined;
  /** Opens HubSpot's owners, for `mandate people sync`. Undefined: the sandbox's are those that are known. */
  readonly hubspotAccessToken: string | undefined;
  /** The company's own account at HubSpot. Undefined: any is. */
  readonly hubspotPortalId: string | undefined;
  /** Questions that one token may open in an hour through the decide service. */
  readonly questionsPerHour: number;
  /** How long an approval may be undone before it counts. */
  readonly undoSeconds: number;
  /** 32 random bytes in base64, alike on every host. Undefined: a file of the home folder, beside an embedded database. */
  readonly auditSecret: string | undefined;
  /** Another one that something was sealed under: `mandate migrate` seals that anew. */
  readonly formerAuditSecret: string | undefined;
  /** The first part of our logs' names in checkpoints; a log keeps the one it began with. */
  readonly auditHost: string;
  /** Who cosigns our checkpoints. */
  readonly witnesses: readonly NamedWitness[];
  /** Other companies by name: where they hear words about agreements, and the token that each gave us for them. */
  readonly peers: Peers;
  /** How long what is recorded may stand in the database alone before `doctor` calls it a failure. */
  readonly checkpointLimitSeconds: number;
  /** Where senders reach the gateway, without a path; part of what they sign. Undefined: the address listened on. */
  readonly publicUrl: string | undefined;
  /** Names that the gateway is reached under, beside the machine's own and the public URL's. */
  readonly hosts: readonly string[];
  /** Absolute folder of the policies. */
  readonly policies: string;
  /** Absolute; shared by all installations of this user: engine binaries. */
  readonly cacheFolder: string;
  readonly searchPath: string;
};

const LogLevel = z.enum(["trace", "debug", "info", "warn", "error", "fatal", "silent"]);
const webUrl = z.url({ protocol: /^https?$/ });
const text = z.string().min(1);
const Port = z.coerce.number().int().min(1).max(65_535);
const FREE_PORT = "use a port from 1 to 65535, or unset it for a free one";
/** Host names and addresses without a port, IPv6 in brackets; commas between. */
const HostList = z
  .string()
  .regex(/^\s*(?:[\w.-]+|\[[0-9a-fA-F:.]+\])(?:\s*,\s*(?:[\w.-]+|\[[0-9a-fA-F:.]+\]))*\s*$/)
  .transform((list) => list.split(",").map((host) => host.trim().toLowerCase()));

/** One entry per variable: its form, what to say when the value has another, and whether the value is a secret. */
const variables = {
  MANDATE_MODE: entry(z.enum(["development", "production"]), "use development or production"),
  MANDATE_HOME: entry(text, "give a folder"),
  MANDATE_POLICIES: entry(text, "give the folder with the policies"),
  MANDATE_PORT: entry(Port, FREE_PORT),
  MANDATE_LISTEN_HOST: entry(
    z.string().regex(/^(?:[\w.-]+|[0-9a-fA-F:]*:[0-9a-fA-F:.]*)$/),
    "give one address of this machine, such as 10.0.0.7, or 0.0.0.0 for all; 127.0.0.1 when unset",
  ),
  MANDATE_TEMPORAL_PORT: entry(Port, FREE_PORT),
  MANDATE_TEMPORAL_UI_PORT: entry(Port, FREE_PORT),
  MANDATE_COMPANY: entry(z.string().regex(/^[a-z][a-z0-9-]{0,38}$/), "use 1 to 39 of a-z, 0-9 and -, a letter first"),
  MANDATE_MODEL: entry(
    z.string().regex(/^(?![a-z]+:)|^(?:openai|bedrock|vertex|ollama):./),
    "give a model of Claude's, such as claude-sonnet-5-5, or a supplier's, such as openai:gpt-5.2; suppliers are openai, bedrock, vertex and ollama",
  ),
  MANDATE_MODEL_URL: entry(
    webUrl,
    "give the address of the supplier that MANDATE_MODEL names, such as http://127.0.0.1:11434",
  ),
  MANDATE_MODEL_FALLBACK: entry(
    text,
    "give the name of a second model of the same supplier, such as claude-haiku-5-5, for when the first does not answer",
  ),
  MANDATE_MODEL_CALLS_PER_MINUTE: entry(
    z.coerce.number().int().min(1).max(1_000_000),
    "use 1 to 1000000: what one worker may ask of each model in a minute; turns that would wait longer are done without it",
  ),
  MANDATE_MODEL_PRICES: entry(
    PriceList,
    'give {"openai:gpt-5.2": [{"from": "2026-11-30", "inputMicroUsd": 1750000, "outputMicroUsd": 14000000}]}: millionths of a US dollar ' +
      "for a million tokens, each model's prices oldest first",
  ),
  MANDATE_LANGSMITH: entry(
    z.enum(["on", "off"]),
    "use on or off; on tells LangSmith each call of a model, by LANGSMITH_API_KEY, LANGSMITH_ENDPOINT and LANGSMITH_PROJECT",
  ),
  MANDATE_OTLP_URL: entry(
    webUrl,
    "give the address where an OpenTelemetry collector takes OTLP over HTTP, such as http://127.0.0.1:4318; unset, no spans are made",
  ),
  MANDATE_URL: entry(webUrl, "give the gateway's address, such as http://127.0.0.1:8080"),
  MANDATE_PUBLIC_URL: entry(
    webUrl,
    "give the address that senders reach the gateway at, such as https://mandate.example.com",
  ),
  MANDATE_HOSTS: entry(
    HostList,
    "give the names that the gateway is reached under, with commas between, such as mandate.example.com,10.0.0.7; " +
      "any other is answered 421 `foreign-host`",
  ),
  MANDATE_LOG_LEVEL: entry(LogLevel, `use one of ${LogLevel.options.join(", ")}`),
  MANDATE_TEMPORAL_BIN: entry(text, "give the path of a `temporal` command"),
  MANDATE_TEMPORAL_CODEC: entry(z.enum(["on", "off"]), "use on or off; off leaves what Temporal keeps in the clear"),
  MANDATE_TOKEN: entry(text, "give the token that `mandate` printed for you", "secret"),
  MANDATE_AUDIT_SECRET: entry(
    z.base64(),
    "give 32 random bytes in base64, such as `openssl rand -base64 32` prints",
    "secret",
  ),
  MANDATE_FORMER_AUDIT_SECRET: entry(
    z.base64(),
    "give the secret that other hosts had, as it stands in their keys/audit.secret, for `mandate migrate`",
    "secret",
  ),
  MANDATE_AUDIT_HOST: entry(
    z.string().regex(/^[a-z0-9]([a-z0-9.-]*[a-z0-9])?$/),
    "give a host name of yours in small letters, such as audit.example.com",
  ),
  MANDATE_WITNESSES: entry(
    WitnessList,
    "give <verifier key>@<address> of each witness, with commas between, as `mandate witness vkey` prints the key",
  ),
  MANDATE_PEERS: entry(
    PeerList,
    'give {"COMPANY": {"url": "https://…", "token": "…"}} of each company; http only to this machine',
    "secret",
  ),
  MANDATE_CHECKPOINT_LIMIT_SECONDS: entry(z.coerce.number().int().min(1).max(86_400), "use 1 to 86400 seconds"),
  DATABASE_URL: entry(
    z.url({ protocol: /^postgres(ql)?$/ }),
    "give postgres://user:password@host:5432/mandate",
    "secret",
  ),
  TEMPORAL_ADDRESS: entry(z.string().regex(/^[^\s/]+:\d+$/), "give host:port, such as 127.0.0.1:7233"),
  TEMPORAL_NAMESPACE: entry(text, "give a namespace, such as default"),
  ANTHROPIC_API_KEY: entry(text, "give a key, or unset it for the offline model", "secret"),
  OPENAI_API_KEY: entry(text, "give a key for MANDATE_MODEL=openai:…", "secret"),
  ANTHROPIC_BASE_URL: entry(webUrl, "give an address such as https://api.anthropic.com"),
  HUBSPOT_CLIENT_SECRET: entry(text, "give the client secret of the HubSpot app", "secret"),
  HUBSPOT_ACCESS_TOKEN: entry(text, "give the access token of the HubSpot app, with crm.objects.owners.read", "secret"),
  HUBSPOT_PORTAL_ID: entry(
    z.string().regex(/^\d{1,20}$/),
    "give the number of the company's HubSpot account; events of another one go to quarantine",
  ),
  MANDATE_QUESTIONS_PER_HOUR: entry(
    z.coerce.number().int().min(1).max(1_000_000),
    "use 1 to 1000000: what one token may ask people in an hour; more is answered 429 `too-many-questions`",
  ),
  MANDATE_UNDO_SECONDS: entry(
    z.coerce.number().int().min(0).max(3_600),
    "use 0 to 3600 seconds: how long an approval may be undone before it counts; 0, and it counts at once",
  ),
} as const;

type Variables = typeof variables;
type Name = keyof Variables;
type Values = { readonly [K in Name]: z.infer<Variables[K]["form"]> | undefined };
type Found = { readonly value: string; readonly place: string };

/**
 * Reads the environment. An empty variable counts as unset; a secret may come from the file that `<NAME>_FILE` names.
 * @throws ConfigError listing every problem at once.
 */
export function loadConfig(env: NodeJS.ProcessEnv = process.env, cwd: string = process.cwd()): Config {
  const problems = unknownVariables(env);
  const values = readValues(env, problems);
  if (values.MANDATE_MODE === "production") problems.push(...missingInProduction(values, env));
  if (values.MANDATE_LANGSMITH === "on" && (env["LANGSMITH_API_KEY"] ?? "") === "") {
    problems.push("MANDATE_LANGSMITH=on needs a key: set LANGSMITH_API_KEY, or unset MANDATE_LANGSMITH");
  }
  if (problems.length > 0) throw new ConfigError(problems);
  return {
    mode: values.MANDATE_MODE ?? "development",
    sandbox: values.MANDATE_MODE === "development" ? "open" : "closed",
    home: resolve(cwd, values.MANDATE_HOME ?? ".mandate"),
    databaseUrl: values.DATABASE_URL,
    temporalAddress: values.TEMPORAL_ADDRESS,
    temporalNamespace: values.TEMPORAL_NAMESPACE ?? "default",
    temporalBin: values.MANDATE_TEMPORAL_BIN === undefined ? undefined : resolve(cwd, values.MANDATE_TEMPORAL_BIN),
    temporalCodec: values.MANDATE_TEMPORAL_CODEC ?? "on",
    port: values.MANDATE_PORT,
    listenHost: values.MANDATE_LISTEN_HOST ?? "127.0.0.1",
    temporalPort: values.MANDATE_TEMPORAL_PORT,
    temporalUiPort: values.MANDATE_TEMPORAL_UI_PORT,
    company: values.MANDATE_COMPANY ?? "acme",
    anthropicApiKey: values.ANTHROPIC_API_KEY,
    anthropicBaseUrl: values.ANTHROPIC_BASE_URL,
    openaiApiKey: values.OPENAI_API_KEY,
    modelUrl: values.MANDATE_MODEL_URL,
    model: values.MANDATE_MODEL ?? "claude-sonnet-5-5",
    modelFallback: values.MANDATE_MODEL_FALLBACK,
    langsmith: values.MANDATE_LANGSMITH ?? "off",
    otlpUrl: values.MANDATE_OTLP_URL,
    modelPrices: values.MANDATE_MODEL_PRICES,
    modelCallsPerMinute: values.MANDATE_MODEL_CALLS_PER_MINUTE,
    url: values.MANDATE_URL,
    token: values.MANDATE_TOKEN,
    logLevel: values.MANDATE_LOG_LEVEL ?? "info",
    hubspotClientSecret: values.HUBSPOT_CLIENT_SECRET,
    hubspotAccessToken: values.HUBSPOT_ACCESS_TOKEN,
    hubspotPortalId: values.HUBSPOT_PORTAL_ID,
    questionsPerHour: values.MANDATE_QUESTIONS_PER_HOUR ?? 300,
    undoSeconds: values.MANDATE_UNDO_SECONDS ?? 10,
    auditSecret: values.MANDATE_AUDIT_SECRET,
    formerAuditSecret: values.MANDATE_FORMER_AUDIT_SECRET,
    auditHost: values.MANDATE_AUDIT_HOST ?? "mandate.local",
    witnesses: values.MANDATE_WITNESSES ?? [],
    peers: values.MANDATE_PEERS ?? {},
    checkpointLimitSeconds: values.MANDATE_CHECKPOINT_LIMIT_SECONDS ?? 300,
    publicUrl: values.MANDATE_PUBLIC_URL,
    hosts: values.MANDATE_HOSTS ?? [],
    policies: resolve(cwd, values.MANDATE_POLICIES ?? "policies"),
    cacheFolder: cacheFolder(env),
    searchPath: env["PATH"] ?? "",
  };
}

/** A Temporal that is not ours: its address, namespace and connection options (TLS and keys of a profile included). */
export type ExternalTemporal = {
  readonly address: string;
  readonly namespace: string;
  readonly connectionOptions: ClientConnectConfig["connectionOptions"];
};

/**
 * The Temporal that TEMPORAL_ADDRESS or a temporal.toml profile names; undefined means the embedded one. The profile
 * reader is loaded only when one of them is there.
 * @throws ConfigError when the profile cannot be read.
 */
export async function externalTemporal(env: NodeJS.ProcessEnv = process.env): Promise<ExternalTemporal | undefined> {
  if (!namesTemporal(env)) return undefined;
  const { loadClientConnectConfig } = await import("@temporalio/envconfig");
  try {
    const overrideEnvVars = Object.fromEntries(Object.entries(env).filter(isSet));
    const { connectionOptions, namespace } = loadClientConnectConfig({ overrideEnvVars });
    const { address } = connectionOptions;
    if (address === undefined) return undefined;
    return { address, namespace: namespace ?? "default", connectionOptions };
  } catch (error) {
    const place = env["TEMPORAL_CONFIG_FILE"] ?? profileFile(env);
    throw new ConfigError([
      `temporal.toml (${place}): ${(error as Error).message}; correct it or unset TEMPORAL_PROFILE`,
    ]);
  }
}

function entry<Form extends z.ZodType>(form: Form, fix: string, secrecy: "open" | "secret" = "open") {
  return { form, fix, isSecret: secrecy === "secret" } as const;
}

function readValues(env: NodeJS.ProcessEnv, problems: string[]): Values {
  const values: Partial<Record<Name, unknown>> = {};
  for (const name of Object.keys(variables) as Name[]) {
    const { form, fix, isSecret } = variables[name];
    const found = readVariable(env, name, isSecret, problems);
    if (found === undefined) continue;
    const parsed = form.safeParse(found.value);
    if (parsed.success) values[name] = parsed.data;
    else
      problems.push(`${name} (${found.place}): ${isSecret ? "its value" : `\`${found.value}\``} does not fit; ${fix}`);
  }
  return values as Values;
}

function readVariable(env: NodeJS.ProcessEnv, name: Name, isSecret: boolean, problems: string[]): Found | undefined {
  const value = setOr(env[name]);
  const file = isSecret ? setOr(env[`${name}_FILE`]) : undefined;
  if (file === undefined) return value === undefined ? undefined : { value, place: "environment" };
  if (value !== undefined) {
    problems.push(`${name} and ${name}_FILE are both set; unset one of them`);
    return undefined;
  }
  try {
    return { value: readFileSync(file, "utf8").replace(/\s+$/, ""), place: `file ${file} of ${name}_FILE` };
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    problems.push(`${name}_FILE: ${file} cannot be read (${code}); give a file this user can read`);
    return undefined;
  }
}

function unknownVariables(env: NodeJS.ProcessEnv): string[] {
  const names = Object.keys(variables) as Name[];
  const known = new Set(names.flatMap((name) => (variables[name].isSecret ? [name, `${name}_FILE`] : [name])));
  const unknown = Object.keys(env).filter((name) => name.startsWith("MANDATE_") && !known.has(name));
  return unknown.map((name) => {
    const near = nearestName(name, [...known]);
    return `${name} (environment): no such variable; ${near === undefined ? "unset it" : `did you mean ${near}?`}`;
  });
}

function missingInProduction(values: Values, env: NodeJS.ProcessEnv): string[] {
  const missing = [
    ...(values.DATABASE_URL === undefined ? ["DATABASE_URL"] : []),
    ...(namesTemporal(env) ? [] : ["TEMPORAL_ADDRESS (or a temporal.toml profile)"]),
    ...(values.HUBSPOT_CLIENT_SECRET === undefined ? ["HUBSPOT_CLIENT_SECRET"] : []),
    ...(values.MANDATE_AUDIT_SECRET === undefined ? ["MANDATE_AUDIT_SECRET"] : []),
  ];
  if (missing.length === 0) return [];
  return [`MANDATE_MODE=production starts no embedded engines and takes no unsigned events: set ${missing.join(", ")}`];
}

function namesTemporal(env: NodeJS.ProcessEnv): boolean {
  const named = ["TEMPORAL_ADDRESS", "TEMPORAL_PROFILE", "TEMPORAL_CONFIG_FILE"].some(
    (name) => setOr(env[name]) !== undefined,
  );
  return named || existsSync(profileFile(env));
}

/** Where the Temporal tools keep their profiles: the rule of @temporalio/envconfig. */
function profileFile(env: NodeJS.ProcessEnv): string {
  const home = setOr(env["HOME"]) ?? "/";
  const folders: Partial<Record<NodeJS.Platform, string>> = {
    darwin: join(home, "Library", "Application Support"),
    win32: env["APPDATA"] ?? "",
  };
  const folder = folders[process.platform] ?? setOr(env["XDG_CONFIG_HOME"]) ?? join(home, ".config");
  return join(folder, "temporalio", "temporal.toml");
}

function cacheFolder(env: NodeJS.ProcessEnv): string {
  const named = setOr(env["XDG_CACHE_HOME"]);
  if (named !== undefined && isAbsolute(named)) return join(named, "mandate");
  const home = setOr(env["HOME"]) ?? userHome();
  return home === undefined
    ? join(tmpdir(), `mandate-${process.getuid?.() ?? "user"}`)
    : join(home, ".cache", "mandate");
}

/** Undefined for a user id without an entry in the password file. */
function userHome(): string | undefined {
  try {
    return homedir();
  } catch {
    return undefined;
  }
}

function setOr(value: string | undefined): string | undefined {
  return value === undefined || value.trim() === "" ? undefined : value;
}

function isSet(pair: [string, string | undefined]): pair is [string, string] {
  return setOr(pair[1]) !== undefined;
}
