import { describe, expect, test } from 'vitest'
import {
  decode,
  EncodeError,
  encode,
  encodedLength,
  encodeInto,
  encodePublishHeader,
  MqttError,
  type PacketInput,
} from '../src/index.ts'
import { bytes, join } from './support/bytes.ts'
import { testUnencodable } from './support/unencodable.ts'

const PUBACK = { type: 'puback', packetId: 7 } as const
const PUBLISH = { type: 'publish', topic: 'a/b', payload: 'hi' } as const
const CONNACK = { type: 'connack', returnCode: 0 } as const

describe('no packet at all', () => {
  testUnencodable(
    [
      undefined,
      null,
      7,
      'publish',
      [],
      {},
      { type: 'auth' },
      { type: 3 },
      { type: 'PUBLISH' },
      { type: 'toString' },
      () => {},
    ].map((packet) => ({
      name: String(JSON.stringify(packet)),
      packet,
      code: 'unknown-packet-type' as const,
      field: 'Control Packet type',
    })),
  )
})

test('a Buffer where there is Buffer, which shares no byte with another', () => {
  const first = encode(PUBLISH)
  const second = encode(PUBACK)
  expect(Buffer.isBuffer(first)).toBe(true)
  expect(Buffer.isBuffer(encode({ type: 'publish', topic: 'a', payload: new Uint8Array(5_000) }))).toBe(true)
  const copy = Uint8Array.from(first)
  second.fill(0xff)
  expect(Uint8Array.from(first)).toEqual(copy)
})

test('many packets of many sizes, none of which touches another', () => {
  const inputs = Array.from({ length: 3_000 }, (_, index): PacketInput => {
    return index % 3 === 0
      ? { type: 'puback', packetId: index + 1 }
      : { ...PUBLISH, payload: new Uint8Array((index * 37) % 700).fill(index) }
  })
  const encoded = inputs.map((input) => encode(input))
  for (const [index, input] of inputs.entries()) {
    if (!Buffer.from(encode(input)).equals(encoded[index]!)) expect.fail(`packet ${index} was touched`)
  }
})

describe('encodeInto', () => {
  test.each([
    [PUBACK, 3, 0],
    [PUBACK, 4, 1],
    [PUBLISH, 8, 0],
    [PUBLISH, 20, 12],
    [PUBLISH, 20, -1],
    [PUBLISH, 20, 0.5],
    [PUBLISH, 20, Number.NaN],
    [PUBACK, 20, 17],
    [PUBACK, 20, -1],
    [PUBACK, 20, 1.5],
    [PUBACK, 0, 0],
    [CONNACK, 3, 0],
    [CONNACK, 20, 17],
    [CONNACK, 20, -1],
    [CONNACK, 20, 1.5],
  ])('%j into %i bytes at %d does not fit', (packet, size, offset) => {
    const target = new Uint8Array(size).fill(0xaa)
    expect(() => encodeInto(packet, target, offset)).toThrow(
      expect.objectContaining({ code: 'target-too-small', packetType: packet.type }),
    )
    expect(target.every((byte) => byte === 0xaa)).toBe(true)
  })

  test.each(['text', null, [], new Array(99).fill(0), new Uint16Array(99), new ArrayBuffer(99)])(
    '%j is no target',
    (target) => {
      expect(() => encodeInto(PUBACK, target as unknown as Uint8Array)).toThrow(TypeError)
      expect(() => encodeInto(PUBLISH, target as unknown as Uint8Array)).toThrow(TypeError)
    },
  )

  test('fills a target to its last byte', () => {
    const target = new Uint8Array(17)
    expect(encodeInto(PUBLISH, target)).toBe(9)
    expect(encodeInto(PUBACK, target, 9)).toBe(4)
    expect(encodeInto(CONNACK, target, 13)).toBe(4)
    expect(target).toEqual(bytes("30 07 0003 'a/b' 'hi' 40 02 0007 20 02 0000"))
  })
})

describe('encodePublishHeader', () => {
  test.each([
    [{ topic: 'a/b' }, 2, "30 07 0003 'a/b'"],
    [{ topic: 'a/b', qos: 2, packetId: 9, dup: true, retain: true }, 0, "3d 07 0003 'a/b' 0009"],
    [{ topic: 'a' }, 268_435_452, "30 ffffff7f 0001 'a'"],
    [{ type: 'publish', topic: 'größe' }, 121, "30 8201 0007 'größe'"],
  ] as const)('%j with %i bytes behind it', (publish, payloadLength, hex) => {
    expect(Uint8Array.from(encodePublishHeader(publish, payloadLength))).toEqual(bytes(hex))
  })

  test('and the payload are the packet', () => {
    const payload = new Uint8Array(1_000).fill(7)
    const whole = encode({ ...PUBLISH, payload })
    expect(join(encodePublishHeader(PUBLISH, payload.length), payload)).toEqual(Uint8Array.from(whole))
    expect(decode(whole)).toMatchObject({ topic: 'a/b' })
  })

  const size = { field: 'Remaining Length', packetType: 'publish' }
  const type = { field: 'Control Packet type', packetType: undefined }

  test.each([
    [{ topic: 'a' }, 268_435_453, 'packet-too-large', size],
    [{ topic: 'a' }, 268_435_456, 'packet-too-large', size],
    [{ topic: 'a' }, -1, 'value-out-of-range', size],
    [{ topic: 'a' }, 1.5, 'value-out-of-range', size],
    [{ topic: 'a' }, undefined, 'value-out-of-range', size],
    [{ topic: '#' }, 0, 'wildcard-in-topic-name', { field: 'Topic Name', packetType: 'publish' }],
    [{ topic: 'a', qos: 1 }, 0, 'missing-field', { field: 'Packet Identifier', packetType: 'publish' }],
    [{ type: 'puback', topic: 'a' }, 0, 'unknown-packet-type', type],
    [null, 0, 'unknown-packet-type', type],
    [undefined, 0, 'unknown-packet-type', type],
    ['publish', 0, 'unknown-packet-type', type],
  ])('%j with %s bytes behind it is refused', (publish, payloadLength, code, facts) => {
    expect(() => encodePublishHeader(publish as never, payloadLength as number)).toThrow(EncodeError)
    expect(() => encodePublishHeader(publish as never, payloadLength as number)).toThrow(
      expect.objectContaining({ code, ...facts }),
    )
  })
})

test('a packet that is too large is refused by its length, not by its memory', () => {
  const large = new Uint8Array(268_435_453)
  const packet = { type: 'publish', topic: 'a', payload: large } as const
  for (const attempt of [
    () => encodedLength(packet),
    () => encode(packet),
    () => encodeInto(packet, new Uint8Array(1)),
  ]) {
    expect(attempt).toThrow(
      expect.objectContaining({
        code: 'packet-too-large',
        packetType: 'publish',
        field: 'Remaining Length',
        rule: '§2.2.3',
      }),
    )
  }
  expect(encodedLength({ type: 'publish', topic: 'a', payload: large.subarray(1) })).toBe(268_435_460)
})

describe('input that changes while it is encoded', () => {
  /** Another value at each look. */
  const shifting = <Value>(values: Value[]) => ({
    configurable: true,
    enumerable: true,
    get: () => (values.length > 1 ? values.shift()! : values[0]!),
  })
  const shifty = <Input extends object>(packet: Input, field: string, values: unknown[]): Input =>
    Object.defineProperty(packet, field, shifting(values))

  test.each([
    ['longer', 'a', 'abcdefghij'],
    ['shorter', 'abcdefghij', 'a'],
    ['longer, beyond ASCII', 'a', 'éé'],
    ['what is refused', 'a', '#'],
  ])('into something %s is sent as it was at first: PUBLISH', (_, first, then) => {
    const packet = () =>
      shifty({ type: 'publish', topic: '', payload: 'hi' } satisfies PacketInput, 'topic', [first, then])
    const sound = { type: 'publish', topic: first, payload: 'hi' } as const
    expect(encode(packet())).toEqual(encode(sound))
    expect(encodePublishHeader(packet(), 2)).toEqual(encodePublishHeader(sound, 2))
  })

  test('is sent as it was at first: the other fields of PUBLISH, and acknowledgements', () => {
    const publish = { type: 'publish', topic: 'a', payload: 'hi', qos: 1, packetId: 1 } as const
    for (const [field, values] of [
      ['packetId', [1, 0]],
      ['qos', [1, 3]],
      ['payload', ['hi', 'something longer']],
    ] as const) {
      expect(encode(shifty({ ...publish }, field, [...values]))).toEqual(encode(publish))
    }
    expect(encode(shifty({ type: 'puback', packetId: 1 } as const, 'packetId', [1, 0]))).toEqual(
      encode({ type: 'puback', packetId: 1 }),
    )
  })

  test.each([
    ['longer', 'a', 'abcdefghij'],
    ['shorter', 'abcdefghij', 'a'],
    ['longer, beyond ASCII', 'a', 'éé'],
  ])('into something %s is refused, and no memory shows: CONNECT', (_, first, then) => {
    const packet = () => shifty({ type: 'connect', clientId: '' } as const, 'clientId', [first, then])
    const changed = { code: 'input-changed', packetType: 'connect' }
    expect(() => encode(packet())).toThrow(expect.objectContaining(changed))
    const target = new Uint8Array(64).fill(0xaa)
    expect(() => encodeInto(packet(), target, 8)).toThrow(expect.objectContaining(changed))
    expect(target).toEqual(new Uint8Array(64).fill(0xaa))
  })

  test.each(['longer', ''] as const)('into other binary data is refused: CONNECT', (then) => {
    const password = [Buffer.from('secret'), Buffer.from(then.repeat(20))]
    const packet = shifty({ type: 'connect', clientId: 'a', username: 'b' } as const, 'password', password)
    expect(() => encode(packet)).toThrow(expect.objectContaining({ code: 'input-changed' }))
  })

  test('or says that it is longer than it is, is refused', () => {
    class Boastful extends Uint8Array {
      override get length() {
        return 6_000
      }
    }
    for (const payload of [
      new Boastful(20),
      Object.defineProperty(new Uint8Array(20), 'length', { value: 6_000 }),
    ]) {
      const refused = { code: 'wrong-field-type', field: 'Payload' }
      expect(() => encode({ type: 'publish', topic: 'a', payload })).toThrow(expect.objectContaining(refused))
    }
  })

  test('or encodes another packet on the way is not mixed up', () => {
    const nested: PacketInput = {
      type: 'publish',
      topic: 'outer/topic',
      get payload() {
        encode({ type: 'publish', topic: 'inner/topic', payload: '' })
        return 'hi'
      },
    }
    expect(decode(encode(nested))).toMatchObject({ topic: 'outer/topic' })
  })
})

test('names of which only the beginning is plain leave nothing behind', () => {
  expect(() => encode({ type: 'publish', topic: 'abcdef#', payload: '' })).toThrow(EncodeError)
  expect(decode(encode({ type: 'publish', topic: 'abc', payload: '' }))).toMatchObject({ topic: 'abc' })
  expect(() => encode({ type: 'publish', topic: 'xyz\0', payload: '' })).toThrow(MqttError)
  expect(decode(encode({ type: 'publish', topic: 'abc', payload: '' }))).toMatchObject({ topic: 'abc' })
})

test('errors say what and where', () => {
  expect(() => encode({ ...PUBLISH, topic: 'a/#' })).toThrow(
    'PUBLISH Topic Name: a topic name holds no wildcard [MQTT-3.3.2-2]',
  )
  expect(() => encode({ ...PUBLISH, topic: 'a/#' })).toThrow(expect.objectContaining({ name: 'EncodeError' }))
})
