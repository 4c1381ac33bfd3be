// Encodes UTF-8 without the host's encoder and without validation.

const LEADS = [0, 0xc0, 0xe0, 0xf0]

function sequence(codePoint: number): number[] {
  if (codePoint < 0x80) return [codePoint]
  const trailing = codePoint < 0x800 ? 1 : codePoint < 0x1_0000 ? 2 : 3
  const bytes = [LEADS[trailing]! | (codePoint >> (6 * trailing))]
  for (let index = trailing - 1; index >= 0; index--) bytes.push(0x80 | ((codePoint >> (6 * index)) & 0x3f))
  return bytes
}

/** Encodes text. A lone surrogate becomes three bytes, which UTF-8 does not allow. */
export function utf8(text: string): Uint8Array {
  return Uint8Array.from(Array.from(text, (character) => sequence(character.codePointAt(0)!)).flat())
}
