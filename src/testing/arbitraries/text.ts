// Text as §1.5.3 allows it, weighted towards characters that break decoders.

import { type Arbitrary, type Combinators, choose } from '../combinators.ts'
import { utf8 } from '../utf8.ts'

/** The maximum length of text and binary data: the largest two-byte length prefix. */
export const MAX_FIELD_LENGTH = 65_535

// The first and last character of each UTF-8 length, the neighbors of the surrogates, and characters that hosts tend to
// strip, join, normalize or replace: U+FEFF, combining and zero-width characters, non-characters, U+FFFD, control characters.
const NOTORIOUS = [
  ...['é', '\uFEFF', '\u{1F600}', '\u0301', '\u200D', '\u0001', '\u001F', '\u007F', '\u0080', '\u07FF'],
  ...['\u0800', '\uD7FF', '\uE000', '\uFFFD', '\uFFFE', '\uFFFF', '\u{10000}', '\u{10FFFF}', '\u212B'],
]
const SURROGATES = 0x800
const FILLERS = ['a', 'é', '\uFEFF', '\u{1F600}']

/** Any character except U+0000, simple ones first. */
export function character(fc: Combinators): Arbitrary<string> {
  return choose(
    fc,
    [4, fc.constantFrom(...'abcxyz09 $')],
    [2, fc.constantFrom(...NOTORIOUS)],
    [
      1,
      fc
        .integer({ min: 1, max: 0x10_ffff - SURROGATES })
        .map((index) => String.fromCodePoint(index < 0xd800 ? index : index + SURROGATES)),
    ],
  )
}

/** Text of up to 12 characters, 48 bytes. */
export function shortText(fc: Combinators, of: Arbitrary<string> = character(fc)): Arbitrary<string> {
  return fc.array(of, { maxLength: 12 }).map((characters) => characters.join(''))
}

/** Text of exactly `length` bytes. */
export function filled(filler: string, length: number): string {
  const size = utf8(filler).length
  return filler.repeat(Math.floor(length / size)) + 'a'.repeat(length % size)
}

/** Text of 65,535 bytes or a few less, and occasionally of any length, so that failures shrink to shorter text. */
export function longText(fc: Combinators, ...fillers: readonly string[]): Arbitrary<string> {
  const length = choose(
    fc,
    [1, fc.integer({ min: 1, max: MAX_FIELD_LENGTH })],
    [3, fc.integer({ min: MAX_FIELD_LENGTH - 7, max: MAX_FIELD_LENGTH })],
  )
  return fc.tuple(fc.constantFrom(...fillers), length).map(([filler, length]) => filled(filler, length))
}

/** Text of 0 to 65,535 bytes: usually short, occasionally empty, one byte, or of the maximum length. */
export function utf8Text(fc: Combinators): Arbitrary<string> {
  return choose(fc, [1, fc.constantFrom('', 'a')], [24, shortText(fc)], [1, longText(fc, ...FILLERS)])
}
