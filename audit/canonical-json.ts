import type { Json } from "../domain/json.ts";

/**
 * RFC 8785 (JCS) bytes of plain JSON, as text. Strict where libraries are lenient: lone surrogates, `undefined`, dates,
 * functions, class instances and numbers that are not safe integers throw `TypeError` naming the place, because what is
 * hashed must mean the same for every reader.
 */
export function canonicalJson(value: Json): string {
  return write(value, []);
}

/** `place` holds the names and indexes on the way to the value, for the error. */
function write(value: unknown, place: (string | number)[]): string {
  if (typeof value === "string") return writeString(value, place);
  if (typeof value === "number") return writeNumber(value, place);
  if (value === null || typeof value === "boolean") return String(value);
  if (Array.isArray(value)) {
    let items = "";
    for (const [index, item] of value.entries()) {
      items += `${index === 0 ? "" : ","}${writeAt(item, index, place)}`;
    }
    return `[${items}]`;
  }
  if (typeof value === "object" && isPlain(value)) {
    let members = "";
    for (const name of Object.keys(value).sort()) {
      members += `${members === "" ? "" : ","}${writeString(name, place)}:${writeAt(Reflect.get(value, name), name, place)}`;
    }
    return `{${members}}`;
  }
  throw new TypeError(`cannot write \`${typeof value}\` at ${written(place)} as canonical JSON`);
}

function writeAt(value: unknown, at: string | number, place: (string | number)[]): string {
  place.push(at);
  const text = write(value, place);
  place.pop();
  return text;
}

function writeNumber(value: number, place: readonly (string | number)[]): string {
  if (!Number.isSafeInteger(value))
    throw new TypeError(`number \`${value}\` at ${written(place)} is not a safe integer`);
  return String(value === 0 ? 0 : value);
}

/** Text that JSON writes as it is; quotes, backslashes, controls and surrogates are left to the escaper, which costs most. */
const PLAIN_TEXT = /^[ !#-[\]-\ud7ff\ue000-\uffff]*$/;

function writeString(value: string, place: readonly (string | number)[]): string {
  if (PLAIN_TEXT.test(value)) return `"${value}"`;
  if (!value.isWellFormed()) throw new TypeError(`string at ${written(place)} holds a lone surrogate`);
  return JSON.stringify(value);
}

function written(place: readonly (string | number)[]): string {
  return place.reduce<string>((path, at) => `${path}${typeof at === "number" ? `[${at}]` : `.${at}`}`, "$");
}

function isPlain(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}
