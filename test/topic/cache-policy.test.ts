import { describe, expect, test } from 'vitest'
import { CachePolicy } from '../../src/topic/cache-policy.ts'

const FIRST = 16_384

/** The number of names that are skipped from now on. */
function pauseOf(lookUps: CachePolicy): number {
  let count = 0
  while (!lookUps.shouldLookUp()) count++
  return count
}

/** Looks up new names until a pause begins. Returns their number. */
function meetNewNames(lookUps: CachePolicy, from: number): number {
  let count = 0
  // The hashes differ in all bits, so that they are unique.
  while (lookUps.shouldLookUp()) lookUps.notFound(Math.imul(from + ++count, 0x9e37_79b1))
  return count
}

describe('if every name is new', () => {
  test('each pause is twice as long as the previous one, up to 131,072 names', () => {
    const lookUps = new CachePolicy()
    const rounds = Array.from({ length: 6 }, (_, round) => {
      const met = meetNewNames(lookUps, 10_000 * (round + 1))
      return [met, pauseOf(lookUps) + 1]
    })
    expect(rounds).toEqual([
      [2_048, FIRST],
      [1_024, 2 * FIRST],
      [1_024, 4 * FIRST],
      [1_024, 8 * FIRST],
      [1_024, 8 * FIRST],
      [1_024, 8 * FIRST],
    ])
  })

  test('the next pause is short again after many names were found', () => {
    const lookUps = new CachePolicy()
    meetNewNames(lookUps, 10_000)
    pauseOf(lookUps)
    meetNewNames(lookUps, 20_000)
    pauseOf(lookUps)
    for (let count = 0; count < 1_023; count++) lookUps.found()
    expect(meetNewNames(lookUps, 30_000)).toBe(2_047)
    expect(pauseOf(lookUps) + 1).toBe(4 * FIRST)
    for (let count = 0; count < 1_024; count++) lookUps.found()
    expect(meetNewNames(lookUps, 40_000)).toBe(2_048)
    expect(pauseOf(lookUps) + 1).toBe(FIRST)
  })
})

test('there is no pause if at least half of the names are found', () => {
  const lookUps = new CachePolicy()
  for (let count = 1; count < 50_000; count++) {
    lookUps.notFound(Math.imul(count, 0x9e37_79b1))
    lookUps.found()
    expect(lookUps.shouldLookUp()).toBe(true)
  }
})

test('names that appear only two or three times are not worth looking up', () => {
  for (const [finds, most] of [
    [0, 0.05],
    [1, 0.1],
  ] as const) {
    const lookUps = new CachePolicy()
    let looked = 0
    for (let index = 1; index < 200_000; index++) {
      const hash = Math.imul(index, 0x9e37_79b1)
      for (let times = 0; times < 2 + finds; times++) {
        if (!lookUps.shouldLookUp()) continue
        looked++
        if (times < 2) lookUps.notFound(hash)
        else lookUps.found()
      }
    }
    expect(looked / (200_000 * (2 + finds))).toBeLessThan(most)
  }
})

test('names found earlier do not allow more new names than at the start', () => {
  const lookUps = new CachePolicy()
  for (let count = 0; count < 10_000; count++) lookUps.found()
  expect(meetNewNames(lookUps, 0)).toBe(2_048)
})

describe('a name that was not found', () => {
  test('is worth keeping when it is repeated, and then costs half as much as a new one', () => {
    const lookUps = new CachePolicy()
    expect(lookUps.notFound(0x1234_5678)).toBe(false)
    let times = 0
    while (lookUps.shouldLookUp()) {
      expect(lookUps.notFound(0x1234_5678)).toBe(true)
      times++
    }
    expect(times).toBe(2 * 2_047)
  })

  test('is forgotten after many others', () => {
    const lookUps = new CachePolicy()
    lookUps.notFound(0x1234_5678)
    for (let other = 1; other <= 40; other++) lookUps.notFound(0x1234_5678 + other) // in the same slot
    expect(lookUps.notFound(0x1234_5678)).toBe(false)
  })

  test.each([2, 3, 4, 5])('is noticed even if it alternates with others in its slot: %i names', (count) => {
    const lookUps = new CachePolicy()
    const left = new Set(Array.from({ length: count }, (_, index) => 0x1234_5678 + index))
    for (let round = 0; round < 200; round++) {
      for (const hash of left) if (lookUps.notFound(hash)) left.delete(hash)
    }
    expect([...left]).toEqual([])
  })
})

test('clear forgets names and pauses', () => {
  const lookUps = new CachePolicy()
  lookUps.notFound(1)
  lookUps.clear()
  expect(lookUps.notFound(1)).toBe(false)
  for (let round = 0; round < 3; round++) {
    meetNewNames(lookUps, 0)
    lookUps.clear()
  }
  expect(meetNewNames(lookUps, 0)).toBe(2_048)
  expect(pauseOf(lookUps) + 1).toBe(FIRST)
})

test('nothing is looked up while disabled, and a pause continues afterwards', () => {
  const lookUps = new CachePolicy()
  lookUps.enabled = false
  expect(lookUps.shouldLookUp()).toBe(false)
  lookUps.enabled = true
  meetNewNames(lookUps, 0)
  lookUps.enabled = false
  for (let count = 0; count < 2 * FIRST; count++) expect(lookUps.shouldLookUp()).toBe(false)
  lookUps.enabled = true
  expect(pauseOf(lookUps) + 1).toBe(FIRST)
})
