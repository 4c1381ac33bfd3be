import { describe } from 'vitest'
import { testMalformed } from '../support/malformed.ts'
import { testUnencodable } from '../support/unencodable.ts'
import { testValid } from '../support/valid.ts'

describe('CONNACK, §3.2', () => {
  testValid([
    {
      name: 'accepted',
      hex: '20 02 00 00',
      packet: { type: 'connack', sessionPresent: false, returnCode: 0 },
      input: { type: 'connack', returnCode: 0 },
    },
    {
      name: 'accepted, with a session',
      hex: '20 02 01 00',
      packet: { type: 'connack', sessionPresent: true, returnCode: 0 },
    },
    ...[1, 2, 3, 4, 5].map((returnCode) => ({
      name: `refused with return code ${returnCode}`,
      hex: `20 02 00 0${returnCode}`,
      packet: { type: 'connack', sessionPresent: false, returnCode } as const,
    })),
  ])

  const row = { packetType: 'connack' } as const
  const connack = { type: 'connack', sessionPresent: false, returnCode: 0 } as const
  // biome-ignore format: one row per violation
  testMalformed([
    { ...row, name: 'no body', hex: '20 00', code: 'body-too-short', rule: '§3.2.1', field: 'Remaining Length', offset: 1 },
    { ...row, name: 'no return code', hex: '20 01 00', code: 'body-too-short', rule: '§3.2.1', field: 'Remaining Length', offset: 1 },
    { ...row, name: 'a byte too many', hex: '20 03 00 00 00', code: 'surplus-bytes', rule: '§3.2.1', field: 'Remaining Length', offset: 1, tolerated: connack },
    ...[0x02, 0x04, 0x08, 0x10, 0x20, 0x40, 0x80].map((bit) => ({
      ...row, name: `reserved bit ${bit}`, hex: `20 02 ${bit.toString(16).padStart(2, '0')} 00`, code: 'connack-reserved-bits' as const, rule: '§3.2.2.1', field: 'Connect Acknowledge Flags', offset: 2, tolerated: connack,
    })),
    { ...row, name: 'session present with a refusal', hex: '20 02 01 05', code: 'session-present-with-refusal', rule: 'MQTT-3.2.2-4', field: 'Session Present', offset: 2, tolerated: { ...connack, sessionPresent: true, returnCode: 5 } },
    { ...row, name: 'return code 6', hex: '20 02 00 06', code: 'reserved-connack-code', rule: '§3.2.2.3', field: 'Return Code', offset: 3, tolerated: { ...connack, returnCode: 6 } },
    { ...row, name: 'return code 255', hex: '20 02 00 ff', code: 'reserved-connack-code', rule: '§3.2.2.3', field: 'Return Code', offset: 3, tolerated: { ...connack, returnCode: 255 } },
    { ...row, name: 'flags', hex: '24 02 00 00', code: 'reserved-flags', rule: 'MQTT-2.2.2-2', field: 'Flags', offset: 0, tolerated: connack },
  ])

  // biome-ignore format: one row per violation
  testUnencodable([
    { name: 'no return code', packet: { type: 'connack' }, code: 'missing-field', field: 'Return Code' },
    { name: 'return code 256', packet: { type: 'connack', returnCode: 256 }, code: 'reserved-connack-code', field: 'Return Code' },
    { name: "MQTT 5's name for it", packet: { type: 'connack', reasonCode: 0 }, code: 'unknown-field', property: 'reasonCode', says: 'use returnCode' },
    { name: 'return code 6', says: 'CONNACK returnCode must be an integer from 0 to 5, not 6', property: 'returnCode', packet: { type: 'connack', returnCode: 6 }, code: 'reserved-connack-code', field: 'Return Code' },
    { name: 'return code -1', packet: { type: 'connack', returnCode: -1 }, code: 'reserved-connack-code', field: 'Return Code' },
    { name: 'return code 0.5', packet: { type: 'connack', returnCode: 0.5 }, code: 'reserved-connack-code', field: 'Return Code' },
    { name: 'a return code as text', packet: { type: 'connack', returnCode: '0' }, code: 'wrong-field-type', field: 'Return Code' },
    { name: 'a number for session present', packet: { type: 'connack', returnCode: 0, sessionPresent: 1 }, code: 'wrong-field-type', field: 'Session Present' },
    { name: 'session present with a refusal', packet: { type: 'connack', returnCode: 1, sessionPresent: true }, code: 'session-present-with-refusal', field: 'Session Present', rule: 'MQTT-3.2.2-4' },
  ])
})
