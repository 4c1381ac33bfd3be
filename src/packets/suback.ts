// SUBACK, §3.9.

import { checkList, checkPacketIdentifier, isByte, refuseUnlessTolerated } from '../encoding/checks.ts'
import { type Field, packetFieldsOf, refuse, refuseType } from '../encoding/field.ts'
import { checkFieldNames } from '../encoding/field-names.ts'
import type { EncodeOptions } from '../options.ts'
import type { Reader } from '../wire/reader.ts'
import { Body, type Outgoing } from '../wire/writer.ts'

/** The server's response to a SUBSCRIBE (§3.9). */
export interface Suback {
  type: 'suback'
  /** The packet identifier of the SUBSCRIBE, 1 to 65,535. */
  packetId: number
  /** One per topic filter, in the same order: 0, 1 or 2 for the granted QoS, 0x80 for failure. */
  returnCodes: number[]
}

/** A {@link Suback} to be encoded. */
export interface SubackInput {
  readonly type: 'suback'
  readonly packetId: number
  readonly returnCodes: readonly number[]
}

const FAILURE = 0x80

const isReserved = (returnCode: number): boolean =>
  returnCode !== 0 && returnCode !== 1 && returnCode !== 2 && returnCode !== FAILURE

export function readSuback(reader: Reader): Suback {
  const packetId = reader.packetIdentifier('§2.3.1')
  const returnCodes: number[] = []
  if (reader.position === reader.end) reader.violation('no-return-code', 'Return Code', reader.position) // §3.9.3
  while (reader.position < reader.end) {
    if (returnCodes.length === reader.settings.maxTopicFilters)
      reader.fail('too-many-topic-filters', 'Return Code', reader.position, '§3.9.3', returnCodes.length + 1)
    const returnCode = reader.uint8('Return Code')
    if (isReserved(returnCode))
      reader.violation('reserved-suback-code', 'Return Code', reader.position - 1, undefined, returnCode) // [MQTT-3.9.3-2]
    returnCodes.push(returnCode)
  }
  return { type: 'suback', packetId, returnCodes }
}

const FIELDS = /* @__PURE__ */ packetFieldsOf('suback', {
  packetId: { name: 'Packet Identifier', rule: '§2.3.1' },
  returnCodes: { name: 'Return Code', rule: '§3.9.3' },
})
const RETURN_CODE: Field = { packetType: 'suback', name: 'Return Code', property: 'returnCodes[]' }

export function prepareSuback(packet: SubackInput, options: EncodeOptions | undefined): Outgoing {
  const { packetId, returnCodes } = packet
  checkFieldNames(packet, FIELDS)
  checkPacketIdentifier(packetId, FIELDS.packetId, options)
  const body = new Body('suback').uint16(packetId)
  const codes = checkList(returnCodes, FIELDS.returnCodes, 'no-return-code', options, '§3.9.3')
  for (const [index, code] of codes.entries()) body.byte(checkReturnCode(code, index, options))
  return body.end()
}

function checkReturnCode(returnCode: unknown, index: number, options: EncodeOptions | undefined): number {
  const requirement = 'must be 0, 1, 2 or 128'
  if (typeof returnCode !== 'number') refuseType(RETURN_CODE, requirement, returnCode, index)
  if (!isByte(returnCode)) refuse('reserved-suback-code', RETURN_CODE, requirement, returnCode, index)
  if (isReserved(returnCode))
    refuseUnlessTolerated(options, 'reserved-suback-code', RETURN_CODE, requirement, returnCode, index) // [MQTT-3.9.3-2]
  return returnCode
}
