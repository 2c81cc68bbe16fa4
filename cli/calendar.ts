import type { Command } from "commander";
import { formatMinute } from "../audit/story/duration.ts";
import type { CalendarDocument } from "../domain/calendar-document.ts";
import type { CalendarView } from "../gateway/http/calendar.ts";
import type { Answer } from "./answer.ts";
import { bodyOf } from "./api-body.ts";
import { answering, operand, type Call, type Cli } from "./command.ts";
import { failure } from "./failure.ts";
import { connect } from "./session.ts";

type SetOptions = { readonly as?: string; readonly reason: string };

/** No calendar: what that means, and what sets one. */
export const NO_CALENDAR = "none is set: deadlines run day and night";
export const SET_CALENDAR = "calendar set FILE --reason TEXT";

const setHelp = `
FILE is YAML:

zone: Europe/Paris
hours:
  monday: [["09:00", "12:30"], ["13:30", "17:30"]]
  tuesday: [["09:00", "17:30"]]
holidays: ["2026-12-25"]
regions:                # optional: what a region says takes the place of the above
  iberia: { zone: Europe/Madrid, holidays: ["2026-01-06", "2026-12-25"] }

Questions that open from then on run by it; what is open keeps the one it opened under. A route that says \`clock: always\`
runs day and night, one that says \`region: iberia\` by that region's hours. A day of an SLA is a working day.`;

/** `mandate calendar`: when people work. */
export function addCalendar(program: Command, cli: Cli): void {
  const noun = program.command("calendar").description("when people work: what deadlines of questions run by");
  noun.command("show", { isDefault: true }).description("show the calendar that counts").action(answering(cli, show));
  noun
    .command("set <file>")
    .description("set it, as an admin; it is recorded")
    .requiredOption("--reason <text>", "why; it is recorded and sealed")
    .option("--as <person>", "act as this development identity")
    .addHelpText("after", setHelp)
    .action(answering<SetOptions>(cli, set));
}

async function show({ options }: Call<object>): Promise<Answer> {
  const client = await connect(options, { kind: "reader" });
  const found = await bodyOf(client.v1.calendar.$get());
  if (found.set !== null) return { data: found, text: await textOf(found.set) };
  return { data: found, text: `No calendar: ${NO_CALENDAR}.\n`, next: [SET_CALENDAR] };
}

type Shown = Omit<NonNullable<CalendarView["set"]>, "calendar"> & { readonly calendar: object };

async function textOf({ n, setBy, setAt, calendar }: Shown): Promise<string> {
  const { CalendarDocument: Document, weekTexts } = await import("../domain/calendar-document.ts");
  const { zone, hours, holidays, regions = {} } = Document.parse(calendar);
  const off = (days: readonly string[]) => `holidays: ${days.length === 0 ? "none" : days.join(", ")}`;
  const regional = Object.entries(regions).flatMap(([name, own]) => [
    `in ${name}:`,
    ...[
      ...(own.zone === undefined ? [] : [own.zone]),
      ...(own.hours === undefined ? [] : weekTexts(own.hours)),
      ...(own.holidays === undefined ? [] : [off(own.holidays)]),
    ].map((line) => `  ${line}`),
  ]);
  const lines = [zone, ...weekTexts(hours), off(holidays), ...regional];
  return `Version ${n}, set by ${setBy} at ${formatMinute(setAt)}\n${lines.map((line) => `  ${line}\n`).join("")}`;
}

async function set({ args, options }: Call<SetOptions>): Promise<Answer> {
  const calendar = await calendarIn(operand(args));
  const client = await connect(options, { kind: "person", personId: options.as });
  const found = await bodyOf(client.v1.calendar.$put({ json: { calendar, reason: options.reason } }));
  return {
    data: found,
    text: `Questions that open from now on run by it.\n${found.set === null ? "" : await textOf(found.set)}`,
  };
}

/** The calendar that a file holds. Throws `CliFailure` with the place of everything that is wrong. */
async function calendarIn(file: string): Promise<CalendarDocument> {
  const [fs, { readerOf }, { CalendarDocument: Document }, { formatProblem }] = await Promise.all([
    import("node:fs/promises"),
    import("../guardrails/load/reader.ts"),
    import("../domain/calendar-document.ts"),
    import("../guardrails/problem.ts"),
  ]);
  const text = await fs.readFile(file, "utf8").catch((error: Error) => {
    throw failure("notFound", "no-such-file", `${file} cannot be read: ${error.message}`);
  });
  const reader = readerOf(file, text);
  const read = Document.safeParse(reader.value);
  for (const { path, message } of reader.value === undefined ? [] : (read.error?.issues ?? [])) {
    const at = path.filter((key) => typeof key !== "symbol");
    const place = at.length === 0 ? "the calendar" : `\`${at.join(".")}\``;
    reader.report(at, `${place} cannot be taken: ${message}`, "see `mandate calendar set --help`");
  }
  const problems = reader.problems();
  if (read.success && problems.length === 0) return read.data;
  const [first] = problems;
  const detail = first === undefined ? `${file} holds no calendar` : problems.map(formatProblem).join("\n");
  throw failure("usage", "not-a-calendar", detail, "mend what is named; `mandate calendar set --help` shows one");
}
