import { z } from "zod";
import { governedActions } from "../domain/governed-actions.ts";
import { Currency, formatMinor } from "../domain/money.ts";
import { formatPpm } from "../domain/ppm.ts";
import { listed } from "./did-you-mean.ts";
import { writeMoney, writePercent } from "./literals.ts";

export type Scalar = boolean | number | string;

/** What a rule may compare: closed types only. `ppm` is parts per million, `minor` integer minor units of `currency`. */
type FactKind =
  | { readonly kind: "boolean" }
  | { readonly kind: "choice"; readonly values: readonly string[] }
  | { readonly kind: "number" | "ppm"; readonly min: number; readonly max: number }
  | { readonly kind: "minor"; readonly min: number; readonly max: number; readonly currency: Currency };

/** A fact that a policy may name. `adjustable`: the requester could ask for another value. */
export type FactType = { readonly name: string; readonly title: string; readonly adjustable: boolean } & FactKind;

const described = { title: z.string().min(1), description: z.string().optional(), adjustable: z.boolean().optional() };

const Property = z.discriminatedUnion("type", [
  z.strictObject({ type: z.literal("boolean"), ...described }),
  z.strictObject({ type: z.literal("string"), enum: z.array(z.string().min(1)).min(1), ...described }),
  z
    .strictObject({
      type: z.literal("integer"),
      minimum: z.int(),
      maximum: z.int(),
      unit: z.enum(["ppm", "minor"]).optional(),
      currency: Currency.optional(),
      ...described,
    })
    .refine(
      ({ unit, currency }) => (unit === "minor") === (currency !== undefined),
      "`unit: minor` and `currency` go together",
    ),
]);

/** The part of JSON Schema that declares facts. Anything else in a schema is refused: an ignored keyword is a hole. */
const FactSchema = z
  .strictObject({
    $schema: z.string().optional(),
    type: z.literal("object"),
    properties: z.record(z.string().regex(/^[a-z][A-Za-z0-9]*$/), Property),
    required: z.array(z.string()),
    additionalProperties: z.literal(false),
  })
  .refine(
    ({ properties, required }) => Object.keys(properties).every((name) => required.includes(name)),
    "every fact is required",
  );

function kindOf(property: z.infer<typeof Property>): FactKind {
  if (property.type === "boolean") return { kind: "boolean" };
  if (property.type === "string") return { kind: "choice", values: property.enum };
  const { minimum: min, maximum: max, unit, currency } = property;
  return currency === undefined
    ? { kind: unit === "ppm" ? "ppm" : "number", min, max }
    : { kind: "minor", min, max, currency };
}

/** The facts a JSON Schema declares. Throws when the schema uses what the policy language has no word for. */
export function factTypesOf(schema: unknown): readonly FactType[] {
  const parsed = FactSchema.safeParse(schema);
  if (!parsed.success) throw new Error(`fact schema is not usable: ${z.prettifyError(parsed.error)}`);
  return Object.entries(parsed.data.properties).map(([name, property]) => ({
    name,
    title: property.title,
    adjustable: property.adjustable ?? false,
    ...kindOf(property),
  }));
}

/** The facts of every policy by its id. */
export type Catalogue = { readonly [policyId: string]: readonly FactType[] };

/** The catalogue of the programme's own governed actions. */
export function governedCatalogue(): Catalogue {
  return Object.fromEntries(
    Object.entries(governedActions).map(([id, { factSchema }]) => [
      id,
      factTypesOf(z.toJSONSchema(factSchema, { io: "input" })),
    ]),
  );
}

/** Whether a value is one the fact can take. Used for what a policy writes and for what a request brings. */
export function acceptsValue(type: FactKind, value: unknown): value is Scalar {
  if (type.kind === "boolean") return typeof value === "boolean";
  if (type.kind === "choice") return typeof value === "string" && type.values.includes(value);
  return typeof value === "number" && Number.isSafeInteger(value) && value >= type.min && value <= type.max;
}

/** What a policy may write for a fact, for messages: `a percentage from 0% to 2000%`. */
export function describeKind(type: FactKind): string {
  switch (type.kind) {
    case "boolean":
      return "`true` or `false`";
    case "choice":
      return `one of ${listed(type.values)}`;
    case "number":
      return `a whole number from ${type.min} to ${type.max}`;
    case "ppm":
      return `a percentage from ${writePercent(type.min)} to ${writePercent(type.max)}`;
    case "minor":
      return `an amount from ${writeMoney(type.min, type.currency)} to ${writeMoney(type.max, type.currency)}`;
  }
}

/** The unit of a fact or a parameter, as far as showing its values goes. */
export type Shown =
  | { readonly kind: Exclude<FactKind["kind"], "minor"> }
  | { readonly kind: "minor"; readonly currency: Currency };

/** A value for people: `18 %`, `85,000.00 USD`, `yes`, `liability`. */
export function showValue(shown: Shown, value: Scalar): string {
  if (typeof value === "boolean") return value ? "yes" : "no";
  if (typeof value === "string") return value;
  if (shown.kind === "ppm") return formatPpm(value);
  return shown.kind === "minor" ? formatMinor(value, shown.currency) : String(value);
}
