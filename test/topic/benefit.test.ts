import { describe, expect, test } from 'vitest'
import { Benefit } from '../../src/topic/benefit.ts'

test.each([
  { hits: 0, misses: 15, expected: true },
  { hits: 0, misses: 16, expected: false },
  { hits: 7, misses: 16, expected: false },
  { hits: 8, misses: 16, expected: true },
])('after $hits hits and $misses misses it is expected: $expected', ({ hits, misses, expected }) => {
  const benefit = new Benefit()
  for (let index = 0; index < hits; index++) benefit.hit()
  for (let index = 0; index < misses; index++) benefit.miss()
  expect(benefit.expected).toBe(expected)
})

describe('look-ups that are left out', () => {
  /** How many of them there are after so many hits and the misses that decide. */
  const leftOut = (benefit: Benefit, hits = 0): number => {
    for (let index = 0; index < hits; index++) benefit.hit()
    for (let index = 0; index < 16; index++) benefit.miss()
    let count = 0
    while (!benefit.expected) count++
    return count
  }

  test('are more each time, up to 1,024', () => {
    const benefit = new Benefit()
    const counts = Array.from({ length: 7 }, () => leftOut(benefit))
    expect(counts).toEqual([32, 64, 128, 256, 512, 1_024, 1_024])
  })

  test('are few again once looking up was worth it', () => {
    const benefit = new Benefit()
    expect([0, 0, 8, 0, 0].map((hits) => leftOut(benefit, hits))).toEqual([32, 64, 0, 32, 64])
  })

  test('are decided by what was found since the last time', () => {
    const benefit = new Benefit()
    expect([7, 1, 8, 7].map((hits) => leftOut(benefit, hits))).toEqual([32, 64, 0, 32])
  })
})
