// UTF-8 as §1.5.3 requires it: well-formed, without U+0000; a leading U+FEFF is kept.

import { SHORT, shortAscii } from './ascii.ts'
import { copyInto } from './bytes.ts'
import { host } from './host.ts'

const HIGH_BITS = 0x8080_8080 | 0
const ONES = 0x0101_0101
const SPACES = 0x2020_2020
const PLUS_SIGNS = 0x2b2b_2b2b
const PLUS_FROM_HASH = 0x0808_0808

// Text is checked four bytes at a time; if the length is not a multiple of four, the last word overlaps the one before it.
// "Plain" means printable ASCII: subtracting 0x20 sets the high bit of a byte below 0x20, and adding 1 that of 0x7F. A borrow
// can make a plain word look unusual, which only costs the slow path. An unusual word never looks plain.

/** Whether one of four bytes is not printable ASCII. */
const isUnusual = (word: number): boolean => ((word | (word - SPACES) | (word + ONES)) & HIGH_BITS) !== 0

/** Whether one of four bytes is not printable ASCII, or is `+` or `#`; these two differ in one bit. */
export const isUnusualInTopicName = (word: number): boolean =>
  ((word | (word - SPACES) | (word + ONES) | (((word | PLUS_FROM_HASH) ^ PLUS_SIGNS) - ONES)) & HIGH_BITS) !==
  0

/** Up to three bytes as a word, padded with spaces. */
function shortWord(view: DataView, start: number, end: number): number {
  let word = 0x2020_2020
  for (let position = start; position < end; position++) word = (word << 8) | view.getUint8(position)
  return word
}

/** Whether the bytes are all printable ASCII. */
export function isPlainText(view: DataView, start: number, end: number): boolean {
  const last = end - 4
  if (last < start) return !isUnusual(shortWord(view, start, end))
  for (let position = start; position < last; position += 4) {
    if (isUnusual(view.getInt32(position))) return false
  }
  return !isUnusual(view.getInt32(last))
}

/** Whether there is at least one byte, and all are printable ASCII other than wildcards. */
export function isPlainTopicName(view: DataView, start: number, end: number): boolean {
  const last = end - 4
  if (last < start) return start < end && !isUnusualInTopicName(shortWord(view, start, end))
  for (let position = start; position < last; position += 4) {
    if (isUnusualInTopicName(view.getInt32(position))) return false
  }
  return !isUnusualInTopicName(view.getInt32(last))
}

const slices = host.Buffer?.prototype
const latin1Slice = slices?.latin1Slice
const utf8Slice = slices?.utf8Slice

let strict: { decode(bytes: Uint8Array): string } | undefined
let replacing: { decode(bytes: Uint8Array): string } | undefined

/** Decodes bytes that are all ASCII. */
export function asciiText(bytes: Uint8Array, start: number, end: number): string {
  if (end - start <= SHORT) return shortAscii(bytes, start, end - start)
  if (latin1Slice !== undefined) return latin1Slice.call(bytes, start, end)
  return strictText(bytes, start, end) as string
}

/** Decodes UTF-8; returns undefined if it is ill-formed. */
export function utf8Text(bytes: Uint8Array, start: number, end: number): string | undefined {
  if (utf8Slice === undefined) return strictText(bytes, start, end)
  const text = utf8Slice.call(bytes, start, end) // keeps a leading U+FEFF [MQTT-1.5.3-3]
  // Buffer replaces ill-formed bytes with U+FFFD, but a well-formed text may also contain it.
  return text.includes('\uFFFD') && illFormedAt(bytes, start, end) !== undefined ? undefined : text
}

function strictText(bytes: Uint8Array, start: number, end: number): string | undefined {
  strict ??= new host.TextDecoder('utf-8', { fatal: true, ignoreBOM: true }) // [MQTT-1.5.3-3]
  try {
    return strict.decode(copyBetween(bytes, start, end))
  } catch {
    return undefined
  }
}

/** Decodes bytes that may be ill-formed UTF-8, with U+FFFD for each maximal ill-formed subsequence, as browsers do. */
export function replacedText(bytes: Uint8Array, start: number, end: number): string {
  replacing ??= new host.TextDecoder('utf-8', { ignoreBOM: true }) // [MQTT-1.5.3-3]
  return replacing.decode(copyBetween(bytes, start, end))
}

/** Copies, because browsers do not decode resizable memory. Not with `slice`, which a subclass may override. */
function copyBetween(bytes: Uint8Array, start: number, end: number): Uint8Array {
  const copy = new Uint8Array(end - start)
  copyInto(copy, 0, bytes, start, end)
  return copy
}

/** The index of the first ill-formed sequence [MQTT-1.5.3-1], or undefined. See Table 3-7 of the Unicode Standard. */
export function illFormedAt(bytes: Uint8Array, start: number, end: number): number | undefined {
  let position = start
  while (position < end) {
    const lead = bytes[position]!
    if (lead < 0x80) {
      position++
      continue
    }
    const length = lead < 0xc2 || lead > 0xf4 ? 0 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4
    if (length === 0 || position + length > end) return position // stray, overlong, beyond U+10FFFF, or truncated
    // The second byte alone shows overlong forms, surrogates and code points beyond U+10FFFF.
    const lowest = lead === 0xe0 ? 0xa0 : lead === 0xf0 ? 0x90 : 0x80
    const highest = lead === 0xed ? 0x9f : lead === 0xf4 ? 0x8f : 0xbf
    const second = bytes[position + 1]!
    if (second < lowest || second > highest) return position
    for (let index = position + 2; index < position + length; index++) {
      if ((bytes[index]! & 0xc0) !== 0x80) return position
    }
    position += length
  }
  return undefined
}

/** The index of the first U+0000 [MQTT-1.5.3-2], or undefined. No multibyte sequence contains a zero byte. */
export function nullAt(bytes: Uint8Array, start: number, end: number): number | undefined {
  for (let position = start; position < end; position++) if (bytes[position] === 0) return position
  return undefined
}

/**
 * The index of the first occurrence of a character, which the bytes must contain. Ill-formed bytes elsewhere do not hide it:
 * no sequence extends over the first byte of another.
 */
export function characterAt(bytes: Uint8Array, start: number, character: string): number {
  const needle = encodeURIComponent(character)
    .slice(1)
    .split('%')
    .map((byte) => Number.parseInt(byte, 16))
  let position = start // a loop, because a subclass may override `indexOf`
  while (!needle.every((byte, index) => byte === bytes[position + index])) position++
  return position
}

/** Whether a code point is one of the control characters that §1.5.3 advises against, other than U+0000. */
export function isControl(codePoint: number): boolean {
  return (codePoint > 0 && codePoint < 0x20) || (codePoint >= 0x7f && codePoint < 0xa0)
}

/** Whether a code point is one of Unicode's 66 non-characters, which §1.5.3 advises against. */
export function isNonCharacter(codePoint: number): boolean {
  return (codePoint & 0xfffe) === 0xfffe || (codePoint >= 0xfdd0 && codePoint <= 0xfdef)
}

/** Why a string cannot be sent. */
export type TextErrorCode = 'null-character' | 'ill-formed-utf8'

/**
 * The length of `text` in UTF-8 bytes; or why MQTT does not allow it: a lone surrogate [MQTT-1.5.3-1], or
 * U+0000 [MQTT-1.5.3-2] if `allowNull` is false.
 */
export function utf8Length(text: string, allowNull: boolean): number | TextErrorCode {
  let length = text.length
  for (let index = 0; index < text.length; index++) {
    const unit = text.charCodeAt(index)
    if (unit < 0x80) {
      if (unit === 0 && !allowNull) return 'null-character' // [MQTT-1.5.3-2]
    } else if (unit < 0x800) {
      length++
    } else {
      length += 2
      if (unit >= 0xd800 && unit <= 0xdfff) {
        const next = index + 1 < text.length ? text.charCodeAt(index + 1) : 0
        if (unit > 0xdbff || next < 0xdc00 || next > 0xdfff) return 'ill-formed-utf8' // [MQTT-1.5.3-1]
        index++ // a surrogate pair: two units, four bytes
      }
    }
  }
  return length
}

const utf8Write = slices?.utf8Write
let encoder: { encodeInto(text: string, target: Uint8Array): { readonly written: number } } | undefined

// From this many characters on, a native call is cheaper than a loop.
const LOOP_BELOW = 64

/** Writes well-formed `text` and returns the position after it. */
export function writeUtf8(target: Uint8Array, position: number, text: string): number {
  if (text.length >= LOOP_BELOW) return writeLong(target, position, text)
  for (let index = 0; index < text.length; index++) {
    const unit = text.charCodeAt(index)
    if (unit >= 0x80) return writeMultibyte(target, position, text, index)
    target[position++] = unit
  }
  return position
}

function writeLong(target: Uint8Array, position: number, text: string): number {
  if (utf8Write !== undefined)
    return position + utf8Write.call(target, text, position, target.length - position)
  encoder ??= new host.TextEncoder()
  try {
    return position + encoder.encodeInto(text, target.subarray(position)).written
  } catch {
    // Browsers do not encode into resizable memory.
    const bytes = new Uint8Array(3 * text.length)
    const { written } = encoder.encodeInto(text, bytes)
    copyInto(target, position, bytes, 0, written)
    return position + written
  }
}

function writeMultibyte(target: Uint8Array, position: number, text: string, from: number): number {
  for (let index = from; index < text.length; index++) {
    const unit = text.codePointAt(index)!
    if (unit < 0x80) {
      target[position++] = unit
    } else if (unit < 0x800) {
      target[position++] = 0xc0 | (unit >> 6)
      target[position++] = 0x80 | (unit & 0x3f)
    } else if (unit < 0x1_0000) {
      target[position++] = 0xe0 | (unit >> 12)
      target[position++] = 0x80 | ((unit >> 6) & 0x3f)
      target[position++] = 0x80 | (unit & 0x3f)
    } else {
      target[position++] = 0xf0 | (unit >> 18)
      target[position++] = 0x80 | ((unit >> 12) & 0x3f)
      target[position++] = 0x80 | ((unit >> 6) & 0x3f)
      target[position++] = 0x80 | (unit & 0x3f)
      index++
    }
  }
  return position
}
