import { beforeEach, describe, expect, test } from 'vitest'
import { shortTopicBytes } from '../../src/wire/topic-bytes.ts'
import { topicCache } from '../../src/wire/topic-cache.ts'
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

beforeEach(() => topicCache.clear())

test.each([1, 2, 3, 4, 5, 63, 64])('sound names of %i characters', (length) => {
  for (const character of CHARACTERS) {
    for (const name of [character.repeat(length), `${'x'.repeat(length - 1)}${character}`]) {
      expect(shortTopicBytes(name)).toEqual(content(name))
    }
  }
})

test.each(['😀', 'x😀y', '😀'.repeat(32), 'größe/温度/🌡'])('pairs of surrogates: %s', (name) => {
  expect(shortTopicBytes(name)).toEqual(content(name))
})

test.each([
  ['', 'empty'],
  ['x'.repeat(65), 'long'],
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

describe('names that come again', () => {
  const names = Array.from({ length: 16 }, (_, index) => `device/${index}/größe`)
  const meet = (name: string): Uint8Array => topicCache.bytesOf(name) ?? shortTopicBytes(name)!

  test('are known, by bytes of their own', () => {
    for (let round = 0; round < 200; round++) {
      for (const name of names) expect(meet(name)).toEqual(content(name))
    }
    expect(names.filter((name) => topicCache.bytesOf(name) !== undefined)).toEqual(names)
    shortTopicBytes('something else altogether')
    for (const name of names) expect(topicCache.bytesOf(name)).toEqual(content(name))
  })

  test('are forgotten on demand, and not looked up while it is off', () => {
    for (let round = 0; round < 200; round++) for (const name of names) meet(name)
    topicCache.enabled = false
    expect(topicCache.bytesOf(names[0])).toBeUndefined()
    topicCache.enabled = true
    expect(topicCache.bytesOf(names[0])).toBeDefined()
    topicCache.clear()
    expect(topicCache.bytesOf(names[0])).toBeUndefined()
  })
})
