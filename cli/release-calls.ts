import type { z } from "zod";
import type {
  ModeView,
  ReleaseChanged,
  Releases,
  ReleaseView,
  SignedChange,
  SignedMode,
  SignedRelease,
} from "../gateway/http/contract/releases.ts";

/** The API's routes for releases and modes, as the command line calls them. */
export type ReleaseCalls = {
  list(): Promise<Releases>;
  show(release: string): Promise<ReleaseView>;
  apply(release: string, body: z.infer<typeof SignedRelease>): Promise<ReleaseChanged>;
  change(action: "promote" | "rollback", release: string, body: z.infer<typeof SignedChange>): Promise<ReleaseChanged>;
  setMode(policyId: string, body: z.infer<typeof SignedMode>): Promise<ModeView>;
  registerKey(publicKey: string): Promise<unknown>;
};

type Call = <T>(method: "GET" | "POST" | "PUT", path: string, body?: object) => Promise<T>;

export function releaseCalls(call: Call): ReleaseCalls {
  const at = (release: string) => `/v1/releases/${encodeURIComponent(release)}`;
  return {
    list: () => call("GET", "/v1/releases"),
    show: (release) => call("GET", at(release)),
    apply: (release, body) => call("PUT", at(release), body),
    change: (action, release, body) => call("POST", `${at(release)}/${action}`, body),
    setMode: (policyId, body) => call("POST", `/v1/modes/${encodeURIComponent(policyId)}`, body),
    registerKey: (publicKey) => call("POST", "/v1/signing-key", { publicKey }),
  };
}
