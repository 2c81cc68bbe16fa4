import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { customerAccount } from "../../domain/customer/account.ts";
import { matchesIn } from "../../functions/shared/account-matches.ts";
import { createAccounts } from "../../tools/accounts/postgres.ts";
import { givenPartner, givenRegistration } from "../fixtures/programme.ts";
import { testDatabase, type TestDatabase } from "../setup/database.ts";

const AT = "2026-03-02T09:00:00.000Z";
const held = {
  partnerId: "p-northwind",
  registeredAt: "2026-01-01T00:00:00.000Z",
  expiresAt: "2026-05-01T00:00:00.000Z",
};

let database: TestDatabase;
beforeAll(async () => {
  database = await testDatabase();
  await givenPartner(database.pool, "acme");
  const given = (registrationId: string, domain: string, changes: object = {}) =>
    givenRegistration(database.pool, "acme", { ...held, registrationId, domain, ...changes });
  await given("R-1", "helios-group.de", { name: "Helios Group GmbH" });
  await given("R-2", "helios-group.de", { productFamily: "storage" });
  await given("R-3", "helios-group.de", { expiresAt: "2026-02-01T00:00:00.000Z" });
  await given("R-4", "helios-group.de", { expiresAt: "2025-02-01T00:00:00.000Z" });
  await given("R-5", "fabrikam.com");
  await givenRegistration(database.pool, "globex", { ...held, registrationId: "R-6", domain: "helios-group.de" });
});
afterAll(() => database.drop());

async function matched(address: string, more: { readonly name?: string; readonly aliases?: readonly string[] } = {}) {
  const named = customerAccount(address);
  const customer = { ...more, domain: named.kind === "account" ? named.account : undefined };
  const { value } = await createAccounts(database.pool, () => AT).readMatches("acme", customer, "analytics");
  return (matchesIn(value) ?? []).map(({ registrationId, likeness, likenessPpm }) => [
    registrationId,
    likeness,
    likenessPpm,
  ]);
}

describe("the registrations of a customer", () => {
  test.for([
    ["that is the same", "https://www.helios-group.de/", {}, "same", 1_000_000],
    ["that is the same, by a mail address", "jane@Helios-Group.DE", {}, "same", 1_000_000],
    ["under another suffix", "helios-group.com", {}, "near", 900_000],
    ["without its hyphen", "heliosgroup.eu", {}, "near", 900_000],
    ["by its name", "hx.example", { name: "HELIOS Group Ltd." }, "near", 900_000],
    ["by an alias", "hx.example", { aliases: ["helios-group.de"] }, "near", 950_000],
    ["by a part of its name", "helios.com", {}, "near", 800_000],
    ["by a slip", "helois-group.de", {}, "near", 700_000],
  ] as const)("%s", async ([, address, more, likeness, ppm]) => {
    const found = await matched(address, more);
    expect(found.at(0)).toEqual(["R-1", likeness, ppm]);
  });

  test("are those of its product family and its company, those that end last first, and ended ones for a year", async () => {
    expect((await matched("helios-group.de")).map(([id]) => id)).toEqual(["R-1", "R-3"]);
  });

  test("are none of another's", async () => {
    expect(await matched("helvetia.com")).toEqual([]);
    expect(await matched("helios-energy.com", { name: "Helios Energy" })).toEqual([]);
  });

  test("name the partner as the programme knows it", async () => {
    const { value } = await createAccounts(database.pool, () => AT).readMatches(
      "acme",
      { domain: "fabrikam.com" },
      "analytics",
    );
    expect(matchesIn(value)).toMatchObject([{ partnerName: "Northwind", customerDomain: "fabrikam.com" }]);
  });
});
