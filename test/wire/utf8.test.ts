import { afterEach, describe, expect, test, vi } from 'vitest'
import {
  asciiText,
  illFormedAt,
  isControl,
  isNonCharacter,
  isPlainText,
  isPlainTopicName,
  nullAt,
  replacedText,
  utf8Length,
  utf8Text,
  writeUtf8,
} from '../../src/wire/utf8.ts'

/** The code points on each side of each boundary of UTF-8 and UTF-16. */
const BOUNDARIES = [0x1, 0x7f, 0x80, 0x7ff, 0x800, 0xd7ff, 0xe000, 0xfeff, 0xffff, 0x1_0000, 0x10_ffff]

// biome-ignore format: one row per boundary
test.each([
  { kind: 'control characters', is: isControl, yes: [0x01, 0x1f, 0x7f, 0x9f], no: [0x00, 0x20, 0x7e, 0xa0] },
  { kind: 'non-characters', is: isNonCharacter, yes: [0xfdd0, 0xfdef, 0xfffe, 0xffff, 0x1_fffe, 0x10_ffff], no: [0xfdcf, 0xfdf0, 0xfffd, 0x1_fffd, 0x1_fdd0] },
])('$kind, §1.5.3', ({ is, yes, no }) => {
  expect(yes.filter((codePoint) => !is(codePoint))).toEqual([])
  expect(no.filter(is)).toEqual([])
})

describe('well-formed text', () => {
  test.each(BOUNDARIES)('U+%i, at every length and position', (codePoint) => {
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

test('the standard decoder agrees on every sequence of one to three bytes', () => {
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
      // U+FFFD itself is well-formed, but the lenient decoder's output does not distinguish it from a replacement.
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
])('%s is ill-formed at any position', (hex) => {
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

// Decoders are created on first use, so each test loads the module again.
describe.each(['Buffer', 'no Buffer'])('decoders with %s', (kind) => {
  afterEach(() => {
    vi.unstubAllGlobals()
    vi.resetModules()
  })

  const wellFormed = Uint8Array.of(0xef, 0xbb, 0xbf, ...new Uint8Array(40).fill(0x61), 0xc3, 0xa9)
  const broken = Uint8Array.of(...wellFormed, 0xff)
  const text = `\uFEFF${'a'.repeat(40)}é`

  test('keep U+FEFF, and refuse or replace ill-formed bytes', async () => {
    vi.resetModules()
    if (kind === 'no Buffer') vi.stubGlobal('Buffer', undefined)
    const fresh = await import('../../src/wire/utf8.ts')
    vi.unstubAllGlobals()
    expect(fresh.utf8Text(broken, 0, broken.length)).toBeUndefined()
    expect(fresh.utf8Text(wellFormed, 0, wellFormed.length)).toBe(text)
    expect(fresh.replacedText(broken, 0, broken.length)).toBe(`${text}\uFFFD`)
    expect(fresh.asciiText(wellFormed, 3, 43)).toBe('a'.repeat(40))
  })
})

test.each([
  ['\0', 'null-character'],
  ['a\0', 'null-character'],
  ['\ud800', 'ill-formed-utf8'],
  ['\udc00', 'ill-formed-utf8'],
  ['\ud800a', 'ill-formed-utf8'],
  ['\ud800\ud800\udc00', 'ill-formed-utf8'],
  ['\udc00\ud800', 'ill-formed-utf8'],
])('%j cannot be sent', (text, code) => {
  expect(utf8Length(text, false)).toBe(code)
})

test('U+0000 may be sent as a payload', () => {
  expect(utf8Length('a\0', true)).toBe(2)
})

describe('plain bytes', () => {
  const NUL = 0
  const isPrintable = (byte: number): boolean => byte >= 0x20 && byte < 0x7f
  const isName = (byte: number): boolean => isPrintable(byte) && byte !== 0x2b && byte !== 0x23

  test.each([1, 2, 3, 4, 5, 7, 8, 9, 12, 13])('%i bytes, with each byte value at each position', (length) => {
    // The bytes around them are not plain, which must make no difference.
    const memory = new Uint8Array(length + 8)
    const view = new DataView(memory.buffer)
    for (let at = 4; at < 4 + length; at++) {
      memory
        .fill(0x61)
        .fill(NUL, 0, 4)
        .fill(0x80, 4 + length)
      for (let byte = 0; byte < 0x100; byte++) {
        memory[at] = byte
        const plain = [isPlainText(view, 4, 4 + length), isPlainTopicName(view, 4, 4 + length)]
        if (plain[0] !== isPrintable(byte) || plain[1] !== isName(byte))
          expect.fail(`${byte} at ${at}: ${plain}`)
      }
    }
  })

  test('empty input is plain text, but not a topic name', () => {
    const view = new DataView(new ArrayBuffer(4))
    expect([isPlainText(view, 2, 2), isPlainTopicName(view, 2, 2)]).toEqual([true, false])
  })

  test('are decoded at every length', () => {
    const characters = '/0123456789abcdefghijklmnopqrstuvwxyz'.repeat(4)
    const memory = new TextEncoder().encode(`${characters}`)
    for (let length = 0; length <= 130; length++) {
      expect(asciiText(memory, 1, 1 + length)).toBe(characters.slice(1, 1 + length))
    }
  })
})

describe('the first wrong byte', () => {
  /** Well-formed and ill-formed endings, of every kind. */
  const endings = [
    ...[
      0x80, 0xbf, 0xc0, 0xc1, 0xc2, 0xdf, 0xe0, 0xe1, 0xec, 0xed, 0xee, 0xef, 0xf0, 0xf1, 0xf3, 0xf4, 0xf5,
      0xff,
    ],
  ].flatMap((lead) =>
    [[], [0x41], [0x7f], [0x80], [0x8f], [0x90], [0x9f], [0xa0], [0xbf], [0xc0]].flatMap((second) =>
      [[], [0x7f], [0x80], [0xbf], [0xc0]].flatMap((third) =>
        [[], [0x7f], [0x80], [0xbf], [0xc0]].map((fourth) => [lead, ...second, ...third, ...fourth]),
      ),
    ),
  )

  test.each(['', 'a', 'né', '温', '😀'])('after %j is where the standard decoder finds it', (before) => {
    const wellFormed = new TextEncoder().encode(before)
    const lenient = new TextDecoder('utf-8', { ignoreBOM: true })
    for (const ending of endings) {
      const memory = Uint8Array.of(0xff, ...wellFormed, ...ending, 0xff)
      const replaced = lenient.decode(memory.subarray(1, -1))
      const place = replaced.indexOf('\uFFFD')
      const expected = place < 0 ? undefined : 1 + new TextEncoder().encode(replaced.slice(0, place)).length
      // The endings do not contain U+FFFD itself, which is well-formed.
      if (illFormedAt(memory, 1, memory.length - 1) !== expected) expect.fail(`${memory}: not at ${expected}`)
    }
  })

  test('does not exist in U+FFFD itself', () => {
    expect(illFormedAt(Uint8Array.of(0x61, 0xef, 0xbf, 0xbd), 0, 4)).toBeUndefined()
    expect(utf8Text(Uint8Array.of(0x61, 0xef, 0xbf, 0xbd), 0, 4)).toBe('a\uFFFD')
  })

  test('of a null character is the first U+0000 in the range', () => {
    const memory = Uint8Array.of(0, 0x61, 0, 0, 0x61, 0)
    expect([0, 1, 2, 4, 5].map((start) => nullAt(memory, start, 5))).toEqual([0, 2, 2, undefined, undefined])
  })
})

test.each([
  ['a\ud800\udbff', 'ill-formed-utf8'],
  ['\udc00\udc00', 'ill-formed-utf8'],
  ['\udfff\udfff', 'ill-formed-utf8'],
  ['a\ud800\ue000', 'ill-formed-utf8'],
  ['\udbff\udfff\udfff', 'ill-formed-utf8'],
  ['\0\ud800', 'null-character'],
  ['\ud800\0', 'ill-formed-utf8'],
])('the first violation in %j counts', (text, code) => {
  expect(utf8Length(text, false)).toBe(code)
})
