import { expect, test } from 'vitest'
import { Benefit } from '../../src/wire/benefit.ts'

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
