import { styleText } from "node:util";

type Output = NodeJS.WritableStream & { readonly isTTY?: boolean; readonly columns?: number };

/** Where a command reads and writes. Data goes to `stdout`, everything else to `stderr`. */
export type Io = {
  readonly stdin: NodeJS.ReadableStream & { readonly isTTY?: boolean };
  readonly stdout: Output;
  readonly stderr: Output;
};

/** Columns of a terminal; undefined when piped, where nothing is ever cut. */
export function widthOf({ stdout }: Io): number | undefined {
  return stdout.isTTY === true ? stdout.columns : undefined;
}

/** Text in a style where the stream is a terminal that wants colour; NO_COLOR and FORCE_COLOR are respected. */
export function styled(stream: Output, style: "bold" | "dim" | "red" | "green" | "yellow", text: string): string {
  return styleText(style, text, { stream });
}

/** All of a stream as text. */
export async function readAll(stream: NodeJS.ReadableStream): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(Buffer.from(chunk));
  return Buffer.concat(chunks).toString("utf8");
}
