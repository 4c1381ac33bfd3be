import { describe } from 'vitest'
import { testMalformed } from '../support/malformed.ts'
import { testUnencodable } from '../support/unencodable.ts'
import { testValid } from '../support/valid.ts'

const ACKNOWLEDGEMENTS = [
  {
    name: 'PUBACK, §3.4',
    type: 'puback',
    first: '40',
    lengthRule: '§3.4.1',
    flagged: '4f',
    flagsRule: 'MQTT-2.2.2-2',
  },
  {
    name: 'PUBREC, §3.5',
    type: 'pubrec',
    first: '50',
    lengthRule: '§3.5.1',
    flagged: '52',
    flagsRule: 'MQTT-2.2.2-2',
  },
  {
    name: 'PUBREL, §3.6',
    type: 'pubrel',
    first: '62',
    lengthRule: '§3.6.1',
    flagged: '60',
    flagsRule: 'MQTT-3.6.1-1',
  },
  {
    name: 'PUBCOMP, §3.7',
    type: 'pubcomp',
    first: '70',
    lengthRule: '§3.7.1',
    flagged: '78',
    flagsRule: 'MQTT-2.2.2-2',
  },
  {
    name: 'UNSUBACK, §3.11',
    type: 'unsuback',
    first: 'b0',
    lengthRule: '§3.11.1',
    flagged: 'b2',
    flagsRule: 'MQTT-2.2.2-2',
  },
] as const

describe.each(ACKNOWLEDGEMENTS)('$name', ({ type, first, lengthRule, flagged, flagsRule }) => {
  testValid(
    [1, 255, 256, 32_768, 65_535].map((packetId) => ({
      name: `packet identifier ${packetId}`,
      hex: `${first} 02 ${packetId.toString(16).padStart(4, '0')}`,
      packet: { type, packetId },
    })),
  )

  const row = { packetType: type, field: 'Packet Identifier' } as const
  const length = { packetType: type, field: 'Remaining Length', rule: lengthRule, offset: 1 } as const
  // biome-ignore format: one row per violation
  testMalformed([
    { ...length, name: 'no body', hex: `${first} 00`, code: 'body-too-short' },
    { ...length, name: 'half a packet identifier', hex: `${first} 01 07`, code: 'body-too-short' },
    { ...row, name: 'packet identifier 0', hex: `${first} 02 0000`, code: 'packet-identifier-zero', rule: '§2.3.1', offset: 2, tolerated: { type, packetId: 0 } },
    { ...length, name: 'a reason code, as in MQTT 5', hex: `${first} 03 0007 00`, code: 'surplus-bytes', tolerated: { type, packetId: 7 } },
    { packetType: type, name: 'wrong flags', hex: `${flagged} 02 0007`, code: 'reserved-flags', rule: flagsRule, field: 'Flags', offset: 0, tolerated: { type, packetId: 7 } },
  ])

  testUnencodable([
    {
      name: 'no packet identifier',
      packet: { type },
      code: 'missing-field',
      field: 'Packet Identifier',
      property: 'packetId',
      rule: '§2.3.1',
      says: `${type.toUpperCase()} packetId must be an integer from 1 to 65535, not undefined`,
    },
    {
      name: "another library's name for it",
      packet: { type, messageId: 7 },
      code: 'unknown-field',
      property: 'messageId',
      says: 'use packetId',
    },
    {
      name: 'packet identifier 0',
      packet: { type, packetId: 0 },
      code: 'packet-identifier-zero',
      field: 'Packet Identifier',
      rule: '§2.3.1',
    },
    ...[-1, 65_536, 1.5, Number.NaN, 4_294_967_297].map((packetId) => ({
      name: `packet identifier ${packetId}`,
      packet: { type, packetId },
      code: 'value-out-of-range' as const,
      field: 'Packet Identifier',
      rule: '§2.3.1',
    })),
    ...['7', 7n, true, {}].map((packetId) => ({
      name: `a ${typeof packetId} for the packet identifier`,
      packet: { type, packetId },
      code: 'wrong-field-type' as const,
      field: 'Packet Identifier',
      rule: '§2.3.1',
    })),
  ])
})
