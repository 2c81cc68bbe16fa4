import { expect, test } from "vitest";
import { createStopList } from "../../../app/processes/stop-list.ts";

const quiet = () => undefined;

test("stops in the opposite order of starting, one after the other", async () => {
  const stops = createStopList();
  const stopped: string[] = [];
  for (const name of ["lock", "engine", "gateway"]) {
    stops.add(name, async () => {
      await Promise.resolve();
      stopped.push(name);
    });
  }
  expect(await stops.stopAll(quiet)).toEqual([]);
  expect(stopped).toEqual(["gateway", "engine", "lock"]);
});

test("one that fails is named, and the rest is stopped all the same", async () => {
  const stops = createStopList();
  let released = false;
  stops.add("lock", () => {
    released = true;
  });
  stops.add("engine", () => Promise.reject(new Error("it does not stop")));
  stops.add("gateway", () => {
    throw new Error("gone already");
  });
  expect(await stops.stopAll(quiet)).toEqual(["gateway: gone already", "engine: it does not stop"]);
  expect(released).toBe(true);
});

test("what was stopped is not stopped again", async () => {
  const stops = createStopList();
  let times = 0;
  stops.add("engine", () => {
    times += 1;
  });
  await stops.stopAll(quiet);
  await stops.stopAll(quiet);
  expect(times).toBe(1);
});
