import { assertNever } from "../../domain/assert-never.ts";
import type { Persona } from "./personas.ts";
import type { Prices } from "../../domain/model-prices.ts";
import type { ChatModelPort } from "./port.ts";
import type { SuppliedChoice } from "./supplied-in.ts";

/** What the configuration says. `baseUrl` is for tests and proxies; `model` overrides the default name.
 * `fallback` is the name of a second model with the same key, asked when the first does not answer; `callsPerMinute` what one worker may
 * ask of each; `prices` what its calls are told in. */
export type ModelChoice =
  | { readonly kind: "offline"; readonly persona?: Persona | undefined }
  | {
      readonly kind: "anthropic";
      readonly apiKey: string;
      readonly model?: string | undefined;
      readonly baseUrl?: string | undefined;
      readonly fallback?: string | undefined;
      readonly callsPerMinute?: number | undefined;
      readonly prices?: Prices | undefined;
    }
  | ({
      readonly kind: "supplied";
      readonly fallback?: string | undefined;
      readonly callsPerMinute?: number | undefined;
      readonly prices?: Prices | undefined;
    } & SuppliedChoice);

/** Loads only the model that is chosen. */
export async function chooseModel(choice: ModelChoice): Promise<ChatModelPort> {
  switch (choice.kind) {
    case "offline": {
      const { createOfflineModel } = await import("./offline.ts");
      return createOfflineModel(choice.persona);
    }
    case "anthropic": {
      const { createAnthropicModel } = await import("./anthropic.ts");
      return createAnthropicModel(choice);
    }
    case "supplied": {
      const { createSuppliedModel } = await import("./suppliers.ts");
      return createSuppliedModel(choice);
    }
    default:
      return assertNever(choice);
  }
}
