import { LLMock } from "@copilotkit/aimock";
import { generateKeyPairSync } from "node:crypto";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { createSuppliedModel, supplierPackages, type Load } from "../../agents/models/suppliers.ts";
import { chatModelSpec, type Subject } from "../spec/chat-model.ts";
import { optionalPackage } from "./optional-packages.ts";
import { conversation, proposed, steered, tool } from "./steered-supplier.ts";
import { tlsFront, type TlsFront } from "./tls-front.ts";

const bedrock = await optionalPackage(supplierPackages.bedrock);
const vertex = await optionalPackage(supplierPackages.vertex);

/** Every header and path that a supplier's front was asked with. */
const fronts: { bedrock?: TlsFront; vertex?: TlsFront } = {};
let home: string;

beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), "clouds-"));
  // The certificate is of this run; the variable is read when a connection is made.
  vi.stubEnv("NODE_TLS_REJECT_UNAUTHORIZED", "0");
  vi.stubEnv("AWS_DEFAULT_REGION", "eu-central-1");
  vi.stubEnv("AWS_ACCESS_KEY_ID", "AKIDEXAMPLE");
  vi.stubEnv("AWS_SECRET_ACCESS_KEY", "of-no-account");
  const { privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
  const account = {
    type: "service_account",
    project_id: "programme-1",
    private_key_id: "1",
    private_key: privateKey.export({ type: "pkcs8", format: "pem" }),
    client_email: "mandate@programme-1.example",
    // Of another universe than Google's own an account signs its tokens itself, and asks nobody for them.
    universe_domain: "example.test",
  };
  await writeFile(join(home, "account.json"), JSON.stringify(account));
  vi.stubEnv("GOOGLE_APPLICATION_CREDENTIALS", join(home, "account.json"));
});

afterAll(async () => {
  vi.unstubAllEnvs();
  await rm(home, { recursive: true, force: true });
});

/** The stand-in tells an answer's text and call in so many pieces that one is missing after these. */
const cutAfterChunks = { bedrock: 3, vertex: 1 };

async function opened(supplier: "bedrock" | "vertex", model: string, load: Load): Promise<Subject> {
  const mock = new LLMock({ port: 0, host: "127.0.0.1", strict: true, logLevel: "silent" });
  await mock.start();
  const front = await tlsFront(mock.url);
  fronts[supplier] = front;
  const port = await createSuppliedModel({ supplier, model, baseUrl: front.url }, load);
  const args = { args: proposed, reasoning: "As the record asks." };
  const close = async () => {
    await front.close();
    await mock.stop();
  };
  return { port, conversation, tool, args, supplier: steered(mock, args, cutAfterChunks[supplier]), close };
}

const all = undefined;
const nothing = new Set<never>();
chatModelSpec(
  "bedrock",
  () => opened("bedrock", "anthropic.claude-sonnet-5-5", bedrock.load),
  all,
  nothing,
  bedrock.missing,
);
chatModelSpec("vertex", () => opened("vertex", "gemini-3-pro", vertex.load), all, nothing, vertex.missing);

const SIGNED =
  /^AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE\/\d{8}\/eu-central-1\/bedrock\/aws4_request, SignedHeaders=(?::authority|\S*host)\S*, Signature=[0-9a-f]{64}$/;

test.skipIf(bedrock.missing !== undefined)(
  "bedrock is asked through Converse alone, every request of it signed",
  () => {
    const seen = fronts.bedrock?.seen() ?? [];
    const paths = new Set(seen.map(({ path }) => path));
    const model = "anthropic.claude-sonnet-5-5";
    expect([...paths].sort()).toEqual([`/model/${model}/converse`, `/model/${model}/converse-stream`]);
    expect(seen.filter(({ headers }) => !SIGNED.test(String(headers.authorization)))).toEqual([]);
  },
);

test.skipIf(vertex.missing !== undefined)(
  "vertex is asked in its own project, every request with a token of the account",
  () => {
    const seen = fronts.vertex?.seen() ?? [];
    const paths = new Set(seen.map(({ path }) => path));
    const model = "/v1/projects/programme-1/locations/us-central1/publishers/google/models/gemini-3-pro";
    expect([...paths].sort()).toEqual([`${model}:generateContent`, `${model}:streamGenerateContent`]);
    expect(seen.filter(({ headers }) => !/^Bearer [\w-]+(\.[\w-]+){2}$/.test(String(headers.authorization)))).toEqual(
      [],
    );
  },
);

test.skipIf(bedrock.missing !== undefined)("bedrock without a region says which variable it lacks", async () => {
  vi.stubEnv("AWS_DEFAULT_REGION", undefined);
  const missing = await createSuppliedModel({ supplier: "bedrock", model: "m" }, bedrock.load).catch((e: unknown) => e);
  vi.stubEnv("AWS_DEFAULT_REGION", "eu-central-1");
  expect(String(missing)).toMatch(/^ModelNotThere: model `bedrock:m` cannot be made: .*: set AWS_DEFAULT_REGION, and /);
});

test.for(["bedrock", "vertex"] as const)(
  "%s is not asked in the clear, whatever its address says",
  async (supplier) => {
    const load: Load = async () => ({ ChatBedrockConverse: class {}, ChatVertexAI: class {} });
    const made = createSuppliedModel({ supplier, model: "m", baseUrl: "http://127.0.0.1:1" }, load);
    await expect(made).rejects.toThrow(`model \`${supplier}:m\` is asked over https alone: give MANDATE_MODEL_URL`);
  },
);
