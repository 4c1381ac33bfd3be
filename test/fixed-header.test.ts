import { describe, expect, test } from 'vitest'
import { validateFixedHeader } from '../src/fixed-header.ts'
import {
  DecodeError,
  decodeFixedHeader,
  EncodeError,
  encodeFixedHeader,
  type FixedHeader,
  type FixedHeaderInput,
  PacketParser,
  PacketType,
} from '../src/index.ts'
import { settingsFrom } from '../src/options.ts'
import { CONTROL_PACKETS, MAX_PACKET_SIZE } from '../src/packet-types.ts'
import { bytes } from './support/bytes.ts'

const plain = { dup: false, qos: 0, retain: false } as const

// biome-ignore format: one row per header
const ROWS: readonly { hex: string; header: FixedHeader; input?: FixedHeaderInput }[] = [
  { hex: '10 08', header: { ...plain, type: 'connect', flags: 0, remainingLength: 8, length: 2 } },
  { hex: '30 02', header: { ...plain, type: 'publish', flags: 0, remainingLength: 2, length: 2 }, input: { type: 'publish', remainingLength: 2 } },
  { hex: '31 05', header: { ...plain, type: 'publish', flags: 1, retain: true, remainingLength: 5, length: 2 } },
  { hex: '3b 80 01', header: { type: 'publish', flags: 11, dup: true, qos: 1, retain: true, remainingLength: 128, length: 3 } },
  { hex: '34 ff ff ff 7f', header: { ...plain, type: 'publish', flags: 4, qos: 2, remainingLength: 268_435_455, length: 5 } },
  { hex: '62 02', header: { ...plain, type: 'pubrel', flags: 2, remainingLength: 2, length: 2 } },
  { hex: '62 02', header: { ...plain, type: 'pubrel', flags: 2, remainingLength: 2, length: 2 }, input: { type: 'pubrel', qos: 1, remainingLength: 2 } },
  { hex: '82 80 80 01', header: { ...plain, type: 'subscribe', flags: 2, remainingLength: 16_384, length: 4 } },
  { hex: 'e0 00', header: { ...plain, type: 'disconnect', flags: 0, remainingLength: 0, length: 2 } },
]

describe.each(ROWS)('$hex', ({ hex, header, input = header }) => {
  const encoded = bytes(hex)

  test('decodes at any offset, and every proper prefix needs more bytes', () => {
    expect(decodeFixedHeader(encoded)).toEqual(header)
    expect(decodeFixedHeader(bytes(`00 00 ${hex} ff`), 2)).toEqual(header)
    for (let length = 0; length < encoded.length; length++) {
      expect(decodeFixedHeader(encoded.subarray(0, length))).toBeUndefined()
    }
  })

  test('encodes', () => {
    expect(encodeFixedHeader(input)).toEqual(Buffer.from(encoded))
  })
})

test('all 256 first bytes follow Tables 2.1 and 2.2, alone and before a size', () => {
  const flags: Record<number, number[]> = {
    ...Object.fromEntries(Object.values(PacketType).map((type) => [type, [0]])),
    [PacketType.PUBLISH]: [0, 1, 2, 3, 4, 5, 10, 11, 12, 13],
    [PacketType.PUBREL]: [2],
    [PacketType.SUBSCRIBE]: [2],
    [PacketType.UNSUBSCRIBE]: [2],
  }
  for (let first = 0; first < 256; first++) {
    const allowed = flags[first >> 4]?.includes(first & 15) ?? false
    // 2 if the packet type has a fixed Remaining Length, 0 if it has no body. CONNECT needs 8.
    const size = first >> 4 === PacketType.CONNECT ? 8 : first >> 4 > PacketType.UNSUBACK ? 0 : 4
    const fixed = CONTROL_PACKETS[first >> 4]?.maxLength === 2 ? 2 : size
    for (const input of [Uint8Array.of(first), Uint8Array.of(first, 0x80), Uint8Array.of(first, fixed)]) {
      const complete = input[1] === fixed
      const decodeIt = (): unknown => decodeFixedHeader(input)
      if (allowed) expect(decodeIt() !== undefined).toBe(complete)
      else expect(decodeIt).toThrow(expect.objectContaining({ offset: 0 }))
    }
  }
})

describe('Table 2.1, direction of flow', () => {
  const sentByClient: readonly number[] = [1, 3, 4, 5, 6, 7, 8, 10, 12, 14]
  const sentByServer: readonly number[] = [2, 3, 4, 5, 6, 7, 9, 11, 13]

  test.each(Object.values(PacketType))('type %i may flow in the directions of its row', (type) => {
    const fromClient = sentByClient.includes(type)
    const sender = fromClient && sentByServer.includes(type) ? 'both' : fromClient ? 'client' : 'server'
    expect(CONTROL_PACKETS[type]?.sentBy).toBe(sender)
  })

  test.each([
    ['server', sentByClient],
    ['client', sentByServer],
    [undefined, [...sentByClient, ...sentByServer]],
  ] as const)('role %s', (role, accepted) => {
    for (const type of Object.values(PacketType)) {
      const parser = new PacketParser({ role })
      const first = (type << 4) | ([6, 8, 10].includes(type) ? 2 : 0)
      parser.push(Uint8Array.of(first))
      if (accepted.includes(type)) {
        expect(parser.read()).toBeUndefined()
      } else {
        expect(() => parser.read()).toThrow(
          expect.objectContaining({
            code: 'unexpected-packet-type',
            rule: '§2.2.1',
            offset: 0,
            field: 'Control Packet type',
          }),
        )
      }
    }
  })
})

test.each(['00 00', 'f0 00', '0f 00', 'ff ff'])('%s has a reserved type', (hex) => {
  expect(() => decodeFixedHeader(bytes(hex))).toThrow(DecodeError)
  expect(() => decodeFixedHeader(bytes(hex))).toThrow(
    expect.objectContaining({ code: 'reserved-packet-type', rule: '§2.2.1', packetType: undefined }),
  )
})

test.each([0, 1])('bytes from %i on, after the end of the input, are not read', (end) => {
  expect(
    validateFixedHeader(bytes('00 00'), end, end, settingsFrom(undefined), MAX_PACKET_SIZE),
  ).toBeUndefined()
})

test('a fifth byte of Remaining Length is refused at the fourth', () => {
  expect(() => decodeFixedHeader(bytes('30 80 80 80 80'))).toThrow(
    expect.objectContaining({ code: 'remaining-length-too-long', offset: 4, packetType: 'publish' }),
  )
})

const type = { field: 'Control Packet type', packetType: undefined, property: 'type', rule: '§2.2.1' }
const qos = { field: 'QoS level', packetType: 'publish', property: 'qos', rule: 'MQTT-3.3.1-4' }
const dup = { field: 'DUP flag', packetType: 'publish', property: 'dup' }
const size = { field: 'Remaining Length', packetType: 'publish', property: 'remainingLength', rule: '§2.2.3' }

// biome-ignore format: one row per violation
test.each([
  [{ type: 0, remainingLength: 0 }, 'unknown-packet-type', type],
  [{ type: 15, remainingLength: 0 }, 'unknown-packet-type', type],
  [{ type: 'PUBLISH', remainingLength: 0 }, 'unknown-packet-type', type],
  [{ type: 'toString', remainingLength: 0 }, 'unknown-packet-type', type],
  [{ type: 3, remainingLength: 0 }, 'unknown-packet-type', type],
  [undefined, 'unknown-packet-type', type],
  [{ type: '3', remainingLength: 0 }, 'unknown-packet-type', type],
  [{ type: 'publish', qos: 3, remainingLength: 0 }, 'invalid-qos', qos],
  [{ type: 'publish', qos: '1', remainingLength: 0 }, 'wrong-field-type', { ...qos, rule: '§1.5' }],
  [{ type: 'publish', dup: true, remainingLength: 0 }, 'dup-with-qos-0', { ...dup, rule: 'MQTT-3.3.1-2' }],
  [{ type: 'publish', dup: 1, qos: 1, remainingLength: 0 }, 'wrong-field-type', dup],
  [{ type: 'publish', retain: 'no', remainingLength: 0 }, 'wrong-field-type', { field: 'RETAIN', packetType: 'publish', property: 'retain' }],
  [{ type: 'puback', retain: true, remainingLength: 2 }, 'reserved-flags', { field: 'Flags', packetType: 'puback', rule: 'MQTT-2.2.2-2' }],
  [{ type: 'puback', qos: 1, remainingLength: 2 }, 'reserved-flags', { field: 'Flags', packetType: 'puback', rule: 'MQTT-2.2.2-2' }],
  [{ type: 'pubrel', qos: 2, remainingLength: 2 }, 'reserved-flags', { field: 'Flags', packetType: 'pubrel', rule: 'MQTT-3.6.1-1' }],
  [{ type: 'subscribe', retain: true, qos: 1, remainingLength: 2 }, 'reserved-flags', { field: 'Flags', packetType: 'subscribe', rule: 'MQTT-3.8.1-1' }],
  [{ type: 'publish', remainingLength: 268_435_456 }, 'packet-too-large', size],
  [{ type: 'publish', remainingLength: -1 }, 'value-out-of-range', size],
  [{ type: 'publish' }, 'value-out-of-range', size],
])('%j cannot be encoded', (header, code, facts) => {
  expect(() => encodeFixedHeader(header as FixedHeaderInput)).toThrow(EncodeError)
  expect(() => encodeFixedHeader(header as FixedHeaderInput)).toThrow(
    expect.objectContaining({ code, ...facts }),
  )
  // The message names the property or field, the allowed values, and the actual one.
  expect(() => encodeFixedHeader(header as FixedHeaderInput)).toThrow(/^([A-Z]+ )?\w+ (must|are) \w.* \[[^\]]+\]$/)
})
