import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { Campaign } from '../../src/cli/fuzz/campaign.ts'
import type { Target } from '../../src/cli/target/target.ts'
import { HANG, TIME_LIMIT } from '../../src/cli/verdict/finding.ts'

// A clock that advances only when an input hangs, so that the cost of hangs can be counted.
beforeEach(() => void vi.useFakeTimers({ toFake: ['Date'] }))
afterEach(() => void vi.useRealTimers())

test('a hang costs at most ten times its time limit to minimize', async () => {
  let hangs = 0
  let length = 0
  // Every byte of the stream can be simplified, and each attempt hangs.
  const target: Target = {
    name: 'hangs on every stream of one length',
    start: async () => ({}),
    close: async () => {},
    async examine(inputs, found) {
      if (inputs.length > 1)
        length = Math.max(...inputs.map(({ bytes }) => bytes.length).filter((n) => n < 100))
      let deaths = 0
      for (const [index, { bytes }] of inputs.entries()) {
        if (bytes.length !== length || (inputs.length > 1 && deaths > 0)) continue
        deaths++
        if (inputs.length === 1) hangs++
        vi.setSystemTime(Date.now() + TIME_LIMIT)
        found(index, [HANG])
      }
      return deaths
    },
  }
  const campaign = new Campaign({ target, declaration: {}, seed: 1, runs: 0 })
  for await (const finding of campaign.findings()) {
    expect(finding).toMatchObject({ kind: 'hang', showsAlone: true })
    break
  }
  expect(hangs).toBeGreaterThan(1)
  expect(hangs).toBeLessThanOrEqual(10)
})
