import { beforeEach, describe, expect, test } from 'vitest'
import { topicCache } from '../../src/topic/cache.ts'
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

beforeEach(() => topicCache.clear())

test.each([1, 2, 3, 4, 5, 63, 64])('sound names of %i characters', (length) => {
  for (const character of CHARACTERS) {
    for (const name of [character.repeat(length), `${'x'.repeat(length - 1)}${character}`]) {
      expect(shortTopicBytes(name)).toEqual(content(name))
    }
  }
})

test.each(['😀', 'x😀y', '😀'.repeat(32), 'größe/温度/🌡', '\u{10000}\u{10ffff}'])(
  'pairs of surrogates: %s',
  (name) => {
    expect(shortTopicBytes(name)).toEqual(content(name))
  },
)

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

  test('are known while others come, as long as they are most', () => {
    for (let round = 0; round < 200; round++) {
      for (const name of names) meet(name)
      meet(`never/before/${round}`)
    }
    expect(names.filter((name) => topicCache.bytesOf(name) !== undefined)).toEqual(names)
  })

  test('are kept up to 54 bytes, and only where they were asked for in vain', () => {
    const longest = 'x'.repeat(54)
    for (const name of [longest, `${longest}x`, 'never/asked/for']) {
      if (name !== 'never/asked/for') expect(topicCache.bytesOf(name)).toBeUndefined()
      shortTopicBytes(name)
    }
    expect(topicCache.bytesOf(longest)).toEqual(content(longest))
    expect(topicCache.bytesOf(`${longest}x`)).toBeUndefined()
    expect(topicCache.bytesOf('never/asked/for')).toBeUndefined()
  })

  test('are 4,096 at most', () => {
    const many = Array.from({ length: 4_096 }, (_, index) => `device/${index}`)
    for (let round = 0; round < 200; round++) for (const name of many) meet(name)
    const known = (): number => many.filter((name) => topicCache.bytesOf(name) !== undefined).length
    expect(known()).toBe(4_096)
    while (topicCache.bytesOf('one/more') === undefined) shortTopicBytes('one/more')
    expect(known()).toBe(0)
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
