import { didYouMean } from "../did-you-mean.ts";
import type { Condition } from "../policy.ts";
import { entriesAt } from "./reader.ts";
import type { Path, Reader } from "./reader.ts";

/** Conditions that several places share by name. Each is put in where it is named, so that nothing else knows of names. */
export type NamedConditions = {
  /** The condition of that name; notes a name that none has, and one that is made of itself, at the path. */
  readonly named: (path: Path, name: unknown) => Condition | undefined;
  /** Notes every one that nothing names. */
  readonly checkUse: () => void;
};

/** Reads the section; `read` reads one condition of it, whose own names come back here. */
export function namedConditions(
  reader: Reader,
  value: unknown,
  read: (path: Path, value: unknown) => Condition | undefined,
): NamedConditions {
  const fix = "write entries such as `smallDeal: { fact: …, operator: …, value: … }`";
  const entries = value === undefined ? [] : entriesAt(reader, ["conditions"], value, fix);
  const names = entries.map(([name]) => name);
  const done = new Map<string, Condition | undefined>();
  const used = new Set<string>();
  const open: string[] = [];
  for (const name of names.filter((one) => !/^[a-z][A-Za-z0-9]*$/.test(one))) {
    reader.reportKey(["conditions"], name, `\`${name}\` is not a condition's name`, "write it like `smallDeal`");
  }
  const settle = (name: string): Condition | undefined => {
    if (done.has(name)) return done.get(name);
    open.push(name);
    const condition = read(["conditions", name], entries.find(([one]) => one === name)?.[1]);
    open.pop();
    done.set(name, condition);
    return condition;
  };
  return {
    named(path, name) {
      if (typeof name !== "string" || !names.includes(name)) {
        reader.report(path, `unknown condition \`${String(name)}\``, didYouMean(String(name), names));
        return undefined;
      }
      used.add(name);
      if (!open.includes(name)) return settle(name);
      const way = [...open.slice(open.indexOf(name)), name].map((one) => `\`${one}\``).join(" names ");
      reader.report(path, `${way}: nothing is made of itself`, "leave one of them out");
      return undefined;
    },
    checkUse() {
      for (const name of names) settle(name);
      for (const name of names.filter((one) => !used.has(one))) {
        reader.reportKey(["conditions"], name, `nothing names \`${name}\``, "use it in a `when`, or remove it");
      }
    },
  };
}
