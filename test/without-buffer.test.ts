// Browsers and workers have no Buffer, so the library must give the same results when it is loaded without one.

import { beforeAll, describe, expect, test, vi } from 'vitest'
import * as here from '../src/index.ts'
import { bytesOf } from './support/arbitraries.ts'
import { libraryWithoutBuffer } from './support/without-buffer.ts'

let there: typeof here

beforeAll(async () => {
  there = await libraryWithoutBuffer()
})

describe('on a host without Buffer', () => {
  test('the library is a separate copy, and returns Uint8Arrays', () => {
    expect(there.decode).not.toBe(here.decode)
    for (const size of [1, 10_000, 100_000]) {
      const whole = there.encode({ type: 'publish', topic: 'a', payload: new Uint8Array(size) })
      expect(Object.getPrototypeOf(whole)).toBe(Uint8Array.prototype)
    }
  })

  test.each([7, 100, 10_000])('a payload of %i bytes is a Uint8Array, copied or in pieces', (length) => {
    const whole = Uint8Array.from(there.encode({ type: 'publish', topic: 'a', payload: 'x'.repeat(length) }))
    const parser = new there.PacketParser()
    for (let start = 0; start < whole.length; start += 5) parser.push(whole.subarray(start, start + 5))
    for (const packet of [there.decode(whole, { copyPayloads: true }), parser.read()]) {
      const { payload } = packet as here.Publish
      expect(payload).toStrictEqual(new Uint8Array(length).fill(0x78))
      expect(payload.buffer).not.toBe(whole.buffer)
    }
  })

  // Not only ASCII, and long enough for each way of reading and writing text.
  test.each([1, 31, 33, 63, 64, 65, 200])('text of %i characters, plain and not', (length) => {
    for (const unit of ['a', 'é', '温', '😀', '\uFEFF']) {
      const text = unit.repeat(length)
      const original = here.decode(here.encode({ type: 'publish', topic: text, payload: '' }))
      expect(there.encode(original)).toEqual(bytesOf(original))
      const connect = here.decode(here.encode({ type: 'connect', clientId: text, username: text }))
      expect(there.encode(connect)).toEqual(bytesOf(connect))
      expect(there.decode(bytesOf(original))).toEqual({ ...original, payload: new Uint8Array(0) })
    }
  })

  const resizable = (length: number): ArrayBuffer =>
    Reflect.construct(ArrayBuffer, [length, { maxByteLength: 2 * length }])

  test('long text is written to resizable memory, into which browsers cannot encode', () => {
    const { encodeInto } = TextEncoder.prototype
    const spy = vi.spyOn(TextEncoder.prototype, 'encodeInto')
    spy.mockImplementation(function (this: InstanceType<typeof TextEncoder>, text, target) {
      if ((target.buffer as { resizable?: boolean }).resizable) throw new TypeError('resizable')
      return encodeInto.call(this, text, target)
    })
    for (const packet of [
      { type: 'publish', topic: 'é'.repeat(100), payload: '温'.repeat(100) },
      { type: 'connect', clientId: 'é'.repeat(100), username: '温'.repeat(100) },
    ] as const) {
      const expected = bytesOf(here.decode(here.encode(packet)))
      const target = new Uint8Array(resizable(600))
      expect(there.encodeInto(packet, target, 3)).toBe(expected.length)
      expect(target.subarray(3, 3 + expected.length)).toEqual(Uint8Array.from(expected))
    }
    expect(spy).toHaveBeenCalled()
    spy.mockRestore()
  })
})
