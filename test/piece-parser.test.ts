import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  DECODE_ERRORS,
  type DecodeError,
  decode,
  encode,
  encodePublishHeader,
  PacketParser,
  PieceParser,
  type PublishPiece,
  type PublishStart,
  type TolerableCode,
} from '../src/index.ts'
import { chunking, damagedStream } from './support/arbitraries.ts'
import { bytes, CUTS, join } from './support/bytes.ts'
import { caught, refusal } from './support/malformed.ts'
import { heldBy } from './support/memory.ts'
import { parseInPieces, putTogether } from './support/pieces.ts'
import { facts } from './support/valid.ts'

const PUBACK = bytes('40 02 0001')
const TEN = bytes("32 0f 0001 'a' 0007 '0123456789'")
const START = {
  type: 'publish-start',
  topic: 'a',
  payloadLength: 10,
  qos: 1,
  dup: false,
  retain: false,
  packetId: 7,
}
const TOLERABLE = Object.keys(DECODE_ERRORS).filter(
  (code) => DECODE_ERRORS[code as keyof typeof DECODE_ERRORS].tolerable,
) as TolerableCode[]

const piece = (text: string, remaining: number): PublishPiece => ({
  type: 'publish-piece',
  bytes: bytes(`'${text}'`),
  remaining,
})

describe('a large payload', () => {
  test('is a start and one piece if the packet is in a single chunk', () => {
    const parser = new PieceParser({ piecesFrom: 10 })
    expect([...parser.push(join(PUBACK, TEN, PUBACK))]).toEqual([
      { type: 'puback', packetId: 1 },
      START,
      piece('0123456789', 0),
      { type: 'puback', packetId: 1 },
    ])
    parser.end()
  })

  test('starts with the last byte of its header, however that is cut, and not earlier', () => {
    for (let cut = 0; cut < 7; cut++) {
      const parser = new PieceParser({ piecesFrom: 10 }).push(TEN.subarray(0, cut))
      expect(parser.read()).toBeUndefined()
      for (let next = cut; next < 6; next++)
        expect(parser.push(TEN.subarray(next, next + 1)).read()).toBeUndefined()
      if (cut < 7) expect(parser.push(TEN.subarray(Math.max(cut, 6), 7)).read()).toEqual(START)
      expect(parser.bufferedLength).toBe(0)
      expect(parser.read()).toBeUndefined()
      expect([...parser.push(TEN.subarray(7, 9))]).toEqual([piece('01', 8)])
      expect([...parser.push(join(TEN.subarray(9), PUBACK))]).toEqual([
        piece('23456789', 0),
        { type: 'puback', packetId: 1 },
      ])
    }
  })

  test.each([
    [1, 0, false],
    [1, 1, true],
    [10, 9, false],
    [10, 10, true],
    [10, 11, true],
    [11, 10, false],
    [Number.POSITIVE_INFINITY, 300, false],
    [undefined, 65_535, false],
    [undefined, 65_536, true],
  ])('with piecesFrom %s, %i bytes: %s', (piecesFrom, length, inPieces) => {
    for (const qos of [0, 1] as const) {
      const packetId = qos === 0 ? undefined : 5
      const input = { type: 'publish', topic: 'a/b', payload: new Uint8Array(length), qos, packetId } as const
      const whole = Uint8Array.from(encode(input))
      for (const size of [whole.length, 1_000, 1].filter((each) => each > 1 || length < 1_000)) {
        const parser = new PieceParser({ piecesFrom })
        const items = []
        for (let at = 0; at < whole.length; at += size)
          items.push(...parser.push(whole.subarray(at, at + size)))
        parser.end()
        expect(items[0]!.type).toBe(inPieces ? 'publish-start' : 'publish')
        const { packets, started } = putTogether(items, piecesFrom ?? 65_536)
        expect([packets, started]).toEqual([[decode(whole)], undefined])
      }
    }
  })

  test('with a topic of the maximum length', () => {
    const topic = 't'.repeat(65_535)
    const whole = Uint8Array.from(encode({ type: 'publish', topic, payload: 'ab' }))
    for (const cut of [3, 4, 5, 65_538, whole.length - 2, whole.length - 1]) {
      const chunks = [whole.subarray(0, cut), whole.subarray(cut, cut + 1), whole.subarray(cut + 1)]
      expect(parseInPieces(chunks, { piecesFrom: 2 })).toEqual([decode(whole)])
    }
  })

  test('can pause between any two items, and bufferedLength counts the rest', () => {
    const parser = new PieceParser({ piecesFrom: 1 })
    for (const byte of join(TEN, PUBACK)) parser.push(Uint8Array.of(byte))
    expect(parser.bufferedLength).toBe(21)
    expect(parser.read()).toEqual(START)
    for (let read = 1; read <= 10; read++) {
      expect(parser.read()).toEqual(piece(String(read - 1), 10 - read))
      expect(parser.bufferedLength).toBe(14 - read)
    }
    expect(parser.read()).toEqual({ type: 'puback', packetId: 1 })
  })

  test('is not affected by a limit that is lowered after its header', () => {
    const parser = new PieceParser({ piecesFrom: 1, maxPacketSize: 17 })
    expect(parser.push(TEN.subarray(0, 9)).read()).toEqual(START)
    parser.maxPacketSize = 4
    expect([...parser.push(join(TEN.subarray(9), PUBACK))]).toHaveLength(3)
    expect(caught(() => parser.push(TEN).read())).toMatchObject({ code: 'packet-too-large' })
  })

  test('is refused for its size, type or header before it arrives', () => {
    const header = (topic: string): Uint8Array => {
      const whole = Uint8Array.from(encodePublishHeader({ topic: 'a'.repeat(topic.length) }, 200_000_000))
      whole.set(Buffer.from(topic), whole.length - topic.length)
      return whole
    }
    const cases = [
      { bytes: header('a'), options: { maxPacketSize: 200_000_000 }, code: 'packet-too-large' },
      { bytes: header('a/#'), code: 'wildcard-in-topic-name' },
      { bytes: header('aaa'), options: { maxTopicLength: 2 }, code: 'topic-too-long' },
      { bytes: header('/a/'), options: { maxTopicLevels: 2 }, code: 'too-many-topic-levels' },
      { bytes: bytes("32 ff ff 7f 0001 'a' 0000"), code: 'packet-identifier-zero' },
      { bytes: bytes('30 ff ff 7f 0000'), code: 'empty-topic-name' },
      { bytes: bytes('36 ff ff 7f'), code: 'invalid-qos' },
      { bytes: bytes('38 ff ff 7f 0000'), code: 'dup-with-qos-0' },
    ]
    for (const { bytes: start, options, code } of cases) {
      for (const { cut } of CUTS) {
        const parser = new PieceParser(options)
        const error = caught(() => {
          for (const chunk of cut(join(PUBACK, start)))
            for (const item of parser.push(chunk)) expect(item.type).toBe('puback')
        })
        expect(error).toMatchObject({ code, packetType: 'publish' })
        expect(caught(() => parser.end())).toBe(error)
        parser.reset()
        expect(parser.push(PUBACK).read()).toEqual({ type: 'puback', packetId: 1 })
      }
    }
  })

  test('reports tolerated violations with its start', () => {
    const reports: unknown[] = []
    const onTolerated = ({ code, streamOffset }: DecodeError): void => void reports.push([code, streamOffset])
    for (const { cut } of CUTS) {
      const parser = new PieceParser({ piecesFrom: 1, tolerate: TOLERABLE, onTolerated })
      for (const chunk of cut(join(PUBACK, bytes("32 08 0001 '#' 0000")))) parser.push(chunk)
      expect([...parser]).toMatchObject([
        { type: 'puback' },
        { type: 'publish-start', topic: '#', packetId: 0 },
      ])
      expect(reports.splice(0)).toEqual([
        ['wildcard-in-topic-name', 8],
        ['packet-identifier-zero', 9],
      ])
      expect(parser.push(bytes("'abc'")).read()).toMatchObject({ remaining: 0 })
    }
  })

  test('starts again if the callback throws', () => {
    let isBroken = true
    const parser: PieceParser = new PieceParser({
      piecesFrom: 1,
      tolerate: TOLERABLE,
      onTolerated() {
        for (const method of ['read', 'end', 'reset'] as const)
          expect(caught(() => parser[method]())).toBeInstanceOf(TypeError)
        if (isBroken) throw new RangeError('mine')
      },
    })
    parser.push(bytes("30 06 0000 'abcd'"))
    expect(() => parser.read()).toThrow(RangeError)
    isBroken = false
    expect([...parser]).toMatchObject([{ type: 'publish-start', payloadLength: 4 }, { remaining: 0 }])
  })

  test('is discarded by reset', () => {
    const parser = new PieceParser({ piecesFrom: 1 }).push(TEN.subarray(0, 9))
    expect([...parser]).toHaveLength(2)
    parser.reset()
    expect([...parser.push(PUBACK)]).toEqual([{ type: 'puback', packetId: 1 }])
    parser.end()
  })

  test('follows the rules of MQTT 3.1 after a CONNECT of that version', () => {
    const connect = bytes("10 0f 0006 'MQIsdp' 03 02 0000 0001 'c'")
    const resent = bytes("8a 06 0001 0001 'a' 00")
    const parser = new PieceParser({ piecesFrom: 1, protocols: ['3.1'] })
    expect([...parser.push(join(connect, TEN, resent))].map(({ type }) => type)).toEqual([
      'connect',
      'publish-start',
      'publish-piece',
      'subscribe',
    ])
  })
})

describe('the end', () => {
  test('inside a packet is the same error as from PacketParser, and unread items can still be read', () => {
    const stream = join(PUBACK, TEN, PUBACK)
    for (let length = 1; length < stream.length; length++) {
      const whole = new PacketParser().push(stream.subarray(0, length))
      const expected = caught(() => whole.end()) as DecodeError | undefined
      for (let reads = 0; reads < 6; reads++) {
        const parser = new PieceParser({ piecesFrom: 1 }).push(stream.subarray(0, length))
        const items = []
        for (let read = 0; read < reads; read++) items.push(parser.read())
        const error = caught(() => parser.end()) as DecodeError | undefined
        expect([facts(error ?? {}), error?.streamOffset]).toEqual([
          facts(expected ?? {}),
          expected?.streamOffset,
        ])
        const held = parser.bufferedLength
        const more: unknown[] = []
        const thrown = caught(() => more.push(...parser))
        // The parser is not in error while there is something to read.
        expect(thrown).toBe(held === 0 && error !== undefined ? error : undefined)
        expect([...items.filter(Boolean), ...more]).toEqual([
          ...new PieceParser({ piecesFrom: 1 }).push(stream.subarray(0, length)),
        ])
      }
    }
  })

  test('inside a payload has an offset in the packet and in the stream', () => {
    const parser = new PieceParser({ piecesFrom: 1 })
    for (const byte of join(PUBACK, TEN.subarray(0, 9))) [...parser.push(Uint8Array.of(byte))]
    expect(caught(() => parser.end())).toMatchObject({
      code: 'incomplete-packet',
      packetType: 'publish',
      field: 'Payload',
      offset: 9,
      streamOffset: 13,
    })
  })
})

describe('memory', () => {
  test('pieces are views of their chunks, or copies', () => {
    for (const copyPayloads of [false, true]) {
      const parser = new PieceParser<Buffer>({ piecesFrom: 1, copyPayloads })
      const chunks = [Buffer.from(TEN.slice(0, 9)), Buffer.from(TEN.slice(9))]
      const pieces = chunks.flatMap((chunk) => [...parser.push(chunk)].slice(-1)) as PublishPiece<Buffer>[]
      for (const [index, { bytes: view }] of pieces.entries()) {
        expect(Buffer.isBuffer(view)).toBe(true)
        expect(view.buffer === chunks[index]!.buffer).toBe(!copyPayloads)
      }
      for (const chunk of chunks) chunk.fill(0)
      expect(String(Buffer.concat(pieces.map((each) => each.bytes))) === '0123456789').toBe(copyPayloads)
    }
  })

  test('is only used for the header: a started payload of 256,000,000 bytes holds none', () => {
    const topic = 'house/firmware'
    const header = Uint8Array.from(encodePublishHeader({ topic }, 256_000_000))
    const chunk = new Uint8Array(65_536)
    const parser = new PieceParser().push(header)
    expect(parser.read()).toMatchObject({ payloadLength: 256_000_000 })
    const held = heldBy(() => {
      for (let count = 0; count < 3_000; count++)
        expect(parser.push(chunk).read()).toMatchObject({ type: 'publish-piece' })
    })
    expect(held).toBeLessThan(2_000_000)
    expect(parser.bufferedLength).toBe(0)
  })

  test('chunks of a subclass of Uint8Array give pieces of that class, and its subarray may throw or call the parser', () => {
    let calls: unknown[] = []
    let parser: PieceParser<Own>
    class Own extends Uint8Array {
      override subarray(start?: number, end?: number): Uint8Array<ArrayBuffer> {
        calls.push(
          caught(() => parser.read()),
          caught(() => parser.end()),
        )
        if (calls.length === 2) throw new RangeError('mine')
        return super.subarray(start, end) as Uint8Array<ArrayBuffer>
      }
    }
    parser = new PieceParser<Own>({ piecesFrom: 1 }).push(Own.from(TEN.subarray(0, 9)) as Own)
    expect(parser.read).toThrow()
    calls = [0]
    expect(parser.read()).toEqual(START)
    calls = []
    expect(caught(() => parser.read())).toEqual(new RangeError('mine'))
    const { bytes: view, remaining } = parser.read() as PublishPiece<Own>
    expect([view instanceof Own, [...view], remaining]).toEqual([true, [0x30, 0x31], 8])
    expect(calls).toEqual(Array(4).fill(expect.any(TypeError)))
  })

  test('a chunk that is detached inside a payload is a clear TypeError, until reset', () => {
    const detach = (chunk: Uint8Array): void =>
      void structuredClone(chunk.buffer, { transfer: [chunk.buffer as ArrayBuffer] })
    for (const [first, second] of [
      [TEN.slice(0, 9), TEN.slice(9)],
      [TEN.slice(0, 7), TEN.slice(7)],
    ] as const) {
      for (const spoilt of [first, second]) {
        const parser = new PieceParser({ piecesFrom: 1 }).push(Uint8Array.from(first))
        expect(parser.read()).toEqual(START)
        const chunk = Uint8Array.from(spoilt)
        parser.push(chunk)
        detach(chunk)
        const thrown = caught(() => [...parser])
        expect(String(thrown)).toMatch(/^TypeError: a chunk was detached or shrunk/)
        expect(caught(() => parser.push(PUBACK))).toBe(thrown)
        expect(caught(() => parser.end())).toBe(thrown)
        parser.reset()
        expect(parser.push(PUBACK).read()).toEqual({ type: 'puback', packetId: 1 })
      }
    }
  })

  test('shared with other threads is read once, and pieces are views of it', () => {
    const shared = new Uint8Array(new SharedArrayBuffer(TEN.length))
    shared.set(TEN)
    const [start, last] = [...new PieceParser({ piecesFrom: 1 }).push(shared)] as [PublishStart, PublishPiece]
    expect(start).toEqual(START)
    expect(last.bytes.buffer).toBe(shared.buffer)
  })
})

test('there are no frames', () => {
  expect('readFrame' in new PieceParser()).toBe(false)
})

test('any stream with any chunking gives what PacketParser reads, in pieces', () => {
  const seen = new Set<string | undefined>()
  let pieces = 0
  fc.assert(
    fc.property(
      fc.array(damagedStream, { minLength: 1, maxLength: 2 }).map((streams) => join(...streams)),
      chunking,
      fc.constantFrom([], TOLERABLE),
      fc.record({
        readAtOnce: fc.boolean(),
        endEarly: fc.boolean(),
        maxPacketSize: fc.constantFrom(undefined, 60),
        piecesFrom: fc.oneof(fc.constantFrom(1, 2), fc.integer({ min: 1, max: 210 })),
      }),
      (stream, cut, tolerate, { readAtOnce, endEarly, maxPacketSize, piecesFrom }) => {
        const run = <Item>(
          open: (onTolerated: (error: DecodeError) => void) => PacketParser | PieceParser,
          chunks: Uint8Array[],
        ) => {
          const reports: unknown[] = []
          const at = (error: DecodeError) => ({ ...facts(error), streamOffset: error.streamOffset })
          const parser = open((error) => reports.push(at(error)))
          const items: Item[] = []
          const take = (): void => {
            for (const item of parser as Iterable<Item>) items.push(item)
          }
          const error = refusal(() => {
            for (const chunk of chunks) {
              parser.push(chunk)
              if (readAtOnce) take()
            }
            if (endEarly) caught(() => parser.end())
            take()
            parser.end()
          })
          return { items, reports, error: error && at(error) }
        }
        const options = { tolerate, maxPacketSize, protocols: ['3.1.1', '3.1', 'bridge'] } as const
        const whole = run<never>((onTolerated) => new PacketParser({ ...options, onTolerated }), [stream])
        const cutUp = run<never>(
          (onTolerated) => new PieceParser({ ...options, piecesFrom, onTolerated }),
          cut(stream).map((chunk) => Uint8Array.from(chunk)),
        )
        const { packets, started } = putTogether(cutUp.items, piecesFrom)
        seen.add(cutUp.error?.code)
        pieces += cutUp.items.length - packets.length
        expect(packets).toEqual(whole.items)
        expect(cutUp.reports.slice(0, whole.reports.length)).toEqual(whole.reports)
        // The fields before a payload are checked before the payload arrives.
        if (whole.error?.code === 'incomplete-packet' && whole.error.packetType === 'publish') {
          if (started === undefined && cutUp.error?.code !== 'incomplete-packet')
            expect(cutUp.error?.packetType).toBe('publish')
          else expect(cutUp.error).toEqual(whole.error)
        } else {
          expect([started, cutUp.error]).toEqual([undefined, whole.error])
          expect(cutUp.reports).toEqual(whole.reports)
        }
      },
    ),
    { numRuns: 2_000 },
  )
  expect(seen.size).toBeGreaterThan(8)
  expect(pieces).toBeGreaterThan(200)
})
