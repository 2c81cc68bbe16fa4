import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";

export const root = resolve(import.meta.dirname, "../..");

/** From the ground up: a room imports from lower ones only. */
export const rooms = [
  "domain",
  "engines",
  "functions",
  "guardrails",
  "tools",
  "audit",
  "db",
  "workflows",
  "agents",
  "deciding",
  "releases",
  "proof",
  "gateway",
  "console",
  "cli",
  "app",
] as const;
export type Room = (typeof rooms)[number];

export type Import = { readonly from: string; readonly to: string; readonly typeOnly: boolean };

export function sourcesUnder(folder: string): string[] {
  return readdirSync(join(root, folder), { recursive: true, encoding: "utf8" })
    .filter((name) => /\.tsx?$/.test(name))
    .map((name) => join(folder, name));
}

const importPattern =
  /(?:^|\n)\s*(?:import|export)\s+(type\s)?(?:[^"';]*?\sfrom\s+)?"([^"]+)"|import\(\s*"([^"]+)"\s*\)/g;

export function importsOf(file: string): Import[] {
  const text = readFileSync(join(root, file), "utf8");
  return [...text.matchAll(importPattern)].map(([, type, fixed, lazy]) => {
    const specifier = fixed ?? lazy ?? "";
    const to = specifier.startsWith(".") ? relative(root, resolve(root, dirname(file), specifier)) : specifier;
    return { from: file, to, typeOnly: type !== undefined };
  });
}

/** The top folder that a path lies in; a file beside them is its own. */
export const roomOf = (path: string): string => (path.includes("/") ? (path.split("/")[0] ?? "") : path);
