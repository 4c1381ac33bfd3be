// §3.2, CONNACK.

import { hexByte, lengthTooLong, lengthTooShort, malformed, type Section, valid, type Wrong } from './rows.ts'
import type { MalformedVector, VectorPacket } from './vectors.d.cts'

const connack = (sessionPresent: boolean, returnCode: number): VectorPacket => ({
  type: 'connack',
  sessionPresent,
  returnCode,
})

const LAST_RETURN_CODE = 5
const FLAGS = 'Connect Acknowledge Flags'
const WITH_REFUSAL: Wrong = ['session-present-with-refusal', 'Session Present']
const RESERVED_CODE: Wrong = ['reserved-connack-code', 'Return Code']
const TOO_SHORT = lengthTooShort('connack')
const TOO_LONG = lengthTooLong('connack')

const codes = (from: number, to: number): number[] =>
  Array.from({ length: to - from + 1 }, (_, index) => from + index)

const reservedCode = (returnCode: number): MalformedVector =>
  malformed(`CONNACK Return Code ${returnCode}`, `20 (00 ^ ${hexByte(returnCode)})`, RESERVED_CODE, {
    tolerated: connack(false, returnCode),
  })

// biome-ignore format: one row per violation
export const connackSection: Section = {
  valid: [
    ...codes(0, LAST_RETURN_CODE).map((code) =>
      valid(`CONNACK Return Code ${code}`, `20 (00 ${hexByte(code)})`, connack(false, code), '§3.2.2.3', { also: ['MQTT-3.2.2-4'] })),
    valid('CONNACK Session Present', '20 (01 00)', connack(true, 0), '§3.2.2.2', { also: ['MQTT-3.2.2-4'] }),
  ],
  malformed: [
    ...[1, 2, 3, 4, 5, 6, 7].map((bit) =>
      malformed(`CONNACK reserved bit ${bit}`, `20 (^ ${hexByte(1 << bit)} 00)`, ['connack-reserved-bits', FLAGS], { tolerated: connack(false, 0) })),
    malformed('CONNACK: all bits except Session Present', '20 (^ fe 00)', ['connack-reserved-bits', FLAGS], { tolerated: connack(false, 0) }),
    malformed('CONNACK: all bits', '20 (^ ff 00)', ['connack-reserved-bits', FLAGS], { tolerated: connack(true, 0) }),
    ...codes(1, LAST_RETURN_CODE).map((code) =>
      malformed(`CONNACK Session Present with return code ${code}`, `20 (^ 01 ${hexByte(code)})`, WITH_REFUSAL, { tolerated: connack(true, code) })),
    ...[6, 7, 0x7f, 0x80, 0xff].map(reservedCode),
    malformed('CONNACK: every tolerable violation', '^ 21 ^^ (^^^ ^^^^ ff ^^^^^ ff 00)', ['reserved-flags', 'Flags'], {
      further: [TOO_LONG, ['connack-reserved-bits', FLAGS], WITH_REFUSAL, RESERVED_CODE],
      tolerated: connack(true, 255),
    }),
    malformed('CONNACK: no body', '20 ^ ()', TOO_SHORT),
    malformed('CONNACK: no return code', '20 ^ (00)', TOO_SHORT),
    malformed('CONNACK: a byte too many', '20 ^ (00 00 00)', TOO_LONG, { tolerated: connack(false, 0) }),
    malformed('CONNACK: as MQTT 5 sends it', '20 ^ (00 00 00 00)', TOO_LONG, { tolerated: connack(false, 0) }),
  ],
}
