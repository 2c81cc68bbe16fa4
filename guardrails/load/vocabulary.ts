import { z } from "zod";
import { didYouMean } from "../did-you-mean.ts";
import type { FactType } from "../fact-types.ts";
import type { NameLists } from "../name-list.ts";
import type { Param } from "../policy.ts";
import { readMap } from "./reader.ts";
import type { NamedConditions } from "./named-conditions.ts";
import type { Path, Reader } from "./reader.ts";

/** What the sections of a policy may name. `declaredParams` holds every parameter's name, those that did not load included. */
export type Vocabulary = {
  readonly facts: readonly FactType[];
  readonly params: readonly Param[];
  readonly declaredParams: readonly string[];
  /** IANA name: the zone that the policy counts days in. */
  readonly zone: string;
  /** Derived facts that did not load: told of already. */
  readonly unread?: readonly string[];
  readonly conditions?: NamedConditions;
  /** The lists that a comparison may name, and what those that were read are about, by name; absent where none may. */
  readonly lists?: NameLists;
  readonly lookedUp?: Map<string, FactType>;
};

/** The parameter of that name. `report` is told of a name that none has; one that did not load was told of already. */
export function paramNamed(
  report: (message: string, fix: string) => void,
  name: string,
  { params, declaredParams }: Vocabulary,
): Param | undefined {
  if (!declaredParams.includes(name)) report(`unknown parameter \`${name}\``, didYouMean(name, declaredParams));
  return params.find((candidate) => candidate.name === name);
}

const ParamFields = z.strictObject({ param: z.string().describe("a parameter's name") });

/** Reads `{ param: name }`, the one thing that stands for a constant. */
export function readParamRef(reader: Reader, path: Path, value: unknown, vocabulary: Vocabulary): Param | undefined {
  const name = readMap(reader, path, value, ParamFields)?.param;
  const report = (message: string, fix: string) => reader.report([...path, "param"], message, fix);
  return name === undefined ? undefined : paramNamed(report, name, vocabulary);
}
