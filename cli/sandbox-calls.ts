import type {
  CallList,
  FaultList,
  ObjectList,
  ObjectView,
  ScriptFault,
  Told,
} from "../gateway/http/contract/sandbox.ts";

/** The sandbox's door as the command line calls it. */
export type SandboxCalls = {
  objects(system: string, type: string | undefined, id: string | undefined): Promise<ObjectList>;
  calls(system: string): Promise<CallList>;
  faults(system: string): Promise<FaultList>;
  put(system: string, object: Pick<ObjectView, "type" | "id" | "properties"> & { tell: boolean }): Promise<ObjectView>;
  script(system: string, fault: ScriptFault): Promise<FaultList>;
  tell(system: string): Promise<Told>;
};

type Send = <T>(
  method: "GET" | "POST",
  path: string,
  query: { readonly [name: string]: string | undefined },
  body?: object,
) => Promise<T>;

export function sandboxCalls(send: Send): SandboxCalls {
  const pathOf = (system: string, what: string) => `/v1/sandbox/${encodeURIComponent(system)}/${what}`;
  return {
    objects: (system, type, id) => send("GET", pathOf(system, "objects"), { type, id }),
    calls: (system) => send("GET", pathOf(system, "calls"), {}),
    faults: (system) => send("GET", pathOf(system, "faults"), {}),
    put: (system, object) => send("POST", pathOf(system, "objects"), {}, object),
    script: (system, fault) => send("POST", pathOf(system, "faults"), {}, fault),
    tell: (system) => send("POST", pathOf(system, "tell"), {}, {}),
  };
}
