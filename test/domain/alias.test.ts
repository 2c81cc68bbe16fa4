import { describe, expect, test } from "vitest";
import { aliasOf, lookedUp, namingOf, personMeant, type HeldAlias } from "../../domain/alias.ts";

describe("an alias is the same text however it is written", () => {
  test.for([
    ["mail", "Dana.Lee@X.Example", "dana.lee@x.example"],
    ["mail", "  dana.lee@x.example ", "dana.lee@x.example"],
    ["mail", "mailto:dana.lee@x.example", "dana.lee@x.example"],
    ["mail", "dana.lee@x.example.", "dana.lee@x.example"],
    ["mail", "ｄａｎａ.lee@x.example", "dana.lee@x.example"],
    ["mail", "dana@bücher.example", "dana@xn--bcher-kva.example"],
    ["mail", "dana@xn--bcher-kva.example", "dana@xn--bcher-kva.example"],
    ["mail", "da\u200Bna@x.example", "dana@x.example"],
    ["name", "Dana  LEE", "dana lee"],
    ["name", "Lee, Dana", "dana lee"],
    ["name", '"Lee, Dana"', "dana lee"],
    ["name", "Jose\u0301", "josé"],
    ["name", "JOSÉ", "josé"],
    ["name", "Weiß", "weiss"],
    ["name", "WEISS", "weiss"],
    ["name", '" Dana Lee "', "dana lee"],
    ["name", '"Dana" Lee', '"dana" lee'],
    ["name", 'Lee "Dana"', 'lee "dana"'],
    ["name", "Lee, Dana, Dr", "lee, dana, dr"],
    ["name", "x".repeat(320), "x".repeat(320)],
    ["mail", "dana@localhost", "dana@localhost"],
    ["user-id", " 00AB ", "00ab"],
    ["user-id", "Lee, Dana", "lee, dana"],
  ] as const)("%s `%s` is `%s`", ([kind, text, alias]) => {
    expect(aliasOf(kind, text)).toBe(alias);
  });

  test.for([
    ["mail", "dana"],
    ["mail", "dana@"],
    ["mail", "@x.example"],
    ["mail", "dana lee@x.example"],
    ["mail", "dana@x.example, lee@x.example"],
    ["mail", "dana@x.example/../y"],
    ["mail", "dana@x!y.example"],
    ["mail", "dana@x.y!example"],
    ["name", " \u200B "],
    ["name", "x".repeat(321)],
  ] as const)("%s `%s` is none", ([kind, text]) => {
    expect(aliasOf(kind, text)).toBeUndefined();
  });

  test("letters that only look alike are other letters", () => {
    expect(aliasOf("name", "Dаna")).not.toBe(aliasOf("name", "Dana"));
  });
});

const held: readonly HeldAlias[] = [
  { system: "own", kind: "user-id", alias: "dana", personId: "dana" },
  { system: "own", kind: "name", alias: "dana lee", personId: "dana" },
  { system: "crm", kind: "mail", alias: "dana@x.example", personId: "dana" },
  { system: "crm", kind: "owner-id", alias: "77", personId: "dana" },
  { system: "crm", kind: "user-id", alias: "78", personId: "lee" },
  { system: "crm", kind: "owner-id", alias: "78", personId: "dana" },
  { system: "crm", kind: "name", alias: "kim", personId: "kim-1" },
  { system: "crm", kind: "name", alias: "kim", personId: "kim-2" },
  { system: "portal", kind: "user-id", alias: "p9", personId: "lee" },
  { system: "portal", kind: "mail", alias: "lee@x.example", personId: "lee" },
];
const means = (text: string, system = "crm") => {
  const naming = namingOf(text);
  return personMeant(
    naming,
    system,
    held.filter(({ alias }) => lookedUp(naming).includes(alias)),
  );
};

describe("what a record says who asks means", () => {
  test.for([
    ["their id here", "dana", "dana"],
    ["it in other letters", "DANA", "dana"],
    ["a mail address", "Dana@X.Example", "dana"],
    ["a name and an address", "Dana Lee <dana@x.example>", "dana"],
    ["a name in quotes", '"Lee, Dana" <dana@x.example>', "dana"],
    ["an address and a name after it", "dana@x.example (Dana Lee)", "dana"],
    ["an address in angle brackets", "<dana@x.example>", "dana"],
    ["an address of another system", "lee@x.example", "lee"],
    ["a name that is nobody's before an address", "Somebody <dana@x.example>", "dana"],
    ["a display name", "dana lee", "dana"],
    ["an owner's id", "77", "dana"],
  ] as const)("%s: `%s` is %s", ([, text, person]) => {
    expect(means(text)).toBe(person);
  });

  test.for([
    ["nothing", ""],
    ["an unknown address", "d.lee@x.example"],
    ["a known name before an unknown address: anybody can write that", "Dana Lee <d.lee@x.example>"],
    ["somebody's name before another's address", "Dana Lee <lee@x.example>"],
    ["an id that two have, one as user and one as owner", "78"],
    ["a name that two have", "Kim"],
    ["another system's id", "p9"],
    ["two addresses", "dana@x.example; lee@x.example"],
  ] as const)("%s: `%s` is nobody", ([, text]) => {
    expect(means(text)).toBeUndefined();
  });

  test.for([
    ["words after the brackets", "Dana Lee <dana@x.example> too"],
    ["brackets within brackets", "<<dana@x.example>"],
    ["words after what stands in round ones", "dana@x.example (Dana Lee) too"],
    ["words before an address with a name", "to dana@x.example (Dana Lee)"],
  ] as const)("%s: `%s` is a text of its own", ([, text]) => {
    const { mail, name, id } = namingOf(text);
    expect([mail, name, id]).toEqual([undefined, text.toLowerCase(), text.toLowerCase()]);
  });

  test("a text is read as an address, a name beside one, or a name or an id", () => {
    const none = { mail: undefined, name: undefined, id: "" };
    expect(
      ["dana@x.example", " Dana Lee <dana@x.example> ", "dana@x.example (Dana Lee)", "77", "", "x".repeat(321)].map(
        namingOf,
      ),
    ).toEqual([
      { ...none, mail: "dana@x.example" },
      { ...none, mail: "dana@x.example", name: "dana lee" },
      { ...none, mail: "dana@x.example", name: "dana lee" },
      { ...none, name: "77", id: "77" },
      none,
      none,
    ]);
    expect(namingOf("x".repeat(320)).id).toHaveLength(320);
  });

  test("is looked up under each of its texts once, and under nothing that is none", () => {
    expect(lookedUp(namingOf("dana"))).toEqual(["dana"]);
    expect(lookedUp(namingOf("Dana Lee <dana@x.example>"))).toEqual(["dana@x.example", "dana lee"]);
    expect(lookedUp(namingOf(""))).toEqual([]);
  });

  test("counts by its own aliases alone, though more are held", () => {
    const whole = (text: string, system = "crm") => personMeant(namingOf(text), system, held);
    expect([whole("dana"), whole("lee@x.example"), whole("d.lee@x.example")]).toEqual(["dana", "lee", undefined]);
  });

  test("an address that is somebody's id is theirs, in its own system", () => {
    const ids: readonly HeldAlias[] = [
      { system: "crm", kind: "user-id", alias: "kim@x.example", personId: "kim" },
      { system: "portal", kind: "name", alias: "kim", personId: "kim" },
      { system: "portal", kind: "name", alias: "kim", personId: "kim-2" },
    ];
    const meant = (text: string, system: string, more: readonly HeldAlias[] = []) =>
      personMeant(namingOf(text), system, [...ids, ...more]);
    expect(meant("kim@x.example", "crm")).toBe("kim");
    expect(meant("kim@x.example", "portal")).toBeUndefined();
    expect(meant("Kim <kim@x.example>", "crm")).toBe("kim");
    const other: HeldAlias = { system: "crm", kind: "mail", alias: "kim@x.example", personId: "kim-3" };
    expect(meant("kim@x.example", "crm", [other])).toBeUndefined();
  });

  test("a name counts whichever system holds it", () => {
    const [dana] = held.filter(({ kind, alias }) => kind === "name" && alias === "dana lee");
    if (dana === undefined) throw new Error("nobody is called so");
    expect(personMeant(namingOf("Dana Lee"), "crm", [{ ...dana, system: "portal" }])).toBe("dana");
  });

  test("an id counts in its own system", () => {
    expect(means("p9", "portal")).toBe("lee");
    expect(means("77", "portal")).toBeUndefined();
  });
});
