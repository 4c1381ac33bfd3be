import { describe, expect, test, vi } from 'vitest'
import { kindOf } from '../../src/wire/bytes.ts'
import { Copies } from '../../src/wire/copies.ts'

const original = (length: number) => Uint8Array.from({ length }, (_, index) => index + length)
const take = (copies: Copies, count: number) => Array.from({ length: count }, () => copies.next())

describe.each([1, 2, 7, 8, 60, 333, 4_095, 4_096, 4_097, 32_768, 65_536])('copies of %i bytes', (length) => {
  const count = length < 400 ? 1_000 : 40

  test('are equal Buffers that share no bytes', () => {
    const copies = new Copies(original(length))
    const all = take(copies, count)
    for (const copy of all) expect(kindOf(copy)).toBe('buffer')
    const expected = Buffer.from(original(length))
    if (!all.every((copy) => copy.equals(expected))) expect.fail('a copy has other bytes')
    for (const [index, copy] of all.entries()) copy.fill(index)
    for (const [index, copy] of all.entries())
      if (!copy.every((byte) => byte === (index & 0xff))) expect.fail(`copy ${index} was overwritten`)
    expect(copies.next().equals(expected)).toBe(true)
  })

  test('share at most 64 KiB, and at most as many are made in advance as were taken', () => {
    const copies = new Copies(original(length))
    const memories = new Map<ArrayBufferLike, number>()
    let taken = 0
    for (const { buffer } of take(copies, count)) {
      const isNew = !memories.has(buffer)
      memories.set(buffer, buffer.byteLength)
      const isPool = buffer.byteLength === 32_768
      if (isNew && !isPool) {
        expect(buffer.byteLength).toBeLessThanOrEqual(65_536)
        expect(buffer.byteLength / length).toBeLessThanOrEqual(Math.max(1, taken))
      }
      taken++
    }
  })
})

test('many small copies need little memory', () => {
  const memories = new Set(take(new Copies(original(60)), 3_000).map(({ buffer }) => buffer))
  const blocks = 8 // whose size doubles up to 64 KiB, and one or two pools for the first copies
  expect(memories.size).toBeLessThanOrEqual(Math.ceil((3_000 * 60) / 65_536) + blocks + 2)
})

test('still works after a copy was transferred on a host that cannot prevent it', async () => {
  vi.resetModules()
  vi.stubGlobal('process', undefined)
  const { Copies } = await import('../../src/wire/copies.ts')
  vi.unstubAllGlobals()
  for (const taken of [1, 8, 9, 15, 16, 17, 40]) {
    const copies = new Copies(original(60))
    const last = take(copies, taken).at(-1)!
    structuredClone(last.buffer, { transfer: [last.buffer] })
    expect(last.length).toBe(0)
    for (const copy of take(copies, 100)) expect([...copy]).toEqual([...original(60)])
  }
})

test('memory is marked as untransferable if possible, so that a copy is not affected when another is transferred', () => {
  const [first, second] = take(new Copies(original(60)), 40).slice(-2)
  try {
    structuredClone(first, { transfer: [first!.buffer as ArrayBuffer] })
  } catch {
    // From Node 21 on. Earlier versions copy it.
  }
  expect([...second!]).toEqual([...original(60)])
})
