import { describe, expect, test } from 'vitest'
import { PacketParser } from '../../src/index.ts'
import { capacityFor } from '../../src/wire/assembly.ts'

describe('memory for a packet that comes in pieces', () => {
  test.each([1, 2, 63, 64, 65, 1_000, 65_536, 16_777_216, 268_435_460])('of %i bytes', (size) => {
    let capacity = 0
    let copied = 0
    for (
      let received = 1;
      received <= size;
      received = Math.max(received + 1, Math.min(received * 2, size))
    ) {
      if (received > capacity) {
        copied += Math.min(capacity, received)
        capacity = capacityFor(size, received)
      }
      expect(capacity).toBeGreaterThanOrEqual(received)
      expect(capacity).toBeLessThanOrEqual(Math.min(size, Math.max(64, received * 32)))
      if (received === size) break
    }
    expect(capacity).toBe(size)
    expect(copied).toBeLessThanOrEqual(size / 16 + 64)
  })

  test('a header that claims 256 MB and sends nothing more costs nothing to speak of', () => {
    const before = process.memoryUsage().arrayBuffers
    const parsers = Array.from({ length: 1_000 }, () => {
      const parser = new PacketParser()
      expect(parser.push(Uint8Array.of(0x30, 0xff, 0xff, 0xff, 0x7f, 0x00)).read()).toBeUndefined()
      return parser
    })
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(1_000 * 1_024)
    expect(parsers.every((parser) => parser.bufferedLength === 6)).toBe(true)
  })
})
