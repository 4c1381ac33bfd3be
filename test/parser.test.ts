import { describe, expect, test } from 'vitest'
import {
  DecodeError,
  decode,
  encode,
  type Packet,
  PacketParser,
  type Publish,
  topicCache,
} from '../src/index.ts'
import { bytes, join } from './support/bytes.ts'
import { caught } from './support/malformed.ts'

const PUBACK = bytes('40 02 0001')
const PUBLISH = bytes("30 07 0003 'a/b' 'hi'")
const HUGE_HEADER = bytes('30 ff ff ff 7f')

function codeOf(action: () => unknown): string | undefined {
  try {
    action()
  } catch (error) {
    return error instanceof DecodeError ? error.code : String(error)
  }
  return undefined
}

/** A PUBLISH with a payload of `length` bytes. */
function publish(payloadLength: number, first = 0x61): Uint8Array {
  return Uint8Array.from(
    encode({ type: 'publish', topic: 'a', payload: new Uint8Array(payloadLength).fill(first) }),
  )
}

describe('reading', () => {
  test('an empty parser', () => {
    const parser = new PacketParser()
    expect(parser.read()).toBeUndefined()
    expect(parser.readFrame()).toBeUndefined()
    expect([...parser.push(new Uint8Array(0))]).toEqual([])
    expect(parser.bufferedLength).toBe(0)
    parser.end()
  })

  test('several packets in one chunk, one per call', () => {
    const parser = new PacketParser()
    parser.push(join(PUBACK, PUBLISH, PUBACK, PUBLISH.subarray(0, 3)))
    expect(parser.bufferedLength).toBe(20)
    expect(parser.read()).toEqual({ type: 'puback', packetId: 1 })
    expect(parser.bufferedLength).toBe(16)
    for (const packet of parser) {
      expect(packet.type).toBe('publish')
      break
    }
    expect(parser.bufferedLength).toBe(7)
    expect([...parser]).toEqual([{ type: 'puback', packetId: 1 }])
    expect(parser.bufferedLength).toBe(3)
    expect(parser.read()).toBeUndefined()
    expect(parser.push(PUBLISH.subarray(3)).read()).toMatchObject({ topic: 'a/b' })
    expect(parser.bufferedLength).toBe(0)
  })

  test('with an iterator that continues where it stopped', () => {
    const packets = new PacketParser().push(join(PUBACK, PUBLISH))[Symbol.iterator]()
    expect(packets.next()).toEqual({ done: false, value: { type: 'puback', packetId: 1 } })
    expect(Array.from(packets as Iterable<Packet>, ({ type }) => type)).toEqual(['publish'])
    expect(packets.next()).toEqual({ done: true, value: undefined })
  })

  test('several chunks pushed before the first read', () => {
    const parser = new PacketParser()
    const stream = join(PUBACK, PUBLISH, publish(300), PUBACK)
    for (let index = 0; index < stream.length; index += 7) parser.push(stream.subarray(index, index + 7))
    expect(parser.bufferedLength).toBe(stream.length)
    expect(Array.from(parser, ({ type }) => type)).toEqual(['puback', 'publish', 'publish', 'puback'])
  })

  test('a chunk after one with the rest of a packet and more', () => {
    const parser = new PacketParser()
    expect(parser.push(PUBLISH.subarray(0, 4)).read()).toBeUndefined()
    parser.push(join(PUBLISH.subarray(4), PUBACK.subarray(0, 1))).push(PUBACK.subarray(1))
    expect([...parser]).toMatchObject([{ payload: bytes("'hi'") }, { type: 'puback', packetId: 1 }])
  })

  test('a chunk pushed after the first of two was read', () => {
    const parser = new PacketParser().push(PUBACK).push(PUBLISH)
    expect(parser.read()).toMatchObject({ type: 'puback' })
    expect(Array.from(parser.push(PUBACK), ({ type }) => type)).toEqual(['publish', 'puback'])
  })

  test('a chunk pushed after the first of three was read', () => {
    const parser = new PacketParser().push(PUBACK).push(PUBLISH).push(PUBLISH)
    expect(parser.read()).toMatchObject({ type: 'puback' })
    expect(Array.from(parser.push(PUBACK), ({ type }) => type)).toEqual(['publish', 'publish', 'puback'])
  })

  test('bufferedLength counts the bytes after the last packet read', () => {
    const parser = new PacketParser()
    expect(parser.push(PUBACK).read()).toBeDefined()
    expect(parser.push(join(PUBLISH, PUBACK)).bufferedLength).toBe(13)
    expect(parser.read()).toBeDefined()
    expect(parser.bufferedLength).toBe(4)
    expect(parser.push(PUBLISH).bufferedLength).toBe(13)
  })

  test('bufferedLength inside a chunk that starts with the end of a packet', () => {
    const parser = new PacketParser()
    expect(parser.push(PUBLISH.subarray(0, 4)).read()).toBeUndefined()
    expect(parser.push(join(PUBLISH.subarray(4), PUBACK, bytes('41 00'))).read()).toMatchObject({
      topic: 'a/b',
    })
    expect(parser.bufferedLength).toBe(6)
    expect(parser.read()).toEqual({ type: 'puback', packetId: 1 })
    expect(() => parser.read()).toThrow(expect.objectContaining({ code: 'reserved-flags', streamOffset: 13 }))
    // The same with a single byte left in the chunk, from which the next packet is assembled.
    const other = new PacketParser()
    expect(other.push(PUBLISH.subarray(0, 4)).read()).toBeUndefined()
    expect(other.push(join(PUBLISH.subarray(4), PUBACK.subarray(0, 1))).read()).toBeDefined()
    expect(other.bufferedLength).toBe(1)
    expect(other.read()).toBeUndefined()
    expect(other.bufferedLength).toBe(1)
    expect(() => other.push(bytes('02 0000')).read()).toThrow(
      expect.objectContaining({ code: 'packet-identifier-zero', streamOffset: 11 }),
    )
  })

  test('empty chunks change nothing at any position', () => {
    const parser = new PacketParser()
    const packets: Packet[] = []
    for (const byte of join(PUBACK, PUBLISH, PUBACK)) {
      for (const chunk of [new Uint8Array(0), Uint8Array.of(byte), new Uint8Array(0)]) {
        packets.push(...parser.push(chunk))
      }
    }
    expect(packets.map(({ type }) => type)).toEqual(['puback', 'publish', 'puback'])
  })

  test('the same packets for every cut into three', () => {
    const stream = join(PUBACK, PUBLISH, publish(130), PUBACK)
    const whole = [...new PacketParser().push(stream)]
    for (let first = 0; first <= stream.length; first++) {
      for (let second = first; second <= stream.length; second += 5) {
        const parser = new PacketParser()
        const chunks = [stream.subarray(0, first), stream.subarray(first, second), stream.subarray(second)]
        const packets = chunks.flatMap((chunk) => [...parser.push(chunk)])
        expect(packets).toEqual(whole)
        parser.end()
      }
    }
  })
})

describe('frames', () => {
  test('are complete packets, not decoded', () => {
    const parser = new PacketParser()
    parser.push(join(PUBLISH, bytes('62 02 0001'), publish(200)))
    expect(parser.readFrame()).toEqual({ type: 'publish', flags: 0, bytes: PUBLISH, bodyOffset: 2 })
    expect(parser.readFrame()).toEqual({
      type: 'pubrel',
      flags: 2,
      bytes: bytes('62 02 0001'),
      bodyOffset: 2,
    })
    expect(parser.readFrame()).toEqual({ type: 'publish', flags: 0, bytes: publish(200), bodyOffset: 3 })
    expect(parser.readFrame()).toBeUndefined()
  })

  test('and packets may be read alternately', () => {
    const parser = new PacketParser()
    const kinds: unknown[] = []
    for (const byte of join(PUBLISH, PUBACK, PUBLISH, PUBACK)) {
      parser.push(Uint8Array.of(byte))
      const item = kinds.length % 2 === 0 ? parser.readFrame() : parser.read()
      if (item !== undefined) kinds.push(item.type)
    }
    expect(kinds).toEqual(['publish', 'puback', 'publish', 'puback'])
  })

  test('an error of a subclass of Uint8Array is passed on unchanged, and loses no bytes', () => {
    let times = 0
    class Own extends Uint8Array {
      override subarray(start?: number, end?: number): Uint8Array<ArrayBuffer> {
        if (++times === 1) throw new RangeError('mine')
        return super.subarray(start, end) as Uint8Array<ArrayBuffer>
      }
    }
    const parser = new PacketParser<Own>().push(Own.from(join(PUBACK, PUBLISH)) as Own)
    times = 0
    expect(() => parser.readFrame()).toThrow(new RangeError('mine'))
    expect(parser.bufferedLength).toBe(13)
    expect([parser.readFrame()?.type, parser.readFrame()?.type]).toEqual(['puback', 'publish'])
  })

  test('are checked by their fixed headers only', () => {
    const parser = new PacketParser()
    parser.push(bytes('40 02 0000 90 02 0001'))
    expect(parser.readFrame()).toMatchObject({ type: 'puback' })
    expect(parser.readFrame()).toMatchObject({ type: 'suback' })
    expect(codeOf(() => parser.push(bytes('00')).readFrame())).toBe('reserved-packet-type')
  })
})

describe('memory', () => {
  test('a packet in a single chunk is not copied', () => {
    const chunk = join(PUBACK, PUBLISH, PUBACK)
    const [, packet] = [...new PacketParser().push(chunk)] as Publish[]
    expect(packet?.payload.buffer).toBe(chunk.buffer)
    expect(packet?.payload.byteOffset).toBe(4 + 7)
    chunk.set(bytes("'yo'"), 11)
    expect(packet?.payload).toEqual(bytes("'yo'"))
  })

  test('nor is one after an empty chunk', () => {
    const parser = new PacketParser()
    expect(parser.push(new Uint8Array(0)).read()).toBeUndefined()
    const packet = parser.push(PUBLISH).read() as Publish
    expect(packet.payload.buffer).toBe(PUBLISH.buffer)
  })

  test('only packets that straddle chunks are copied', () => {
    const chunks = [join(PUBLISH, PUBLISH.subarray(0, 4)), join(PUBLISH.subarray(4), PUBLISH)]
    const parser = new PacketParser()
    const packets = chunks.flatMap((chunk) => [...parser.push(chunk)]) as Publish[]
    const sources = packets.map(({ payload }) => chunks.findIndex(({ buffer }) => buffer === payload.buffer))
    expect(sources).toEqual([0, -1, 1])
  })

  test('copyPayloads copies payloads, passwords and will messages', () => {
    const chunk = encodeAll(
      { type: 'connect', clientId: 'c', username: 'u', password: 'p', will: { topic: 'w', payload: 'm' } },
      { type: 'publish', topic: 'a', payload: 'hi' },
    )
    const [connect, publish] = [...new PacketParser({ copyPayloads: true }).push(chunk)]
    chunk.fill(0)
    expect(connect).toMatchObject({ password: bytes("'p'"), will: { payload: bytes("'m'") } })
    expect(publish).toMatchObject({ payload: bytes("'hi'") })
  })

  test.each([
    ['Uint8Array', (whole: Uint8Array) => Uint8Array.from(whole)],
    ['Buffer', (whole: Uint8Array) => Buffer.from(whole)],
  ])('a %s gives payloads of its own kind, in one chunk or many, copied or not', (kind, make) => {
    const stream = make(
      encodeAll(
        { type: 'publish', topic: 'a', payload: 'hello' },
        { type: 'connect', clientId: 'c', username: 'u', password: 'p', will: { topic: 'w', payload: 'm' } },
      ),
    )
    for (const size of [stream.length, 10, 1]) {
      for (const copyPayloads of [false, true]) {
        const parser = new PacketParser({ copyPayloads })
        for (let index = 0; index < stream.length; index += size)
          parser.push(stream.subarray(index, index + size))
        const [publish, connect] = [...parser] as [Publish, Extract<Packet, { type: 'connect' }>]
        for (const view of [publish.payload, connect.password, connect.will?.payload]) {
          expect(Buffer.isBuffer(view)).toBe(kind === 'Buffer')
          expect(view).toBeInstanceOf(Uint8Array)
        }
        expect(String(Buffer.from(publish.payload))).toBe('hello')
      }
    }
  })

  test('returned Buffers behave like Buffers', () => {
    const [packet] = [...new PacketParser<Buffer>().push(Buffer.from(PUBLISH))] as Publish<Buffer>[]
    const payload = packet?.payload
    expect(payload?.toString()).toBe('hi')
    expect(payload?.equals(Buffer.from('hi'))).toBe(true)
    expect(payload?.subarray(1).toString('hex')).toBe('69')
    expect(Buffer.concat([payload ?? Buffer.alloc(0), Buffer.from('!')]).toString()).toBe('hi!')
    expect(payload?.readUInt16BE(0)).toBe(0x6869)
  })

  test('chunks of a subclass of Uint8Array give payloads of that class', () => {
    class Own extends Uint8Array {}
    const [packet] = [...new PacketParser<Own>().push(Own.from(PUBLISH) as Own)] as Publish<Own>[]
    expect(packet?.payload).toBeInstanceOf(Own)
  })

  test('memory for a large packet grows as its bytes arrive', () => {
    const parser = new PacketParser()
    const payload = 1_000_000
    const whole = publish(payload)
    for (let index = 0; index < whole.length; index += 1_000) {
      expect(parser.read()).toBeUndefined()
      parser.push(whole.subarray(index, index + 1_000))
    }
    const packet = parser.read() as Publish
    expect(packet.payload.length).toBe(payload)
    expect(packet.payload.buffer.byteLength).toBeLessThan(payload + 100)
    expect(packet.payload.every((byte) => byte === 0x61)).toBe(true)
  })
})

describe('the size limit', () => {
  test('refuses a packet at its fixed header, before any byte of the body is stored', () => {
    for (const chunk of [HUGE_HEADER, join(HUGE_HEADER, new Uint8Array(100))]) {
      const parser = new PacketParser({ maxPacketSize: 1_000 })
      expect(codeOf(() => parser.push(chunk).read())).toBe('packet-too-large')
      expect(parser.bufferedLength).toBe(0)
    }
  })

  test('counts the whole packet', () => {
    const whole = publish(125)
    expect(whole.length).toBe(131)
    expect(new PacketParser({ maxPacketSize: 131 }).push(whole).read()).toBeDefined()
    const parser = new PacketParser({ maxPacketSize: 130 })
    expect(() => parser.push(whole).read()).toThrow(
      expect.objectContaining({
        code: 'packet-too-large',
        offset: 1,
        field: 'Remaining Length',
        packetType: 'publish',
      }),
    )
  })

  test.each([2, 4, 9])('of %i applies to packets with a short header', (maxPacketSize) => {
    const parser = new PacketParser({ maxPacketSize })
    const fits = maxPacketSize >= PUBLISH.length
    expect(codeOf(() => parser.push(PUBLISH).read())).toBe(fits ? undefined : 'packet-too-large')
  })

  test('applies to each packet of a chunk', () => {
    const parser = new PacketParser({ maxPacketSize: PUBLISH.length })
    parser.push(join(PUBLISH, PUBLISH, publish(50)))
    expect([codeOf(() => parser.read()), codeOf(() => parser.read())]).toEqual([undefined, undefined])
    expect(codeOf(() => parser.read())).toBe('packet-too-large')
  })

  test('may change between packets', () => {
    const parser = new PacketParser({ maxPacketSize: 10 })
    expect(parser.maxPacketSize).toBe(10)
    parser.push(join(PUBLISH, publish(50)))
    expect(parser.read()).toBeDefined()
    parser.maxPacketSize = 100
    expect(parser.read()).toBeDefined()
    parser.maxPacketSize = 5
    expect(codeOf(() => parser.push(PUBLISH).read())).toBe('packet-too-large')
  })

  test.each([0, -1, Number.NaN, '10', null, undefined])('%s is not a valid limit', (limit) => {
    if (limit !== undefined)
      expect(() => new PacketParser({ maxPacketSize: limit as number })).toThrow(TypeError)
    const parser = new PacketParser()
    expect(() => {
      parser.maxPacketSize = limit as number
    }).toThrow(
      new TypeError(`maxPacketSize must be a number of at least 1, not ${limit === '10' ? "'10'" : limit}`),
    )
    expect(parser.maxPacketSize).toBe(268_435_460)
  })
})

describe('the end', () => {
  test('between packets is not an error', () => {
    const parser = new PacketParser()
    parser.end()
    expect([...parser.push(PUBACK)]).toHaveLength(1)
    parser.end()
  })

  test('inside a packet is an error, which persists', () => {
    for (let length = 1; length < PUBLISH.length; length++) {
      for (const read of [true, false]) {
        const parser = new PacketParser()
        parser.push(join(PUBACK, PUBLISH.subarray(0, length)))
        if (read) expect([...parser]).toHaveLength(1)
        expect(() => parser.end()).toThrow(
          expect.objectContaining({ code: 'incomplete-packet', offset: length, streamOffset: 4 + length }),
        )
        // A packet that was not read before is not lost.
        expect(read ? codeOf(() => parser.read()) : parser.read()?.type).toBe(
          read ? 'incomplete-packet' : 'puback',
        )
      }
    }
  })

  test('inside a packet is an error even if the limit was lowered', () => {
    const parser = new PacketParser()
    expect(parser.push(PUBLISH.subarray(0, 5)).read()).toBeUndefined()
    parser.maxPacketSize = 2
    expect(codeOf(() => parser.end())).toBe('incomplete-packet')
  })

  test('inside a packet is an error that stays, whatever has come of the packet', () => {
    for (let length = 1; length < PUBLISH.length; length++) {
      for (const isRead of [true, false]) {
        const parser = new PacketParser().push(PUBLISH.subarray(0, length))
        if (isRead) parser.read()
        const error = caught(() => parser.end())
        expect(error).toMatchObject({ code: 'incomplete-packet' })
        for (const action of [() => parser.push(PUBACK), () => parser.read(), () => parser.end()])
          expect(caught(action)).toBe(error)
      }
    }
  })

  test('after unread packets is not an error', () => {
    const parser = new PacketParser()
    for (const byte of join(PUBACK, PUBLISH)) parser.push(Uint8Array.of(byte))
    parser.end()
    expect([...parser]).toHaveLength(2)
    parser.push(PUBLISH.subarray(0, 4)).read()
    parser.push(PUBLISH.subarray(4)).push(PUBACK.subarray(0, 3))
    expect(codeOf(() => parser.end())).toBe('incomplete-packet')
    expect([...parser]).toHaveLength(1)
  })

  test('after unread packets of a partly read chunk is not an error', () => {
    const parser = new PacketParser().push(join(PUBACK, PUBLISH))
    expect(parser.read()).toEqual({ type: 'puback', packetId: 1 })
    parser.end()
    expect(parser.read()).toMatchObject({ topic: 'a/b' })
  })

  test('is checked if a packet is partly assembled and the rest is unread', () => {
    for (const [rest, offset] of [
      [PUBACK.subarray(0, 3), 3],
      [join(PUBACK, PUBACK.subarray(0, 1)), 1],
    ] as const) {
      const parser = new PacketParser()
      parser.push(PUBLISH.subarray(0, 4)).read()
      parser.push(join(PUBLISH.subarray(4), rest)).push(new Uint8Array(0))
      expect(() => parser.end()).toThrow(expect.objectContaining({ code: 'incomplete-packet', offset }))
      expect(parser.read()).toMatchObject({ topic: 'a/b' })
    }
    const parser = new PacketParser()
    parser.push(PUBLISH.subarray(0, 1)).read()
    parser.push(PUBLISH.subarray(1)).push(PUBACK)
    parser.end()
    expect([...parser]).toHaveLength(2)
  })

  test('reports a malformed packet among unread ones', () => {
    const parser = new PacketParser()
    expect([...parser.push(PUBACK)]).toHaveLength(1)
    parser.push(join(PUBACK, PUBLISH)).push(bytes('00 00'))
    expect(() => parser.end()).toThrow(
      expect.objectContaining({ code: 'reserved-packet-type', offset: 0, streamOffset: 17 }),
    )
    expect(parser.read()).toEqual({ type: 'puback', packetId: 1 })
  })
})

describe('misuse', () => {
  test.each([
    'text',
    7,
    null,
    undefined,
    [0x40, 2, 0, 1],
    new ArrayBuffer(4),
    new Uint16Array(2),
    new DataView(new ArrayBuffer(4)),
  ])('pushing %j is a TypeError, and changes nothing', (value) => {
    const parser = new PacketParser()
    parser.push(PUBLISH.subarray(0, 5))
    expect(() => parser.push(value as unknown as Uint8Array)).toThrow(TypeError)
    expect(parser.bufferedLength).toBe(5)
    expect(parser.push(PUBLISH.subarray(5)).read()).toMatchObject({ topic: 'a/b' })
  })

  test.each([
    { tolerate: ['no-such-code'] },
    { tolerate: ['remaining-length-too-long'] },
    { tolerate: 7 },
    { protocols: ['5'] },
    { role: 'broker' },
    { maxTopicLength: 0 },
    { maxTopicLevels: 'many' },
    { maxTopicFilters: Number.NaN },
  ])('%j are invalid options', (options) => {
    expect(() => new PacketParser(options as never)).toThrow(TypeError)
  })
})

describe('tolerating violations', () => {
  test('reports them in the order of the bytes, with their positions in the stream', () => {
    const stream = join(PUBACK, bytes('42 03 0000 00'), bytes("39 06 0002 '#' 00 'hi'"))
    const reports: string[] = []
    const parser = new PacketParser({
      tolerate: [
        'reserved-flags',
        'packet-identifier-zero',
        'surplus-bytes',
        'dup-with-qos-0',
        'wildcard-in-topic-name',
        'null-character',
      ],
      onTolerated: ({ code, streamOffset }) => reports.push(`${code} ${streamOffset}`),
    })
    expect([...parser.push(stream)]).toHaveLength(3)
    expect(reports).toEqual([
      'reserved-flags 4',
      'surplus-bytes 5',
      'packet-identifier-zero 6',
      'dup-with-qos-0 9',
      'wildcard-in-topic-name 13',
      'null-character 14',
    ])
  })

  test.each([
    ["30 06 0002 '#' ff 'hi'", ['wildcard-in-topic-name 4', 'ill-formed-utf8 5']],
    ["30 07 0003 ff '#' 00 'hi'", ['ill-formed-utf8 4', 'wildcard-in-topic-name 5', 'null-character 6']],
    [
      "82 09 0001 0004 'a#' ff00 00",
      ['misplaced-multi-level-wildcard 7', 'ill-formed-utf8 8', 'null-character 9'],
    ],
    ["82 08 0001 0003 ff '+b' 00", ['ill-formed-utf8 6', 'misplaced-single-level-wildcard 7']],
  ])(
    'several in one string are reported in the order of its bytes, and the first is thrown: %s',
    (notation, all) => {
      const reports: string[] = []
      decode(bytes(notation), {
        tolerate: [
          'wildcard-in-topic-name',
          'misplaced-multi-level-wildcard',
          'misplaced-single-level-wildcard',
          'ill-formed-utf8',
          'null-character',
        ],
        onTolerated: ({ code, offset }) => reports.push(`${code} ${offset}`),
      })
      expect(reports).toEqual(all)
      const [code, offset] = all[0]!.split(' ')
      expect(() => decode(bytes(notation))).toThrow(expect.objectContaining({ code, offset: Number(offset) }))
    },
  )

  test('a callback that throws leaves the parser as it was', () => {
    let broken = true
    const parser = new PacketParser({
      tolerate: ['packet-identifier-zero', 'reserved-flags'],
      onTolerated() {
        if (broken) throw new RangeError('not now')
      },
    })
    parser.push(join(bytes('40 02 0000 4f 02 0001'), PUBACK))
    expect(() => parser.read()).toThrow(RangeError)
    expect(parser.bufferedLength).toBe(12)
    broken = false
    expect([...parser]).toEqual([0, 1, 1].map((packetId) => ({ type: 'puback', packetId })))
  })

  test('one code does not tolerate another', () => {
    const parser = new PacketParser({ tolerate: ['dup-with-qos-0'] })
    expect(codeOf(() => parser.push(bytes("38 06 0002 'a#' 0000")).read())).toBe('wildcard-in-topic-name')
  })
})

test('parsers are independent of each other', () => {
  topicCache.clear()
  const parsers = Array.from({ length: 50 }, () => new PacketParser())
  const streams = parsers.map((_, index) => join(publish(index * 7, index), PUBACK, publish(3, index)))
  const got = parsers.map((): Packet[] => [])
  for (let at = 0; at < 400; at += 3) {
    for (const [index, parser] of parsers.entries()) {
      got[index]?.push(...parser.push(streams[index]!.subarray(at, at + 3)))
    }
  }
  for (const [index, [first, , third]] of (got as Publish[][]).entries()) {
    expect(first?.payload).toEqual(new Uint8Array(index * 7).fill(index))
    expect(third?.payload).toEqual(new Uint8Array(3).fill(index))
  }
})

function encodeAll(...packets: Parameters<typeof encode>[0][]): Uint8Array {
  return join(...packets.map((packet) => encode(packet)))
}
