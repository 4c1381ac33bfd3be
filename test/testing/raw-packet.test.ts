import { expect, test } from 'vitest'
import { encode } from '../../src/index.ts'
import { generatePackets, layoutOf, type RawPacket, rawLayout, rawPacket } from '../../src/testing/index.ts'

const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex')

test('a packet that is right has the bytes that encode gives it', () => {
  for (const packet of generatePackets(1, 2000)) {
    expect(hex(rawPacket(packet as RawPacket))).toBe(hex(encode(packet)))
  }
  expect(hex(rawPacket({ type: 'connect', clientId: 'a', protocolName: 'MQIsdp', bridge: true }))).toBe(
    hex(encode({ type: 'connect', clientId: 'a', protocolName: 'MQIsdp', bridge: true })),
  )
})

test('its fields lie where the layout of the bytes has them', () => {
  for (const packet of generatePackets(2, 2000)) {
    const { bytes, fields } = rawLayout(packet as RawPacket)
    const present = fields.filter(({ start, end }) => end > start)
    expect(layoutOf(bytes)).toEqual([{ start: 0, body: fields[1]!.end, end: bytes.length, fields: present }])
  }
})

// Packets that were reported as vulnerabilities of brokers and clients, and how each is said.
test.each<[string, string, RawPacket]>([
  ['CVE-2021-34432, empty topic name', '30020000', { type: 'publish', topic: '' }],
  [
    'CVE-2026-54412, topic longer than its packet',
    '3007ffff4142434445',
    { type: 'publish', topic: { length: 0xffff, content: 'ABCDE' } },
  ],
  [
    'CVE-2025-66168, Remaining Length of five bytes',
    '30808080800100016162',
    { type: 'publish', remainingLength: 268_435_456, topic: 'a', payload: 'b' },
  ],
  ['an identifier of one byte', '400107', { type: 'puback', packetId: { bytes: [7] } }],
  ['an identifier that is missing', '4000', { type: 'puback', packetId: null }],
])('%s', (_, bytes, packet) => {
  expect(hex(rawPacket(packet))).toBe(bytes)
})

test('CVE-2023-0809: a first packet that is no CONNECT and claims much', () => {
  const bytes = rawPacket({ type: 'publish', remainingLength: 268_435_455, topic: null })
  expect(hex(bytes)).toBe('30ffffff7f')
})

test('CVE-2019-11779: a filter of 65,400 separators', () => {
  const topicFilter = '/'.repeat(65_400)
  const bytes = rawPacket({ type: 'subscribe', subscriptions: [{ topicFilter }] })
  expect(hex(bytes.subarray(0, 8))).toBe('82fdfe030001ff78')
  expect(bytes.length).toBe(4 + 2 + 2 + 65_400 + 1)
})

// Every way to be wrong, shown on one field each.
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
    'bytes before and behind a length',
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

test('a number that does not fit its field is a mistake', () => {
  expect(() => rawPacket({ type: 'puback', packetId: 65_536 })).toThrow(RangeError)
  expect(() => rawPacket({ type: 'connack', returnCode: -1 })).toThrow(RangeError)
  expect(() => rawPacket({ type: 'pingreq', remainingLength: 0.5 })).toThrow(RangeError)
})

test('a field that is left out has its place', () => {
  const { fields } = rawLayout({ type: 'publish', qos: 1, packetId: null, payload: 'x' })
  expect(fields.map(({ name, start, content, end }) => [name, start, content, end])).toEqual([
    ['Control Packet type', 0, 0, 1],
    ['Remaining Length', 1, 1, 2],
    ['Topic Name', 2, 4, 5],
    ['Packet Identifier', 5, 5, 5],
    ['Payload', 5, 5, 6],
  ])
})
