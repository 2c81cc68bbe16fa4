import type { z } from "zod";

/** What a column holds, however optional it is. `other`: lists and objects, which a CSV cell cannot hold. */
export type FieldKind = "text" | "number" | "truth" | "other";

const kinds: { readonly [type: string]: FieldKind } = {
  string: "text",
  enum: "text",
  number: "number",
  boolean: "truth",
};

/** The kinds of a row's columns, by name. */
export function fieldKinds(row: z.ZodObject): { readonly [column: string]: FieldKind } {
  return Object.fromEntries(Object.entries(row.shape).map(([name, field]) => [name, kindOf(field)]));
}

type Def = { readonly type: string; readonly innerType?: z.core.$ZodType };

function kindOf(field: z.core.$ZodType): FieldKind {
  const { type, innerType } = field._zod.def as Def;
  if (innerType !== undefined) return kindOf(innerType);
  return Object.hasOwn(kinds, type) ? (kinds[type] ?? "other") : "other";
}
