import type { BaseChatModel } from "@langchain/core/language_models/chat_models";
import { MAX_OUTPUT_TOKENS, MODEL_CALL_TIMEOUT_MS } from "../limits.ts";
import type { ChatModelPort } from "./port.ts";
import type { SuppliedChoice, SupplierName } from "./supplied-in.ts";

type Supplier = {
  readonly package: string;
  /** The newest that works with Node 20 and the core that is installed, as of 2026-11-30. */
  readonly version: string;
  readonly className: string;
  /** The variable that holds its key; absent where its client finds its own credentials. */
  readonly keyVariable?: string;
  /** Its client makes an address of a host alone. */
  readonly isHttpsAlone?: true;
  /** What its client needs beside a key, where it does without. */
  readonly settings: string;
  readonly fieldsOf: (choice: SuppliedChoice) => object;
};

/** Retries are off in all: the turn waits, with the supplier's own delays. */
export const supplierPackages: { readonly [name in SupplierName]: Supplier } = {
  openai: {
    package: "@langchain/openai",
    version: "1.5.8",
    className: "ChatOpenAI",
    keyVariable: "OPENAI_API_KEY",
    settings: "set OPENAI_API_KEY",
    fieldsOf: ({ model, apiKey, baseUrl = "https://api.openai.com/v1" }) => ({
      model,
      apiKey,
      maxTokens: MAX_OUTPUT_TOKENS,
      maxRetries: 0,
      timeout: MODEL_CALL_TIMEOUT_MS,
      configuration: { baseURL: baseUrl },
    }),
  },
  bedrock: {
    package: "@langchain/aws",
    version: "1.4.5",
    className: "ChatBedrockConverse",
    isHttpsAlone: true,
    settings:
      "set AWS_DEFAULT_REGION, and AWS_ACCESS_KEY_ID with AWS_SECRET_ACCESS_KEY, AWS_PROFILE or AWS_BEARER_TOKEN_BEDROCK",
    fieldsOf: ({ model, baseUrl }) => ({
      model,
      maxTokens: MAX_OUTPUT_TOKENS,
      maxRetries: 0,
      // Its SDK asks three times by itself, whatever LangChain is told.
      clientOptions: { maxAttempts: 1 },
      ...(baseUrl !== undefined && { endpointHost: new URL(baseUrl).host }),
    }),
  },
  vertex: {
    package: "@langchain/google-vertexai",
    version: "2.1.31",
    className: "ChatVertexAI",
    isHttpsAlone: true,
    settings: "set GOOGLE_APPLICATION_CREDENTIALS to the file of a service account",
    fieldsOf: ({ model, baseUrl }) => ({
      model,
      maxOutputTokens: MAX_OUTPUT_TOKENS,
      maxRetries: 0,
      // Its own handler prints a lost call with all that was asked.
      onFailedAttempt: rethrow,
      ...(baseUrl !== undefined && { endpoint: new URL(baseUrl).host }),
    }),
  },
  ollama: {
    package: "@langchain/ollama",
    version: "1.3.0",
    className: "ChatOllama",
    settings: "set MANDATE_MODEL_URL",
    fieldsOf: ({ model, baseUrl = "http://127.0.0.1:11434" }) => ({
      model,
      baseUrl,
      numPredict: MAX_OUTPUT_TOKENS,
      maxRetries: 0,
    }),
  },
};

function rethrow(error: unknown): never {
  throw error;
}

/** A configured model that cannot be made here. `fix`: the command, or what is to be set. */
export class ModelNotThere extends Error {
  readonly fix: string;

  constructor(message: string, fix: string, options?: ErrorOptions) {
    super(`${message}: ${fix}`, options);
    this.name = "ModelNotThere";
    this.fix = fix;
  }
}

/** Loads a package by its name. */
export type Load = (name: string) => Promise<unknown>;

/** By name alone, so that no bundler and no compiler looks for it. */
const load: Load = (name) => import(name);

/** A supplier's model through its LangChain client. Throws `ModelNotThere` where its package or its key is missing. */
export async function createSuppliedModel(choice: SuppliedChoice, loadPackage: Load = load): Promise<ChatModelPort> {
  const {
    package: name,
    version,
    className,
    keyVariable,
    isHttpsAlone,
    settings,
    fieldsOf,
  } = supplierPackages[choice.supplier];
  const which = `${choice.supplier}:${choice.model}`;
  if (keyVariable !== undefined && choice.apiKey === undefined) {
    throw new ModelNotThere(`model \`${which}\` needs a key`, `set ${keyVariable}`);
  }
  const install = `npm install --save-exact ${name}@${version}`;
  const loaded = await loadPackage(name).catch((cause: unknown) => {
    throw new ModelNotThere(`model \`${which}\` needs the package \`${name}\`, which is not installed`, install, {
      cause,
    });
  });
  const Model: unknown = typeof loaded === "object" && loaded !== null ? Reflect.get(loaded, className) : undefined;
  if (!isModelClass(Model)) {
    throw new ModelNotThere(`the installed \`${name}\` has no \`${className}\``, install);
  }
  if (isHttpsAlone && choice.baseUrl !== undefined && !choice.baseUrl.startsWith("https:")) {
    throw new ModelNotThere(`model \`${which}\` is asked over https alone`, "give MANDATE_MODEL_URL as https://…");
  }
  try {
    return { name: which, offline: false, chat: new Model(fieldsOf(choice)) };
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new ModelNotThere(`model \`${which}\` cannot be made: ${why}`, settings, { cause });
  }
}

function isModelClass(value: unknown): value is new (fields: object) => BaseChatModel {
  return typeof value === "function";
}
