import { createServer } from "node:net";
import { once } from "node:events";
import { describe, expect, test } from "vitest";
import { freePort } from "../../../engines/free-port.ts";
import { onFreePort } from "../../../app/processes/on-free-port.ts";

const taken = () => new Error("gateway ended with code 1 before it was ready; it said:\nlisten EADDRINUSE");

/** Fails as a process does whose port was taken, so many times. */
function unlucky(times: number) {
  const tried: number[] = [];
  const start = async (port: number) => {
    tried.push(port);
    if (tried.length <= times) throw taken();
    return port;
  };
  return { tried, start };
}

describe("something that listens", () => {
  test("is started on the preferred port when that is free", async () => {
    const preferred = await freePort();
    expect(await onFreePort({ chosen: undefined, preferred }, async (port) => port)).toBe(preferred);
  });

  test("is started on another when somebody listens there", async () => {
    const squatter = createServer().listen(0, "127.0.0.1");
    await once(squatter, "listening");
    const { port: preferred } = squatter.address() as { port: number };
    expect(await onFreePort({ chosen: undefined, preferred }, async (port) => port)).not.toBe(preferred);
    squatter.close();
  });

  test("is started again on another when the port was taken before it listened", async () => {
    const preferred = await freePort();
    const { tried, start } = unlucky(2);
    await onFreePort({ chosen: undefined, preferred }, start);
    expect([tried.length, tried[0], tried[1] === preferred]).toEqual([3, preferred, false]);
  });

  test("is given up when every port is taken, and at once when it failed for another reason", async () => {
    const always = unlucky(100);
    await expect(onFreePort({ chosen: undefined, preferred: 8480 }, always.start)).rejects.toThrow("EADDRINUSE");
    expect(always.tried).toHaveLength(5);
    const broken = () => Promise.reject(new Error("no database"));
    await expect(onFreePort({ chosen: undefined, preferred: 8480 }, broken)).rejects.toThrow("no database");
  });

  test("is tried on a port that was asked for, and on no other", async () => {
    const { tried, start } = unlucky(1);
    await expect(onFreePort({ chosen: 9_000, preferred: 8480 }, start)).rejects.toThrow("EADDRINUSE");
    expect(tried).toEqual([9_000]);
  });
});
