import { describe, expect, test, vi } from 'vitest'
import { PacketParser } from '../../src/index.ts'
import { Assembly, capacityFor } from '../../src/wire/assembly.ts'

describe('memory for a packet in pieces', () => {
  test.each([1, 2, 63, 64, 65, 512, 513, 1_000, 65_536, 16_777_216, 268_435_460])('of %i bytes', (size) => {
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
      expect(capacity).toBeLessThanOrEqual(received <= 64 ? 64 : received * 8)
      if (received === size) break
    }
    expect(capacity).toBe(size <= 64 ? 64 : Math.max(size, 512))
    expect(copied).toBeLessThanOrEqual(size / 4 + 512)
  })

  test.each([
    [6_400, 799, 800],
    [6_400, 800, 6_400],
    [6_400, 801, 6_400],
    [6_401, 800, 801],
    [268_435_460, 513, 1_025],
    [6_400, 512, 512],
    [6_400, 65, 512],
    [65, 64, 64],
    [2, 1, 64],
  ])(
    'of %i bytes is allocated completely only after an eighth has arrived: after %i, %i',
    (size, received, capacity) => {
      expect(capacityFor(size, received)).toBe(capacity)
    },
  )

  test('a header that claims 256 MB, without a body, needs little memory', () => {
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

describe('an assembled packet', () => {
  /** A packet that starts at `start` of a chunk of `chunkLength` bytes, all of them 7. */
  const open = (chunkLength: number, start: number, size: number | undefined): Assembly => {
    const chunk = new Uint8Array(chunkLength).fill(7)
    const assembly = new Assembly(chunk, 1_000 + start, size, chunkLength - start)
    assembly.append(chunk, start, chunkLength)
    return assembly
  }

  test('allocates memory for its own bytes, not for the bytes before it in the chunk', () => {
    const assembly = open(60_000, 59_000, 268_435_460)
    expect(assembly.bytes.length).toBe(capacityFor(268_435_460, 1_000))
    expect(assembly.received).toEqual(new Uint8Array(1_000).fill(7))
    expect(assembly.streamOffset).toBe(1_000 + 59_000)
  })

  test('needs bytes only once its size is known', () => {
    const assembly = open(4, 0, 10)
    expect([0, 1, 5, 6, 7].map((length) => assembly.needs(length))).toEqual([true, true, true, true, false])
    expect(open(1, 0, undefined).needs(0)).toBe(false)
  })

  test.each([
    [3, undefined, 64],
    [2, 3_000, 64],
    [65, 3_000, 512],
    [600, 3_000, 3_000],
    [1_000, 268_435_460, capacityFor(268_435_460, 1_000)],
  ])('allocates memory once for the %s bytes that have arrived, of %s', async (received, size, capacity) => {
    vi.resetModules() // so that there is no spare block of another packet
    const { Assembly } = await import('../../src/wire/assembly.ts')
    const chunk = new Uint8Array(received)
    const assembly = new Assembly(chunk, 0, size, received)
    const { bytes } = assembly
    expect(bytes.length).toBe(capacity)
    assembly.append(chunk, 0, received)
    expect(assembly.bytes).toBe(bytes)
  })

  test('keeps its memory while there is room, and passes it on when it is full', () => {
    const assembly = open(600, 0, 3_000)
    const { bytes } = assembly
    expect(bytes.length).toBe(3_000)
    for (let length = 600; length < 3_000; length += 100) {
      expect(assembly.isWhole).toBe(false)
      assembly.append(new Uint8Array(100).fill(8), 0, 100)
      expect(assembly.bytes).toBe(bytes)
    }
    expect(assembly.isWhole).toBe(true)
    expect(assembly.whole()).toBe(bytes)
  })

  test('grows depending on its claimed size', () => {
    const assembly = open(10, 0, 1_000_000)
    for (const [more, capacity] of [
      [90, 512],
      [900, capacityFor(1_000_000, 1_000)],
      [199_000, 1_000_000],
    ] as const) {
      assembly.append(new Uint8Array(more).fill(7), 0, more)
      expect(assembly.bytes.length).toBe(capacity)
      expect(assembly.received).toEqual(new Uint8Array(assembly.length).fill(7))
    }
  })

  // 40 parsers assemble packets of each size at once, which is more than the number of spare blocks.
  test.each([2, 30, 63, 64, 65, 121, 511, 512, 513, 600, 4_096, 4_097, 40_000])(
    'of %i bytes keeps its own bytes',
    (size) => {
      const inTurns = (byte: number): Uint8Array[] => {
        const assemblies = Array.from({ length: 40 }, () => new Assembly(chunkOf(1, byte), 0, size, 1))
        for (let position = 0; position < size; ) {
          const more = Math.min(position === 0 ? 1 : 97, size - position)
          for (const [index, assembly] of assemblies.entries())
            assembly.append(chunkOf(more, byte + index), 0, more)
          position += more
        }
        return assemblies.map((assembly) => assembly.whole())
      }
      const rounds = [100, 0].map((byte) => ({ byte, packets: inTurns(byte) }))
      for (const { byte, packets } of rounds) {
        for (const [index, packet] of packets.entries()) {
          expect(packet.length).toBe(size)
          if (!packet.every((value) => value === byte + index)) expect.fail(`packet ${index} was overwritten`)
        }
      }
    },
  )
})

const chunkOf = (length: number, byte: number): Uint8Array => new Uint8Array(length).fill(byte)
