import { HumanMessage } from "@langchain/core/messages";
import type { ModelChoice } from "./choose.ts";

/** Asks a configured model for as little as its client lets it: whether its key is good for it. Throws what its client throws. */
export async function tryModel(
  choice: Exclude<ModelChoice, { readonly kind: "offline" }>,
  signal: AbortSignal,
): Promise<void> {
  if (choice.kind === "anthropic") {
    const { tryAnthropicModel } = await import("./anthropic.ts");
    return tryAnthropicModel(choice, signal);
  }
  const { createSuppliedModel } = await import("./suppliers.ts");
  const { chat } = await createSuppliedModel(choice);
  await chat.invoke([new HumanMessage("Say yes.")], { signal });
}
