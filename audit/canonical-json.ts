import type { Json } from "../domain/json.ts";

/**
 * RFC 8785 (JCS) bytes of plain JSON, as text. Strict where libraries are lenient: lone surrogates, `undefined`, dates,
 * functions, class instances and numbers that are not safe integers throw `TypeError` naming the place, because what is
 * hashed must mean the same for every reader.
 */
export function canonicalJson(value: Json): string {
  return write(value, "$");
}

function write(value: unknown, at: string): string {
  if (value === null || typeof value === "boolean") return String(value);
  if (typeof value === "number") return writeNumber(value, at);
  if (typeof value === "string") return writeString(value, at);
  if (Array.isArray(value)) return `[${value.map((item, index) => write(item, `${at}[${index}]`)).join(",")}]`;
  if (typeof value === "object" && isPlain(value)) {
    const members = Object.keys(value).sort();
    return `{${members.map((name) => `${writeString(name, at)}:${write(Reflect.get(value, name), `${at}.${name}`)}`).join(",")}}`;
  }
  throw new TypeError(`cannot write \`${typeof value}\` at ${at} as canonical JSON`);
}

function writeNumber(value: number, at: string): string {
  if (!Number.isSafeInteger(value)) throw new TypeError(`number \`${value}\` at ${at} is not a safe integer`);
  return String(value === 0 ? 0 : value);
}

function writeString(value: string, at: string): string {
  if (!value.isWellFormed()) throw new TypeError(`string at ${at} holds a lone surrogate`);
  return JSON.stringify(value);
}

function isPlain(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}
