import { beforeEach, describe, expect, test, vi } from 'vitest'
import { clearTexts, hashToKeep, incomingPolicy, keepText, textOf } from '../../src/topic/cache-incoming.ts'
import { foundAfterThree, POPULATIONS, place } from '../support/topics.ts'

beforeEach(() => clearTexts())

function find(name: string): string | undefined {
  const { view, start, end } = place(name)
  return textOf(view, start, end)
}

/** Looks a name up, and adds it if it is missing, like reading a PUBLISH. */
function meet(name: string): string | undefined {
  const { view, start, end } = place(name)
  const text = textOf(view, start, end)
  if (text === undefined && hashToKeep() !== 0) keepText(view, start, end, name, hashToKeep())
  return text
}

/** The hash of a name that is not cached. */
function hashOf(name: string): number {
  find(name)
  find(name)
  return hashToKeep()
}

describe('repeated names', () => {
  const LENGTHS = [8, 9, 15, 16, 17, 25, 31, 32, 33, 47, 63, 64, 65, 80, 95, 96, 97, 111, 127, 128]

  test.each(LENGTHS)('a name of %i bytes is found from the third time on', (length) => {
    const name = 'sensor/temperature/'.repeat(8).slice(0, length)
    expect([meet(name), meet(name), meet(name)]).toEqual([undefined, undefined, name])
    for (let index = 0; index < length; index++) {
      expect(find(`${name.slice(0, index)}X${name.slice(index + 1)}`)).toBeUndefined()
    }
    expect(find(`${name}x`)).toBeUndefined()
    expect(find(name.slice(1))).toBeUndefined()
    expect(find(name)).toBe(name)
  })

  test.each([0, 1, 7, 129, 200])('a name of %i bytes is not kept', (length) => {
    const name = 'x'.repeat(length)
    for (let times = 0; times < 4; times++) expect(meet(name)).toBeUndefined()
  })

  test.each(['short', 'x'.repeat(129)])('a name that is not looked up, such as %s, is not kept', (name) => {
    find('a/topic/name')
    find('a/topic/name')
    expect(hashToKeep()).not.toBe(0)
    find(name)
    expect(hashToKeep()).toBe(0)
  })

  test('a name is looked up by its bytes, at any position in memory', () => {
    const name = 'größe/der/dinge'
    for (let start = 0; start < 9; start++) {
      const { view, end } = place(name, start)
      if (start < 2) meet(name)
      else expect(textOf(view, start, end)).toBe(name)
    }
  })

  test.each(POPULATIONS)('after three appearances nine in ten are found: $title', ({ topics, length }) => {
    expect(foundAfterThree(topics, length, (name) => meet(name) !== undefined)).toBeGreaterThan(90)
  })

  test('if all names are unique, few are looked up', () => {
    let looked = 0
    const due = vi.spyOn(incomingPolicy, 'notFound').mockImplementation(() => {
      looked++
      return LookUpsNotFound.call(incomingPolicy, Math.imul(looked, 0x9e37_79b1))
    })
    for (let index = 0; index < 1_000_000; index++) find('never/again')
    due.mockRestore()
    expect(looked).toBeLessThan(15_000)
  })

  test('clear removes them', () => {
    const name = 'a/topic/name'
    for (let times = 0; times < 3; times++) meet(name)
    expect(find(name)).toBe(name)
    clearTexts()
    expect([meet(name), meet(name), meet(name)]).toEqual([undefined, undefined, name])
  })

  test('clear removes all of them, wherever in the table they are', () => {
    const names = Array.from({ length: 1_000 }, (_, index) => `device/${10_000 + index}/state`)
    for (let times = 0; times < 20; times++) for (const name of names) meet(name)
    expect(names.filter((name) => find(name) === name).length).toBeGreaterThan(900)
    clearTexts()
    expect(names.filter((name) => find(name) !== undefined)).toEqual([])
  })
})

const LookUpsNotFound = incomingPolicy.notFound

test.each([
  '\u0001',
  '\u001f',
  '\u007f',
  '\u009f',
  '\ufdd0',
  '\ufdef',
  '\ufffe',
  '\uffff',
  '\u{10ffff}',
  '\ufffd',
])('a name with %j, which another parser may refuse, is not kept', (character) => {
  for (let times = 0; times < 4; times++) expect(meet(`a/topic/${character}/name`)).toBeUndefined()
  for (let times = 0; times < 4; times++) meet('a/topic/ \u00a0\ufdcf\ufff0/name')
  expect(find('a/topic/ \u00a0\ufdcf\ufff0/name')).toBeDefined()
})

describe('names are never confused', () => {
  test('if there are ten thousand, more than entries in the table', () => {
    for (let round = 0; round < 4; round++) {
      for (let index = 0; index < 10_000; index++) {
        const name = `device/${index}/state`
        expect(meet(name) ?? name).toBe(name)
      }
    }
  })

  test('if they start and end in the same way, and differ in length', () => {
    for (let index = 0; index < 300; index++) {
      const pattern = `${index.toString(36).padStart(2, 'z')}/`
      for (let length = 8; length <= 128; length += 5) {
        const name = pattern.repeat(64).slice(0, length)
        meet(name)
        expect(meet(name) ?? name).toBe(name)
        meet('a/topic/name') // so that look-ups are not paused
      }
    }
  })

  // 16 bytes are read as four words, of which no two overlap.
  test.each([0, 4, 8, 12])(
    'if they have the same tag, and differ only in the four bytes from %i on',
    (at) => {
      const byTag = new Map<number, string>()
      const pairs: string[][] = []
      for (let index = 0; index < 40_000; index++) {
        if (index % 1_000 === 0) clearTexts()
        const word = Math.imul(index, 0x9e37_79b1 >>> 8)
        const characters = [0, 7, 14, 21].map((shift) =>
          String.fromCharCode(0x3a + ((word >>> shift) & 0x3f)),
        )
        const name = `${'/'.repeat(at)}${characters.join('')}`.padEnd(16, '/')
        const tag = hashOf(name) >>> 8
        const other = byTag.get(tag)
        if (other !== undefined && other !== name) pairs.push([other, name])
        byTag.set(tag, name)
      }
      expect(pairs.length).toBeGreaterThan(10)
      clearTexts()
      for (const [one = '', other = ''] of pairs) {
        for (let times = 0; times < 30; times++) meet(one)
        expect([find(one), find(other)]).toEqual([one, undefined])
        for (let times = 0; times < 30; times++) meet(other)
        expect(find(other) ?? other).toBe(other)
        expect(find(one) ?? one).toBe(one)
      }
    },
  )
})

describe('collisions', () => {
  test('are rare: of 1,000 names nearly all are kept, and of 2,000 five in six', () => {
    for (const [count, most] of [
      [1_000, 940],
      [2_000, 1_666],
    ] as const) {
      clearTexts()
      const names = Array.from({ length: count }, (_, index) => `device/${10_000 + index}/state`)
      for (let round = 0; round < 30; round++) for (const name of names) meet(name)
      expect(names.filter((name) => find(name) === name).length).toBeGreaterThan(most)
    }
  })

  test('of 6,000 names, nearly as many are kept as the table has entries', () => {
    const names = Array.from({ length: 6_000 }, (_, index) => `device/${10_000 + index}/state`)
    for (let round = 0; round < 30; round++) {
      incomingPolicy.clear()
      for (const name of names) {
        meet(name)
        meet(name)
      }
    }
    incomingPolicy.clear()
    const found = names.filter((name) => find(name) === name).length
    expect(found).toBeGreaterThan(3_000)
    expect(found).toBeLessThanOrEqual(4_096)
  })

  // Differences in the upper bits of two words, which would cancel out with multiplications alone.
  const PAIRS = [4, 8, 12, 16, 24].flatMap((distance) =>
    [0, 4, 8].map((at) => {
      const name = (first: string, second: string): string => {
        const characters = [...'abcdefghijklmnopqrstuvwxyz012345'.repeat(4)]
        characters[at + 3] = first
        characters[at + 3 + distance] = second
        return characters.join('')
      }
      return [name('A', 'a'), name('a', 'A')]
    }),
  )

  test('cannot be chosen without the keys', async () => {
    const shared = new Map<string, number>()
    for (let process = 0; process < 40; process++) {
      vi.resetModules()
      const fresh = await import('../../src/topic/cache-incoming.ts')
      const hash = (name: string): number => {
        const { view, start, end } = place(name)
        fresh.textOf(view, start, end)
        fresh.textOf(view, start, end)
        return fresh.hashToKeep() >>> 20
      }
      for (const [one = '', other = ''] of PAIRS) {
        const both = hash(one) === hash(other)
        if (both) shared.set(one, (shared.get(one) ?? 0) + 1)
      }
    }
    expect(Math.max(0, ...shared.values())).toBeLessThan(4)
  })
})
