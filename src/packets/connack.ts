// CONNACK, §3.2.

import { checkBoolean, checkReturnCode, refuseUnlessTolerated } from '../encoding/checks.ts'
import { packetFieldsOf } from '../encoding/field.ts'
import { checkFieldNames } from '../encoding/field-names.ts'
import type { EncodeOptions } from '../options.ts'
import type { Reader } from '../wire/reader.ts'
import { Body, type Outgoing } from '../wire/writer.ts'

/** The server's response to a CONNECT (§3.2). */
export interface Connack {
  type: 'connack'
  sessionPresent: boolean
  /**
   * Table 3.1: 0 accepted; refused: 1 unacceptable protocol version, 2 identifier rejected, 3 server unavailable, 4 bad user
   * name or password, 5 not authorized.
   */
  returnCode: number
}

/** A {@link Connack} to be encoded. `sessionPresent` defaults to false. */
export interface ConnackInput {
  readonly type: 'connack'
  readonly sessionPresent?: boolean | undefined
  readonly returnCode: number
}

const SESSION_PRESENT = 0x01
const LAST_RETURN_CODE = 5

const isReserved = (returnCode: number): boolean => returnCode > LAST_RETURN_CODE

export function readConnack(reader: Reader): Connack {
  const flags = reader.uint8('Connect Acknowledge Flags')
  const at = reader.position - 1
  const returnCode = reader.uint8('Return Code')
  const isUnused = reader.settings.version === '3.1' // MQTT 3.1: the byte is reserved and not used
  const sessionPresent = !isUnused && (flags & SESSION_PRESENT) !== 0
  if (!isUnused && (flags & ~SESSION_PRESENT) !== 0)
    reader.violation('connack-reserved-bits', 'Connect Acknowledge Flags', at, undefined, flags) // §3.2.2.1
  if (sessionPresent && returnCode !== 0)
    reader.violation('session-present-with-refusal', 'Session Present', at, undefined, returnCode) // [MQTT-3.2.2-4]
  if (isReserved(returnCode))
    reader.violation('reserved-connack-code', 'Return Code', at + 1, undefined, returnCode) // §3.2.2.3
  return { type: 'connack', sessionPresent, returnCode }
}

const FIELDS = /* @__PURE__ */ packetFieldsOf('connack', {
  sessionPresent: 'Session Present',
  returnCode: 'Return Code',
})

export function prepareConnack(packet: ConnackInput, options: EncodeOptions | undefined): Outgoing {
  const { sessionPresent = false, returnCode } = packet
  checkFieldNames(packet, FIELDS)
  checkBoolean(sessionPresent, FIELDS.sessionPresent)
  checkReturnCode(
    returnCode,
    isReserved,
    'reserved-connack-code', // §3.2.2.3
    FIELDS.returnCode,
    `must be an integer from 0 to ${LAST_RETURN_CODE}`,
    options,
  )
  if (sessionPresent && returnCode !== 0)
    refuseUnlessTolerated(
      options,
      'session-present-with-refusal',
      FIELDS.sessionPresent,
      'must be false if returnCode is not 0',
      sessionPresent,
    ) // [MQTT-3.2.2-4]
  return new Body('connack')
    .byte(sessionPresent ? SESSION_PRESENT : 0)
    .byte(returnCode)
    .end()
}
