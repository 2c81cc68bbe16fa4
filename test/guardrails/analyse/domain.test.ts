import { expect, test } from "vitest";
import { numbersIn, type Constraint } from "../../../guardrails/analyse/domain.ts";
import { added, less, ofTerm, scaled } from "../../../guardrails/analyse/linear.ts";

const number = (name: string) => ofTerm({ kind: "fact", name });
const runs = (min: number, max: number) => [{ min: BigInt(min), max: BigInt(max) }];
const places = [0, 1, 2, 3, 4, 5];

test("numbers that are narrowed to one each, and do not fit, are not given out for ones that do", () => {
  const constraints: readonly Constraint[] = [
    { form: less(number("total"), number("part")), runs: runs(-150, -1) },
    ...places.map((at) => ({ form: less(scaled(number(`x${at}`), 3n), number(`s${at}`)), runs: runs(0, 150) })),
    { form: added(places.map((at) => number(`x${at}`))), runs: runs(1, 50) },
    { form: less(number("total"), added(places.map((at) => number(`s${at}`)))), runs: runs(0, 0) },
    { form: less(number("part"), added([1, 3, 5].map((at) => number(`s${at}`)))), runs: runs(0, 0) },
  ];
  const domain = new Map([
    ...["total", "part"].map((name) => [name, runs(0, 150)] as const),
    ...places.flatMap((at) => [[`x${at}`, runs(0, 50)] as const, [`s${at}`, runs(0, 150)] as const]),
  ]);
  expect(numbersIn(domain, constraints, { left: 2_000 })).toSatisfy((found) => found === "none" || found === "spent");
});
