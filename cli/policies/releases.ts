import { formatPpm } from "../../domain/ppm.ts";
import type { Releases } from "../../gateway/http/releases.ts";
import type { Answer } from "../answer.ts";
import { bodyOf } from "../api-body.ts";
import type { Call } from "../command.ts";
import { widthOf } from "../io.ts";
import { connect } from "../session.ts";
import { writeTable } from "../table.ts";
import { shortVersion } from "./heading.ts";
import { asSomebody, displacedText } from "./release-words.ts";

/** `mandate policy releases`: what is in force, what waits, each policy's mode, and the latest changes. */
export async function releases({ options, io }: Call<object>): Promise<Answer> {
  const client = await connect(options, { kind: "reader" });
  const found = await bodyOf(client.v1.releases.$get());
  const { waiting } = found;
  const verb = waiting?.action === "rollback" ? "rollback" : "promote";
  const second = waiting && `policy ${verb} ${shortVersion(waiting.release)} ${await asSomebody(options, waiting)}`;
  return {
    data: found,
    text: [standing(found), modeTable(found, widthOf(io)), changeTable(found, widthOf(io))].join("\n"),
    warnings: found.problems,
    next: second === null ? [] : [second],
  };
}

function standing({ inForce, canary, waiting, displaced }: Releases): string {
  const lines = [
    inForce === null
      ? "Nothing is in force: every request goes to people."
      : `Release ${shortVersion(inForce)} is in force.`,
    ...(canary === null
      ? []
      : [
          `Canary ${shortVersion(canary.release)} of ${canary.person} is in force for ${formatPpm(canary.canaryPpm)} since ${canary.at}.`,
        ]),
    ...(waiting === null
      ? []
      : [
          `${waiting.action} of ${shortVersion(waiting.release)} waits for ${waiting.roles.join(" or ")}, not ${waiting.person}.`,
        ]),
    ...displaced.map(displacedText),
  ];
  return `${lines.join("\n")}\n`;
}

function modeTable({ modes }: Releases, width: number | undefined): string {
  const columns = [{ header: "POLICY" }, { header: "MODE" }, { header: "SET BY" }, { header: "WAITS FOR" }];
  const rows = modes.map(({ policy, mode, person, waiting }) => [policy, mode, person ?? "", waiting?.mode ?? ""]);
  return rows.length === 0 ? "" : writeTable(columns, rows, width);
}

function changeTable({ changes }: Releases, width: number | undefined): string {
  const columns = [
    { header: "N", right: true },
    { header: "AT" },
    { header: "CHANGE" },
    { header: "RELEASE" },
    { header: "SHARE" },
    { header: "BY" },
    { header: "REASON", flexible: true },
  ];
  const rows = changes.map(({ n, at, action, release, canaryPpm, replaces, person, reason }) => [
    String(n),
    at,
    replaces === null ? action : `${action} over ${shortVersion(replaces)}`,
    shortVersion(release),
    action === "rollback" ? "" : formatPpm(canaryPpm),
    person,
    reason,
  ]);
  return rows.length === 0 ? "" : writeTable(columns, rows, width);
}
