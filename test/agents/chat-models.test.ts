import { HumanMessage, SystemMessage } from "@langchain/core/messages";
import { LLMock } from "@copilotkit/aimock";
import { expect, onTestFinished, test, vi } from "vitest";
import { chooseModel } from "../../agents/models/choose.ts";
import type { SupplierName } from "../../agents/models/supplied-in.ts";
import { chatModelSpec, type Subject } from "../spec/chat-model.ts";
import { conversation, proposed, steered, tool } from "./steered-supplier.ts";

async function offline(): Promise<Subject> {
  const port = await chooseModel({ kind: "offline" });
  const reasoning = `Written by the offline deterministic model, not by a language model.
Proposed: approve quote Q-1001 at a net price of 8,500.00 USD with 0.00 USD of concessions, exactly as the record asks.`;
  return { port, conversation, tool, args: { args: proposed, reasoning }, close: async () => {} };
}

/** Claude's client over real HTTP on loopback: aimock speaks the supplier's protocol. */
async function anthropic(): Promise<Subject> {
  const mock = new LLMock({ port: 0, host: "127.0.0.1", strict: true });
  await mock.start();
  const port = await chooseModel({ kind: "anthropic", apiKey: "test", baseUrl: mock.url });
  const args = { args: proposed, reasoning: "As the record asks." };
  const close = async () => mock.stop();
  return { port, conversation, tool, args, supplier: steered(mock, args), close };
}

/** A supplier's own LangChain client, over the protocol that it speaks. */
async function supplied(supplier: SupplierName, model: string, path: string): Promise<Subject> {
  const mock = new LLMock({ port: 0, host: "127.0.0.1", strict: true, logLevel: "silent" });
  await mock.start();
  const port = await chooseModel({ kind: "supplied", supplier, model, apiKey: "test", baseUrl: `${mock.url}${path}` });
  const args = { args: proposed, reasoning: "As the record asks." };
  return { port, conversation, tool, args, supplier: steered(mock, args), close: async () => mock.stop() };
}

chatModelSpec("offline", offline, "skipped: nobody supplies the offline model");
chatModelSpec("anthropic", anthropic);
chatModelSpec("openai", () => supplied("openai", "gpt-5.2", "/v1"));
// Its client drops a delay with the headers, its protocol has no refusals, and the stand-in for it counts no tokens.
chatModelSpec(
  "ollama",
  () => supplied("ollama", "llama3.3", ""),
  undefined,
  new Set(["tokens", "delay", "refusal"] as const),
);

test.for([
  ["bedrock", "anthropic.claude-sonnet-5-5", "npm install --save-exact @langchain/aws@1.4.5"],
  ["vertex", "gemini-3-pro", "npm install --save-exact @langchain/google-vertexai@2.1.31"],
] as const)("%s is not installed: the command that installs it is told", async ([supplier, model, fix]) => {
  const missing = await chooseModel({ kind: "supplied", supplier, model }).catch((error: unknown) => error);
  expect(missing).toMatchObject({ name: "ModelNotThere", fix });
  expect(String(missing)).toMatch(new RegExp(`model \`${supplier}:.*\` needs the package .*, which is not installed`));
});

test("a supplier that takes a key is not made without one, whatever the environment holds", async () => {
  vi.stubEnv("OPENAI_API_KEY", "the environment's");
  onTestFinished(() => void vi.unstubAllEnvs());
  await expect(chooseModel({ kind: "supplied", supplier: "openai", model: "gpt-5.2" })).rejects.toThrow(
    "model `openai:gpt-5.2` needs a key: set OPENAI_API_KEY",
  );
});

test("the offline model is a pure function of messages and tools, ids included", async () => {
  const ask = async (name: string) => {
    const { chat } = await chooseModel({ kind: "offline" });
    return chat.bindTools?.([{ type: "function", function: { name } }]).invoke(conversation);
  };
  const [first, second, other] = [await ask("propose_action"), await ask("propose_action"), await ask("approve")];
  expect(JSON.stringify(second)).toBe(JSON.stringify(first));
  expect(other?.id).not.toBe(first?.id);
  expect(other?.tool_calls).toEqual([]);
});

test("the offline model says what it is to whoever else asks", async () => {
  const { chat, name, offline: isOffline } = await chooseModel({ kind: "offline" });
  const { text } = await chat.invoke([new SystemMessage("Be helpful."), new HumanMessage("What is 15 % of 200?")]);
  expect({ name, isOffline, text }).toEqual({
    name: "mandate-offline-1",
    isOffline: true,
    text:
      "Written by the offline deterministic model, not by a language model.\n" +
      "It answers turns of Mandate's agents and nothing else.",
  });
});
