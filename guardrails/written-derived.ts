import { assertNever } from "../domain/assert-never.ts";
import { isToday } from "./clock.ts";
import { typeNamed, type DerivedFact, type Operand, type TableCell } from "./derived.ts";
import type { FactType, Scalar } from "./fact-types.ts";
import { writePercent } from "./literals.ts";
import type { Policy } from "./policy.ts";
import { fieldsOf } from "./records.ts";
import { writtenCondition, writtenValue } from "./written-condition.ts";
import type { Plain } from "./written-condition.ts";

function operandOf(operand: Operand, type: FactType): unknown {
  if (typeof operand === "number") return writtenValue(type, operand);
  return "fact" in operand ? operand.fact : operand;
}

/** What two days are apart is a number: the days themselves keep their own unit. */
function unitOf(policy: Policy, made: DerivedFact, operands: readonly Operand[]): FactType {
  const named = operands.flatMap((operand) => (typeof operand === "object" && "fact" in operand ? operand.fact : []));
  return typeNamed(policy, named[0]) ?? made;
}

function writtenCell(cell: TableCell, type: FactType | undefined): unknown {
  if (cell === null) return "*";
  const one = (value: Scalar) => (type === undefined ? value : writtenValue(type, value));
  if ("min" in cell) return `${one(cell.min)}..${one(cell.max)}`;
  const values = cell.in.map(one);
  return values.length === 1 ? values[0] : values;
}

function writtenDerivation(policy: Policy, made: DerivedFact): Plain {
  const { derive, title } = made;
  switch (derive.kind) {
    case "add":
    case "subtract":
    case "min":
    case "max": {
      const unit = unitOf(policy, made, derive.of);
      return { title, [derive.kind]: derive.of.map((operand) => operandOf(operand, unit)) };
    }
    case "multiply":
      return { title, multiply: [operandOf(derive.of, made), derive.by] };
    case "day":
      return { title, day: derive.of.fact };
    case "share": {
      const share = typeof derive.share === "number" ? writePercent(derive.share) : operandOf(derive.share, made);
      return { title, share: operandOf(derive.of, made), of: share, round: derive.round };
    }
    case "table": {
      const types = derive.by.map((name) => typeNamed(policy, name));
      const rows = derive.rows.map(({ when, value }) => [
        ...when.map((cell, at) => writtenCell(cell, types[at])),
        writtenValue(made, value),
      ]);
      return { title, by: derive.by, rows };
    }
    case "count":
    case "sum":
    case "any":
    case "all": {
      const { kind, list, where } = derive;
      const when = where === undefined ? {} : { where: writtenCondition(fieldsOf(policy, list), where) };
      return { title, [kind]: list, ...(kind === "sum" && { of: derive.of }), ...when };
    }
    default:
      return assertNever(derive);
  }
}

/** The sections of a policy's file that say what it makes of its facts. A table that stood in a file of its own is written here. */
export function writtenDerived(policy: Policy): Plain {
  const { derived = [] } = policy;
  const isTable = ({ derive }: DerivedFact) => derive.kind === "table";
  const section = (made: readonly DerivedFact[]) =>
    Object.fromEntries(made.map((one) => [one.name, writtenDerivation(policy, one)]));
  const made = derived.filter((one) => !isToday(one));
  const [tables, others] = [made.filter(isTable), made.filter((one) => !isTable(one))];
  return {
    ...(others.length > 0 && { derive: section(others) }),
    ...(tables.length > 0 && { tables: section(tables) }),
  };
}
