// onTolerated, or a user's subclass of Uint8Array, may call any method of the parser. That must not change its state.

import { describe, expect, test } from 'vitest'
import {
  DecodeError,
  decode,
  encode,
  type Packet,
  PacketParser,
  PieceParser,
  type Publish,
  preparePublish,
} from '../src/index.ts'
import { lengthOf } from '../src/wire/bytes.ts'
import { bytes, join } from './support/bytes.ts'
import { caught } from './support/malformed.ts'

const ZERO = bytes('40 02 0000')
const PUBACK = bytes('40 02 0001')
const FLAGGED = bytes('c1 00')

/** A parser whose onTolerated makes this call, and what the call returned or threw. */
function calling(call: (parser: PacketParser) => unknown) {
  const outcomes: unknown[] = []
  const parser: PacketParser = new PacketParser({
    tolerate: ['packet-identifier-zero', 'reserved-flags'],
    onTolerated: () => {
      outcomes.push(caught(() => call(parser)))
    },
  })
  return { parser, outcomes }
}

// biome-ignore format: one row per method
const REFUSED: readonly [string, (parser: PacketParser) => unknown][] = [
  ['push', (parser) => parser.push(PUBACK)],
  ['read', (parser) => parser.read()],
  ['read', (parser) => [...parser]],
  ['readFrame', (parser) => parser.readFrame()],
  ['end', (parser) => parser.end()],
  ['reset', (parser) => parser.reset()],
]

describe.each(REFUSED)('%s called by onTolerated', (method, call) => {
  test.each([
    ['in a body', ZERO, { type: 'puback', packetId: 0 }],
    ['in a fixed header', FLAGGED, { type: 'pingreq' }],
  ])('is refused and changes nothing, for a violation %s', (_, tolerated, packet) => {
    for (const byByte of [false, true]) {
      const { parser, outcomes } = calling((inner) => {
        const errors = [caught(() => call(inner)), caught(() => call(inner))] // the second must fail like the first
        expect(errors[1]).toEqual(errors[0])
        throw errors[0]
      })
      const packets: Packet[] = []
      const whole = join(tolerated, PUBACK)
      for (const chunk of byByte ? Array.from(whole, (byte) => Uint8Array.of(byte)) : [whole])
        packets.push(...parser.push(chunk))
      expect(packets).toEqual([packet, { type: 'puback', packetId: 1 }])
      expect(outcomes).toEqual([
        new TypeError(`${method}() cannot be called inside the parser's own onTolerated`),
      ])
      expect(parser.bufferedLength).toBe(0)
    }
  })
})

test('onTolerated can use whatever does not change the parser', () => {
  const { parser } = calling((inner) => {
    expect(inner.bufferedLength).toBe(8)
    expect(inner.maxPacketSize).toBe(268_435_460)
    inner.maxPacketSize = 3
    expect([...new PacketParser().push(PUBACK)]).toHaveLength(1)
  })
  parser.push(join(ZERO, PUBACK))
  expect(parser.read()).toEqual({ type: 'puback', packetId: 0 })
  expect(caught(() => parser.read())).toMatchObject({ code: 'packet-too-large' })
})

describe('an error thrown by onTolerated', () => {
  const other = caught(() => new PacketParser().push(bytes('00')).read())

  test.each([
    ['the violation itself', (violation: DecodeError): unknown => violation],
    ['an error of another parser', (): unknown => other],
    ['an error', (): unknown => new RangeError('mine')],
    ['anything', (): unknown => 'mine'],
  ])('is passed on unchanged, and the next read starts the packet again: %s', (_, make) => {
    for (const tolerated of [ZERO, FLAGGED]) {
      let thrown: unknown
      let times = 0
      const parser = new PacketParser({
        tolerate: ['packet-identifier-zero', 'reserved-flags'],
        onTolerated(violation) {
          if (++times > 2) return
          thrown = make(violation)
          throw thrown
        },
      })
      parser.push(join(PUBACK, tolerated, PUBACK))
      expect(parser.read()).toEqual({ type: 'puback', packetId: 1 })
      for (let turn = 0; turn < 2; turn++) {
        expect(caught(() => parser.read())).toBe(thrown)
        expect(parser.bufferedLength).toBe(tolerated.length + PUBACK.length)
      }
      expect([...parser]).toHaveLength(2)
      expect(times).toBe(3)
    }
  })
})

test('a subclass of Uint8Array whose subarray calls the parser or throws', () => {
  let parser: PacketParser<Own>
  let calls: unknown[] = []
  class Own extends Uint8Array {
    override subarray(start?: number, end?: number): Uint8Array<ArrayBuffer> {
      calls.push(caught(() => parser.read()))
      if (calls.length === 1) throw new RangeError('mine')
      return super.subarray(start, end) as Uint8Array<ArrayBuffer>
    }
  }
  const publish = bytes("30 05 0001 'a' 'hi'")
  parser = new PacketParser<Own>().push(Own.from(join(publish, PUBACK)) as Own)
  calls = []
  expect(caught(() => parser.read())).toEqual(new RangeError('mine'))
  const packet = parser.read() as Publish
  expect([packet.topic, Uint8Array.from(packet.payload)]).toEqual(['a', bytes("'hi'")])
  const refused = new TypeError("read() cannot be called inside the chunk's own subarray")
  expect(calls).toEqual([refused, refused])
  expect(parser.read()).toEqual({ type: 'puback', packetId: 1 })
})

describe('PieceParser', () => {
  // biome-ignore format: one row per method
  const METHODS: readonly [string, (parser: PieceParser) => unknown][] = [
    ['push', (parser) => parser.push(PUBACK)],
    ['read', (parser) => parser.read()],
    ['end', (parser) => parser.end()],
    ['reset', (parser) => parser.reset()],
  ]

  test.each(METHODS)('%s called by onTolerated is refused', (method, call) => {
    const outcomes: unknown[] = []
    const parser: PieceParser = new PieceParser({
      tolerate: ['packet-identifier-zero'],
      onTolerated: () => void outcomes.push(caught(() => call(parser))),
    })
    expect([...parser.push(join(ZERO, PUBACK))]).toHaveLength(2)
    expect(outcomes).toEqual([
      new TypeError(`${method}() cannot be called inside the parser's own onTolerated`),
    ])
  })

  test.each(METHODS)("%s called by a chunk's own subarray is refused, in a payload", (method, call) => {
    const outcomes: unknown[] = []
    let parser: PieceParser<Own> | undefined
    class Own extends Uint8Array {
      override subarray(start?: number, end?: number): Uint8Array<ArrayBuffer> {
        if (parser !== undefined) outcomes.push(caught(() => call(parser as PieceParser)))
        return super.subarray(start, end) as Uint8Array<ArrayBuffer>
      }
    }
    const chunk = Own.from(bytes("30 07 0001 'a' 'hi'")) as Own
    parser = new PieceParser<Own>({ piecesFrom: 2 }).push(chunk)
    expect(parser.read()).toMatchObject({ type: 'publish-start', payloadLength: 4 })
    expect(parser.read()).toMatchObject({ type: 'publish-piece', remaining: 2 })
    const refused = new TypeError(`${method}() cannot be called inside the chunk's own subarray`)
    expect(outcomes).toEqual([refused, refused]) // the empty payload of the start is a slice, too
  })
})

describe('a tolerated violation', () => {
  const violations: DecodeError[] = []
  const parser = new PacketParser({
    tolerate: ['packet-identifier-zero'],
    onTolerated: (violation) => violations.push(violation),
  })

  test('is a real error with name and message, and without a stack', () => {
    parser.push(ZERO).read()
    const violation = violations.at(-1)
    expect(violation).toBeInstanceOf(DecodeError)
    expect(Object.prototype.toString.call(violation)).toBe('[object Error]')
    expect(structuredClone(violation)).toBeInstanceOf(Error)
    expect(String(violation)).toBe(
      'DecodeError: PUBACK Packet Identifier: a packet identifier must not be 0, found 0 [§2.3.1] (byte 2)',
    )
    expect(violation!.stack).not.toContain('\n')
    expect((caught(() => new PacketParser().push(ZERO).read()) as Error).stack).toContain('\n')
  })

  test('leaves Error.stackTraceLimit unchanged, and does not need it', () => {
    const before = Object.getOwnPropertyDescriptor(Error, 'stackTraceLimit')!
    for (const value of [before.value, 3, undefined, 'many']) {
      Object.defineProperty(Error, 'stackTraceLimit', { ...before, value })
      parser.push(ZERO).read()
      expect(Error.stackTraceLimit).toBe(value)
    }
    Object.defineProperty(Error, 'stackTraceLimit', { ...before, writable: false })
    expect(parser.push(ZERO).read()).toEqual({ type: 'puback', packetId: 0 })
    Object.defineProperty(Error, 'stackTraceLimit', before)
  })

  test('is the same on engines without Error.stackTraceLimit', () => {
    const before = Object.getOwnPropertyDescriptor(Error, 'stackTraceLimit')!
    Reflect.deleteProperty(Error, 'stackTraceLimit')
    try {
      expect(parser.push(ZERO).read()).toEqual({ type: 'puback', packetId: 0 })
      expect(Object.hasOwn(Error, 'stackTraceLimit')).toBe(false)
    } finally {
      Object.defineProperty(Error, 'stackTraceLimit', before)
    }
  })
})

test('a subclass of Uint8Array that overrides its length or methods is read by its memory', () => {
  let says = 0
  class Own extends Uint8Array {
    override get length(): number {
      return says++ === 0 ? 4 : 3
    }
    override slice(): Uint8Array<ArrayBuffer> {
      throw new RangeError('mine')
    }
  }
  const parser = new PacketParser<Uint8Array>()
  caught(() => parser.push(Own.from(PUBACK) as Own))
  expect([0, 4]).toContain(parser.bufferedLength)

  class Sliced extends Uint8Array {
    override slice(): Uint8Array<ArrayBuffer> {
      throw new RangeError('mine')
    }
    override subarray(): Uint8Array<ArrayBuffer> {
      throw new RangeError('mine')
    }
  }
  const lenient = new PacketParser<Uint8Array>({ tolerate: ['ill-formed-utf8', 'surplus-bytes'] })
  lenient.push(Sliced.from(bytes("82 07 0007 0002 'a' ff 00")) as Sliced)
  expect(lenient.read()).toMatchObject({ subscriptions: [{ topicFilter: 'a\ufffd' }] })
  expect(caught(() => lenient.push(Sliced.from([0x40, 2]) as Sliced).end())).toMatchObject({
    code: 'incomplete-packet',
  })
})

test('names that onTolerated decodes do not get mixed up with the name that it was called for', () => {
  let names = 0
  const tolerate = [
    'empty-topic-name',
    'ill-formed-utf8',
    'wildcard-in-topic-name',
    'null-character',
  ] as const
  const options = {
    tolerate,
    onTolerated: () => {
      const name = `a/new/topic/${names++}`
      // The second time, the name is worth keeping.
      for (let time = 0; time < 2; time++) decode(encode({ type: 'publish', topic: name, payload: '' }))
    },
  }
  for (let time = 0; time < 100; time++) {
    for (const [hex, topic] of [
      ['30 02 0000', ''],
      ['30 03 0001 ff', '\ufffd'],
      ["30 04 0002 '#' 00", '#\0'],
    ] as const) {
      expect(decode(bytes(hex), options)).toMatchObject({ topic })
    }
  }
})

test('a name that is only skipped is not kept by the hash of another', () => {
  for (let time = 0; time < 100; time++) {
    const name = `another/new/topic/${time}`
    for (let each = 0; each < 2; each++) decode(encode({ type: 'publish', topic: name, payload: '' }))
    const empty = new PacketParser({ tolerate: ['empty-topic-name'] }).push(bytes('30 02 0000')).readFrame()!
    expect([...preparePublish(empty, { tolerate: ['empty-topic-name'] }).encode()]).toEqual([...empty.bytes])
  }
})

describe('a subclass of Uint8Array that calls the parser', () => {
  let hook: (() => void) | undefined
  const calling = (): void => {
    const call = hook
    hook = undefined
    call?.()
  }
  class Own extends Uint8Array {
    override get length(): number {
      const length = lengthOf(this)
      calling()
      return length
    }
    override subarray(start?: number, end?: number): Uint8Array<ArrayBuffer> {
      calling()
      return super.subarray(start, end) as Uint8Array<ArrayBuffer>
    }
    override indexOf(byte: number, start?: number): number {
      calling()
      return super.indexOf(byte, start)
    }
  }
  const own = (hex: string): Own => {
    const content = bytes(hex)
    const copy = new Own(content.length)
    copy.set(content)
    return copy
  }

  test('in end, with chunks that are partly read', () => {
    const parser = new PacketParser<Uint8Array>().push(own('c000 c000 30')).push(own('05'))
    parser.read()
    hook = () => parser.reset()
    expect(caught(() => parser.end())).toMatchObject({ code: 'incomplete-packet' })
    expect([hook === undefined, parser.read()]).toEqual([false, { type: 'pingreq' }])
  })

  test('in read, with a text that it refuses', () => {
    const parser = new PacketParser<Uint8Array>({ refuse: ['control-characters'] })
    parser.push(own('c000 30 04 0002 01 61'))
    parser.read()
    hook = () => parser.reset()
    expect(caught(() => parser.read())).toMatchObject({ code: 'control-character', streamOffset: 6 })
    expect(hook).toBeDefined()
  })

  test('in push, while a packet is assembled', () => {
    const parser = new PacketParser<Uint8Array>().push(bytes("30 28 0001 'a'")).push(bytes('00'))
    expect(parser.read()).toBeUndefined()
    const rest = own('00 '.repeat(36))
    let reads = 0
    const count = (): void => {
      if (++reads === 1) hook = count
      else caught(() => parser.reset())
    }
    hook = count
    parser.push(rest)
    expect([reads, parser.bufferedLength, (parser.read() as Publish).payload.length]).toEqual([1, 42, 37])
  })
})
