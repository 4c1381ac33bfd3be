/**
 * Parses bytes in a notation close to the standard's: hexadecimal with spaces, and text in single quotes, as UTF-8.
 * `bytes("30 07 0003 'a/b' 6869")`
 */
export function bytes(notation: string): Uint8Array {
  const parts = notation.split("'")
  return Uint8Array.from(
    parts.flatMap((part, index) => [
      ...Buffer.from(index % 2 === 0 ? part.replace(/\s/g, '') : part, index % 2 === 0 ? 'hex' : 'utf8'),
    ]),
  )
}

/** A two-byte length prefix followed by `content`. */
export function prefixed(content: Uint8Array): Uint8Array {
  return Uint8Array.of(content.length >> 8, content.length & 0xff, ...content)
}

export function join(...pieces: readonly Uint8Array[]): Uint8Array {
  return Uint8Array.from(Buffer.concat(pieces))
}

/** The default ways to cut a stream: whole, and into single bytes. */
export const CUTS: readonly { readonly name: string; cut(whole: Uint8Array): Uint8Array[] }[] = [
  { name: 'whole', cut: (whole) => [whole] },
  { name: 'byte by byte', cut: (whole) => Array.from(whole, (byte) => Uint8Array.of(byte)) },
]
