import { type EventEmitter, getEventListeners, once } from 'node:events'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'
import { PassThrough, Readable } from 'node:stream'
import { describe, expect, test, vi } from 'vitest'
import { DecodeError, type DecodeStreamOptions, decode, decodeStream, type Packet } from '../../src/index.ts'
import { bytes, CUTS, join } from '../support/bytes.ts'
import { caught } from '../support/malformed.ts'
import { BAD, collect, PUBACK, STREAM, TYPES, tick } from '../support/packet-stream.ts'

const HALF = PUBACK.subarray(0, 3)
const DONE = { done: true, value: undefined }

/** A source with some chunks, which then stays open until `end` or `fail` is called. */
interface Source {
  readonly chunks: AsyncIterable<Uint8Array> | Iterable<Uint8Array> | ReadableStream<Uint8Array>
  /** Whether it was closed, and what still holds it (listeners or a lock), if anything. */
  readonly state: () => { closed: boolean; heldBy: unknown }
  readonly end?: () => void
  readonly fail?: (error: Error) => void
}

const listeners = (emitter: EventEmitter): unknown =>
  emitter.eventNames().map((name) => [name, emitter.listenerCount(name)])

function nodeStream(chunks: Uint8Array[]): Source {
  const stream = new PassThrough()
  for (const chunk of chunks) stream.write(chunk)
  const before = listeners(stream)
  const heldBy = (): unknown => {
    const now = listeners(stream)
    return JSON.stringify(now) === JSON.stringify(before) ? undefined : now
  }
  return {
    chunks: stream,
    state: () => ({ closed: stream.destroyed, heldBy: heldBy() }),
    end: () => stream.end(),
    fail: (error) => stream.destroy(error),
  }
}

function webStream(chunks: Uint8Array[]): Source {
  let closed = false
  let output!: ReadableStreamDefaultController<Uint8Array>
  const stream = new ReadableStream<Uint8Array>({
    start(controller) {
      output = controller
      for (const chunk of chunks) controller.enqueue(chunk)
    },
    cancel() {
      closed = true
    },
  })
  return {
    chunks: stream,
    state: () => ({ closed, heldBy: stream.locked || undefined }),
    end: () => output.close(),
    fail: (error) => output.error(error),
  }
}

/** Like `webStream`, on a host whose streams are not iterable. */
function readableOnly(chunks: Uint8Array[]): Source {
  const source = webStream(chunks)
  Object.assign(source.chunks, { values: undefined, [Symbol.asyncIterator]: undefined })
  return source
}

function emitter(chunks: Uint8Array[]): Source {
  let closed = false
  let settle!: { resolve(result: IteratorReturnResult<undefined>): void; reject(error: Error): void }
  const waiting = new Promise<IteratorReturnResult<undefined>>((resolve, reject) => {
    settle = { resolve, reject }
  })
  const given = chunks.values()
  return {
    chunks: {
      [Symbol.asyncIterator]: () => ({
        async next() {
          const { done, value } = given.next()
          return done === true ? waiting : { done: false, value }
        },
        async return() {
          closed = true
          return { done: true, value: undefined }
        },
      }),
    },
    state: () => ({ closed, heldBy: undefined }),
    end: () => settle.resolve({ done: true, value: undefined }),
    fail: (error) => settle.reject(error),
  }
}

const SOURCES = [
  { kind: 'a Node stream', source: nodeStream },
  { kind: 'a web stream', source: webStream },
  { kind: 'a web stream that cannot be iterated', source: readableOnly },
  { kind: 'an iterator', source: emitter },
]

const OPEN = { closed: false, heldBy: undefined }

describe.each(CUTS)('decodeStream, $name', ({ cut }) => {
  test.each([
    ['an array', (chunks: Uint8Array[]) => chunks],
    ['promises', (chunks: Uint8Array[]) => chunks.map((chunk) => Promise.resolve(chunk)) as never],
    [
      'a generator',
      async function* (chunks: Uint8Array[]) {
        for (const chunk of chunks) {
          await tick()
          yield chunk
        }
      },
    ],
    ['a Readable', (chunks: Uint8Array[]) => Readable.from(chunks.map((chunk) => Buffer.from(chunk)))],
    ...SOURCES.map(({ kind, source }) => [
      kind,
      (chunks: Uint8Array[]) => {
        const { chunks: all, end } = source(chunks)
        end!()
        return all
      },
    ]),
  ] as [string, (chunks: Uint8Array[]) => Uint8Array[]][])('of %s', async (_, source) => {
    expect(await collect(decodeStream(source(cut(STREAM))))).toEqual(TYPES)
    expect(await collect(decodeStream(source(cut(join(STREAM, BAD, PUBACK)))))).toEqual([
      ...TYPES,
      'reserved-packet-type',
    ])
    expect(await collect(decodeStream(source(cut(join(STREAM, HALF)))))).toEqual([
      ...TYPES,
      'incomplete-packet',
    ])
    expect(await collect(decodeStream(source([])))).toEqual([])
  })
})

describe.each(SOURCES)('decodeStream of $kind', ({ source }) => {
  const open = (chunks: Uint8Array[], options?: DecodeStreamOptions) => {
    const from = source(chunks)
    return { ...from, packets: decodeStream(from.chunks, options) }
  }
  const waiting = async (options?: DecodeStreamOptions) => {
    const stream = open([PUBACK], options)
    expect(await stream.packets.next()).toMatchObject({ value: { type: 'puback' } })
    const nexts = [stream.packets.next(), stream.packets.next()]
    await tick()
    return { ...stream, nexts }
  }

  test('leaves it open and released after a malformed packet, even if several packets were requested', async () => {
    const { packets, state } = open([join(PUBACK, BAD)])
    const asked = await Promise.allSettled([packets.next(), packets.next(), packets.next()])
    expect(asked).toMatchObject([
      { value: { value: { type: 'puback' } } },
      { reason: { code: 'reserved-packet-type' } },
      { value: DONE },
    ])
    expect(state()).toEqual(OPEN)
    expect(await packets.next()).toEqual(DONE)
    expect(await packets.return?.()).toEqual(DONE)
    expect(state()).toEqual(OPEN)
  })

  test('releases it before the error is thrown', async () => {
    const { packets, state } = open([BAD])
    await packets.next().catch((error) => {
      expect(error).toBeInstanceOf(DecodeError)
      expect(state()).toEqual(OPEN)
    })
    expect.assertions(2)
  })

  test('releases it when it ends and when it fails', async () => {
    const ended = open([PUBACK])
    ended.end!()
    expect(await collect(ended.packets)).toEqual(['puback'])
    expect(ended.state().heldBy).toBeUndefined()

    const failed = await waiting()
    failed.fail!(new Error('ECONNRESET'))
    await expect(failed.nexts[0]).rejects.toThrow('ECONNRESET')
    expect(await failed.nexts[1]).toEqual(DONE)
    expect(await failed.packets.next()).toEqual(DONE)
  })

  test('closes it when the caller breaks out of the loop', async () => {
    const { packets, state } = open([STREAM])
    for await (const packet of packets) {
      expect(packet.type).toBe('puback')
      break
    }
    expect(state().closed).toBe(true)
    expect(await packets.next()).toEqual(DONE)
  })

  test.each(['before the first packet', 'after it'])('closes it when return is called %s', async (when) => {
    const { packets, state } = open([STREAM])
    if (when === 'after it') await packets.next()
    expect(await packets.return?.('value')).toEqual({ done: true, value: 'value' })
    expect(state().closed).toBe(true)
    expect(await packets.next()).toEqual(DONE)
  })

  test('return does not wait for data', async () => {
    const { packets, state, nexts } = await waiting()
    expect(await packets.return?.()).toEqual(DONE)
    expect(await Promise.all(nexts)).toEqual([DONE, DONE])
    await tick()
    expect(state().closed).toBe(true)
  })

  test('throw rejects with its argument, and closes it', async () => {
    const idle = open([STREAM])
    await idle.packets.next()
    await expect(idle.packets.throw?.(new Error('mine'))).rejects.toThrow('mine')
    expect(idle.state().closed).toBe(true)
    await expect(idle.packets.throw?.(new Error('again'))).rejects.toThrow('again')

    const { packets, state, nexts } = await waiting()
    await expect(packets.throw?.(new Error('mine'))).rejects.toThrow('mine')
    expect(await Promise.all(nexts)).toEqual([DONE, DONE])
    await tick()
    expect(state().closed).toBe(true)
  })

  test('closes it if onTolerated throws', async () => {
    const { packets, state } = open([bytes('40 02 0000')], {
      tolerate: ['packet-identifier-zero'],
      onTolerated() {
        throw new Error('mine')
      },
    })
    await expect(packets.next()).rejects.toThrow('mine')
    expect(state().closed).toBe(true)
  })

  describe('with a signal', () => {
    test('that is aborted while waiting for a packet', async () => {
      const controller = new AbortController()
      const { packets, state, nexts } = await waiting({ signal: controller.signal })
      controller.abort(new Error('enough'))
      await expect(nexts[0]).rejects.toThrow('enough')
      expect(await nexts[1]).toEqual(DONE)
      expect(state().closed).toBe(true)
      expect(await packets.next()).toEqual(DONE)
    })

    test('that is aborted between two packets', async () => {
      const controller = new AbortController()
      const { packets, state } = open([STREAM], { signal: controller.signal })
      await packets.next()
      const reason = new Error('enough')
      controller.abort(reason)
      await tick()
      expect(state().closed).toBe(true)
      await expect(packets.next()).rejects.toBe(reason)
      expect(await packets.next()).toEqual(DONE)
    })

    test('that is already aborted', async () => {
      const { packets, state } = open([STREAM], { signal: AbortSignal.abort(new Error('enough')) })
      await expect(packets.next()).rejects.toThrow('enough')
      expect(state().closed).toBe(true)
      expect(await packets.next()).toEqual(DONE)
    })

    test.each<[string, (packets: AsyncIterableIterator<Packet>) => unknown]>([
      ['a malformed packet', (packets) => collect(packets)],
      ['return', (packets) => packets.return?.()],
    ])('does not listen to it after %s', async (_, leave) => {
      const { signal } = new AbortController()
      const { packets } = open([join(PUBACK, BAD)], { signal })
      const next = packets.next()
      expect(getEventListeners(signal, 'abort')).toHaveLength(1)
      await next
      await leave(packets)
      expect(getEventListeners(signal, 'abort')).toEqual([])
    })
  })

  test('answers concurrent calls in order', async () => {
    const { packets, end } = open([STREAM])
    const order: unknown[] = []
    const calls = Array.from({ length: 5 }, () =>
      packets.next().then(({ value }) => order.push((value as Packet | undefined)?.type)),
    )
    end!()
    await Promise.all(calls)
    expect(order).toEqual([...TYPES, undefined, undefined])
  })

  test('returns the packets before an error, then throws it', async () => {
    const { packets } = open([...CUTS[1]!.cut(join(STREAM, BAD))])
    expect(await collect(packets)).toEqual([...TYPES, 'reserved-packet-type'])
  })
})

describe('decodeStream', () => {
  test('reads no more than requested', async () => {
    let given = 0
    function* source(): Generator<Uint8Array> {
      for (;;) {
        given++
        yield PUBACK
      }
    }
    const packets = decodeStream(source())
    expect(given).toBe(0)
    await packets.next()
    await tick()
    expect(given).toBe(1)
  })

  test('waits for a source to close, and passes on errors on closing', async () => {
    const source = {
      *[Symbol.iterator]() {
        try {
          yield PUBACK
        } finally {
          // biome-ignore lint/correctness/noUnsafeFinally: closing fails
          throw new Error('closing failed')
        }
      },
    }
    const left = async (): Promise<void> => {
      for await (const _ of decodeStream(source)) break
    }
    await expect(left()).rejects.toThrow('closing failed')
    const packets = decodeStream(source)
    await packets.next()
    await expect(packets.throw?.(new Error('mine'))).rejects.toThrow('mine')
  })

  test('checks its options before it uses the source', async () => {
    const zero = bytes('40 02 0000')
    expect(await collect(decodeStream([zero], { tolerate: ['packet-identifier-zero'] }))).toEqual(['puback'])
    const { chunks, state } = webStream([PUBACK])
    for (const wrong of [{ role: 'nobody' }, [], new Map(), { Signal: 1 }])
      expect(await collect(decodeStream(chunks, wrong as never))).toEqual([expect.any(TypeError)])
    const { signal } = new AbortController()
    for (const list of [[], new Map(), new Set(), () => {}]) {
      const error = await decodeStream(chunks, Object.assign(list, { signal }) as never)
        .next()
        .catch((thrown) => thrown)
      expect(error).toBeInstanceOf(TypeError)
      expect(error.message).toMatch(/^options must be an object, not an? /)
    }
    expect(state()).toEqual(OPEN)
    expect(await collect(decodeStream([PUBACK], { signal: undefined }))).toEqual(['puback'])
    expect(await collect(decodeStream([PUBACK], Object.create({ signal: 'inherited' })))).toEqual(['puback'])
  })

  test.each([
    ['stop', "'stop'"],
    [null, 'null'],
    [{}, 'an object'],
  ])('refuses %o as a signal', async (signal, shown) => {
    const packets = decodeStream([PUBACK], { signal: signal as never })
    await expect(packets.next()).rejects.toEqual(new TypeError(`signal must be an AbortSignal, not ${shown}`))
  })

  test.each([
    [undefined, 'undefined'],
    [null, 'null'],
    [5, '5'],
    [{}, 'an object'],
  ])('refuses %o as a source', async (source, shown) => {
    await expect(decodeStream(source as never).next()).rejects.toEqual(
      new TypeError(`expected a stream or an iterable of Uint8Arrays, not ${shown}`),
    )
  })

  test.each([bytes('4002 0001'), 'text'])(
    'refuses %o as a source: its elements are not bytes',
    async (source) => {
      expect(await collect(decodeStream(source as never))).toEqual([expect.any(TypeError)])
    },
  )

  test('accepts iterators without return, and iterables that have only one of the methods of a Node stream', async () => {
    const iterable = {
      [Symbol.asyncIterator]() {
        const given = [PUBACK, PUBACK].values()
        return { next: async () => given.next() as IteratorResult<Uint8Array> }
      },
    }
    for (const source of [iterable, { ...iterable, destroy() {} }, { ...iterable, iterator() {} }]) {
      const seen: string[] = []
      for await (const { type } of decodeStream(source)) {
        seen.push(type)
        if (seen.length === 2) break
      }
      expect(seen).toEqual(['puback', 'puback'])
    }
  })

  test('throws what a source throws when it is opened, even a DecodeError', async () => {
    const error = caught(() => decode(BAD))
    const source = {
      [Symbol.asyncIterator]() {
        throw error
      },
    }
    await expect(decodeStream(source as never).next()).rejects.toBe(error)
  })

  test('does not call return of a source that failed', async () => {
    const close = vi.fn()
    const failing = {
      [Symbol.asyncIterator]: () => ({
        next: () => Promise.reject(new Error('gone')),
        return: close,
      }),
    }
    await expect(decodeStream(failing).next()).rejects.toEqual(new Error('gone'))
    expect(close).not.toHaveBeenCalled()
  })

  test('return does not wait for a source that closes only after its next chunk', async () => {
    let give!: () => void
    async function* source(): AsyncGenerator<Uint8Array> {
      await new Promise<void>((resolve) => {
        give = resolve
      })
      yield PUBACK
    }
    const packets = decodeStream(source())
    const next = packets.next()
    await tick()
    expect(await packets.return?.()).toEqual(DONE)
    expect(await next).toEqual(DONE)
    give()
  })

  test('a source that fails after the caller has left changes nothing', async () => {
    let fail!: (error: Error) => void
    const source = {
      [Symbol.asyncIterator]: () => ({
        next: () =>
          new Promise<IteratorResult<Uint8Array>>((_, reject) => {
            fail = reject
          }),
      }),
    }
    const packets = decodeStream(source)
    const next = packets.next()
    await tick()
    await packets.return?.()
    fail(new Error('too late'))
    expect(await next).toEqual(DONE)
    await tick()
    expect(await packets.next()).toEqual(DONE)
  })

  test('refuses a locked web stream', async () => {
    const { chunks } = webStream([])
    ;(chunks as ReadableStream).getReader()
    await expect(decodeStream(chunks).next()).rejects.toThrow(TypeError)
  })

  test.each([
    ['text', 'text'],
    ['an ArrayBuffer', new ArrayBuffer(2)],
    ['null', null],
  ])('refuses a chunk that is %s, and closes its source', async (_, chunk) => {
    for (const source of [webStream, emitter]) {
      const { chunks, state } = source([PUBACK, chunk as never])
      expect(await collect(decodeStream(chunks))).toEqual(['puback', expect.any(TypeError)])
      expect(state()).toEqual({ closed: true, heldBy: undefined })
    }
    const socket = new PassThrough().setEncoding('utf8')
    socket.write('text')
    expect(await collect(decodeStream(socket))).toEqual([expect.any(TypeError)])
    expect(socket.destroyed).toBe(true)
  })

  test('onTolerated may request the next packet, or call return', async () => {
    const zeros = bytes('40 02 0000 40 02 0000')
    const asked: unknown[] = []
    const packets: AsyncIterableIterator<Packet> = decodeStream([zeros], {
      tolerate: ['packet-identifier-zero'],
      onTolerated: () => void asked.push(packets.next()),
    })
    expect(await packets.next()).toMatchObject({ value: { packetId: 0 } })
    expect(await Promise.all(asked)).toMatchObject([{ value: { packetId: 0 } }, DONE])

    const left: AsyncIterableIterator<Packet> = decodeStream([zeros], {
      tolerate: ['packet-identifier-zero'],
      onTolerated: () => void left.return?.(),
    })
    expect(await left.next()).toEqual(DONE)
  })
})

describe('decodeStream of a socket', () => {
  /** Both ends of a connection over loopback. */
  async function connection(): Promise<{ client: Socket; socket: Socket; stop: () => void }> {
    const server = createServer()
    await once(server.listen(0, '127.0.0.1'), 'listening')
    const client = connect((server.address() as AddressInfo).port, '127.0.0.1')
    const [socket] = (await once(server, 'connection')) as [Socket]
    return {
      client,
      socket,
      stop: () => {
        client.destroy()
        socket.destroy()
        server.close()
      },
    }
  }

  test('a refused CONNECT can be answered', async () => {
    const { client, socket, stop } = await connection()
    client.write(bytes("10 0f 0004 'MQTT' 05 02 003c 0003 'abc'"))
    const error = await decodeStream(socket)
      .next()
      .catch((thrown: DecodeError) => thrown)
    expect(error).toMatchObject({ action: { connack: 1 } })
    socket.end(bytes('20 02 0001'))
    const [answer] = (await once(client, 'data')) as [Buffer]
    expect(answer.toString('hex')).toBe('20020001')
    stop()
  })

  test('bytes after a malformed packet can be read from the socket', async () => {
    const { client, socket, stop } = await connection()
    client.write(BAD)
    await collect(decodeStream(socket))
    client.write('more')
    expect(String((await once(socket, 'data'))[0])).toBe('more')
    client.end()
    await once(socket, 'close')
    stop()
  })

  test('after a reset only the loop throws', async () => {
    const { client, socket, stop } = await connection()
    const uncaught = vi.fn()
    process.on('uncaughtException', uncaught)
    client.write(PUBACK)
    setTimeout(() => client.resetAndDestroy(), 20)
    expect(await collect(decodeStream(socket))).toEqual(['puback', 'ECONNRESET'])
    expect(uncaught).not.toHaveBeenCalled()
    process.off('uncaughtException', uncaught)
    stop()
  })
})
