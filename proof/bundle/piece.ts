/** Bytes of one file of a bundle. Pieces of one path follow each other to its end, other paths' between them or not. */
export type Piece = { readonly path: string; readonly bytes: Uint8Array };

export function textPiece(path: string, text: string): Piece {
  return { path, bytes: Buffer.from(text, "utf8") };
}
