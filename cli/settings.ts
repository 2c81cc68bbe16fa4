import type { NamedWitness } from "../proof/sinks/witness-list.ts";

/** What commands take from the environment, which `app/config.ts` reads. */
export type Settings = {
  /** Absolute; holds the embedded engines' runtime file and the keys. */
  readonly home: string;
  readonly company: string;
  readonly databaseUrl: string | undefined;
  /** Where the gateway is, and who the caller is there. */
  readonly url: string | undefined;
  readonly token: string | undefined;
  /** 32 random bytes in base64. Undefined: a file of the home folder. */
  readonly auditSecret: string | undefined;
  readonly auditHost: string;
  readonly witnesses: readonly NamedWitness[];
  /** Absolute folder of the policies. */
  readonly policies: string;
  readonly logLevel: string;
};
