import { failure } from "../../cli/failure.ts";
import type { Role } from "../../functions/definition.ts";

export const roles = ["intelligence", "orchestration", "compliance"] as const satisfies readonly Role[];

/** The agents that are meant: one by its name, or all. Throws `CliFailure`. */
export function rolesNamed(name: string | undefined): readonly Role[] {
  if (name === undefined) return roles;
  const role = roles.find((one) => one === name);
  if (role === undefined)
    throw failure("usage", "no-such-agent", `no agent \`${name}\``, `use one of ${roles.join(", ")}`);
  return [role];
}
