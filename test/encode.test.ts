import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { describe, expect, test } from 'vitest'
import {
  type Connect,
  decode,
  EncodeError,
  encode,
  encodeAll,
  encodedLength,
  encodeInto,
  encodePublishHeader,
  MqttError,
  type Packet,
  type PacketInput,
  type Publish,
} from '../src/index.ts'
import { bytes, join } from './support/bytes.ts'
import { growing } from './support/growing.ts'
import { caught } from './support/malformed.ts'
import { testUnencodable } from './support/unencodable.ts'

const PUBACK = { type: 'puback', packetId: 7 } as const
const PUBLISH = { type: 'publish', topic: 'a/b', payload: 'hi' } as const
const CONNACK = { type: 'connack', returnCode: 0 } as const

describe('values that are not packets', () => {
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

test('returns a Buffer if the host has Buffer, sharing no byte with another result', () => {
  const first = encode(PUBLISH)
  const second = encode(PUBACK)
  expect(Buffer.isBuffer(first)).toBe(true)
  expect(Buffer.isBuffer(encode({ type: 'publish', topic: 'a', payload: new Uint8Array(5_000) }))).toBe(true)
  const copy = Uint8Array.from(first)
  second.fill(0xff)
  expect(Uint8Array.from(first)).toEqual(copy)
})

test('many packets of many sizes do not overwrite each other', () => {
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
    '%j is not a target',
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
  ] as const)('%j with %i bytes after it', (publish, payloadLength, hex) => {
    expect(Uint8Array.from(encodePublishHeader(publish, payloadLength))).toEqual(bytes(hex))
  })

  test('followed by the payload is the packet', () => {
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
    [{ topic: 'a' }, -1, 'value-out-of-range', { ...size, property: 'payloadLength' }],
    [{ topic: 'a' }, 1.5, 'value-out-of-range', size],
    [{ topic: 'a' }, undefined, 'value-out-of-range', size],
    [{ topic: '#' }, 0, 'wildcard-in-topic-name', { field: 'Topic Name', packetType: 'publish' }],
    [{ topic: 'a', qos: 1 }, 0, 'missing-field', { field: 'Packet Identifier', packetType: 'publish' }],
    [{ type: 'puback', topic: 'a' }, 0, 'unknown-packet-type', type],
    [null, 0, 'unknown-packet-type', type],
    [undefined, 0, 'unknown-packet-type', type],
    ['publish', 0, 'unknown-packet-type', type],
  ])('%j with %s bytes after it is refused', (publish, payloadLength, code, facts) => {
    expect(() => encodePublishHeader(publish as never, payloadLength as number)).toThrow(EncodeError)
    expect(() => encodePublishHeader(publish as never, payloadLength as number)).toThrow(
      expect.objectContaining({ code, ...facts }),
    )
  })
})

test('invalid options of encodePublishHeader are refused', () => {
  expect(() => encodePublishHeader({ topic: 'a' }, 0, { tolerated: [] } as never)).toThrow(TypeError)
})

test('a packet that is too large is refused before memory for it is allocated', () => {
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

/** Packets for {@link counted}: each field may be read once. */
const COUNTED: readonly PacketInput[] = [
  { type: 'publish', topic: 'a', payload: 'hi', qos: 1, dup: true, retain: true, packetId: 7 },
  { type: 'publish', topic: 'x'.repeat(200), payload: new Uint8Array(9), qos: 0, packetId: undefined },
  { type: 'puback', packetId: 7 },
  { type: 'unsuback', packetId: 7 },
  { type: 'connack', sessionPresent: true, returnCode: 0 },
  { type: 'subscribe', packetId: 1, subscriptions: [{ topicFilter: 'a', qos: 1 }, { topicFilter: 'b' }] },
  { type: 'suback', packetId: 1, returnCodes: [0, 0x80] },
  { type: 'unsubscribe', packetId: 1, topicFilters: ['a', 'b'] },
  { type: 'pingreq' },
  {
    type: 'connect',
    protocolName: 'MQTT',
    protocolLevel: 4,
    bridge: true,
    clientId: 'c',
    cleanSession: false,
    keepAlive: 60,
    will: { topic: 'w', payload: Uint8Array.of(1, 2), qos: 1, retain: true },
    username: 'u',
    password: Uint8Array.of(3),
  },
]

/** The value, and the fields that were read from it and from the objects in it. */
function counted<Value extends object>(value: Value, reads: string[], path = ''): Value {
  return new Proxy(value, {
    get(target, name) {
      reads.push(`${path}${String(name)}`)
      const inner: unknown = Reflect.get(target, name)
      const isPlain = typeof inner === 'object' && inner !== null && !(inner instanceof Uint8Array)
      return isPlain ? counted(inner, reads, `${path}${String(name)}.`) : inner
    },
  })
}

describe('packets with getters, proxies and changing arrays', () => {
  test.each(COUNTED)('each field is read once: $type', (packet) => {
    const whole = encode(packet)
    const target = Buffer.alloc(300)
    for (const attempt of [
      (input: PacketInput) => encode(input),
      (input: PacketInput) => target.subarray(0, encodeInto(input, target)),
    ]) {
      const reads: string[] = []
      expect(attempt(counted(packet, reads))).toEqual(whole)
      expect(reads.filter((name, index) => reads.indexOf(name) !== index)).toEqual([])
      expect(reads.length).toBeGreaterThan(0)
    }
    expect(encodedLength(counted(packet, []))).toBe(whole.length)
  })

  /** A packet with one field that runs a callback when it is read. */
  const running = (packet: PacketInput, path: string, run: () => void): PacketInput => {
    const copy: Record<string, unknown> = { ...packet }
    const [name = '', inner] = path.split('.')
    const holder = inner === undefined ? copy : { ...(copy[name] as object) }
    if (inner !== undefined) copy[name] = holder
    const value: unknown = (holder as Record<string, unknown>)[inner ?? name]
    const get = (): unknown => {
      run()
      return value
    }
    Object.defineProperty(holder, inner ?? name, { get, enumerable: true })
    return copy as unknown as PacketInput
  }
  const paths = COUNTED.flatMap((packet, index) =>
    Object.entries(packet).flatMap(([name, value]) => [
      { index, type: packet.type, path: name },
      ...(name === 'will'
        ? Object.keys(value).map((inner) => ({ index, type: packet.type, path: `will.${inner}` }))
        : []),
    ]),
  )

  test.each(paths)('a getter that encodes does no harm: $type $path', ({ index, path }) => {
    const packet = COUNTED[index]!
    const whole = encode(packet)
    const others = [...COUNTED, PUBLISH, PUBACK]
    const run = (): void => {
      for (const other of others) encode(other)
    }
    expect(encode(running(packet, path, run))).toEqual(whole)
    const target = Buffer.alloc(whole.length)
    encodeInto(running(packet, path, run), target)
    expect(target).toEqual(whole)
  })

  test.each(paths)(
    'an error of a getter is passed on unchanged, and changes nothing: $type $path',
    ({ index, path }) => {
      const packet = COUNTED[index]!
      const whole = encode(packet)
      const thrown = { any: 'thing' }
      const broken = running(packet, path, () => {
        throw thrown
      })
      const target = new Uint8Array(300).fill(0xaa)
      for (const attempt of [
        () => encode(broken),
        () => encodedLength(broken),
        () => encodeInto(broken, target),
      ])
        expect(caught(attempt)).toBe(thrown)
      expect(target.every((byte) => byte === 0xaa)).toBe(true)
      expect(encode(packet)).toEqual(whole)
    },
  )

  const detach = (bytes: Uint8Array): void => {
    structuredClone(bytes, { transfer: [bytes.buffer as ArrayBuffer] })
  }

  test('bytes that a later getter detaches or changes are written as they were checked, or refused', () => {
    const payload = new Uint8Array(40).fill(7)
    const publish = {
      type: 'publish',
      topic: 'a',
      payload,
      get packetId(): undefined {
        detach(payload)
        return undefined
      },
    } as const
    expect(() => encode(publish)).toThrow(
      expect.objectContaining({ code: 'wrong-field-type', property: 'payload' }),
    )
    expect(() => encode({ ...PUBLISH, payload })).toThrow(
      'payload must be a string or a Uint8Array, not a detached one',
    )
    expect(encode({ ...PUBLISH, payload: new Uint8Array(0) })).toHaveLength(7)

    for (const name of ['QoS', 'extra']) {
      const shrunk = new Uint8Array(new ArrayBuffer(40))
      const get = (): void => {
        if (shrunk.length > 0) detach(shrunk)
      }
      const packet = { ...PUBLISH, payload: shrunk, dup: true }
      Object.defineProperty(packet, name, { get, enumerable: true })
      const attempt = (): unknown => encode(packet, { tolerate: ['dup-with-qos-0'] })
      expect(attempt).toThrow(expect.objectContaining({ property: 'payload' }))
    }

    const message = new Uint8Array(40).fill(7)
    class Meddling extends Uint8Array {
      override get length(): number {
        detach(message)
        return super.length
      }
    }
    const connect = {
      type: 'connect',
      clientId: 'c',
      will: { topic: 'w', payload: message },
      username: 'u',
      password: new Meddling(3),
    } as const
    expect(decode(encode(connect))).toMatchObject({ will: { payload: Buffer.alloc(40, 7) } })
  })

  test('a target that a getter detaches is too small, and a getter cannot make it look larger', () => {
    const target = new Uint8Array(40)
    const publish = {
      ...PUBLISH,
      get packetId(): undefined {
        detach(target)
        return undefined
      },
    }
    expect(() => encodeInto(publish, target)).toThrow(expect.objectContaining({ code: 'target-too-small' }))

    const growing = new Uint8Array(4)
    const input = {
      ...PUBLISH,
      get packetId(): undefined {
        Object.defineProperty(growing, 'length', { value: 99 })
        return undefined
      },
    }
    expect(() => encodeInto(input, growing)).toThrow(expect.objectContaining({ code: 'target-too-small' }))
  })

  test('a list that shrinks or grows while being read', () => {
    const filters = ['a', 'b', 'c']
    const shrinking = new Proxy(filters, {
      get(target, name) {
        if (name === '0') target.length = 1
        return Reflect.get(target, name)
      },
    })
    expect(() => encode({ type: 'unsubscribe', packetId: 1, topicFilters: shrinking })).toThrow(
      expect.objectContaining({ code: 'missing-field', property: 'topicFilters[1]' }),
    )
    const codes = new Proxy([0, 1], {
      get(target, name) {
        if (name === '0') target.push(2)
        return Reflect.get(target, name)
      },
    })
    expect(decode(encode({ type: 'suback', packetId: 1, returnCodes: codes }))).toMatchObject({
      returnCodes: [0, 1],
    })
  })

  test.each([
    ...[Number.NaN, -1, 1.5, '3', undefined, {}].map((length) => [length, 'must be an array']),
    [2 ** 53, 'must have at most 65535 entries'],
  ])('a list of the length %j is refused: %s', (length, says) => {
    const list = new Proxy([0, 1, 2], {
      get: (target, name) => (name === 'length' ? length : Reflect.get(target, name)),
    })
    for (const packet of [
      { type: 'suback', packetId: 1, returnCodes: list },
      { type: 'subscribe', packetId: 1, subscriptions: list },
      { type: 'unsubscribe', packetId: 1, topicFilters: list },
    ])
      expect(() => encode(packet as unknown as PacketInput)).toThrow(
        expect.objectContaining({
          name: 'EncodeError',
          message: expect.stringContaining(says as string),
        }),
      )
  })

  test('a payload that claims another length than it has is refused', () => {
    class Boastful extends Uint8Array {
      override get length() {
        return 6_000
      }
    }
    for (const payload of [
      new Boastful(20),
      Object.defineProperty(new Uint8Array(20), 'length', { value: 6_000 }),
      Object.defineProperty(new Uint8Array(20), 'length', { value: 0 }),
    ]) {
      const refused = { code: 'wrong-field-type', field: 'Payload' }
      expect(() => encode({ type: 'publish', topic: 'a', payload })).toThrow(expect.objectContaining(refused))
    }
  })
})

describe.each<[string, (data: Uint8Array) => PacketInput, (packet: Packet) => Uint8Array | undefined]>([
  [
    'a payload',
    (payload) => ({ type: 'publish', topic: 'a', payload }),
    (packet) => (packet as Publish).payload,
  ],
  [
    'a will message',
    (payload) => ({ type: 'connect', clientId: 'c', will: { topic: 'w', payload } }),
    (packet) => (packet as Connect).will?.payload,
  ],
  [
    'a password',
    (password) => ({ type: 'connect', clientId: 'c', username: 'u', password }),
    (packet) => (packet as Connect).password,
  ],
])('%s whose memory grows meanwhile is written as long as it was announced', (_, inputOf, dataOf) => {
  const content = (length: number): Uint8Array => new Uint8Array(length).fill(7)

  test.each([0, 2, 70, 5_000])('%i bytes', (length) => {
    const target = new Uint8Array(length + 200)
    for (const attempt of [
      (packet: PacketInput) => encode(packet),
      (packet: PacketInput) => encodeAll([packet]),
      (packet: PacketInput) => {
        const size = encodeInto(packet, target.fill(0xee))
        expect(target.subarray(size)).toEqual(new Uint8Array(target.length - size).fill(0xee))
        return target.subarray(0, size)
      },
    ]) {
      const data = dataOf(decode(attempt(inputOf(growing(content(length))))))!
      expect(data.length).toBeGreaterThanOrEqual(length)
      expect(Uint8Array.from(data)).toEqual(join(content(length), new Uint8Array(data.length - length)))
    }
  })
})

describe('encodeInto with a target that overlaps the packet', () => {
  const TEXT = 'a payload of more than sixteen bytes'
  const memories = {
    Uint8Array: (length: number) => new Uint8Array(length),
    Buffer: (length: number) => Buffer.alloc(length),
    'Uint8Array of shared memory': (length: number) => new Uint8Array(new SharedArrayBuffer(length)),
  }

  test.each(Object.entries(memories))('%s', (_, make) => {
    for (const offset of [0, 1, 7, 30, 64]) {
      for (let at = 0; at <= 110; at += 3) {
        const bytes = (memory: Uint8Array): Uint8Array => memory.subarray(at, at + TEXT.length)
        for (const packet of [
          (part: Uint8Array) => ({
            type: 'publish',
            topic: 'house/thermostat-7/a',
            payload: part,
            qos: 1,
            packetId: 9,
          }),
          (part: Uint8Array) => ({
            type: 'connect',
            clientId: 'abcdef',
            will: { topic: 'house/w', payload: part },
            username: 'u',
            password: part.subarray(3),
          }),
        ] as ((part: Uint8Array) => PacketInput)[]) {
          const memory = make(200)
          memory.set(Buffer.from(TEXT), at)
          const whole = Uint8Array.from(encode(packet(bytes(memory))))
          const length = encodeInto(packet(bytes(memory)), memory, offset)
          expect(Uint8Array.from(memory.subarray(offset, offset + length))).toEqual(whole)
        }
      }
    }
  })
})

setFlagsFromString('--expose-gc')
const collectGarbage = runInNewContext('gc') as () => void

test('nothing of a packet is kept alive after it is encoded, measured or refused', async () => {
  const attempts = [
    (payload: Uint8Array) => encode({ type: 'publish', topic: 'a', payload }),
    (payload: Uint8Array) => encodedLength({ type: 'publish', topic: 'a', payload }),
    (payload: Uint8Array) => encodeInto({ type: 'publish', topic: 'a', payload }, new Uint8Array(200)),
    (payload: Uint8Array) =>
      caught(() => encodeInto({ type: 'publish', topic: 'a', payload }, new Uint8Array(2))),
  ]
  for (const attempt of attempts) {
    const reference = (() => {
      const payload = new Uint8Array(100)
      attempt(payload)
      return new WeakRef(payload)
    })()
    await new Promise((resolve) => setTimeout(resolve))
    collectGarbage()
    expect(reference.deref()).toBeUndefined()
  }
})

const DECODED: PacketInput = decode(encode(PUBLISH))

describe('unknown fields', () => {
  test('are own enumerable properties with string keys and values other than undefined', () => {
    const ping = { type: 'pingreq', extra: undefined, [Symbol('s')]: 1 }
    Object.defineProperty(ping, 'hidden', { value: 1 })
    Object.setPrototypeOf(ping, { inherited: 1 })
    expect(encode(ping as PacketInput)).toEqual(Buffer.from('c000', 'hex'))
    expect(() => encode({ ...ping, extra: null } as PacketInput)).toThrow(
      expect.objectContaining({ code: 'unknown-field', property: 'extra', field: undefined }),
    )
  })

  test.each([
    [{ cmd: 'publish', topic: 'a', payload: '' }, 'unknown-packet-type', 'use type instead of cmd'],
    [{ type: 'publish', topic: 'a', payload: '', QoS: 1 }, 'unknown-field', 'use qos'],
    [{ ...DECODED, retained: true }, 'unknown-field', 'use retain'],
    [{ type: 'publish', topic: 'a', message: '' }, 'unknown-field', 'use payload'],
    [{ type: 'publish', topicName: 'a', payload: '' }, 'unknown-field', 'use topic'],
    [{ ...DECODED, dup: 1, extra: 1 }, 'unknown-field', 'the fields are type, topic'],
    [{ type: 'publish', topic: 'a', payload: '', qos: 2, packetID: 7 }, 'unknown-field', 'use packetId'],
    [{ type: 'pubrel', messageId: 7 }, 'unknown-field', 'use packetId'],
    [{ type: 'disconnect', reasonCode: 0 }, 'unknown-field', 'only MQTT 5 has it'],
  ])('%j', (packet, code, advice) => {
    expect(() => encode(packet as unknown as PacketInput)).toThrow(expect.objectContaining({ code }))
    expect(() => encode(packet as unknown as PacketInput)).toThrow(advice)
  })

  test('are accepted in PUBLISH and acknowledgements if nothing else is wrong', () => {
    const more = { extra: 1 }
    expect(encode({ ...DECODED, ...more })).toEqual(encode(DECODED))
    expect(encode({ ...PUBACK, ...more })).toEqual(encode(PUBACK))
    const inherits = Object.setPrototypeOf({ ...DECODED }, { QoS: 1, retained: true }) as PacketInput
    expect(encode(inherits)).toEqual(encode(DECODED))
  })

  test('encodePublishHeader', () => {
    expect(() => encodePublishHeader({ topic: 'a', QoS: 1 } as never, 0)).toThrow('use qos')
  })
})

test('a refused topic leaves nothing behind', () => {
  expect(() => encode({ type: 'publish', topic: 'abcdef#', payload: '' })).toThrow(EncodeError)
  expect(decode(encode({ type: 'publish', topic: 'abc', payload: '' }))).toMatchObject({ topic: 'abc' })
  expect(() => encode({ type: 'publish', topic: 'xyz\0', payload: '' })).toThrow(MqttError)
  expect(decode(encode({ type: 'publish', topic: 'abc', payload: '' }))).toMatchObject({ topic: 'abc' })
})

test('errors name the violation and the property', () => {
  expect(() => encode({ ...PUBLISH, topic: 'a/#' })).toThrow(
    "PUBLISH topic must not contain wildcards, not 'a/#' [MQTT-3.3.2-2]",
  )
  expect(() => encode({ ...PUBLISH, topic: 'a/#' })).toThrow(expect.objectContaining({ name: 'EncodeError' }))
})

test('encodePublishHeader tolerates what encode tolerates', () => {
  const options = { tolerate: ['wildcard-in-topic-name'] } as const
  const whole = encode({ type: 'publish', topic: '#', payload: 'hi' }, options)
  expect(encodePublishHeader({ topic: '#' }, 2, options)).toEqual(whole.subarray(0, -2))
  expect(() => encodePublishHeader({ topic: '#' }, 2)).toThrow('[MQTT-3.3.2-2]')
})
