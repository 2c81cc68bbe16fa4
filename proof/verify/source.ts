/** The files of a bundle, wherever they are. Paths are relative, with `/`. */
export type FileSource = {
  /** A file's bytes, or undefined when there is none. */
  read(path: string): Promise<Buffer | undefined>;
  /** A text's lines without their newlines; none when there is no such file. */
  lines(path: string): AsyncIterable<string>;
  /** Every file. */
  paths(): AsyncIterable<string>;
};
