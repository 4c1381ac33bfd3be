import { describe, expect, test } from 'vitest'
import { encode } from '../../src/index.ts'
import {
  generatePackets,
  layoutOf,
  type Raw,
  type RawContent,
  type RawLength,
  type RawNumber,
  type RawPacket,
  type RawPrefixed,
  rawLayout,
  rawPacket,
} from '../../src/testing/index.ts'
import { corpus } from '../vectors/corpus.ts'

const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex')

test('a valid packet has the bytes of encode', () => {
  for (const packet of generatePackets(1, 2000)) {
    expect(hex(rawPacket(packet as RawPacket))).toBe(hex(encode(packet)))
  }
  expect(hex(rawPacket({ type: 'connect', clientId: 'a', protocolName: 'MQIsdp', bridge: true }))).toBe(
    hex(encode({ type: 'connect', clientId: 'a', protocolName: 'MQIsdp', bridge: true })),
  )
})

test('its fields have the positions of the layout', () => {
  for (const packet of generatePackets(2, 2000)) {
    const { bytes, fields } = rawLayout(packet as RawPacket)
    const present = fields.filter(({ start, end }) => end > start)
    expect(layoutOf(bytes)).toEqual([{ start: 0, body: fields[1]!.end, end: bytes.length, fields: present }])
  }
})

describe('packets from advisories', () => {
  const topicFilter = '/'.repeat(65_400)
  const CLAIM: RawPacket = { type: 'publish', remainingLength: 268_435_455, topic: null }
  const SAID: Readonly<Record<string, RawPacket>> = {
    'a filter of 65,400 separators': { type: 'subscribe', packetId: 1, subscriptions: { topicFilter } },
    'a filter of 65,400 separators, where the limit is 128 levels': {
      type: 'subscribe',
      packetId: 1,
      subscriptions: { topicFilter },
    },
    'a topic name that is only $': { type: 'publish', topic: '$' },
    'a PUBLISH whose topic name is empty': { type: 'publish', topic: '' },
    'a topic name longer than its packet': { type: 'publish', topic: { length: 0xffff, content: 'ABCDE' } },
    'a topic name one byte longer than its packet': {
      type: 'publish',
      topic: { length: 6, content: 'ABCDE' },
    },
    'a SUBSCRIBE without a topic filter': { type: 'subscribe', packetId: 1, subscriptions: null },
    'a Remaining Length of five bytes': {
      type: 'publish',
      remainingLength: 268_435_456,
      topic: 'a',
      payload: 'b',
    },
    'an overlong separator in a topic name': { type: 'publish', topic: Uint8Array.of(0xc0, 0xaf, 0x61) },
    'a PUBACK without its packet identifier': { type: 'puback', packetId: null },
    'an MQTT 5 CONNECT': {
      type: 'connect',
      protocolLevel: 5,
      keepAlive: [60, { bytes: [5, 0x11, 0, 0, 0, 0x78] }],
      clientId: 'c',
    },
    'a first packet that is not a CONNECT and claims 268,435,455 bytes': CLAIM,
    'a first packet that is not a CONNECT and claims too much': CLAIM,
    'an answer larger than the client accepts': {
      type: 'connack',
      remainingLength: 268_435_455,
    },
    'PUBACK: half a packet identifier, and PINGREQ': {
      type: 'puback',
      remainingLength: 1,
      packetId: { bytes: [7] },
      surplus: Uint8Array.of(0xc0, 0),
    },
  }
  /** Excludes bytes of other protocols. */
  const FOREIGN = ['TLS on the plain port', 'HTTP on the plain port']

  const rows = [...corpus.valid, ...corpus.malformed, ...corpus.streams]
  test.each(rows.filter(({ advisory }) => advisory !== undefined && !FOREIGN.includes(advisory)))(
    '$advisory: $name',
    ({ name, hex: bytes }) => {
      const said = SAID[name]
      expect(said).toBeDefined()
      expect(hex(rawPacket(said!)) === bytes).toBe(true)
    },
  )
})

// Every kind of malformation, for one field each.
test.each<[string, string, RawPacket]>([
  ['a whole first byte', 'ff020007', { type: 'puback', firstByte: 0xff, packetId: 7 }],
  ['no first byte', '020007', { type: 'puback', firstByte: null, packetId: 7 }],
  ['flags', '4f020007', { type: 'puback', flags: 0x0f, packetId: 7 }],
  ['a reserved type', 'f00101', { type: 15, surplus: Uint8Array.of(1) }],
  [
    'a longer Remaining Length than needed',
    '4082000007',
    {
      type: 'puback',
      remainingLength: Uint8Array.of(0x82, 0),
      packetId: 7,
    },
  ],
  ['no Remaining Length', '400007', { type: 'puback', remainingLength: null, packetId: 7 }],
  [
    'bytes before and after a length',
    '40aa02bb0007',
    {
      type: 'puback',
      remainingLength: [{ bytes: [0xaa] }, 'auto', { bytes: [0xbb] }],
      packetId: 7,
    },
  ],
  ['a field repeated', '400400070008', { type: 'puback', packetId: [7, 8] }],
  ['bytes in front of a field', '4003ff0007', { type: 'puback', packetId: [{ bytes: [0xff] }, 7] }],
  ['surplus bytes', '4003000701', { type: 'puback', packetId: 7, surplus: Uint8Array.of(1) }],
  [
    'a length prefix of one byte',
    '30020161',
    { type: 'publish', topic: { length: Uint8Array.of(1), content: 'a' } },
  ],
  ['a lone surrogate', '30050003eda080', { type: 'publish', topic: '\uD800' }],
  ['QoS 3', '36050001610001', { type: 'publish', qos: 3 }],
  ['QoS 0 with an identifier', '30050001610009', { type: 'publish', packetId: 9 }],
  ['reserved CONNACK flags', '2002fe00', { type: 'connack', acknowledgeFlags: 0xfe }],
  ['an empty list', '82020001', { type: 'subscribe', subscriptions: null }],
  ['a filter without a QoS', '82050001000161', { type: 'subscribe', subscriptions: { qos: null } }],
  [
    'a password that is announced and left out',
    '100c00044d515454044200000000',
    {
      type: 'connect',
      password: null,
    },
  ],
  [
    'a will that the flags deny',
    '101100044d5154540402000000000001610000',
    {
      type: 'connect',
      connectFlags: 0x02,
      will: {},
    },
  ],
])('%s', (_, bytes, packet) => {
  expect(hex(rawPacket(packet))).toBe(bytes)
})

// Every field of every type: its name in the layout, and a function that returns a packet with a value for it.
const FIELDS: readonly (readonly [type: string, name: string, make: (raw: never) => RawPacket])[] = [
  ...(
    ['puback', 'pubrec', 'pubrel', 'pubcomp', 'unsuback', 'subscribe', 'suback', 'unsubscribe'] as const
  ).map((type) => [type, 'Packet Identifier', (packetId: RawNumber) => ({ type, packetId })] as const),
  ...(['pingreq', 'pingresp', 'disconnect', 0, 15] as const).flatMap(
    (type) =>
      [
        [String(type), 'Control Packet type', (firstByte: RawNumber) => ({ type, firstByte })],
        [String(type), 'Remaining Length', (remainingLength: Raw<RawLength>) => ({ type, remainingLength })],
      ] as const,
  ),
  ['connect', 'Protocol Name', (protocolName: RawPrefixed) => ({ type: 'connect', protocolName })],
  ['connect', 'Protocol Level', (protocolLevel: RawNumber) => ({ type: 'connect', protocolLevel })],
  ['connect', 'Connect Flags', (connectFlags: RawNumber) => ({ type: 'connect', connectFlags })],
  ['connect', 'Keep Alive', (keepAlive: RawNumber) => ({ type: 'connect', keepAlive })],
  ['connect', 'Client Identifier', (clientId: RawPrefixed) => ({ type: 'connect', clientId })],
  ['connect', 'Will Topic', (topic: RawPrefixed) => ({ type: 'connect', will: { topic } })],
  ['connect', 'Will Message', (payload: RawPrefixed) => ({ type: 'connect', will: { payload } })],
  ['connect', 'User Name', (username: RawPrefixed) => ({ type: 'connect', username })],
  ['connect', 'Password', (password: RawPrefixed) => ({ type: 'connect', username: '', password })],
  [
    'connack',
    'Connect Acknowledge Flags',
    (acknowledgeFlags: RawNumber) => ({ type: 'connack', acknowledgeFlags }),
  ],
  ['connack', 'Return Code', (returnCode: RawNumber) => ({ type: 'connack', returnCode })],
  ['publish', 'Topic Name', (topic: RawPrefixed) => ({ type: 'publish', topic })],
  ['publish', 'Packet Identifier', (packetId: RawNumber) => ({ type: 'publish', qos: 1, packetId })],
  ['publish', 'Payload', (payload: Raw<RawContent>) => ({ type: 'publish', payload })],
  [
    'subscribe',
    'Topic Filter',
    (topicFilter: RawPrefixed) => ({ type: 'subscribe', subscriptions: { topicFilter } }),
  ],
  ['subscribe', 'Requested QoS', (qos: RawNumber) => ({ type: 'subscribe', subscriptions: { qos } })],
  ['suback', 'Return Code', (returnCodes: RawNumber) => ({ type: 'suback', returnCodes })],
  ['unsubscribe', 'Topic Filter', (topicFilters: RawPrefixed) => ({ type: 'unsubscribe', topicFilters })],
]

describe.each(FIELDS)('%s, %s', (_, name, make) => {
  /** The bytes of the field, and the bytes after it. */
  const written = (raw: unknown) => {
    const { bytes, fields } = rawLayout(make(raw as never))
    const own = fields.filter((field) => field.name === name)
    const end = own.at(-1)!.end
    return {
      own: own.map(({ start, end }) => hex(bytes.subarray(start, end))),
      after: hex(bytes.subarray(end)),
    }
  }
  const other = { bytes: [0xde, 0xad, 0xbe] }

  test('another value', () => {
    expect(written(other).own).toEqual(['deadbe'])
  })

  test('left out', () => {
    expect(written(null)).toEqual({ own: [''], after: written(other).after })
  })

  test('repeated, with bytes around it', () => {
    expect(written([other, { bytes: [1] }, other])).toEqual({
      own: ['deadbe', '01', 'deadbe'],
      after: written(other).after,
    })
  })
})

test('a number that does not fit its field is refused', () => {
  expect(() => rawPacket({ type: 'puback', packetId: 65_536 })).toThrow(RangeError)
  expect(() => rawPacket({ type: 'connack', returnCode: -1 })).toThrow(RangeError)
  expect(() => rawPacket({ type: 'pingreq', remainingLength: 0.5 })).toThrow(RangeError)
})

// biome-ignore format: one row per mistake
test.each<[packet: unknown, message: string]>([
  [null, 'a packet must be an object, not null'],
  ['pingreq', 'a packet must be an object, not pingreq'],
  [undefined, 'a packet must be an object, not undefined'],
  [{}, "type must be a packet type, 0 or 15, not undefined"],
  [{ type: 'x' }, "type must be a packet type, 0 or 15, not x"],
  [{ type: 3 }, "type must be a packet type, 0 or 15, not 3"],
  [{ type: 'toString' }, "type must be a packet type, 0 or 15, not toString"],
  [{ type: 'publish', topic: 5 }, 'Topic Name must be text, bytes, or their length and content, not 5'],
  [{ type: 'publish', topic: ['a', null] }, 'Topic Name must be text, bytes, or their length and content, not null'],
  [{ type: 'publish', topic: { content: 5 } }, 'Topic Name must be text or bytes, not 5'],
  [{ type: 'publish', topic: { length: '1' } }, 'the length of Topic Name must be a number, bytes or auto, not 1'],
  [{ type: 'publish', topic: { bytes: 'ff' } }, 'Topic Name must be a list of bytes, not ff'],
  [{ type: 'publish', topic: { bytes: [256] } }, 'Topic Name must be a list of bytes, not 256'],
  [{ type: 'publish', payload: { a: 1 } }, 'Payload must be text or bytes, not an object'],
  [{ type: 'pingreq', surplus: true }, 'surplus must be text or bytes, not true'],
  [{ type: 'pingreq', remainingLength: '2' }, 'the length of Remaining Length must be a number, bytes or auto, not 2'],
  [{ type: 'puback', packetId: '7' }, 'Packet Identifier must be a number, not 7'],
  [{ type: 'connect', will: true }, 'will must be an object, not true'],
  [{ type: 'subscribe', subscriptions: 'a' }, 'a subscription must be an object, not a'],
  [{ type: 'subscribe', subscriptions: [null] }, 'a subscription must be an object, not null'],
])('%j throws a TypeError', (packet, message) => {
  expect(() => rawPacket(packet as RawPacket)).toThrow(new TypeError(message))
})

test('a null will sets its flag and is omitted', () => {
  expect(hex(rawPacket({ type: 'connect', will: null }))).toBe('100c00044d51545404060000' + '0000')
  expect(rawLayout({ type: 'connect', will: null }).fields.slice(-2)).toEqual([
    { name: 'Will Topic', start: 14, content: 14, end: 14 },
    { name: 'Will Message', start: 14, content: 14, end: 14 },
  ])
})

test('a list of 50,000 filters', () => {
  const subscriptions = Array.from({ length: 50_000 }, () => ({ topicFilter: 'a' }))
  expect(rawPacket({ type: 'subscribe', subscriptions }).length).toBe(4 + 2 + 50_000 * 4)
})

test('an omitted field has a position', () => {
  const { fields } = rawLayout({ type: 'publish', qos: 1, packetId: null, payload: 'x' })
  expect(fields.map(({ name, start, content, end }) => [name, start, content, end])).toEqual([
    ['Control Packet type', 0, 0, 1],
    ['Remaining Length', 1, 1, 2],
    ['Topic Name', 2, 4, 5],
    ['Packet Identifier', 5, 5, 5],
    ['Payload', 5, 5, 6],
  ])
})
