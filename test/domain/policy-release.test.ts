import { expect, test } from "vitest";
import { mayDo, modeWords, releaseWords, rolesFor } from "../../domain/policy-release.ts";

const by = { company: "acme", n: 3, person: "pat", reason: "spring", at: "2026-03-02T00:00:00.000Z" } as const;

test("what is signed says what for, and all that is changed", () => {
  const release = { ...by, action: "apply", release: "aa", parent: null, canaryPpm: 100_000 } as const;
  expect(releaseWords({ ...release, replaces: null })).toEqual({ purpose: "mandate policy release", ...release });
  const other = { ...release, replaces: "bb" } as const;
  expect(releaseWords(other)).toEqual({ purpose: "mandate policy release", ...other });
  const mode = { ...by, policy: "quoting", mode: "shadow" } as const;
  expect(modeWords(mode)).toEqual({ purpose: "mandate policy release", action: "mode", ...mode });
});

test("who may author, approve and let agents do less", () => {
  const roles = ["ops-engineer", "regional-director", "partner-manager", "seller"];
  const duties = ["author", "approve", "restrain"] as const;
  expect(duties.map((duty) => roles.filter((role) => mayDo(duty, role)))).toEqual([
    ["ops-engineer"],
    ["ops-engineer", "regional-director"],
    ["ops-engineer", "regional-director", "partner-manager"],
  ]);
  expect(duties.map((duty) => rolesFor(duty).length)).toEqual([1, 2, 3]);
});
