import { spawn } from "node:child_process";
import { constants } from "node:os";
import { join } from "node:path";
import { projectRoot } from "./bootstrap.mjs";

/**
 * Runs a command with our terminal and resolves to its exit code (128 + number after a signal). A terminal's Ctrl-C
 * reaches it by itself; signals sent only to us are handed on, and we end after it.
 * @param {string} command
 * @param {readonly string[]} args
 * @returns {Promise<number>}
 */
export function runTool(command, args) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { cwd: projectRoot, stdio: "inherit" });
    const handOn = (signal) => {
      if (signal !== "SIGINT" || !process.stdin.isTTY) child.kill(signal);
    };
    const signals = ["SIGINT", "SIGTERM", "SIGHUP"];
    for (const signal of signals) process.on(signal, handOn);
    const settle = (act) => {
      for (const signal of signals) process.off(signal, handOn);
      act();
    };
    child.once("error", (error) => settle(() => reject(error)));
    child.once("exit", (code, signal) => settle(() => resolve(code ?? 128 + constants.signals[signal])));
  });
}

/** The path of a tool that a package of ours installed. */
export function installedTool(name) {
  return join(projectRoot, "node_modules", ".bin", name);
}
