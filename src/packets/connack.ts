// CONNACK, §3.2.

import { refuse } from '../errors.ts'
import type { Reader } from '../wire/reader.ts'
import { checkBoolean, refuseValue } from '../wire/writer.ts'

/** The server answers a CONNECT (§3.2). */
export interface Connack {
  type: 'connack'
  sessionPresent: boolean
  /** Table 3.1: 0 accepted; 1 protocol version, 2 identifier, 3 server, 4 user name or password, 5 not authorised. */
  returnCode: number
}

/** A {@link Connack} to be encoded: `sessionPresent` false unless given. */
export interface ConnackInput {
  readonly type: 'connack'
  readonly sessionPresent?: boolean | undefined
  readonly returnCode: number
}

const SESSION_PRESENT = 0x01
const LAST_RETURN_CODE = 5
const LENGTH = 2

export function readConnack(reader: Reader): Connack {
  const flags = reader.uint8('Connect Acknowledge Flags')
  const at = reader.position - 1
  const returnCode = reader.uint8('Return Code')
  const isUnused = reader.settings.version === '3.1' // MQTT 3.1: the byte is reserved, and not used
  const sessionPresent = !isUnused && (flags & SESSION_PRESENT) !== 0
  if (!isUnused && (flags & ~SESSION_PRESENT) !== 0)
    reader.violation('connack-reserved-bits', 'Connect Acknowledge Flags', at, undefined, flags) // §3.2.2.1
  if (sessionPresent && returnCode !== 0)
    reader.violation('session-present-with-refusal', 'Session Present', at, undefined, returnCode) // [MQTT-3.2.2-4]
  if (returnCode > LAST_RETURN_CODE)
    reader.violation('reserved-connack-code', 'Return Code', at + 1, undefined, returnCode) // §3.2.2.3
  return { type: 'connack', sessionPresent, returnCode }
}

export function connackLength({ sessionPresent, returnCode }: ConnackInput): number {
  checkBoolean(sessionPresent, 'connack', 'Session Present')
  if (typeof returnCode !== 'number') refuseValue(returnCode, 'connack', 'Return Code')
  if (!Number.isInteger(returnCode) || returnCode < 0 || returnCode > LAST_RETURN_CODE) {
    refuse('reserved-connack-code', 'connack', 'Return Code') // §3.2.2.3
  }
  if (sessionPresent === true && returnCode !== 0) {
    refuse('session-present-with-refusal', 'connack', 'Session Present') // [MQTT-3.2.2-4]
  }
  return LENGTH
}

export function writeConnack(target: Uint8Array, position: number, packet: ConnackInput): number {
  target[position] = packet.sessionPresent === true ? SESSION_PRESENT : 0
  target[position + 1] = packet.returnCode
  return position + LENGTH
}
