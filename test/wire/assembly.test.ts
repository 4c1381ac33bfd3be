import { describe, expect, test } from 'vitest'
import { PacketParser } from '../../src/index.ts'
import { Assembly, capacityFor } from '../../src/wire/assembly.ts'

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

  test.each([
    [6_400, 199, 200],
    [6_400, 200, 6_400],
    [6_400, 201, 6_400],
    [6_401, 200, 201],
    [2_048, 63, 64],
    [65, 1, 64],
    [64, 1, 64],
    [2, 1, 2],
  ])('of %i bytes is room for all only once a 32nd has come: after %i, %i', (size, received, capacity) => {
    expect(capacityFor(size, received)).toBe(capacity)
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

describe('a packet that is put together', () => {
  /** One that starts at `start` of a chunk of so many bytes, all of them 7. */
  const open = (chunkLength: number, start: number, size: number | undefined): Assembly => {
    const chunk = new Uint8Array(chunkLength).fill(7)
    const assembly = new Assembly(chunk, 1_000 + start, size, chunkLength - start)
    assembly.append(chunk, start, chunkLength)
    return assembly
  }

  test('takes memory for its own bytes, not for what lay before it in the chunk', () => {
    const assembly = open(60_000, 59_900, 268_435_460)
    expect(assembly.bytes.length).toBe(capacityFor(268_435_460, 100))
    expect(assembly.received).toEqual(new Uint8Array(100).fill(7))
    expect(assembly.streamOffset).toBe(1_000 + 59_900)
  })

  test('lacks what it can take without a look at it', () => {
    const assembly = open(4, 0, 10)
    expect([0, 1, 5, 6, 7].map((length) => assembly.lacks(length))).toEqual([true, true, true, true, false])
    expect(open(1, 0, undefined).lacks(0)).toBe(false)
  })

  test.each([
    [3, undefined, 64],
    [2, 3_000, 64],
    [100, 3_000, 3_000],
    [100, 268_435_460, capacityFor(268_435_460, 100)],
  ])('takes memory once for the %s bytes that are there, of %s', (received, size, capacity) => {
    expect(new Assembly(new Uint8Array(received), 0, size, received).bytes.length).toBe(capacity)
  })

  test('keeps its memory while there is room, and gives it away when it is full', () => {
    const assembly = open(100, 0, 3_000)
    const { bytes } = assembly
    expect(bytes.length).toBe(3_000)
    for (let length = 100; length < 3_000; length += 100) {
      expect(assembly.isWhole).toBe(false)
      assembly.append(new Uint8Array(100).fill(8), 0, 100)
      expect(assembly.bytes).toBe(bytes)
    }
    expect(assembly.isWhole).toBe(true)
    expect(assembly.whole()).toBe(bytes)
  })

  test('grows to a size that its claim leads to', () => {
    const assembly = open(10, 0, 1_000_000)
    expect(assembly.bytes.length).toBe(capacityFor(1_000_000, 10))
    assembly.append(new Uint8Array(990).fill(7), 0, 990)
    expect(assembly.bytes.length).toBe(capacityFor(1_000_000, 1_000))
    expect(assembly.received).toEqual(new Uint8Array(1_000).fill(7))
  })
})
