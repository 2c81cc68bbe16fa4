import { z } from "@hono/zod-openapi";
import type { JsonObject } from "../../domain/json.ts";
import { writeMinor } from "../../domain/money.ts";
import { nameInWords } from "../../domain/name-in-words.ts";
import type { GovernedAction } from "../../functions/definition.ts";

/** A field of the form that edits a question: of the action's own schema, with what stands there now. */
export const FormField = z
  .object({
    argument: z.string(),
    name: z.string(),
    kind: z.enum(["money", "whole", "text", "choice", "yes-no"]).openapi({
      description: "`money` is sent as `84000.00 USD`, in `currency`",
    }),
    currency: z.string().nullable(),
    choices: z.array(z.string()),
    value: z.string().openapi({ description: "as it is sent; empty where nothing stands there" }),
  })
  .openapi("FormField");
export type FormField = z.infer<typeof FormField>;

type Asked = {
  readonly editable: readonly string[];
  readonly action: { readonly args: { readonly [name: string]: unknown } };
};
type Property = { readonly type?: string; readonly enum?: readonly unknown[] };

/** A field per argument that may be edited; none for a question that nobody may edit. */
export function formOf(action: GovernedAction | undefined, { editable, action: { args } }: Asked): FormField[] {
  if (action?.editable === undefined || editable.length === 0) return [];
  const { properties = {} } = z.toJSONSchema(action.editable, { io: "input" }) as {
    readonly properties?: { readonly [argument: string]: Property };
  };
  return editable.map((argument) => field(argument, properties[argument] ?? {}, args as JsonObject));
}

function field(argument: string, property: Property, args: JsonObject): FormField {
  const { currency: code } = args;
  const currency = argument.endsWith("Minor") && typeof code === "string" ? code : null;
  const choices = (property.enum ?? []).map(String);
  const given = args[argument];
  const kind = kindOf(property, { currency, choices });
  const isAmount = kind === "money" && typeof given === "number" && currency !== null;
  const value = isAmount
    ? writeMinor(given, currency)
    : typeof given === "object" || given === undefined
      ? ""
      : String(given);
  return { argument, name: nameInWords(argument), kind, currency, choices, value };
}

function kindOf(
  { type }: Property,
  { currency, choices }: { readonly currency: string | null; readonly choices: readonly string[] },
): FormField["kind"] {
  if (choices.length > 0) return "choice";
  if (currency !== null) return "money";
  if (type === "boolean") return "yes-no";
  return type === "integer" || type === "number" ? "whole" : "text";
}
