import { beforeEach, expect, test } from 'vitest'
import { clearBytes } from '../../src/topic/cache-outgoing.ts'
import { shortTopicBytes } from '../../src/topic/write.ts'
import { prefixed } from '../support/bytes.ts'

const CHARACTERS = [
  '\u0001',
  '\u007f',
  '\u0080',
  '\u07ff',
  '\u0800',
  '\ud7ff',
  '\ue000',
  '\uffff',
  '"',
  '$',
  '*',
  ',',
]

const content = (name: string): Uint8Array => prefixed(new TextEncoder().encode(name))

beforeEach(() => clearBytes())

test.each([1, 2, 3, 4, 5, 63, 64, 127, 128])('valid names of %i characters', (length) => {
  for (const character of CHARACTERS) {
    for (const name of [character.repeat(length), `${'x'.repeat(length - 1)}${character}`]) {
      expect(shortTopicBytes(name)).toEqual(content(name))
    }
  }
})

test.each(['😀', 'x😀y', '😀'.repeat(64), 'größe/温度/🌡', '\u{10000}\u{10ffff}'])(
  'pairs of surrogates: %s',
  (name) => {
    expect(shortTopicBytes(name)).toEqual(content(name))
  },
)

test.each([
  ['', 'empty'],
  ['x'.repeat(129), 'long'],
  ['a/+', 'with a wildcard'],
  ['#', 'with the other wildcard'],
  ['abc#', 'with a wildcard in a whole word'],
  ['a\0', 'with U+0000'],
  ['abc\0', 'with U+0000 in a whole word'],
  ['a\ud800', 'with half a pair of surrogates'],
  ['\udfffa', 'with the other half'],
  ['\ud800\ud800', 'with two halves of the same kind'],
  [undefined, 'none'],
  [7, 'a number'],
] as [unknown, string][])('%j, %s, has none', (name) => {
  expect(shortTopicBytes(name)).toBeUndefined()
})
