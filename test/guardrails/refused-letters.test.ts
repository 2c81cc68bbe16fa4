import { describe } from "vitest";
import { refuses } from "./traps.ts";

describe("a policy is refused when", () => {
  refuses([
    {
      name: "it tells the partner a figure",
      change: 'reason: "Touches {protectedTerms}"',
      to: 'reason: "Touches {protectedTerms}"\n    letter: ▸"Over 15 % somebody decides."',
      says: ["the partner reads it, and it holds a figure; say it without figures: limits are not told"],
    },
    {
      name: "what would mend it, for the partner, cites a fact",
      change: 'reason: "Touches {protectedTerms}"',
      to: 'reason: "Touches {protectedTerms}"\n    mend: ▸"Ask for less than {listPrice}."',
      says: ["the partner reads it, and it holds a brace; say it without figures: limits are not told"],
    },
  ]);
});
