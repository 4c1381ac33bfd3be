import fc from 'fast-check'
import { expect, test } from 'vitest'
import { Fifo } from './fifo.js'

test('gives what was put in, in its order', () => {
  const steps = fc.array(fc.oneof(fc.integer(), fc.constant('shift' as const)), { maxLength: 200 })
  fc.assert(
    fc.property(steps, (each) => {
      const [fifo, expected] = [new Fifo<number>(), [] as number[]]
      for (const step of each) {
        if (step === 'shift') expect(fifo.shift()).toBe(expected.shift())
        else {
          fifo.push(step)
          expected.push(step)
        }
        expect(fifo.length).toBe(expected.length)
      }
    }),
  )
})
