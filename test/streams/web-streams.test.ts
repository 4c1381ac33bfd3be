import { Duplex, PassThrough } from 'node:stream'
import { describe, expect, test } from 'vitest'
import {
  DecodeError,
  type EncodeError,
  encode,
  type Packet,
  PacketDecoderStream,
  PacketEncoderStream,
  type PacketInput,
} from '../../src/index.ts'
import { bytes, CUTS, join } from '../support/bytes.ts'
import { BAD, collect, PUBACK, PUBLISH, STREAM, TYPES, tick } from '../support/packet-stream.ts'

describe('PacketDecoderStream', () => {
  const readable = (chunks: Uint8Array[]): ReadableStream<Uint8Array> =>
    new ReadableStream({
      start(controller) {
        for (const chunk of chunks) controller.enqueue(chunk)
        controller.close()
      },
    })

  test.each(CUTS)('$name', async ({ cut }) => {
    const through = (whole: Uint8Array): Promise<unknown[]> =>
      collect(readable(cut(whole)).pipeThrough(new PacketDecoderStream()) as never)
    expect(await through(STREAM)).toEqual(TYPES)
    expect(await through(join(STREAM, BAD, PUBACK))).toEqual([...TYPES, 'reserved-packet-type'])
    expect(await through(join(STREAM, PUBACK.subarray(0, 3)))).toEqual([...TYPES, 'incomplete-packet'])
  })

  test('a chunk is written once its last packet was read', async () => {
    const stream = new PacketDecoderStream()
    const writer = stream.writable.getWriter()
    const reader = stream.readable.getReader()
    let written = false
    const writing = writer.write(join(PUBACK, PUBACK, PUBACK.subarray(0, 1))).then(() => {
      written = true
    })
    await reader.read()
    await tick()
    expect(written).toBe(false)
    await reader.read()
    await writing
    const rest = writer.write(PUBACK.subarray(1))
    await reader.read()
    await rest
    const closing = writer.close()
    expect(await reader.read()).toEqual({ done: true, value: undefined })
    await closing
  })

  test('reading one packet at a time does not block a pipe', async () => {
    const stream = new PacketDecoderStream()
    const piped = readable([STREAM]).pipeTo(stream.writable)
    const reader = stream.readable.getReader()
    for (const type of TYPES) expect(await reader.read()).toMatchObject({ value: { type } })
    await piped
    expect(await reader.read()).toEqual({ done: true, value: undefined })
  })

  test('no packet is read before it is requested', async () => {
    let seen = 0
    const stream = new PacketDecoderStream({
      tolerate: ['packet-identifier-zero'],
      onTolerated: () => {
        seen++
      },
    })
    void stream.writable.getWriter().write(bytes('40 02 0000 40 02 0000'))
    const reader = stream.readable.getReader()
    for (const asked of [0, 1, 2]) {
      if (asked > 0) await reader.read()
      await tick()
      expect(seen).toBe(asked)
    }
  })

  test('the writer gets the error of a malformed packet, and the reason of a cancelled reader', async () => {
    const bad = new PacketDecoderStream()
    const reading = bad.readable.getReader().read()
    const writer = bad.writable.getWriter()
    const writing = writer.write(join(BAD, PUBACK))
    await expect(writing).rejects.toThrow(DecodeError)
    await expect(reading).rejects.toThrow(DecodeError)
    await expect(writer.closed).rejects.toThrow(DecodeError)

    const left = new PacketDecoderStream()
    const other = left.writable.getWriter()
    await left.readable.cancel(new Error('enough'))
    await expect(other.closed).rejects.toThrow('enough')
  })

  test('the write of a chunk fails if its packets will not be read', async () => {
    const stream = new PacketDecoderStream()
    const writer = stream.writable.getWriter()
    const reader = stream.readable.getReader()
    const settled = Promise.allSettled([
      writer.write(join(PUBACK, PUBLISH)),
      writer.write(PUBACK),
      writer.closed,
    ])
    await reader.read()
    await reader.cancel(new Error('enough'))
    expect(await settled).toEqual(Array(3).fill({ status: 'rejected', reason: new Error('enough') }))
  })

  test('a malformed packet after valid ones fails the write of their chunk', async () => {
    const stream = new PacketDecoderStream()
    const writing = stream.writable.getWriter().write(join(PUBACK, BAD))
    const reader = stream.readable.getReader()
    expect(await reader.read()).toMatchObject({ value: { type: 'puback' } })
    const [written, read] = await Promise.allSettled([writing, reader.read()])
    expect([written, read]).toMatchObject(Array(2).fill({ reason: { code: 'reserved-packet-type' } }))
  })

  test('the reader gets the reason of an aborted writer, and an error for chunks that are not bytes', async () => {
    const stream = new PacketDecoderStream()
    const reading = stream.readable.getReader().read()
    await stream.writable.abort(new Error('gone'))
    await expect(reading).rejects.toThrow('gone')

    const text = new PacketDecoderStream()
    const [written, read] = await Promise.allSettled([
      text.writable.getWriter().write('text' as never),
      text.readable.getReader().read(),
    ])
    expect([written, read]).toMatchObject([
      { reason: expect.any(TypeError) },
      { reason: expect.any(TypeError) },
    ])
  })

  test('onTolerated is called, and may throw, when its packet is requested', async () => {
    const stream = new PacketDecoderStream({
      tolerate: ['packet-identifier-zero'],
      onTolerated() {
        throw new Error('mine')
      },
    })
    const reader = stream.readable.getReader()
    const writing = stream.writable.getWriter().write(bytes('40 02 0001 40 02 0000'))
    expect(await reader.read()).toMatchObject({ value: { packetId: 1 } })
    const outcomes = await Promise.allSettled([reader.read(), writing])
    expect(outcomes).toMatchObject(Array(2).fill({ reason: new Error('mine') }))
  })

  test('refuses invalid options', () => {
    for (const wrong of [{ maxPacketSize: -1 }, { onTolerated: 'loudly' }, [], null])
      expect(() => new PacketDecoderStream(wrong as never)).toThrow(TypeError)
    for (const list of [[], new Map(), new Set(), () => {}]) {
      const options = Object.assign(list, { onTolerated() {} })
      expect(() => new PacketDecoderStream(options as never)).toThrow(/^options must be an object, not an? /)
    }
  })
})

describe('PacketEncoderStream', () => {
  const encoded = async (packets: unknown[]): Promise<unknown[]> => {
    const source = new ReadableStream<PacketInput>({
      start(controller) {
        for (const packet of packets) controller.enqueue(packet as PacketInput)
        controller.close()
      },
    })
    const chunks: unknown[] = []
    try {
      for await (const chunk of source.pipeThrough(new PacketEncoderStream()))
        chunks.push(Buffer.from(chunk).toString('hex'))
    } catch (error) {
      chunks.push((error as EncodeError).code)
    }
    return chunks
  }

  test('emits one chunk per packet', async () => {
    expect(await encoded([{ type: 'puback', packetId: 1 }, { type: 'pingreq' }])).toEqual([
      '40020001',
      'c000',
    ])
  })

  test('an EncodeError ends both sides', async () => {
    const stream = new PacketEncoderStream()
    const writer = stream.writable.getWriter()
    const outcomes = await Promise.allSettled([
      writer.write({ type: 'puback', packetId: 0 }),
      writer.write({ type: 'pingreq' }),
      stream.readable.getReader().read(),
      writer.closed,
      writer.close(),
    ])
    expect(outcomes).toMatchObject(Array(5).fill({ reason: { code: 'packet-identifier-zero' } }))
  })

  test('ends at a packet that cannot be encoded', async () => {
    expect(await encoded([{ type: 'pingreq' }, { type: 'puback', packetId: 0 }])).toEqual([
      'c000',
      'packet-identifier-zero',
    ])
  })
})

test('a Node Duplex in both directions', async () => {
  const { readable, writable } = Duplex.toWeb(new PassThrough())
  const writer = new PacketEncoderStream()
  const sent: PacketInput[] = [
    { type: 'pingreq' },
    { type: 'publish', topic: 'a', payload: 'x'.repeat(100_000) },
  ]
  const pump = writer.readable.pipeTo(writable as never)
  const input = writer.writable.getWriter()
  const feed = (async () => {
    for (const packet of sent) await input.write(packet)
    await input.close()
  })()
  const received: Uint8Array[] = []
  for await (const packet of readable.pipeThrough(
    new PacketDecoderStream() as never,
  ) as AsyncIterable<Packet>) {
    received.push(Uint8Array.from(encode(packet)))
  }
  await Promise.all([feed, pump])
  expect(received).toEqual(sent.map((packet) => Uint8Array.from(encode(packet))))
})
