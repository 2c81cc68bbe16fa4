import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { customerAccount } from "../../../domain/customer/account.ts";

const accountOf = (text: string) => {
  const found = customerAccount(text);
  return found.kind === "account" ? found.account : undefined;
};
const whyNone = (text: string) => {
  const found = customerAccount(text);
  return found.kind === "none" ? found.reason : undefined;
};

describe("whom a text names", () => {
  test.for([
    ["contoso.co.uk", "shop.contoso.co.uk"],
    ["contoso.com.br", "www.contoso.com.br"],
    ["contoso.uk.com", "shop.contoso.uk.com"],
    ["contoso.blogspot.com", "www.contoso.blogspot.com"],
    ["contoso.github.io", "https://contoso.github.io/docs"],
    ["example.com", " Shop.Example.COM "],
    ["example.com", "https://www.example.com:8443/path?query#part"],
    ["example.com", "//example.com/"],
    ["example.com", "http://jane:secret@example.com"],
    ["example.com", "example.com."],
    ["example.com", "“example.com”".replaceAll(/[“”]/g, '"')],
    ["helios.de", "mailto:Jane@Helios.DE"],
    ["helios.de", "Jane Doe <jane@mail.helios.de>"],
    ["xn--mnchen-3ya.de", "münchen.de"],
    ["xn--mnchen-3ya.de", "XN--MNCHEN-3YA.DE"],
    ["xn--mnchen-3ya.de", "mu\u0308nchen.de"],
    ["xn--80a1acny.xn--p1ai", "почта.рф"],
    ["example.com", "ｅｘａｍｐｌｅ。ｃｏｍ"],
    ["example.com", "exa\u00admple.com\u200b"],
    ["google.com", "google.com"],
    ["bigsplit.example", "bigsplit.example"],
  ] as const)("%s, when it is written %j", ([account, text]) => {
    expect(accountOf(text)).toBe(account);
  });
});

describe("no customer, and why", () => {
  test.for([
    ["gmail.com", "gmail.com gives mail addresses to anybody"],
    ["jane@GMX.de", "gmx.de gives mail addresses to anybody"],
    ["mail.yahoo.co.jp", "yahoo.co.jp gives mail addresses to anybody"],
    ["https://www.facebook.com/small-customer", "facebook.com shows profiles of anybody"],
    ["https://de.linkedin.com/company/contoso", "linkedin.com shows profiles of anybody"],
    ["instagram.com/contoso", "instagram.com shows profiles of anybody"],
    ["youtube.com/@contoso", "youtube.com shows profiles of anybody"],
    ["google.com/maps/place/contoso", "google.com shows profiles of anybody"],
    ["contoso.myshopify.com", "myshopify.com is a shop that others sell in"],
    ["amazon.co.uk/contoso", "amazon.co.uk is a shop that others sell in"],
    ["contoso.wixsite.com/home", "wixsite.com gives pages to anybody"],
    ["contoso.notion.site", "notion.site gives pages to anybody"],
    ["docs.google.com/forms/d/e/1", "docs.google.com keeps forms and files of anybody"],
    ["https://forms.gle/abc", "forms.gle keeps forms and files of anybody"],
    ["github.io", "`github.io` is a suffix that many have names under"],
    ["co.uk", "`co.uk` is a suffix that many have names under"],
    ["com", "`com` is no name on the internet"],
    ["localhost", "`localhost` is no name on the internet"],
    ["contoso.local", "`contoso.local` ends in .local, which is no suffix that names are registered under"],
    ["contoso.cmo", "`contoso.cmo` ends in .cmo, which is no suffix that names are registered under"],
    ["10.0.0.1:443", "`10.0.0.1` is a number of a network, not a name"],
    ["http://[::1]/", "`[::1]` is a number of a network, not a name"],
    ["con_toso.com", "`con_toso.com` is no name that can be registered"],
    ["\u0430pple.com", "`\u0430pple.com` mixes Latin and Cyrillic letters that look alike"],
    ["contoso.com, fabrikam.com", "`contoso.com, fabrikam.com` is no host, web address or mail address"],
    ["Contoso GmbH", "`Contoso GmbH` is no host, web address or mail address"],
    ["javascript:alert(1)", "`javascript:alert(1)` is no host, web address or mail address"],
    ["", "`` is no host, web address or mail address"],
  ] as const)("%j: %s", ([text, reason]) => {
    expect(whyNone(text)).toBe(reason);
  });
});

describe("whatever the text", () => {
  const label = fc.stringMatching(/^[a-z0-9]([a-z0-9-]{0,8}[a-z0-9])?$/);
  const host = fc.tuple(label, label, fc.constantFrom("com", "de", "co.uk", "uk.com", "example", "cmo", "рф"));
  const written = fc.oneof(
    fc.string({ unit: "binary" }),
    fc.webUrl(),
    fc.emailAddress(),
    host.map((parts) => parts.join(".")),
  );

  test("nothing is thrown, and a reason is one line", () => {
    fc.assert(
      fc.property(written, (text) => {
        expect(whyNone(text) ?? "").not.toContain("\n");
      }),
    );
  });

  test("an account names itself", () => {
    fc.assert(
      fc.property(written, (text) => {
        const account = accountOf(text);
        expect(account === undefined ? undefined : accountOf(account)).toBe(account);
      }),
      { numRuns: 1_000 },
    );
  });

  test("case, a dot at the end, `www.`, a port, a path and a mail address name the same", () => {
    fc.assert(
      fc.property(host, ([sub, own, suffix]) => {
        const name = `${own}.${suffix}`;
        const ways = [`www.${name}`, `${sub}.${name}`, name.toUpperCase(), `${name}.`, `${name}:443`, `me@${name}`];
        expect(new Set(ways.map(accountOf))).toEqual(new Set([accountOf(name)]));
        expect(accountOf(`https://${name}/x`)).toBe(accountOf(name));
      }),
    );
  });
});
