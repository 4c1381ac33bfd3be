// Every incomplete-packet error names the packet type and the field in which the bytes end.

import { describe, expect, test } from 'vitest'
import { type DecodeError, decode, PacketParser, type ParserOptions, presets } from '../src/index.ts'
import { bytes } from './support/bytes.ts'
import { caught } from './support/malformed.ts'

const ALL: ParserOptions = { protocols: ['3.1.1', '3.1', 'bridge'] }

/** A packet, and the size of each field in bytes, in order. */
const PACKETS: readonly [hex: string, fields: readonly (readonly [field: string, length: number])[]][] = [
  [
    "10 26 0004 'MQTT' 04 c6 003c 0001 'c' 0001 'w' 0002 'hi' 0004 'user' 0004 'pass' 00000000",
    [
      ['Protocol Name', 6],
      ['Protocol Level', 1],
      ['Connect Flags', 1],
      ['Keep Alive', 2],
      ['Client Identifier', 3],
      ['Will Topic', 3],
      ['Will Message', 4],
      ['User Name', 6],
      ['Password', 6],
    ],
  ],
  [
    '20 02 00 00',
    [
      ['Connect Acknowledge Flags', 1],
      ['Return Code', 1],
    ],
  ],
  [
    "30 08 0003 'a/b' 'pay'",
    [
      ['Topic Name', 5],
      ['Payload', 3],
    ],
  ],
  [
    "32 09 0003 'a/b' 0007 'pa'",
    [
      ['Topic Name', 5],
      ['Packet Identifier', 2],
      ['Payload', 2],
    ],
  ],
  ['40 02 0007', [['Packet Identifier', 2]]],
  ['62 02 0007', [['Packet Identifier', 2]]],
  [
    "82 0a 0007 0001 'a' 01 0001 'b' 00",
    [
      ['Packet Identifier', 2],
      ['Topic Filter', 3],
      ['Requested QoS', 1],
      ['Topic Filter', 3],
      ['Requested QoS', 1],
    ],
  ],
  [
    '90 04 0007 00 01',
    [
      ['Packet Identifier', 2],
      ['Return Code', 2],
    ],
  ],
  [
    "a2 08 0007 0001 'a' 0001 'b'",
    [
      ['Packet Identifier', 2],
      ['Topic Filter', 3],
      ['Topic Filter', 3],
    ],
  ],
]

describe.each(PACKETS)('%s', (hex, fields) => {
  const whole = bytes(hex)
  const packetType = (caught(() => decode(whole.subarray(0, 1))) as DecodeError).packetType
  const starts = fields.map((_, index) => fields.slice(0, index).reduce((sum, [, length]) => sum + length, 2))
  const fieldAt = (length: number): string =>
    length < 2 ? 'Remaining Length' : fields[starts.filter((start) => start <= length).length - 1]![0]

  test('at every byte, from decode and from end', () => {
    const end = 2 + fields.reduce((sum, [, length]) => sum + length, 0)
    for (let length = 1; length < end; length++) {
      const part = whole.subarray(0, length)
      const expected = { code: 'incomplete-packet', packetType, field: fieldAt(length), offset: length }
      expect(
        caught(() => decode(part, ALL)),
        `${length} bytes`,
      ).toMatchObject({ ...expected, streamOffset: undefined })
      for (const chunks of [[part], Array.from(part, (byte) => Uint8Array.of(byte))]) {
        const parser = new PacketParser(ALL)
        for (const chunk of chunks) expect(parser.push(chunk).read()).toBeUndefined()
        expect(
          caught(() => parser.end()),
          `${length} bytes`,
        ).toMatchObject(expected)
      }
      const unread = new PacketParser(ALL).push(bytes('c0 00')).push(part)
      expect(caught(() => unread.end())).toMatchObject({ ...expected, streamOffset: 2 + length })
    }
  })
})

test('no bytes', () => {
  expect(caught(() => decode(new Uint8Array(0)))).toMatchObject({
    code: 'incomplete-packet',
    packetType: undefined,
    field: 'Remaining Length',
    offset: 0,
  })
})

test('after an MQTT 3.1 CONNECT, by the rules of 3.1', () => {
  const parser = new PacketParser(ALL).push(bytes("10 0f 0006 'MQIsdp' 03 02 003c 0001 'c' 8a 06 0007 00"))
  expect(parser.read()).toMatchObject({ protocolLevel: 3 })
  expect(parser.read()).toBeUndefined()
  expect(caught(() => parser.end())).toMatchObject({
    code: 'incomplete-packet',
    packetType: 'subscribe',
    field: 'Topic Filter',
  })
})

test('in the user name of an MQTT 3.1 CONNECT, after its client identifier', () => {
  const part = bytes("10 14 0006 'MQIsdp' 03 c2 003c 0001 'c'")
  expect(caught(() => decode(part, ALL))).toMatchObject({ code: 'incomplete-packet', field: 'User Name' })
})

test('in the password of an MQTT 3.1 CONNECT, after its user name', () => {
  const part = bytes("10 14 0006 'MQIsdp' 03 c2 003c 0001 'c' 0001 'u'")
  expect(caught(() => decode(part, ALL))).toMatchObject({ code: 'incomplete-packet', field: 'Password' })
})

// biome-ignore format: one row per packet
test.each([
  ["82 14 0007 0001 'a' 03 0005 't'", 'Topic Filter'],
  ["82 14 0007 0001 'a' ff", 'Topic Filter'],
  ["10 25 0004 'MQTT' 04 1c 003c 0001 'c' 0008 'temp'", 'Will Topic'],
  ["10 25 0004 'MQTT' 04 fd 003c 0001 'c' 0001 '#' 00", 'Will Message'],
  // The fields of other protocols are unknown.
  ["10 10 0004 'MQTT' 05", 'Protocol Level'],
  ["10 10 0004 'HTTP' 04", 'Protocol Name'],
])('%s: the field at the end, although one before it is invalid', (hex, field) => {
  const part = bytes(hex)
  for (const error of [caught(() => decode(part)), caught(() => new PacketParser().push(part).end())])
    expect(error).toMatchObject({ code: 'incomplete-packet', field, offset: part.length })
})

// biome-ignore format: one row per protocol
test.each([
  ["10 10 0004 'MQTT' 05", 'an MQTT 5 CONNECT'],
  ["'GET / HT'", 'HTTP'],
])('%s: the error says that it looks like %s', (hex, name) => {
  const part = bytes(hex)
  const parser = new PacketParser(presets.mosquitto2).push(part)
  for (const error of [caught(() => decode(part, presets.mosquitto2)), caught(() => parser.end())])
    expect((error as Error).message).toMatch(new RegExp(`^\\w+.* the input ended .*; this looks like ${name}$`))
})
