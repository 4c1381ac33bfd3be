// SUBACK, §3.9.

import { checkList, checkPacketIdentifier, checkReturnCode } from '../encoding/checks.ts'
import { type Field, packetFieldsOf } from '../encoding/field.ts'
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
  const returnCodes = reader.entries(readReturnCode, 'Return Code', 'no-return-code', undefined, '§3.9.3') // §3.9.3
  return { type: 'suback', packetId, returnCodes }
}

function readReturnCode(reader: Reader): number {
  const returnCode = reader.uint8('Return Code')
  if (isReserved(returnCode))
    reader.violation('reserved-suback-code', 'Return Code', reader.position - 1, undefined, returnCode) // [MQTT-3.9.3-2]
  return returnCode
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
  for (const [index, code] of codes.entries())
    body.byte(
      checkReturnCode(
        code,
        isReserved,
        'reserved-suback-code', // [MQTT-3.9.3-2]
        RETURN_CODE,
        'must be 0, 1, 2 or 128',
        options,
        index,
      ),
    )
  return body.end()
}
