import { z } from "zod";
import { parseAmount, sameUnit } from "../literals.ts";
import type { Amount } from "../literals.ts";
import type { Param } from "../policy.ts";
import { entriesAt, readMap, shown } from "./reader.ts";
import type { Path, Reader } from "./reader.ts";

const shape = "`{ percent: 15% }` or `{ money: 500000.00 USD }`, with `allowed` and `protected` where they apply";

/** A parameter's fields, with exactly one of `percent` and `money`. The texts are parsed below. */
const ParamFields = z.strictObject({
  percent: z.unknown().optional(),
  money: z.unknown().optional(),
  allowed: z.string().optional().describe("the bounds an override may move in, such as `5%..20%`"),
  protected: z.boolean().optional().describe("`protected: true`, or leave it out"),
});

const units = {
  percent: { kind: "ppm", fix: "write a percentage with at most four decimals, such as `15%`" },
  money: { kind: "minor", fix: "write an amount with two decimals and its currency, such as `500000.00 USD`" },
} as const;

function readAllowed(reader: Reader, path: Path, text: string, amount: Amount): Param["allowed"] {
  const [min, max, ...more] = text.split("..").map(parseAmount);
  if (min === undefined || max === undefined || more.length > 0 || !sameUnit(min, amount) || !sameUnit(max, amount)) {
    reader.report(path, `\`${text}\` is not a range in the parameter's unit`, "write both ends, such as `5%..20%`");
  } else if (min.value > amount.value || amount.value > max.value) {
    reader.report(path, `the parameter's own value is outside \`${text}\``, "widen `allowed` or change the value");
  } else {
    return { min: min.value, max: max.value };
  }
  return null;
}

function readParam(reader: Reader, name: string, value: unknown): Param | undefined {
  const path = ["params", name];
  if (typeof value !== "object" || value === null) {
    reader.report(path, `\`${name}\` must say its unit`, `write ${shape}`);
    return undefined;
  }
  const fields = readMap(reader, path, value, ParamFields);
  if (fields === undefined) return undefined;
  const given = (["percent", "money"] as const).filter((unit) => fields[unit] !== undefined);
  const [unit] = given;
  if (unit === undefined || given.length > 1) {
    reader.report(path, `\`${name}\` needs one of \`percent\` and \`money\``, `write ${shape}`);
    return undefined;
  }
  const amount = parseAmount(fields[unit]);
  if (amount?.kind !== units[unit].kind) {
    reader.report(
      [...path, unit],
      `${shown(fields[unit])} is not ${unit === "money" ? "money" : "a percentage"}`,
      units[unit].fix,
    );
    return undefined;
  }
  const { allowed } = fields;
  return {
    name,
    ...amount,
    allowed: allowed === undefined ? null : readAllowed(reader, [...path, "allowed"], allowed, amount),
    protected: fields.protected ?? false,
  };
}

/** The parameters of a policy. A name may not be a fact's, so that `{name}` in a reason means one thing. */
export function readParams(reader: Reader, value: unknown, factNames: readonly string[]): readonly Param[] {
  if (value === undefined) return [];
  return entriesAt(reader, ["params"], value, `write entries such as \`auto_max: { percent: 15% }\``).flatMap(
    ([name, entry]) => {
      if (!/^[a-z][a-z0-9_]*$/.test(name)) {
        reader.reportKey(
          ["params"],
          name,
          `\`${name}\` is not a parameter name`,
          "use lower case letters, digits and `_`",
        );
      }
      if (factNames.includes(name)) {
        reader.reportKey(["params"], name, `\`${name}\` is also a fact`, "choose another name");
      }
      const param = readParam(reader, name, entry);
      return param === undefined ? [] : [param];
    },
  );
}
