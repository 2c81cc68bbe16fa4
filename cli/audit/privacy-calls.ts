import type { z } from "zod";
import type {
  AskErasure,
  ErasureAsked,
  ErasureDone,
  ErasureView,
  HoldView,
  RetentionBatchView,
  RetentionView,
  RunRetention,
  SetHold,
  SetRetention,
} from "../../gateway/http/contract/privacy.ts";

/** The API's routes for erasures, legal holds and retention, as the command line calls them. */
export type PrivacyCalls = {
  erasures(): Promise<ErasureView[]>;
  askErasure(body: z.infer<typeof AskErasure>): Promise<ErasureAsked>;
  confirmErasure(erasureId: string): Promise<ErasureDone>;
  holds(): Promise<HoldView[]>;
  setHold(body: z.infer<typeof SetHold>): Promise<HoldView>;
  releaseHold(holdId: string, reason: string): Promise<HoldView>;
  retention(): Promise<RetentionView[]>;
  setRetention(body: z.infer<typeof SetRetention>): Promise<RetentionView>;
  /** One batch; `next` of its answer is `after` of the next one. */
  runRetention(body: z.infer<typeof RunRetention>): Promise<RetentionBatchView>;
};

type Call = <T>(method: "GET" | "POST", path: string, body?: object) => Promise<T>;

export function privacyCalls(call: Call): PrivacyCalls {
  const at = (noun: string, id: string, verb: string) => `/v1/${noun}/${encodeURIComponent(id)}/${verb}`;
  return {
    erasures: async () => (await call<{ erasures: ErasureView[] }>("GET", "/v1/erasures")).erasures,
    askErasure: (body) => call("POST", "/v1/erasures", body),
    confirmErasure: (erasureId) => call("POST", at("erasures", erasureId, "confirm"), {}),
    holds: async () => (await call<{ holds: HoldView[] }>("GET", "/v1/holds")).holds,
    setHold: (body) => call("POST", "/v1/holds", body),
    releaseHold: (holdId, reason) => call("POST", at("holds", holdId, "release"), { reason }),
    retention: async () => (await call<{ logs: RetentionView[] }>("GET", "/v1/retention")).logs,
    setRetention: (body) => call("POST", "/v1/retention", body),
    runRetention: (body) => call("POST", "/v1/retention/run", body),
  };
}
