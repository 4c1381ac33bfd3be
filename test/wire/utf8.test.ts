import { describe, expect, test } from 'vitest'
import { replacedText, utf8Length, utf8Text, writeUtf8 } from '../../src/wire/utf8.ts'

/** Every code point of interest: each side of each boundary of UTF-8's and UTF-16's forms. */
const BOUNDARIES = [0x1, 0x7f, 0x80, 0x7ff, 0x800, 0xd7ff, 0xe000, 0xfeff, 0xffff, 0x1_0000, 0x10_ffff]

describe('well-formed text', () => {
  test.each(BOUNDARIES)('U+%i, at every length and place', (codePoint) => {
    const character = String.fromCodePoint(codePoint)
    for (const size of [1, 2, 3, 4, 5, 31, 32, 33, 63, 64, 65, 200]) {
      for (const at of [0, size >> 1, size - 1]) {
        const text = 'a'.repeat(at) + character + 'b'.repeat(size - 1 - at)
        const expected = new TextEncoder().encode(text)
        expect(utf8Length(text, false)).toBe(expected.length)
        const target = new Uint8Array(expected.length + 2).fill(0xaa)
        expect(writeUtf8(target, 1, text)).toBe(1 + expected.length)
        expect(target).toEqual(Uint8Array.of(0xaa, ...expected, 0xaa))
        expect(utf8Text(expected, 0, expected.length)).toBe(text)
      }
    }
  })
})

test('every sequence of one to three bytes is judged as the standard decoder judges it', () => {
  const strict = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })
  const lenient = new TextDecoder('utf-8', { ignoreBOM: true })
  const expectSame = (sequence: Uint8Array): void => {
    const replaced = lenient.decode(sequence)
    let text: string | undefined
    if (!replaced.includes('\uFFFD')) text = strict.decode(sequence)
    if (utf8Text(sequence, 0, sequence.length) !== text) expect.fail(`utf8Text of ${sequence}`)
    if (replacedText(sequence, 0, sequence.length) !== replaced) expect.fail(`replacedText of ${sequence}`)
  }
  for (let first = 0x7e; first < 0x100; first++) {
    expectSame(Uint8Array.of(first))
    for (let second = 0; second < 0x100; second += 1) {
      // U+FFFD itself is well-formed, and the one thing that the lenient decoder does not tell from a breach.
      if (first !== 0xef || second !== 0xbf) expectSame(Uint8Array.of(first, second))
      for (const third of [
        0x00, 0x41, 0x7f, 0x80, 0x8f, 0x90, 0x9f, 0xa0, 0xbc, 0xbf, 0xc0, 0xc2, 0xe0, 0xf0, 0xff,
      ]) {
        if (first !== 0xef || second !== 0xbf) expectSame(Uint8Array.of(first, second, third))
      }
    }
  }
})

test.each([
  'f0 80 80 80',
  'f0 8f bf bf',
  'f4 90 80 80',
  'f5 80 80 80',
  'f8 88 80 80 80',
  'ed a0 80 ed b0 80',
  'f0 9f 98',
  'e2 82',
  'c3',
])('%s is ill-formed wherever it stands', (hex) => {
  const sequence = Buffer.from(hex.replaceAll(' ', ''), 'hex')
  for (const before of [0, 1, 29, 31, 32, 61, 64, 150]) {
    const whole = Uint8Array.from([
      ...Buffer.from('a'.repeat(before)),
      ...sequence,
      ...Buffer.from('b'.repeat(before)),
    ])
    expect(utf8Text(whole, 0, whole.length)).toBeUndefined()
    expect(replacedText(whole, 0, whole.length)).toBe(new TextDecoder().decode(whole))
  }
})

test.each([
  ['\0', 'null-character'],
  ['a\0', 'null-character'],
  ['\ud800', 'ill-formed-utf8'],
  ['\udc00', 'ill-formed-utf8'],
  ['\ud800a', 'ill-formed-utf8'],
  ['\ud800\ud800\udc00', 'ill-formed-utf8'],
  ['\udc00\ud800', 'ill-formed-utf8'],
])('%j cannot be sent', (text, breach) => {
  expect(utf8Length(text, false)).toBe(breach)
})

test('U+0000 may be sent as a payload', () => {
  expect(utf8Length('a\0', true)).toBe(2)
})
