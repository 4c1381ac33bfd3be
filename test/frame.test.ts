import { describe, expect, test } from 'vitest'
import {
  DecodeError,
  decode,
  EncodeError,
  encode,
  type Frame,
  type Packet,
  PacketParser,
  type ParserOptions,
  topicBytes,
  withPacketId,
} from '../src/index.ts'
import { bytes, CUTS } from './support/bytes.ts'
import { caught } from './support/malformed.ts'
import { facts } from './support/valid.ts'

function framesOf(chunks: readonly Uint8Array[], options?: ParserOptions): Frame[] {
  const parser = new PacketParser(options)
  return chunks.flatMap((chunk) => {
    parser.push(chunk)
    const frames: Frame[] = []
    for (let frame = parser.readFrame(); frame !== undefined; frame = parser.readFrame()) frames.push(frame)
    return frames
  })
}

const frameOf = (hex: string): Frame => framesOf([bytes(hex)])[0]!

interface Row {
  readonly name: string
  readonly hex: string
  /** Where the packet identifier starts. */
  readonly at?: number
  readonly topic?: string
}

// biome-ignore format: one row per packet
const ROWS: readonly Row[] = [
  { name: 'CONNECT', hex: "10 0d 0004 'MQTT' 04 02 0000 0001 'c'" },
  { name: 'CONNACK', hex: '20 02 0000' },
  { name: 'PUBLISH of QoS 0', hex: "30 07 0003 'a/b' 'hi'", topic: 'a/b' },
  { name: 'PUBLISH of QoS 1', hex: "32 09 0003 'a/b' 0001 'hi'", at: 7, topic: 'a/b' },
  { name: 'PUBLISH of QoS 2', hex: "3c 07 0003 'a/b' 0001", at: 7, topic: 'a/b' },
  { name: 'PUBLISH with a topic that is not ASCII', hex: "34 0b 0007 'größe' 0001", at: 11, topic: 'größe' },
  { name: 'PUBLISH whose Remaining Length takes four bytes', hex: "32 89 80 80 00 0003 'a/b' 0001 'hi'", at: 10, topic: 'a/b' },
  { name: 'PUBLISH with a topic of 300 bytes', hex: `32 b0 02 012c '${'t'.repeat(300)}' 0001`, at: 305, topic: 't'.repeat(300) },
  { name: 'PUBLISH with an empty topic', hex: '32 04 0000 0001', at: 4, topic: '' },
  { name: 'PUBACK', hex: '40 02 0001', at: 2 },
  { name: 'PUBREC', hex: '50 02 0001', at: 2 },
  { name: 'PUBREL', hex: '62 02 0001', at: 2 },
  { name: 'PUBCOMP', hex: '70 02 0001', at: 2 },
  { name: 'PUBCOMP whose Remaining Length takes two bytes', hex: '70 82 00 0001', at: 3 },
  { name: 'SUBSCRIBE', hex: "82 06 0001 0001 'a' 00", at: 2 },
  { name: 'SUBACK', hex: '90 03 0001 00', at: 2 },
  { name: 'UNSUBSCRIBE', hex: "a2 05 0001 0001 'a'", at: 2 },
  { name: 'UNSUBACK', hex: 'b0 02 0001', at: 2 },
  { name: 'PINGREQ', hex: 'c0 00' },
  { name: 'PINGRESP', hex: 'd0 00' },
  { name: 'DISCONNECT', hex: 'e0 00' },
]

describe.each(ROWS)('a frame of $name', ({ hex, at, topic }) => {
  test.each(CUTS)('$name: packetIdOffset and topicBytes', ({ cut }) => {
    for (const bytesOf of [(chunk: Uint8Array) => chunk, (chunk: Uint8Array) => Buffer.from(chunk)]) {
      const [frame] = framesOf(cut(bytes(hex)).map(bytesOf)) as [Frame]
      expect(frame.packetIdOffset).toBe(at)
      const name = topicBytes(frame)
      expect(name && Buffer.from(name).toString()).toBe(topic)
      if (name !== undefined) {
        expect(Buffer.isBuffer(name)).toBe(Buffer.isBuffer(frame.bytes))
        expect(name.buffer).toBe(frame.bytes.buffer)
      }
    }
  })

  test('a proper prefix is not a frame', () => {
    const whole = bytes(hex)
    for (let length = 0; length < whole.length; length++)
      expect(framesOf([whole.subarray(0, length)])).toEqual([])
  })

  test.each([
    ['Buffer', (whole: Uint8Array) => Buffer.from(whole)],
    ['Uint8Array', (whole: Uint8Array) => whole],
    [
      'shared memory',
      (whole: Uint8Array) => {
        const shared = new Uint8Array(new SharedArrayBuffer(whole.length))
        shared.set(whole)
        return shared
      },
    ],
  ])('withPacketId, %s', (_, of) => {
    const whole = of(bytes(hex))
    const [frame] = framesOf([whole]) as [Frame]
    const before = Uint8Array.from(whole)
    if (at === undefined) {
      const error = caught(() => withPacketId(frame, 258)) as EncodeError
      expect(error).toBeInstanceOf(EncodeError)
      expect(error).toMatchObject(
        frame.type === 'publish'
          ? {
              code: 'unexpected-packet-identifier',
              rule: 'MQTT-2.3.1-5',
              message: expect.stringContaining('must be undefined if qos is 0, not 258'),
            }
          : { code: 'unknown-field', message: expect.stringContaining('is an unknown field') },
      )
      expect(error).toMatchObject({
        packetType: frame.type,
        field: 'Packet Identifier',
        property: 'packetId',
      })
    } else {
      const copy = withPacketId(frame, 258)
      const expected = Uint8Array.from(before)
      expected.set([1, 2], at)
      expect(Uint8Array.from(copy.bytes)).toEqual(expected)
      expect({ ...copy, bytes: undefined }).toEqual({ ...frame, bytes: undefined })
      expect(copy.packetIdOffset).toBe(at)
      expect(Buffer.isBuffer(copy.bytes)).toBe(Buffer.isBuffer(whole))
      copy.bytes.fill(0)
      if (topic !== '') expect(decode(expected)).toEqual({ ...decode(before), packetId: 258 } as Packet)
    }
    expect(Uint8Array.from(whole)).toEqual(before)
  })
})

describe('withPacketId refuses', () => {
  const frame = frameOf("32 09 0003 'a/b' 0001 'hi'")

  // biome-ignore format: one row per violation
  test.each([
    [0, 'packet-identifier-zero'],
    [65_536, 'value-out-of-range'],
    [-1, 'value-out-of-range'],
    [1.5, 'value-out-of-range'],
    ['1', 'wrong-field-type'],
    [undefined, 'missing-field'],
  ])('%j as a packet identifier', (packetId, code) => {
    const error = caught(() => withPacketId(frame, packetId as number))
    expect(error).toBeInstanceOf(EncodeError)
    expect(error).toMatchObject({ code, packetType: 'publish', property: 'packetId' })
  })

  test('0 unless it is tolerated', () => {
    const tolerate = ['packet-identifier-zero'] as const
    expect(withPacketId(frame, 0, { tolerate }).bytes).toEqual(bytes("32 09 0003 'a/b' 0000 'hi'"))
    for (const packets of [['puback'], ['publish']] as const) {
      const error = caught(() => withPacketId(frame, 0, { tolerate: [{ code: tolerate[0], packets }] }))
      expect(error === undefined).toBe(packets[0] === 'publish')
    }
  })

  test('invalid options', () => {
    expect(caught(() => withPacketId(frame, 1, { tolerated: [] } as never))).toBeInstanceOf(TypeError)
  })
})

// biome-ignore format: one row per packet
describe.each([
  { name: 'a body of two bytes that end the topic too early', hex: '32 04 0003 4141', field: 'Topic Name', offset: 2 },
  { name: 'a topic of 65,535 bytes', hex: '32 04 ffff 4141', field: 'Topic Name', offset: 2 },
  { name: 'half a packet identifier', hex: "32 06 0003 'a/b' 00", field: 'Packet Identifier', offset: 7 },
  { name: 'no packet identifier', hex: "32 05 0003 'a/b'", field: 'Packet Identifier', offset: 7 },
])('a frame of a PUBLISH with $name', ({ hex, field, offset }) => {
  test('has no packetIdOffset, and is refused as by decode', () => {
    const frame = frameOf(hex)
    expect(frame.packetIdOffset).toBeUndefined()
    const error = caught(() => withPacketId(frame, 1))
    expect(error).toBeInstanceOf(DecodeError)
    expect(facts(error)).toMatchObject({ code: 'body-too-short', packetType: 'publish', field, offset, action: 'close' })
    expect(facts(error)).toEqual(facts(caught(() => decode(bytes(hex)))))
    if (field === 'Topic Name') expect(facts(caught(() => topicBytes(frame)))).toEqual(facts(error))
    else expect(topicBytes(frame)).toEqual(bytes("'a/b'"))
  })
})

test('topicBytes of a QoS 0 PUBLISH whose topic extends past the end', () => {
  const error = caught(() => topicBytes(frameOf('30 02 0001')))
  expect(error).toMatchObject({ code: 'body-too-short', field: 'Topic Name', offset: 2 })
})

test.each([['text'], [null], [[48, 2, 0, 0]], [new ArrayBuffer(4)]])('bytes that are %j', (notBytes) => {
  const frame = { type: 'publish', flags: 0, bytes: notBytes, bodyOffset: 2 } as unknown as Frame
  expect(caught(() => withPacketId(frame, 1))).toBeInstanceOf(TypeError)
  expect(caught(() => topicBytes(frame))).toBeInstanceOf(TypeError)
})

const DETACHED = 'the frame was detached; use it, or copy its bytes, before you transfer the chunk'

test('a frame whose chunk was transferred', () => {
  const frame = frameOf("32 09 0003 'a/b' 0001 'hi'")
  structuredClone(frame.bytes.buffer, { transfer: [frame.bytes.buffer as ArrayBuffer] })
  expect(frame.packetIdOffset).toBeUndefined()
  for (const action of [() => withPacketId(frame, 1), () => topicBytes(frame)])
    expect(() => action()).toThrow(new TypeError(DETACHED))
})

test('a frame of MQTT 3.1 keeps its flags', () => {
  const [, frame] = framesOf([bytes("10 0f 0006 'MQIsdp' 03 02 0000 0001 'c' 6a 02 0001")], {
    protocols: ['3.1'],
  }) as [Frame, Frame]
  expect(withPacketId(frame, 2).bytes).toEqual(bytes('6a 02 0002'))
})

test('an encoded packet with another packet identifier', () => {
  const [frame] = framesOf([
    encode({ type: 'subscribe', packetId: 1, subscriptions: [{ topicFilter: 'a' }] }),
  ]) as [Frame]
  expect(decode(withPacketId(frame, 65_535).bytes)).toMatchObject({ packetId: 65_535 })
})
