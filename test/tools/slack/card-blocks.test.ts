import { describe, expect, test } from "vitest";
import { cardBlocks, type Block } from "../../../tools/slack/card-blocks.ts";
import { cardFixture } from "../../fixtures/card.ts";

const named = { version: 3, actionDigest: "ab".repeat(32) };
const textsOf = (blocks: readonly Block[]) => blocks.flatMap((block) => ("text" in block ? [block.text.text] : []));

describe("a card as Slack's blocks", () => {
  test("says what is asked first, and holds every part that the card has", () => {
    const blocks = cardBlocks(cardFixture(), named);
    expect(textsOf(blocks)).toEqual([
      "Juniper Bay Partners asks 18 % off 42,000.00 USD on quote Q-1-4",
      "saltmarsh.example, 7,560.00 USD discount",
      "effective discount 18 %: passes up to 15 %, asks people up to 25 %, is blocked above\nwould pass with net price 35,700.00 USD in place of 34,440.00 USD",
      "Effective discount 18 % is over 15 %",
      "effective discount: 18 % (worked out by code, crm), 2026-03-02T09:00:00.000Z, fresh",
      "nothing is recommended\nThese rules have asked nobody before.",
      "Of 12 questions about this partner people approved 9 and rejected 3; the last was approved on 2026-02-27 (points to approve: people answered so 9 of 11 times that it pointed somewhere: 76 %, Brier score 0.16)",
      "it can be taken back",
      "2999-01-01T00:00:00.000Z: it expires",
      "The text of note in crm.record holds characters that nobody sees.\n[offline model] as asked",
      "reply: no letter to the partner is written for this question",
    ]);
  });

  test("names id, version and digest on each button, and no address", () => {
    const actions = cardBlocks(cardFixture(), named).at(-1);
    const value = JSON.stringify({ escalationId: "esc_0123456789abcdef0123", ...named });
    expect(actions).toMatchObject({ type: "actions", block_id: "esc_0123456789abcdef0123" });
    const elements = actions?.type === "actions" ? actions.elements : [];
    expect(elements.map((one) => [one.action_id, one.value])).toEqual(
      ["approve", "edit", "reject", "ask"].map((name) => [`escalation.${name}`, value]),
    );
    expect(JSON.stringify(elements)).not.toContain("http");
  });

  test.for([
    ["a mention", "<!channel> <@U1> said yes"],
    ["a link", "<https://evil.example|Approve>"],
    ["a format", "*Approved* by `dana`"],
  ])("lets words of others be no %s", ([, reasoning]) => {
    const blocks = cardBlocks(cardFixture({ words: { reasoning: reasoning ?? "", noticed: [] } }), named);
    const holding = blocks.filter((block) => JSON.stringify(block).includes(JSON.stringify(reasoning).slice(1, -1)));
    expect(holding).toMatchObject([{ type: "section", text: { type: "plain_text" } }]);
  });

  test("lets words of others forge no line, and turn no order", () => {
    const words = { reasoning: "fine\nRoom in limits\u202E\u200B\u2028none", noticed: [] };
    expect(textsOf(cardBlocks(cardFixture({ words }), named))).toContain("fine Room in limits none");
  });

  test("keeps within Slack's own bounds", () => {
    const long = "x".repeat(9_000);
    const rules = Array.from({ length: 40 }, (_, nth) => ({
      ...cardFixture().why.rules[0]!,
      id: `r${nth}`,
      reason: long,
    }));
    const blocks = cardBlocks(
      cardFixture({ ask: { ...cardFixture().ask, sentence: long }, why: { rules, missing: [] } }),
      named,
    );
    expect(blocks.length).toBeLessThanOrEqual(50);
    expect(Math.max(...textsOf(blocks).map((text) => text.length))).toBe(3_000);
    expect(textsOf(blocks)[0]).toHaveLength(150);
  });
});
