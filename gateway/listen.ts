import { isIPv6 } from "node:net";

/** Addresses that stand for every one of a machine; nobody is reached by them. */
const wildcards: Readonly<Record<string, string>> = { "0.0.0.0": "127.0.0.1", "::": "[::1]" };

/** How this machine reaches who listens on an address or name: as a URL's host, IPv6 in brackets. */
export function reachableHost(listenedOn: string): string {
  return wildcards[listenedOn] ?? (isIPv6(listenedOn) ? `[${listenedOn}]` : listenedOn);
}

/** Whether only this machine reaches who listens on an address or name. */
export function isLoopback(listenedOn: string): boolean {
  return listenedOn === "localhost" || listenedOn === "::1" || /^127(?:\.\d{1,3}){3}$/.test(listenedOn);
}
