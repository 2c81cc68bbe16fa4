/** One record of a CSV text with the line that it begins on, counted from 1. */
export type CsvRecord = { readonly line: number; readonly cells: readonly string[] };

/**
 * The records of a CSV text as RFC 4180 has them, cells trimmed, empty lines left out. `separator` is what the first line is
 * kept apart by: `;` where it has one outside quotes, else `,`. Undefined where a quote does not end.
 */
export function csvRecords(text: string): readonly CsvRecord[] | undefined {
  const first = /^(?:"(?:[^"]|"")*"|[^"\r\n])*/.exec(text)?.[0] ?? "";
  const separator = first.replace(/"(?:[^"]|"")*"/g, "").includes(";") ? ";" : ",";
  const records: CsvRecord[] = [];
  let [cells, cell, line, begun]: [string[], string, number, number] = [[], "", 1, 1];
  let isQuoted = false;
  const endCell = () => {
    cells.push(cell.trim());
    cell = "";
  };
  const endRecord = () => {
    endCell();
    if (cells.some((each) => each !== "")) records.push({ line: begun, cells });
    cells = [];
    begun = line;
  };
  for (let at = text.startsWith("\uFEFF") ? 1 : 0; at < text.length; at += 1) {
    const letter = text.charAt(at);
    if (letter === "\n") line += 1;
    if (isQuoted && letter === '"' && text.charAt(at + 1) === '"') {
      cell += '"';
      at += 1;
    } else if (letter === '"' && (isQuoted || cell.trim() === "")) isQuoted = !isQuoted;
    else if (isQuoted) cell += letter;
    else if (letter === separator) endCell();
    else if (letter === "\n") endRecord();
    else if (letter !== "\r") cell += letter;
  }
  if (isQuoted) return undefined;
  if (cell.trim() !== "" || cells.length > 0) endRecord();
  return records;
}
