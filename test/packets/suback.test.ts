import { describe, expect, test } from 'vitest'
import { decode, encode, type Suback } from '../../src/index.ts'
import { testMalformed } from '../support/malformed.ts'
import { testUnencodable } from '../support/unencodable.ts'
import { testValid } from '../support/valid.ts'

const suback = (...returnCodes: number[]): Suback => ({ type: 'suback', packetId: 10, returnCodes })

describe('SUBACK, §3.9', () => {
  testValid([
    { name: 'one return code', hex: '90 03 000a 00', packet: suback(0) },
    { name: 'every return code', hex: '90 06 000a 00 01 02 80', packet: suback(0, 1, 2, 0x80) },
  ])

  const row = { packetType: 'suback', field: 'Return Code' } as const
  // biome-ignore format: one row per violation
  testMalformed([
    { ...row, name: 'no body', hex: '90 00', code: 'body-too-short', rule: '§3.9.1', field: 'Remaining Length', offset: 1 },
    { ...row, name: 'no return code', hex: '90 02 000a', code: 'no-return-code', rule: '§3.9.3', offset: 4, tolerated: suback() },
    { ...row, name: 'packet identifier 0', hex: '90 03 0000 00', code: 'packet-identifier-zero', rule: '§2.3.1', field: 'Packet Identifier', offset: 2, tolerated: { ...suback(0), packetId: 0 } },
    ...[3, 0x7f, 0x81, 0xff].map((code) => ({ ...row, name: `return code ${code}`, hex: `90 04 000a 00 ${code.toString(16).padStart(2, '0')}`, code: 'reserved-suback-code' as const, rule: 'MQTT-3.9.3-2', offset: 5, tolerated: suback(0, code) })),
    { ...row, name: 'flags', hex: '91 03 000a 00', code: 'reserved-flags', rule: 'MQTT-2.2.2-2', field: 'Flags', offset: 0, tolerated: suback(0) },
  ])

  const input = { type: 'suback', packetId: 1 }
  // biome-ignore format: one row per violation
  testUnencodable([
    { name: 'no return codes', packet: input, code: 'missing-field', field: 'Return Code' },
    { name: 'an empty list', packet: { ...input, returnCodes: [] }, code: 'no-return-code', field: 'Return Code', rule: '§3.9.3' },
    { name: 'text in the list', packet: { ...input, returnCodes: ['0'] }, code: 'wrong-field-type', field: 'Return Code' },
    { name: 'return code 259', packet: { ...input, returnCodes: [259] }, code: 'reserved-suback-code', field: 'Return Code', property: 'returnCodes[0]' },
    { name: "another library's name for the list", packet: { ...input, granted: [0] }, code: 'unknown-field', property: 'granted', says: 'use returnCodes' },
    { name: '65,536 return codes', packet: { ...input, returnCodes: new Array(65_536).fill(0) }, code: 'too-many-topic-filters', field: 'Return Code', rule: '§3.9.3', property: 'returnCodes', says: 'must have at most 65535 entries, not 65536' },
    { name: 'return code 3', property: 'returnCodes[1]', says: 'SUBACK returnCodes[1] must be 0, 1, 2 or 128, not 3', packet: { ...input, returnCodes: [0, 3] }, code: 'reserved-suback-code', field: 'Return Code', rule: 'MQTT-3.9.3-2' },
    { name: 'packet identifier 0', packet: { type: 'suback', packetId: 0, returnCodes: [0] }, code: 'packet-identifier-zero', field: 'Packet Identifier', rule: '§2.3.1' },
  ])

  test('65,535 return codes are the maximum', () => {
    const packet = suback(...new Array<number>(65_535).fill(1))
    expect(decode(encode(packet))).toEqual(packet)
  })
})
