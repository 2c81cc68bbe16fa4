import { historyFromJSON } from "@temporalio/common/lib/proto-utils.js";
import { Worker } from "@temporalio/worker";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { quietRuntime } from "../setup/quiet-runtime.ts";
import { workflowBundle } from "../setup/workflow-code.ts";

const folder = import.meta.dirname;
const recorded = readdirSync(folder).filter((name) => name.endsWith(".json"));

type History = { events: { eventType: string; [attributes: string]: unknown }[] };

const read = (name: string) => JSON.parse(readFileSync(join(folder, name), "utf8")) as History;
quietRuntime();

const replay = (history: History, name: string) =>
  Worker.runReplayHistory({ workflowBundle }, historyFromJSON(history), `replay:${name}`);

describe("cases that are under way survive this release", () => {
  test("every way a case can end, and every choreography, has a recorded history", () => {
    expect(recorded.map((name) => name.replace(".json", "")).sort()).toEqual([
      "approved-after-raise",
      "blocked",
      "deal-loses-its-badge",
      "executed",
      "expired",
      "refused",
      "rejected",
      "renewal-auto-renewed",
      "renewal-priced-by-people",
      "superseded",
      "withheld",
    ]);
  });

  test.for(recorded)("%s replays", async (name) => {
    expect(await replay(read(name), name)).toBeUndefined();
  });

  test("a history that does not fit the code is refused", async () => {
    const history = read("executed.json");
    const scheduled = history.events.find(({ eventType }) => eventType === "EVENT_TYPE_ACTIVITY_TASK_SCHEDULED");
    const attributes = scheduled?.["activityTaskScheduledEventAttributes"] as { activityType: { name: string } };
    attributes.activityType.name = "somethingElse";
    await expect(replay(history, "tampered")).rejects.toThrow(/[Nn]ondeterminism/);
  });
});
