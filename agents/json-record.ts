import { z } from "zod";
import type { JsonObject } from "../domain/json.ts";

/** A JSON object as somebody else wrote it: held to be an object, and kept as it is. */
export const JsonRecord = z.custom<JsonObject>(isJsonRecord, "not a JSON object");

export function isJsonRecord(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
