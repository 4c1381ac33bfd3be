// decodeStream with piecesFrom, which streams payloads as they arrive.

import { PassThrough } from 'node:stream'
import { describe, expect, test } from 'vitest'
import {
  type DecodePayloadStreamOptions,
  decodeStream,
  encode,
  type StreamedPacketTo,
  type StreamedPublish,
} from '../../src/index.ts'
import { bytes, CUTS, join } from '../support/bytes.ts'
import { caught } from '../support/malformed.ts'
import { tick } from '../support/packet-stream.ts'

const PUBACK = bytes('40 02 0001')
const TEN = bytes("32 0f 0001 'a' 0007 '0123456789'")
const SMALL = bytes("30 05 0001 'b' 'hi'")
const DONE = { done: true, value: undefined }
const OPTIONS: DecodePayloadStreamOptions = { piecesFrom: 3 }

const text = async (payload: AsyncIterable<Uint8Array>): Promise<string> => {
  let all = ''
  for await (const piece of payload) all += Buffer.from(piece).toString()
  return all
}

/** A source with the chunks that are passed to `give`. */
function source() {
  const output = new PassThrough({ objectMode: true })
  return {
    stream: output as AsyncIterable<Uint8Array> & PassThrough,
    give: (...chunks: Uint8Array[]) => {
      for (const chunk of chunks) output.write(chunk)
    },
  }
}

/** The packets of a source with these chunks. */
function opened(...chunks: Uint8Array[]) {
  const { stream, give } = source()
  give(...chunks)
  return { stream, give, packets: decodeStream(stream, OPTIONS) }
}

type Packets = AsyncIterableIterator<StreamedPacketTo>
const large = async (packets: Packets): Promise<StreamedPublish> => {
  const { value } = await packets.next()
  expect(value).toMatchObject({ type: 'publish', topic: 'a', qos: 1, packetId: 7, payloadLength: 10 })
  return value
}
const pieces = (packet: StreamedPublish) =>
  packet.payload[Symbol.asyncIterator]() as AsyncIterableIterator<Uint8Array>

describe.each(CUTS)('payloads, $name', ({ cut }) => {
  test('are read in the loop over the packets', async () => {
    const seen: unknown[] = []
    for await (const packet of decodeStream(cut(join(PUBACK, TEN, SMALL, TEN, PUBACK)), OPTIONS)) {
      if (packet.type !== 'publish') seen.push(packet.type)
      else if (packet.payloadLength === undefined) seen.push(Buffer.from(packet.payload).toString())
      else seen.push(await text(packet.payload), packet.payloadLength)
    }
    expect(seen).toEqual(['puback', '0123456789', 10, 'hi', '0123456789', 10, 'puback'])
  })

  test('are skipped if they are not read, or only in part', async () => {
    const seen: unknown[] = []
    for await (const packet of decodeStream(cut(join(TEN, PUBACK, TEN, PUBACK)), OPTIONS)) {
      seen.push(packet.type)
      if (packet.type !== 'publish' || seen.length < 3 || packet.payloadLength === undefined) continue
      for await (const piece of packet.payload) {
        expect(piece[0]).toBe(0x30)
        break
      }
    }
    expect(seen).toEqual(['publish', 'puback', 'publish', 'puback'])
  })

  test('that are incomplete are an error of the payload and of the packets', async () => {
    const packets = decodeStream(cut(join(PUBACK, TEN.subarray(0, 12))), OPTIONS)
    await packets.next()
    const packet = await large(packets)
    const error = await text(packet.payload).catch((thrown) => thrown)
    expect(error).toMatchObject({ code: 'incomplete-packet', field: 'Payload', offset: 12, streamOffset: 16 })
    await expect(packets.next()).rejects.toBe(error)
    expect(await packets.next()).toEqual(DONE)
  })
})

describe('a payload', () => {
  test('cannot be read further after the next packet was requested', async () => {
    const { packets, give } = opened(TEN.subarray(0, 9))
    const packet = await large(packets)
    const iterator = pieces(packet)
    expect(await iterator.next()).toEqual({ done: false, value: TEN.subarray(7, 9) })
    const waiting = [iterator.next(), iterator.next()]
    await tick()
    const next = packets.next()
    const message = 'the next packet was requested before the payload was read to its end'
    for (const each of [...waiting, iterator.next()])
      await expect(each).rejects.toThrow(new TypeError(message))
    give(join(TEN.subarray(9), PUBACK))
    expect(await next).toMatchObject({ value: { type: 'puback' } })
    await expect(iterator.next()).rejects.toThrow(message)
  })

  test('cannot be read at all after the next packet was requested', async () => {
    const { packets } = opened(TEN, PUBACK)
    const packet = await large(packets)
    await packets.next()
    await expect(text(packet.payload)).rejects.toThrow(TypeError)
  })

  test('is skipped if later packets were requested at the same time', async () => {
    const { packets } = opened(TEN, PUBACK)
    const [first, second] = await Promise.all([packets.next(), packets.next()])
    expect(second).toMatchObject({ value: { type: 'puback' } })
    await expect(text(first.value.payload)).rejects.toEqual(
      new TypeError('the next packet was requested before the payload was read to its end'),
    )
  })

  test('that was read to its end remains at its end', async () => {
    const { packets } = opened(TEN, PUBACK)
    const iterator = pieces(await large(packets))
    expect(await iterator.next()).toEqual({ done: false, value: TEN.subarray(7) })
    await packets.next()
    expect(await iterator.next()).toEqual(DONE)
  })

  test('can only be read once', async () => {
    const { packets } = opened(TEN.subarray(0, 9))
    const packet = await large(packets)
    const iterator = pieces(packet)
    expect(caught(() => pieces(packet))).toEqual(new TypeError('a payload can be read only once'))
    expect(iterator[Symbol.asyncIterator]()).toBe(iterator)
    await iterator.next()
    expect(await iterator.return?.('value')).toEqual({ done: true, value: 'value' })
    expect(await iterator.next()).toEqual(DONE)
    await expect(text(packet.payload)).rejects.toThrow('a payload can be read only once')
  })

  test('returns pieces in the order of the calls', async () => {
    const { packets, give } = opened(TEN.subarray(0, 7))
    const iterator = pieces(await large(packets))
    const calls = Array.from({ length: 4 }, () => iterator.next())
    give(TEN.subarray(7, 8), TEN.subarray(8, 9), TEN.subarray(9))
    const results = await Promise.all(calls)
    expect(results.map(({ value }) => value?.length)).toEqual([1, 1, 8, undefined])
  })

  test('ends at once if its reader leaves while it waits for the source, and the packets continue', async () => {
    const { stream, packets, give } = opened(TEN.subarray(0, 7))
    const iterator = pieces(await large(packets))
    const waiting = iterator.next()
    await tick()
    expect(await iterator.return?.()).toEqual(DONE)
    expect(await waiting).toEqual(DONE)
    expect(stream.destroyed).toBe(false)
    const next = packets.next()
    give(TEN.subarray(7), PUBACK)
    expect(await next).toMatchObject({ value: { type: 'puback' } })
  })

  test('throws the error of the source, and so do the packets', async () => {
    const { stream, packets } = opened(TEN.subarray(0, 9))
    const iterator = pieces(await large(packets))
    await iterator.next()
    const waiting = iterator.next()
    await tick()
    const reset = new Error('ECONNRESET')
    stream.destroy(reset)
    await expect(waiting).rejects.toBe(reset)
    await expect(iterator.next()).rejects.toBe(reset)
    await expect(packets.next()).rejects.toBe(reset)
    expect(await packets.next()).toEqual(DONE)
  })

  test('that is skipped when the source fails makes the packets throw its error', async () => {
    const { stream, packets } = opened(TEN.subarray(0, 9))
    const packet = await large(packets)
    const next = packets.next()
    await tick()
    stream.destroy(new Error('ECONNRESET'))
    await expect(next).rejects.toThrow('ECONNRESET')
    await expect(text(packet.payload)).rejects.toThrow(TypeError)
  })

  test('a chunk that is not bytes closes the source, and both throw', async () => {
    const { stream, packets, give } = opened(TEN.subarray(0, 9))
    const packet = await large(packets)
    give('text' as never)
    const error = await text(packet.payload).catch((thrown) => thrown)
    expect(error).toBeInstanceOf(TypeError)
    await expect(packets.next()).rejects.toBe(error)
    expect(stream.destroyed).toBe(true)
  })

  test('is not read ahead', async () => {
    let given = 0
    async function* chunks(): AsyncGenerator<Uint8Array> {
      yield TEN.subarray(0, 7)
      for (const byte of TEN.subarray(7)) {
        given++
        yield Uint8Array.of(byte)
      }
    }
    const packets = decodeStream(chunks(), OPTIONS)
    const iterator = pieces(await large(packets))
    await tick()
    expect(given).toBe(0)
    await iterator.next()
    await tick()
    expect(given).toBe(1)
  })

  test('can be piped to its own destination', async () => {
    const { pipeline } = await import('node:stream/promises')
    const { packets, stream } = opened(TEN.subarray(0, 8), TEN.subarray(8), PUBACK)
    const { payload } = await large(packets)
    const target = new PassThrough()
    await pipeline(payload, target)
    expect(String(target.read())).toBe('0123456789')
    expect(stream.destroyed).toBe(false)
    expect(await packets.next()).toMatchObject({ value: { type: 'puback' } })
  })
})

describe('leaving the packets', () => {
  test.each(['return', 'throw'] as const)('by %s closes the source, and a payload throws', async (method) => {
    for (const isWaiting of [false, true]) {
      const { stream, packets } = opened(TEN.subarray(0, 9))
      const iterator = pieces(await large(packets))
      await iterator.next()
      const waiting = isWaiting ? iterator.next() : undefined
      const seen = waiting?.catch((thrown) => thrown)
      await packets[method]?.(new Error('mine')).catch(() => {})
      const left = new TypeError('the stream was closed before the payload was read to its end')
      if (seen !== undefined) expect(await seen).toEqual(left)
      await expect(iterator.next()).rejects.toThrow(left)
      expect(stream.destroyed).toBe(true)
      expect(await packets.next()).toEqual(DONE)
    }
  })

  test('from inside the loop over a payload closes the source', async () => {
    const { stream, packets } = opened(TEN.subarray(0, 9))
    const read = async () => {
      for await (const packet of packets) {
        if (packet.type !== 'publish' || packet.payloadLength === undefined) continue
        for await (const _ of packet.payload) throw new Error('mine')
      }
    }
    await expect(read()).rejects.toThrow('mine')
    expect(stream.destroyed).toBe(true)
  })

  test('with a signal makes both throw its reason', async () => {
    for (const isWaiting of [false, true]) {
      const controller = new AbortController()
      const { stream, give } = source()
      give(TEN.subarray(0, 9))
      const packets = decodeStream(stream, { ...OPTIONS, signal: controller.signal })
      const iterator = pieces(await large(packets))
      await iterator.next()
      const waiting = isWaiting ? iterator.next() : undefined
      await tick()
      controller.abort(new Error('enough'))
      if (waiting !== undefined) await expect(waiting).rejects.toThrow('enough')
      await expect(iterator.next()).rejects.toThrow('enough')
      await expect(packets.next()).rejects.toThrow('enough')
      expect(await packets.next()).toEqual(DONE)
      expect(stream.destroyed).toBe(true)
    }
  })
})

describe('piecesFrom', () => {
  test.each([0, 0.5, -1, Number.NaN, '5', null])('cannot be %s', async (piecesFrom) => {
    await expect(decodeStream([], { piecesFrom } as never).next()).rejects.toThrow(
      /^piecesFrom must be a number of at least 1, not /,
    )
  })

  test('that is undefined or inherited is ignored', async () => {
    const whole = encode({ type: 'publish', topic: 'a', payload: new Uint8Array(70_000) })
    for (const options of [{ piecesFrom: undefined }, Object.create({ piecesFrom: 1 })]) {
      const { value } = await decodeStream([whole], options).next()
      expect(value.payload).toHaveLength(70_000)
    }
  })

  test('adds payloadLength to the fields of a streamed PUBLISH', async () => {
    const fields: unknown[] = []
    for await (const packet of decodeStream([TEN], OPTIONS)) {
      const { payload: _, ...rest } = packet as StreamedPublish
      fields.push(rest)
    }
    expect(fields).toEqual([
      { type: 'publish', topic: 'a', payloadLength: 10, qos: 1, dup: false, retain: false, packetId: 7 },
    ])
  })
})
