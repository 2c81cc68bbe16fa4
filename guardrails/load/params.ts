import { z } from "zod";
import { listed } from "../did-you-mean.ts";
import { parseAs, sameUnit, unitWords } from "../literals.ts";
import type { Amount } from "../literals.ts";
import type { Param } from "../policy.ts";
import { rangeExample, readAmount } from "./amounts.ts";
import { entriesAt, readMap } from "./reader.ts";
import type { Path, Reader } from "./reader.ts";

const shape =
  "`{ percent: 15% }`, `{ money: 500000.00 USD }`, `{ number: 9 }`, `{ date: 2026-12-31 }` or `{ duration: 24h }`, with `allowed` and `protected` where they apply";

/** The kinds of values, each with the word that a parameter says it by. */
const units = Object.entries(unitWords) as readonly (readonly [Amount["kind"], (typeof unitWords)[Amount["kind"]]])[];

/** A parameter's fields, with exactly one of the units. The texts are parsed below. */
const ParamFields = z.strictObject({
  percent: z.unknown().optional(),
  money: z.unknown().optional(),
  number: z.unknown().optional(),
  date: z.unknown().optional(),
  "date-time": z.unknown().optional(),
  duration: z.unknown().optional(),
  allowed: z.string().optional().describe("the bounds an override may move in, such as `5%..20%`"),
  protected: z.boolean().optional().describe("`protected: true`, or leave it out"),
});

function readAllowed(reader: Reader, path: Path, text: string, amount: Amount): Param["allowed"] | undefined {
  const [min, max, ...more] = text.split("..").map((end) => parseAs(amount.kind, end));
  if (min === undefined || max === undefined || more.length > 0 || !sameUnit(min, amount) || !sameUnit(max, amount)) {
    const fix = `write both ends, such as \`${rangeExample(amount.kind)}\``;
    reader.report(path, `\`${text}\` is not a range in the parameter's unit`, fix);
  } else if (min.value > amount.value || amount.value > max.value) {
    reader.report(path, `the parameter's own value is outside \`${text}\``, "widen `allowed` or change the value");
  } else {
    return { min: min.value, max: max.value };
  }
  return undefined;
}

function readParam(reader: Reader, name: string, value: unknown): Param | undefined {
  const path = ["params", name];
  if (typeof value !== "object" || value === null) {
    reader.report(path, `\`${name}\` must say its unit`, `write ${shape}`);
    return undefined;
  }
  const fields = readMap(reader, path, value, ParamFields);
  if (fields === undefined) return undefined;
  const [unit, ...others] = units.filter(([, word]) => fields[word] !== undefined);
  if (unit === undefined || others.length > 0) {
    const message = `\`${name}\` needs one of ${listed(Object.values(unitWords))}`;
    reader.report(path, message, `write ${shape}`);
    return undefined;
  }
  const [kind, word] = unit;
  const amount = readAmount(reader, [...path, word], fields[word], kind);
  if (amount === undefined) return undefined;
  const allowed =
    fields.allowed === undefined ? null : readAllowed(reader, [...path, "allowed"], fields.allowed, amount);
  return allowed === undefined ? undefined : { name, ...amount, allowed, protected: fields.protected ?? false };
}

/** The parameters of a policy. A name may not be a fact's, so that `{name}` in a reason means one thing. */
export function readParams(reader: Reader, value: unknown, factNames: readonly string[]): readonly Param[] {
  if (value === undefined) return [];
  return entriesAt(reader, ["params"], value, `write entries such as \`auto_max: { percent: 15% }\``).flatMap(
    ([name, entry]) => {
      if (!/^[a-z][a-z0-9_]*$/.test(name)) {
        const fix = "use lower case letters, digits and `_`";
        reader.reportKey(["params"], name, `\`${name}\` is not a parameter name`, fix);
      }
      if (factNames.includes(name)) {
        reader.reportKey(["params"], name, `\`${name}\` is also a fact`, "choose another name");
      }
      const param = readParam(reader, name, entry);
      return param === undefined ? [] : [param];
    },
  );
}
