import { Duplex, PassThrough, Readable } from 'node:stream'
import { describe, expect, test } from 'vitest'
import {
  DecodeError,
  decodeStream,
  type EncodeError,
  encode,
  type Packet,
  PacketDecoderStream,
  PacketEncoderStream,
  type PacketInput,
} from '../src/index.ts'
import { bytes, CUTS, join } from './support/bytes.ts'

const PUBACK = bytes('40 02 0001')
const PUBLISH = bytes("30 07 0003 'a/b' 'hi'")
const STREAM = join(PUBACK, PUBLISH, PUBACK)
const TYPES = ['puback', 'publish', 'puback']
const BAD = bytes('00 00')

async function* asynchronously<Item>(items: Iterable<Item>): AsyncGenerator<Item> {
  for (const item of items) {
    await new Promise((resolve) => setImmediate(resolve))
    yield item
  }
}

/** The types of all packets, and how it ended. */
async function collect(packets: AsyncIterable<Packet>): Promise<unknown[]> {
  const seen: unknown[] = []
  try {
    for await (const packet of packets) seen.push(packet.type)
  } catch (error) {
    seen.push((error as DecodeError).code ?? error)
  }
  return seen
}

describe.each(CUTS)('decodeStream, $name', ({ cut }) => {
  test.each([
    ['an array', (chunks: Uint8Array[]) => chunks],
    ['a generator', (chunks: Uint8Array[]) => asynchronously(chunks)],
    [
      'a Readable',
      (chunks: Uint8Array[]) =>
        Readable.from(
          chunks.map((chunk) => Buffer.from(chunk)),
          { objectMode: false },
        ),
    ],
  ])('of %s', async (_, source) => {
    expect(await collect(decodeStream(source(cut(STREAM))))).toEqual(TYPES)
    expect(await collect(decodeStream(source(cut(join(STREAM, BAD, PUBACK)))))).toEqual([
      ...TYPES,
      'reserved-packet-type',
    ])
    expect(await collect(decodeStream(source(cut(join(STREAM, PUBACK.subarray(0, 3))))))).toEqual([
      ...TYPES,
      'incomplete-packet',
    ])
    expect(await collect(decodeStream(source([])))).toEqual([])
  })
})

describe('decodeStream', () => {
  test('reads no more than it is asked for, and lets its source go', async () => {
    let given = 0
    let released = false
    function* source(): Generator<Uint8Array> {
      try {
        for (;;) {
          given++
          yield PUBACK
        }
      } finally {
        released = true
      }
    }
    for await (const packet of decodeStream(source())) {
      expect(packet.type).toBe('puback')
      break
    }
    expect(given).toBe(1)
    expect(released).toBe(true)
  })

  test('a socket that breaks is the loop that throws', async () => {
    const socket = new PassThrough()
    socket.write(PUBACK)
    setImmediate(() => socket.destroy(new Error('ECONNRESET')))
    expect(await collect(decodeStream(socket))).toEqual(['puback', new Error('ECONNRESET')])
  })

  test('takes options, and refuses what is none', async () => {
    const zero = bytes('40 02 0000')
    expect(await collect(decodeStream([zero], { tolerate: ['packet-identifier-zero'] }))).toEqual(['puback'])
    expect(await collect(decodeStream([zero], { role: 'nobody' as never }))).toEqual([expect.any(TypeError)])
    expect(await collect(decodeStream(['text' as never]))).toEqual([expect.any(TypeError)])
  })
})

describe('decodeStream stops', () => {
  const LEVEL_5 = bytes("10 10 0004 'MQTT' 05 02 0000 00 0003 'abc'")
  const DONE = { done: true, value: undefined }

  /** A source that tells what was done to it, and waits for ever after its chunks. */
  function recorded(chunks: Uint8Array[]) {
    const calls: string[] = []
    const source = {
      calls,
      [Symbol.asyncIterator]: () => ({
        next: async (): Promise<IteratorResult<Uint8Array>> => {
          calls.push('next')
          const value = chunks.shift()
          return value === undefined ? new Promise(() => {}) : { done: false, value }
        },
        return: async () => {
          calls.push('return')
          return { done: true as const, value: undefined }
        },
      }),
    }
    return source
  }

  test('at a DecodeError, and leaves the source open: anything that can be iterated', async () => {
    const source = recorded([PUBACK, BAD])
    expect(await collect(decodeStream(source))).toEqual(['puback', 'reserved-packet-type'])
    expect(source.calls).toEqual(['next', 'next'])
  })

  test('at a DecodeError, and leaves the source open: a Node stream', async () => {
    const stream = new PassThrough()
    const listeners = () => stream.eventNames().map((name) => [name, stream.listenerCount(name)])
    const before = listeners()
    stream.write(LEVEL_5)
    expect(await collect(decodeStream(stream))).toEqual(['unsupported-protocol-level'])
    expect(stream.destroyed).toBe(false)
    expect(listeners()).toEqual(before)
    expect(stream.write('more')).toBe(true)
  })

  test('at a DecodeError, and leaves the source open: a web stream', async () => {
    let cancelled = false
    const stream = new ReadableStream<Uint8Array>({
      start: (controller) => controller.enqueue(LEVEL_5),
      cancel: () => {
        cancelled = true
      },
    })
    expect(await collect(decodeStream(stream))).toEqual(['unsupported-protocol-level'])
    expect([stream.locked, cancelled]).toEqual([false, false])
  })

  test('at the end, inside a packet or not, and lets a web stream go', async () => {
    for (const [chunk, code] of [
      [PUBACK, 'puback'],
      [PUBACK.subarray(0, 3), 'incomplete-packet'],
    ] as const) {
      const stream = new ReadableStream<Uint8Array>({
        start(controller) {
          controller.enqueue(chunk)
          controller.close()
        },
      })
      expect(await collect(decodeStream(stream))).toEqual([code])
      expect(stream.locked).toBe(false)
    }
  })

  test('at a break, and closes a Node stream', async () => {
    const stream = new PassThrough()
    stream.write(join(PUBACK, PUBACK))
    for await (const _ of decodeStream(stream)) break
    expect(stream.destroyed).toBe(true)
  })

  test('at a break, and cancels a web stream', async () => {
    let cancelled = false
    const stream = new ReadableStream<Uint8Array>({
      start: (controller) => controller.enqueue(PUBACK),
      cancel: () => {
        cancelled = true
      },
    })
    for await (const _ of decodeStream(stream)) break
    expect([stream.locked, cancelled]).toEqual([false, true])
  })

  test('at a chunk that is no Uint8Array, and closes the source', async () => {
    const source = recorded(['text' as never])
    expect(await collect(decodeStream(source))).toEqual([expect.any(TypeError)])
    expect(source.calls).toEqual(['next', 'return'])
  })

  test('at what onTolerated throws, and closes the source', async () => {
    const source = recorded([bytes('40 02 0000')])
    const onTolerated = (): never => {
      throw new RangeError('mine')
    }
    const packets = decodeStream(source, { tolerate: ['packet-identifier-zero'], onTolerated })
    expect(await collect(packets)).toEqual([new RangeError('mine')])
    expect(source.calls).toEqual(['next', 'return'])
  })

  test('at an error of the source, and does not close it again', async () => {
    const calls: string[] = []
    const source = {
      [Symbol.asyncIterator]: () => ({
        next: () => Promise.reject(new Error('broken')),
        return: () => {
          calls.push('return')
          return Promise.resolve(DONE as IteratorResult<Uint8Array>)
        },
      }),
    }
    expect(await collect(decodeStream(source))).toEqual([new Error('broken')])
    expect(calls).toEqual([])
  })

  const waiting: [string, () => AsyncIterable<Uint8Array> | ReadableStream<Uint8Array>][] = [
    ['anything that can be iterated', () => recorded([])],
    ['a Node stream', () => new PassThrough()],
    ['a web stream', () => new ReadableStream<Uint8Array>()],
  ]

  test.each(waiting)('when return is called while it waits for %s', async (_, make) => {
    const packets = decodeStream(make() as AsyncIterable<Uint8Array>)
    const next = packets.next()
    await new Promise((resolve) => setImmediate(resolve))
    expect(await packets.return!()).toEqual(DONE)
    expect(await next).toEqual(DONE)
    expect(await packets.next()).toEqual(DONE)
  })

  test.each(waiting)('when throw is called while it waits for %s', async (_, make) => {
    const packets = decodeStream(make() as AsyncIterable<Uint8Array>)
    const next = packets.next()
    await expect(packets.throw!(new Error('mine'))).rejects.toThrow('mine')
    expect(await next).toEqual(DONE)
  })

  test.each(waiting)('when its signal is aborted while it waits for %s', async (_, make) => {
    const abort = new AbortController()
    const source = make()
    const packets = decodeStream(source as AsyncIterable<Uint8Array>, { signal: abort.signal })
    const next = packets.next()
    const after = packets.next()
    setImmediate(() => abort.abort(new Error('enough')))
    await expect(next).rejects.toThrow('enough')
    expect(await after).toEqual(DONE)
    if (source instanceof PassThrough) expect(source.destroyed).toBe(true)
  })

  test('when its signal is aborted before it starts, or between two packets', async () => {
    const source = recorded([PUBACK])
    const early = decodeStream(source, { signal: AbortSignal.abort('early') })
    await expect(early.next()).rejects.toBe('early')
    expect(source.calls).toEqual(['return'])

    const abort = new AbortController()
    const between = recorded([join(PUBACK, PUBACK)])
    const packets = decodeStream(between, { signal: abort.signal })
    expect((await packets.next()).value).toMatchObject({ type: 'puback' })
    abort.abort('late')
    await expect(packets.next()).rejects.toBe('late')
    expect(between.calls).toEqual(['next', 'return'])
    expect(await packets.next()).toEqual(DONE)
  })

  test('and listens to the signal no longer', async () => {
    const listeners: string[] = []
    const spy = {
      aborted: false,
      reason: undefined,
      addEventListener: () => listeners.push('added'),
      removeEventListener: () => listeners.push('removed'),
    }
    for await (const _ of decodeStream([PUBACK], { signal: spy }));
    expect(listeners).toEqual(['added', 'removed'])
  })

  test('not while several calls of next wait: they are answered in order', async () => {
    const packets = decodeStream(asynchronously([PUBACK, PUBLISH, PUBACK]))
    const results = await Promise.all([packets.next(), packets.next(), packets.next(), packets.next()])
    expect(results.map(({ value }) => (value as Packet | undefined)?.type)).toEqual([...TYPES, undefined])
  })
})

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

  test('a chunk counts as written once its packets were read', async () => {
    const stream = new PacketDecoderStream()
    const writer = stream.writable.getWriter()
    const reader = stream.readable.getReader()
    let written = false
    const writing = writer.write(join(PUBACK, PUBACK)).then(() => {
      written = true
    })
    await reader.read()
    await new Promise((resolve) => setImmediate(resolve))
    expect(written).toBe(false)
    await reader.read()
    const next = reader.read()
    await writing
    expect(written).toBe(true)
    void writer.close()
    expect(await next).toEqual({ done: true, value: undefined })
  })

  test('no more than one packet is read before it is asked for', async () => {
    let seen = 0
    const stream = new PacketDecoderStream({
      tolerate: ['packet-identifier-zero'],
      onTolerated: () => {
        seen++
      },
    })
    void stream.writable.getWriter().write(bytes('40 02 0000 40 02 0000 40 02 0000'))
    const reader = stream.readable.getReader()
    for (const expected of [0, 2, 3, 3]) {
      await new Promise((resolve) => setImmediate(resolve))
      expect(seen).toBe(expected)
      void reader.read()
    }
  })

  test('the writer learns of a bad packet, and of a reader that goes', async () => {
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

  test('a chunk whose packets nobody will read was not written', async () => {
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

  test('a bad packet behind good ones fails the chunk that holds both', async () => {
    const stream = new PacketDecoderStream()
    const writing = stream.writable.getWriter().write(join(PUBACK, BAD))
    const reader = stream.readable.getReader()
    expect(await reader.read()).toMatchObject({ value: { type: 'puback' } })
    const [written, read] = await Promise.allSettled([writing, reader.read()])
    expect([written, read]).toMatchObject(Array(2).fill({ reason: { code: 'reserved-packet-type' } }))
  })

  test('the reader learns of a writer that aborts, and of chunks that are none', async () => {
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

  test('refuses what is no option', () => {
    expect(() => new PacketDecoderStream({ maxPacketSize: -1 })).toThrow(TypeError)
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

  test('gives one chunk a packet', async () => {
    expect(await encoded([{ type: 'puback', packetId: 1 }, { type: 'pingreq' }])).toEqual([
      '40020001',
      'c000',
    ])
  })

  test('ends at a packet that cannot be encoded', async () => {
    expect(await encoded([{ type: 'pingreq' }, { type: 'puback', packetId: 0 }])).toEqual([
      'c000',
      'packet-identifier-zero',
    ])
  })
})

test('a Duplex of Node, both ways', async () => {
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
