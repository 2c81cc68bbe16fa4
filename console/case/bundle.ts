import { zipSync } from "fflate";
import type { Problem } from "../../gateway/http/problem.ts";
import { said, trouble } from "../state.ts";
import { filesOf } from "./files-of.ts";

/** Saves the case's bundle as an archive: records, proofs, checkpoints, policies. What broke off is not saved. */
export async function saveBundle(caseId: string): Promise<void> {
  trouble.value = "";
  try {
    const response = await fetch(`/v1/audit/bundle?case=${encodeURIComponent(caseId)}`, { credentials: "same-origin" });
    if (!response.ok) {
      trouble.value = `Not saved: ${((await response.json()) as Problem).detail}`;
      return;
    }
    const files = filesOf((await response.text()).split("\n").filter((line) => line !== ""));
    save(new Uint8Array(zipSync(files)), "case.zip");
    said.value = "Saved: case.zip";
  } catch (error) {
    trouble.value = `Not saved: ${error instanceof Error ? error.message : "the gateway does not answer"}`;
  }
}

function save(bytes: Uint8Array<ArrayBuffer>, name: string): void {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([bytes], { type: "application/zip" }));
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 1_000);
}
