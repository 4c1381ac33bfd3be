/**
 * Bytes as a reader of the standard writes them: hexadecimal with spaces, and text in single quotes for its UTF-8.
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

/** A length prefix of two bytes, and `content` behind it. */
export function prefixed(content: Uint8Array): Uint8Array {
  return Uint8Array.of(content.length >> 8, content.length & 0xff, ...content)
}

export function join(...pieces: readonly Uint8Array[]): Uint8Array {
  return Uint8Array.from(Buffer.concat(pieces))
}

/** Every way to cut that the tests try by default: whole, and one byte at a time. */
export const CUTS: readonly { readonly name: string; cut(whole: Uint8Array): Uint8Array[] }[] = [
  { name: 'whole', cut: (whole) => [whole] },
  { name: 'byte by byte', cut: (whole) => Array.from(whole, (byte) => Uint8Array.of(byte)) },
]
