import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  DecodeError,
  decode,
  EncodeError,
  type EncodeErrorCode,
  type EncodeOptions,
  encode,
  type Frame,
  PacketParser,
  type PreparedPublish,
  type Publish,
  type PublishInput,
  type PublishOverrides,
  preparePublish,
  type QoS,
  type TolerableCode,
} from '../src/index.ts'
import { packet } from './support/arbitraries.ts'
import { bytes, join } from './support/bytes.ts'
import { growing } from './support/growing.ts'
import { caught } from './support/malformed.ts'
import { facts } from './support/valid.ts'

const QOS: readonly QoS[] = [0, 1, 2]
const BOOLEANS = [undefined, false, true]

/** Payloads up to this length are copied. */
const COPIED = 4_096
const LENGTHS = [0, 1, 100, COPIED, COPIED + 1]

const message: PublishInput = { type: 'publish', topic: 'a/b', payload: bytes("'hi'"), qos: 1, packetId: 258 }

function frameOf(whole: Uint8Array, tolerate: readonly TolerableCode[] = []): Frame {
  return new PacketParser({ tolerate }).push(whole).readFrame()!
}

/** The same packet prepared from its fields and from a frame of it. */
const SOURCES: readonly { from: string; prepare(publish: PublishInput): PreparedPublish }[] = [
  { from: 'a packet', prepare: (publish) => preparePublish(publish) },
  {
    from: 'a frame of a Buffer',
    prepare: (publish) => preparePublish(frameOf(Buffer.from(encode(publish)))),
  },
  {
    from: 'a frame of a Uint8Array',
    prepare: (publish) => preparePublish(frameOf(Uint8Array.from(encode(publish)))),
  },
  {
    from: 'a frame of shared memory',
    prepare: (publish) => preparePublish(frameOf(sharedCopy(encode(publish)))),
  },
  {
    from: 'a frame in single bytes',
    prepare: (publish) => {
      const parser = new PacketParser()
      for (const byte of encode(publish)) parser.push(Uint8Array.of(byte))
      return preparePublish(parser.readFrame()!)
    },
  },
]

/** TypeScript's ES2022 has no resizable memory. */
function resizable(length: number): ArrayBuffer & { resize(length: number): void } {
  return Reflect.construct(ArrayBuffer, [length, { maxByteLength: length }])
}

function sharedCopy(whole: Uint8Array): Uint8Array {
  const copy = new Uint8Array(new SharedArrayBuffer(whole.length))
  copy.set(whole)
  return copy
}

/** Like `toEqual`, which takes a second for long arrays. */
function expectBytes(actual: Uint8Array, expected: Uint8Array): void {
  if (Buffer.compare(actual, expected) !== 0) expect(join(actual)).toEqual(join(expected))
}

/** The bytes of the packet from every method, all of which must agree. */
function everyWay(prepared: PreparedPublish, overrides?: PublishOverrides): Uint8Array {
  const whole = prepared.encode(overrides)
  expect(prepared.size(overrides)).toBe(whole.length)
  const target = new Uint8Array(whole.length + 7).fill(0xee)
  expect(prepared.encodeInto(target, 3, overrides)).toBe(whole.length)
  expectBytes(target, join(bytes('eeeeee'), whole, bytes('eeeeeeee')))
  const header = prepared.header(overrides)
  expect(header).toBeInstanceOf(Buffer)
  expectBytes(join(header, prepared.payload), whole)
  expect(whole).toBeInstanceOf(Buffer)
  return join(whole)
}

describe('the bytes of one receiver', () => {
  // biome-ignore format: one row per packet
  test.each<{ name: string; publish?: Partial<PublishInput>; overrides?: PublishOverrides; hex: string }>([
    { name: 'as it was prepared', hex: "32 09 0003 'a/b' 0102 'hi'" },
    { name: 'no overrides', overrides: {}, hex: "32 09 0003 'a/b' 0102 'hi'" },
    { name: 'another packet identifier', overrides: { packetId: 65_535 }, hex: "32 09 0003 'a/b' ffff 'hi'" },
    { name: 'sent again', overrides: { dup: true }, hex: "3a 09 0003 'a/b' 0102 'hi'" },
    { name: 'retained', overrides: { retain: true }, hex: "33 09 0003 'a/b' 0102 'hi'" },
    { name: 'QoS 2', overrides: { qos: 2, packetId: 1 }, hex: "34 09 0003 'a/b' 0001 'hi'" },
    { name: 'QoS 0 leaves the packet identifier out', overrides: { qos: 0 }, hex: "30 07 0003 'a/b' 'hi'" },
    { name: 'QoS 0 leaves DUP out', publish: { dup: true }, overrides: { qos: 0 }, hex: "30 07 0003 'a/b' 'hi'" },
    { name: 'RETAIN stays where QoS is lowered', publish: { retain: true }, overrides: { qos: 0 }, hex: "31 07 0003 'a/b' 'hi'" },
    { name: 'not retained', publish: { retain: true }, overrides: { retain: false }, hex: "32 09 0003 'a/b' 0102 'hi'" },
    { name: 'not sent again', publish: { dup: true }, overrides: { dup: false }, hex: "32 09 0003 'a/b' 0102 'hi'" },
    { name: 'QoS raised', publish: { qos: 0, packetId: undefined }, overrides: { qos: 1, packetId: 7, dup: true }, hex: "3a 09 0003 'a/b' 0007 'hi'" },
    { name: 'the packet identifier given later', publish: { packetId: undefined }, overrides: { packetId: 7 }, hex: "32 09 0003 'a/b' 0007 'hi'" },
    { name: 'undefined is not given', overrides: { qos: undefined, dup: undefined, retain: undefined, packetId: undefined }, hex: "32 09 0003 'a/b' 0102 'hi'" },
    { name: 'text for the payload', publish: { payload: 'né' }, hex: "32 0a 0003 'a/b' 0102 'né'" },
    { name: 'an empty payload', publish: { payload: '' }, hex: "32 07 0003 'a/b' 0102" },
    { name: 'a topic beyond ASCII', publish: { topic: 'größe' }, overrides: { qos: 0 }, hex: "30 0b 0007 'größe' 'hi'" },
  ])('$name', ({ publish, overrides, hex }) => {
    expect(everyWay(preparePublish({ ...message, ...publish } as PublishInput), overrides)).toEqual(bytes(hex))
  })

  describe.each(SOURCES)('prepared from $from', ({ prepare }) => {
    test.each(QOS)('every override, from QoS %i', (qos) => {
      for (const own of [false, true]) {
        const dup = own && qos > 0
        const publish = { type: 'publish', topic: 'a/b', qos, dup, retain: own } as const
        const packetId = qos === 0 ? undefined : 258
        for (const length of LENGTHS) {
          const payload = Uint8Array.from({ length }, (_, index) => index)
          const prepared = prepare({ ...publish, payload, packetId })
          // The same object is used again, because the overrides of one receiver must not affect the next.
          for (const to of [undefined, ...QOS]) {
            for (const again of BOOLEANS) {
              for (const retain of BOOLEANS) {
                const sent = to ?? qos
                if (sent === 0 && again === true) continue
                const overrides = { qos: to, dup: again, retain, packetId: sent === 0 ? undefined : 4_660 }
                const same = {
                  ...publish,
                  payload,
                  qos: sent,
                  dup: again ?? (sent > 0 && dup),
                  retain: retain ?? own,
                  packetId: overrides.packetId,
                }
                const expected = join(encode(same))
                expectBytes(prepared.encode(overrides), expected)
                expectBytes(join(prepared.header(overrides), prepared.payload), expected)
              }
            }
          }
          expectBytes(everyWay(prepared), encode({ ...publish, payload, packetId }))
        }
      }
    })
  })

  test.each([125, 127, 16_381, 16_383, 2_097_149, 2_097_151])(
    'a Remaining Length that needs one more byte with the packet identifier: %i',
    (remainingLength) => {
      const payload = new Uint8Array(remainingLength - 5)
      const prepared = preparePublish({ type: 'publish', topic: 'a/b', payload })
      for (const qos of QOS) {
        const packetId = qos === 0 ? undefined : 9
        const whole = encode({ type: 'publish', topic: 'a/b', payload, qos, packetId })
        expect(Buffer.compare(prepared.encode({ qos, packetId }), whole)).toBe(0)
        expect(prepared.size({ qos, packetId })).toBe(whole.length)
      }
    },
  )

  test('any PUBLISH has the bytes of encode, and decodes to itself', () => {
    fc.assert(
      fc.property(packet, fc.boolean(), (publish, fromFrame) => {
        fc.pre(publish.type === 'publish')
        const prepared = fromFrame
          ? preparePublish(frameOf(encode(publish)))
          : preparePublish(publish as PublishInput)
        expect(everyWay(prepared)).toEqual(join(encode(publish)))
        expect(decode(Uint8Array.from(prepared.encode()))).toEqual(publish)
      }),
      { numRuns: 500 },
    )
  })

  test('from a frame whose Remaining Length is not in its shortest form', () => {
    const prepared = preparePublish(frameOf(bytes("32 89 80 00 0003 'a/b' 0102 'hi'")))
    expect(everyWay(prepared)).toEqual(bytes("32 09 0003 'a/b' 0102 'hi'"))
  })
})

/** The expected properties of an EncodeError. */
interface Refusal {
  readonly name: string
  readonly code: EncodeErrorCode
  readonly rule?: string
  readonly property?: string
}

function expectRefusal(action: () => unknown, { code, rule, property }: Refusal): void {
  const error = caught(action)
  expect(error).toBeInstanceOf(EncodeError)
  const { packetType } = error as EncodeError
  expect(error).toMatchObject({ code, ...(rule && { rule }), ...(property && { property }) })
  if (code !== 'unknown-packet-type') expect(packetType).toBe('publish')
}

describe('overrides are refused like the fields of encode', () => {
  // biome-ignore format: one row per violation
  test.each<Refusal & { publish?: Partial<PublishInput>; overrides: unknown; tolerable?: TolerableCode; hex?: string }>([
    { name: 'packet identifier 0', overrides: { packetId: 0 }, code: 'packet-identifier-zero', rule: 'MQTT-2.3.1-1', property: 'packetId', tolerable: 'packet-identifier-zero', hex: "32 09 0003 'a/b' 0000 'hi'" },
    { name: 'packet identifier 65,536', overrides: { packetId: 65_536 }, code: 'value-out-of-range', property: 'packetId' },
    { name: 'a packet identifier that is not an integer', overrides: { packetId: 1.5 }, code: 'value-out-of-range', property: 'packetId' },
    { name: 'text as a packet identifier', overrides: { packetId: '7' }, code: 'wrong-field-type', property: 'packetId' },
    { name: 'null as a packet identifier', overrides: { packetId: null }, code: 'missing-field', property: 'packetId' },
    { name: 'no packet identifier', publish: { packetId: undefined }, overrides: {}, code: 'missing-field', rule: 'MQTT-2.3.1-1', property: 'packetId' },
    { name: 'no overrides and no packet identifier', publish: { packetId: undefined }, overrides: undefined, code: 'missing-field', property: 'packetId' },
    { name: 'no packet identifier when QoS is raised', publish: { qos: 0, packetId: undefined }, overrides: { qos: 1 }, code: 'missing-field', property: 'packetId' },
    { name: 'a packet identifier when QoS is lowered', overrides: { qos: 0, packetId: 7 }, code: 'unexpected-packet-identifier', rule: 'MQTT-2.3.1-5', property: 'packetId' },
    { name: 'a packet identifier with QoS 0', publish: { qos: 0, packetId: undefined }, overrides: { packetId: 7 }, code: 'unexpected-packet-identifier', property: 'packetId' },
    { name: 'DUP where QoS is lowered', overrides: { qos: 0, dup: true }, code: 'dup-with-qos-0', rule: 'MQTT-3.3.1-2', property: 'dup', tolerable: 'dup-with-qos-0', hex: "38 07 0003 'a/b' 'hi'" },
    { name: 'DUP with QoS 0', publish: { qos: 0, packetId: undefined }, overrides: { dup: true }, code: 'dup-with-qos-0', property: 'dup', tolerable: 'dup-with-qos-0', hex: "38 07 0003 'a/b' 'hi'" },
    { name: 'QoS 3', overrides: { qos: 3 }, code: 'invalid-qos', rule: 'MQTT-3.3.1-4', property: 'qos' },
    { name: 'text as QoS', overrides: { qos: '1' }, code: 'wrong-field-type', property: 'qos' },
    { name: 'a number as DUP', overrides: { dup: 1 }, code: 'wrong-field-type', property: 'dup' },
    { name: 'null as RETAIN', overrides: { retain: null }, code: 'missing-field', property: 'retain' },
    { name: 'QoS in another case', overrides: { QoS: 2 }, code: 'unknown-field', property: 'QoS' },
    { name: 'retained', overrides: { retained: true }, code: 'unknown-field', property: 'retained' },
    { name: 'messageId', overrides: { messageId: 3 }, code: 'unknown-field', property: 'messageId' },
    { name: 'a field that cannot be overridden', publish: { packetId: undefined }, overrides: { payload: 'x' }, code: 'unknown-field', property: 'payload' },
  ])('$name', ({ publish, overrides, tolerable, hex, ...refusal }) => {
    const input = { ...message, ...publish } as PublishInput
    const given = overrides as PublishOverrides
    const prepared = preparePublish(input)
    const target = new Uint8Array(64)
    for (const action of [
      () => prepared.encode(given),
      () => prepared.size(given),
      () => prepared.header(given),
      () => prepared.encodeInto(target, 0, given),
    ])
      expectRefusal(action, refusal)
    expect(target).toEqual(new Uint8Array(64))
    expect(everyWay(prepared, { qos: 2, packetId: 3 })).toEqual(bytes("34 09 0003 'a/b' 0003 'hi'"))
    if (tolerable !== undefined)
      expect(everyWay(preparePublish(input, { tolerate: [tolerable] }), given)).toEqual(bytes(hex!))
  })

  test.each([
    [null, 'null'],
    [7, '7'],
    ['text', "'text'"],
    [true, 'true'],
  ])('%j is not an object', (overrides, shown) => {
    const prepared = preparePublish(message)
    expect(caught(() => prepared.encode(overrides as unknown as PublishOverrides))).toEqual(
      new TypeError(`overrides must be an object, not ${shown}`),
    )
  })

  test('each override is read once', () => {
    const reads: string[] = []
    const overrides = new Proxy({ qos: 2, packetId: 9, dup: true, retain: true } as const, {
      get: (target, name) => {
        reads.push(String(name))
        return Reflect.get(target, name)
      },
    })
    const prepared = preparePublish(message)
    expect(join(prepared.encode(overrides))).toEqual(bytes("3d 09 0003 'a/b' 0009 'hi'"))
    expect(reads).toEqual([...new Set(reads)])
  })

  test.each(['QoS', 'retained', 'messageId'])('a getter for %s is called once', (name) => {
    const prepared = preparePublish(message)
    const returning = (...values: unknown[]): PublishOverrides => ({
      get [name]() {
        return values.shift()
      },
    })
    expectRefusal(() => prepared.encode(returning(1)), { name: '', code: 'unknown-field', property: name })
    expect(prepared.encode(returning(undefined, 1))).toEqual(prepared.encode())
  })

  test('getters may use the prepared packet', () => {
    const prepared = preparePublish(message)
    const overrides = {
      qos: 1,
      get packetId() {
        prepared.encode({ qos: 0, retain: true })
        prepared.encode({ qos: 2, dup: true, packetId: 0x7777 })
        encode({ type: 'publish', topic: 'other', payload: 'other' })
        return 9
      },
    } as const
    expect(join(prepared.encode(overrides))).toEqual(bytes("32 09 0003 'a/b' 0009 'hi'"))
  })
})

describe('packets that cannot be prepared', () => {
  // biome-ignore format: one row per violation
  test.each<Refusal & { input: unknown; tolerable?: TolerableCode }>([
    { name: 'a wildcard', input: { ...message, topic: 'a/+' }, code: 'wildcard-in-topic-name', property: 'topic', tolerable: 'wildcard-in-topic-name' },
    { name: 'no topic', input: { ...message, topic: undefined }, code: 'missing-field', property: 'topic' },
    { name: 'an empty topic', input: { ...message, topic: '' }, code: 'empty-topic-name', property: 'topic', tolerable: 'empty-topic-name' },
    { name: 'U+0000', input: { ...message, topic: 'a\0' }, code: 'null-character', property: 'topic', tolerable: 'null-character' },
    { name: 'a lone surrogate', input: { ...message, topic: '\ud800' }, code: 'ill-formed-utf8', property: 'topic' },
    { name: 'no payload', input: { ...message, payload: undefined }, code: 'missing-field', property: 'payload' },
    { name: 'a number as payload', input: { ...message, payload: 7 }, code: 'wrong-field-type', property: 'payload' },
    { name: 'packet identifier 0', input: { ...message, packetId: 0 }, code: 'packet-identifier-zero', property: 'packetId', tolerable: 'packet-identifier-zero' },
    { name: 'null as a packet identifier', input: { ...message, packetId: null }, code: 'missing-field', property: 'packetId' },
    { name: 'a packet identifier with QoS 0', input: { ...message, qos: 0 }, code: 'unexpected-packet-identifier', property: 'packetId' },
    { name: 'DUP with QoS 0', input: { ...message, qos: 0, packetId: undefined, dup: true }, code: 'dup-with-qos-0', property: 'dup', tolerable: 'dup-with-qos-0' },
    { name: 'QoS 3', input: { ...message, qos: 3 }, code: 'invalid-qos', property: 'qos' },
    { name: 'an unknown field', input: { ...message, messageId: 3 }, code: 'unknown-field', property: 'messageId' },
    { name: 'another type', input: { type: 'puback', packetId: 1 }, code: 'unknown-packet-type', property: 'type' },
    { name: 'no type', input: {}, code: 'unknown-packet-type', property: 'type' },
    { name: 'null', input: null, code: 'unknown-packet-type', property: 'type' },
    { name: 'a frame of another type', input: frameOf(bytes('40 02 0001')), code: 'unknown-packet-type', property: 'type' },
    { name: 'a frame that says it is of another type', input: { ...frameOf(bytes('40 02 0001')), type: 'publish' }, code: 'unknown-packet-type', property: 'type' },
  ])('$name', ({ input, tolerable, ...refusal }) => {
    expectRefusal(() => preparePublish(input as PublishInput), refusal)
    if (tolerable === undefined) return
    const options = { tolerate: [tolerable] }
    const prepared = preparePublish(input as PublishInput, options)
    expect(everyWay(prepared)).toEqual(join(encode(input as PublishInput, options)))
  })

  test('another type is named', () => {
    expect(() => preparePublish({ type: 'connect' } as unknown as PublishInput)).toThrow(
      "type must be 'publish', not 'connect' [§2.2.1]",
    )
  })

  // biome-ignore format: one row per violation
  test.each<{ name: string; hex: string; code: string; field?: string; offset: number; tolerable?: TolerableCode; sent?: string }>([
    { name: 'a wildcard', hex: "30 07 0003 'a/+' 'hi'", code: 'wildcard-in-topic-name', field: 'Topic Name', offset: 6, tolerable: 'wildcard-in-topic-name' },
    { name: 'a wildcard beyond ASCII', hex: "30 08 0004 'ä/#' 'hi'", code: 'wildcard-in-topic-name', field: 'Topic Name', offset: 7, tolerable: 'wildcard-in-topic-name' },
    { name: 'an empty topic', hex: "30 04 0000 'hi'", code: 'empty-topic-name', field: 'Topic Name', offset: 2, tolerable: 'empty-topic-name' },
    { name: 'U+0000', hex: "30 05 0001 00 'hi'", code: 'null-character', field: 'Topic Name', offset: 4, tolerable: 'null-character' },
    { name: 'ill-formed UTF-8', hex: "30 06 0002 c0af 'hi'", code: 'ill-formed-utf8', field: 'Topic Name', offset: 4, tolerable: 'ill-formed-utf8' },
    { name: 'packet identifier 0', hex: "32 09 0003 'a/b' 0000 'hi'", code: 'packet-identifier-zero', field: 'Packet Identifier', offset: 7, tolerable: 'packet-identifier-zero' },
    { name: 'a topic beyond the end', hex: "30 07 0009 'a/b' 'hi'", code: 'body-too-short', field: 'Topic Name', offset: 2 },
    { name: 'no room for the packet identifier', hex: "32 06 0003 'a/b' 01", code: 'body-too-short', field: 'Packet Identifier', offset: 7 },
    { name: 'DUP with QoS 0', hex: "38 07 0003 'a/b' 'hi'", code: 'dup-with-qos-0', field: 'DUP flag', offset: 0, tolerable: 'dup-with-qos-0' },
  ])('a frame with $name is refused as by decode', ({ hex, code, field, offset, tolerable }) => {
    const whole = bytes(hex)
    const frame = frameOf(whole, ['dup-with-qos-0'])
    const error = caught(() => preparePublish(frame))
    expect(error).toBeInstanceOf(DecodeError)
    expect(facts(error)).toMatchObject({ code, field, offset, packetType: 'publish', action: 'close' })
    expect(facts(error)).toEqual(facts(caught(() => decode(whole))))
    // A tolerated violation is forwarded as it was received.
    if (tolerable !== undefined)
      expect(everyWay(preparePublish(frame, { tolerate: [tolerable] }))).toEqual(whole)
  })

  test('a frame cannot have QoS 3, even one made by hand', () => {
    const whole = bytes("36 09 0003 'a/b' 0001 'hi'")
    expect(caught(() => frameOf(whole))).toMatchObject({ code: 'invalid-qos' })
    const frame = { ...frameOf(bytes("34 09 0003 'a/b' 0001 'hi'")), bytes: whole } as Frame
    expect(caught(() => preparePublish(frame))).toMatchObject({ code: 'invalid-qos', rule: 'MQTT-3.3.1-4' })
  })

  test.each([
    ['bytes are missing', "32 09 0003 'a/b' 0001 'h'", 'incomplete-packet'],
    ['bytes follow', "32 09 0003 'a/b' 0001 'hi' 00", 'trailing-bytes'],
  ])('a frame of which %s', (_, hex, code) => {
    const frame = { ...frameOf(bytes("34 09 0003 'a/b' 0001 'hi'")), bytes: bytes(hex) } as Frame
    expect(caught(() => preparePublish(frame))).toMatchObject({ code })
  })

  test.each([
    ['text', 'text'],
    ['null', null],
    ['an array', [1, 2]],
  ])('bytes of a frame that are %s', (_, notBytes) => {
    const frame = { type: 'publish', bytes: notBytes } as unknown as Frame
    expect(caught(() => preparePublish(frame))).toBeInstanceOf(TypeError)
  })

  test('a frame whose chunk was transferred', () => {
    const frame = frameOf(bytes("34 09 0003 'a/b' 0001 'hi'"))
    structuredClone(frame.bytes.buffer, { transfer: [frame.bytes.buffer as ArrayBuffer] })
    expect(() => preparePublish(frame)).toThrow(
      new TypeError('the frame was detached; use it, or copy its bytes, before you transfer the chunk'),
    )
  })

  test.each([[{ tolerance: [] }], [{ tolerate: ['surplus'] }], [7]])('options %j', (options) => {
    expect(caught(() => preparePublish(message, options as EncodeOptions))).toBeInstanceOf(TypeError)
  })

  test('a packet that is too large only with its packet identifier', () => {
    const payload = new Uint8Array(268_435_455 - 5)
    const prepared = preparePublish({ type: 'publish', topic: 'a/b', payload })
    expect(prepared.size()).toBe(268_435_460)
    expectRefusal(() => prepared.size({ qos: 1, packetId: 1 }), { name: '', code: 'packet-too-large' })
    expect(join(prepared.header())).toEqual(bytes("30 ffffff7f 0003 'a/b'"))
  })
})

describe('memory', () => {
  test('each field is read once', () => {
    const reads: string[] = []
    const spied = new Proxy(
      { ...message },
      {
        get: (target, name) => {
          reads.push(String(name))
          return Reflect.get(target, name)
        },
      },
    )
    preparePublish(spied)
    expect(reads).toEqual([...new Set(reads)])
  })

  test('a payload that grows meanwhile is written as long as it was announced', () => {
    for (const length of [0, 2, 70, COPIED - 10]) {
      const payload = growing(new Uint8Array(length).fill(7))
      const packet = decode(preparePublish({ type: 'publish', topic: 'a', payload }).encode()) as Publish
      const zeros = new Uint8Array(packet.payload.length - length)
      expectBytes(packet.payload, join(new Uint8Array(length).fill(7), zeros))
    }
  })

  test('options are read once', () => {
    const codes = ['packet-identifier-zero', 'dup-with-qos-0'] as const
    const options = { tolerate: codes.values() }
    const prepared = preparePublish(message, options)
    expect(join(prepared.encode({ packetId: 0 }))).toEqual(bytes("32 09 0003 'a/b' 0000 'hi'"))
    expect(join(preparePublish(message, options).encode({ qos: 0, dup: true }))).toEqual(
      bytes("38 07 0003 'a/b' 'hi'"),
    )
  })

  test.each(LENGTHS)(
    'the packet may change afterwards; a payload of %i bytes is copied up to 4,096',
    (length) => {
      const payload = new Uint8Array(length).fill(1)
      const input = { type: 'publish', topic: 'a/b', payload, qos: 0 as QoS, retain: false }
      const prepared = preparePublish(input as PublishInput)
      const before = join(prepared.encode())
      Object.assign(input, { topic: 'changed', payload: 'changed', qos: 2, retain: true })
      payload.fill(2)
      const after = join(prepared.encode())
      if (length <= COPIED) expectBytes(after, before)
      else expectBytes(after.subarray(-length), payload)
      expectBytes(after.subarray(0, -length || undefined), before.subarray(0, -length || undefined))
      expect(prepared.payload).toBe(payload)
    },
  )

  test.each(LENGTHS)('the chunk of a frame may change afterwards, with a payload of %i bytes', (length) => {
    const chunk = Uint8Array.from(encode({ ...message, payload: new Uint8Array(length).fill(1) }))
    const prepared = preparePublish(frameOf(chunk))
    const before = join(prepared.encode())
    chunk.fill(2)
    const after = join(prepared.encode())
    expectBytes(after.subarray(0, -length || undefined), before.subarray(0, -length || undefined))
    if (length <= COPIED) expectBytes(after, before)
  })

  test('a large payload is shared, not copied', () => {
    const payload = new Uint8Array(100_000)
    expect(preparePublish({ ...message, payload }).payload).toBe(payload)
    const chunk = Buffer.from(encode({ ...message, payload }))
    const shared = preparePublish(frameOf(chunk)).payload
    expect(shared).toBeInstanceOf(Buffer)
    expect(shared.buffer).toBe(chunk.buffer)
  })

  test.each(['detached', 'shrunk'])('a payload that was %s afterwards', (how) => {
    const memory = resizable(10_000)
    const payload = new Uint8Array(memory)
    const prepared = preparePublish({ ...message, payload })
    if (how === 'detached') structuredClone(memory, { transfer: [memory] })
    else memory.resize(9_000)
    const target = new Uint8Array(20_000)
    for (const action of [
      () => prepared.encode(),
      () => prepared.header(),
      () => prepared.encodeInto(target),
    ])
      expect(() => action()).toThrow(
        new TypeError(
          'the payload was detached or resized since it was prepared; prepare a copy of it before you transfer it',
        ),
      )
    expectBytes(target, new Uint8Array(20_000))
  })

  test('a copied payload may be detached afterwards, except to send it after a header', () => {
    const payload = new Uint8Array(100).fill(7)
    const prepared = preparePublish({ ...message, payload })
    const before = join(prepared.encode())
    structuredClone(payload.buffer, { transfer: [payload.buffer] })
    expectBytes(join(prepared.encode()), before)
    expect(caught(() => prepared.header())).toBeInstanceOf(TypeError)
  })

  test('a payload that is already detached', () => {
    const payload = new Uint8Array(100)
    structuredClone(payload.buffer, { transfer: [payload.buffer] })
    expectRefusal(() => preparePublish({ ...message, payload }), {
      name: '',
      code: 'wrong-field-type',
      property: 'payload',
    })
  })

  test.each([10, 10_000])('a payload of %i bytes in shared memory', (length) => {
    const payload = sharedCopy(new Uint8Array(length).fill(5))
    const prepared = preparePublish({ ...message, payload })
    expectBytes(everyWay(prepared), join(encode({ ...message, payload })))
  })

  test('the bytes of one receiver are not shared with another', () => {
    const prepared = preparePublish(message)
    const first = prepared.encode({ packetId: 1 })
    const header = prepared.header({ packetId: 3 })
    first.fill(0)
    header.fill(0)
    expect(join(prepared.encode({ packetId: 2 }))).toEqual(bytes("32 09 0003 'a/b' 0002 'hi'"))
    expect(join(prepared.header({ packetId: 2 }))).toEqual(bytes("32 09 0003 'a/b' 0002"))
  })

  test.each([2, 300, 5_000])('each of many receivers gets its own flags: %i bytes', (length) => {
    const payload = Buffer.alloc(length, 'x')
    const prepared = preparePublish({ ...message, payload })
    const ids = Array.from({ length: 500 }, (_, index) => index + 1)
    const overrides = (packetId: number) =>
      packetId % 5 === 0
        ? ({ qos: 0 } as const)
        : { packetId, dup: packetId % 3 === 0, retain: packetId % 7 === 0 }
    const packets = ids.map((id) => prepared.encode(overrides(id)))
    const headers = ids.map((id) => prepared.header(overrides(id)))
    for (const [index, id] of ids.entries()) {
      const { qos, packetId, ...rest } = { ...message, payload, packetId: undefined, ...overrides(id) }
      const expected = encode({ ...rest, qos, packetId: qos === 0 ? undefined : packetId })
      if (!expected.equals(packets[index]!)) expect.fail(`packet ${id} has other bytes`)
      if (!expected.equals(Buffer.concat([headers[index]!, payload])))
        expect.fail(`header ${id} has other bytes`)
    }
  })

  test('still works after the memory that packets share was detached', () => {
    const prepared = preparePublish({ ...message, payload: 'text' })
    const first = prepared.encode()
    const expected = join(first)
    expect(prepared.payload.buffer).not.toBe(first.buffer)
    try {
      structuredClone(first.buffer, { transfer: [first.buffer as ArrayBuffer] })
    } catch {
      // Some hosts refuse to detach it, which is fine.
    }
    expect(join(prepared.encode())).toEqual(expected)
    expect(join(prepared.header(), prepared.payload)).toEqual(expected)
    expect(prepared.size()).toBe(expected.length)
  })

  test.each(LENGTHS)('the target may overlap a payload of %i bytes', (length) => {
    for (const offset of [0, 1, 5, 40]) {
      for (const at of [0, 3, 9, 10, 50]) {
        const memory = Uint8Array.from({ length: length + 100 }, (_, index) => index)
        const payload = memory.subarray(at, at + length)
        const expected = join(encode({ ...message, payload }))
        const written = preparePublish({ ...message, payload }).encodeInto(memory, offset)
        expectBytes(memory.slice(offset, offset + written), expected)
      }
    }
  })

  test('the target may overlap the frame', () => {
    const chunk = new Uint8Array(20_100)
    const whole = encode({ ...message, payload: Uint8Array.from({ length: 20_000 }, (_, index) => index) })
    chunk.set(whole)
    const prepared = preparePublish(frameOf(chunk.subarray(0, whole.length)))
    const written = prepared.encodeInto(chunk, 50, { packetId: 258 })
    expectBytes(join(chunk.subarray(50, 50 + written)), join(whole))
  })
})

describe('encodeInto', () => {
  test.each(LENGTHS)('all or nothing, with a payload of %i bytes', (length) => {
    const prepared = preparePublish({ ...message, payload: new Uint8Array(length).fill(1) })
    const size = prepared.size()
    for (const [room, offset] of [
      [size - 1, 0],
      [size, 1],
      [size + 4, 5],
      [0, 0],
      [size + 9, -1],
      [size + 9, 0.5],
      [size + 9, Number.NaN],
      [size + 9, size + 10],
    ] as const) {
      const target = new Uint8Array(room).fill(0xee)
      expectRefusal(() => prepared.encodeInto(target, offset), { name: '', code: 'target-too-small' })
      expectBytes(target, new Uint8Array(room).fill(0xee))
    }
    expect(prepared.encodeInto(new Uint8Array(size))).toBe(size)
  })

  test('a target that the overrides shrink', () => {
    const memory = resizable(100)
    const overrides = {
      get packetId() {
        memory.resize(4)
        return 1
      },
    }
    const prepared = preparePublish(message)
    expectRefusal(() => prepared.encodeInto(new Uint8Array(memory), 0, overrides), {
      name: '',
      code: 'target-too-small',
    })
  })

  test.each([undefined, null, 'text', [], new ArrayBuffer(99)])('%j is not a target', (target) => {
    expect(caught(() => preparePublish(message).encodeInto(target as unknown as Uint8Array))).toBeInstanceOf(
      TypeError,
    )
  })
})
