// SUBACK, §3.9.

import { refuse } from '../errors.ts'
import type { Reader } from '../wire/reader.ts'
import { checkList, checkPacketIdentifier, writeUint16 } from '../wire/writer.ts'

/** The server answers a SUBSCRIBE (§3.9). */
export interface Suback {
  type: 'suback'
  /** 1 to 65,535: that of the SUBSCRIBE. */
  packetId: number
  /** One for each topic filter, in their order: 0, 1 or 2 for the QoS that was granted, 0x80 for failure. */
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

export function subackLength({ packetId, returnCodes }: SubackInput): number {
  checkPacketIdentifier(packetId, 'suback', '§2.3.1')
  checkList(returnCodes, 'suback', 'Return Code', 'no-return-code', '§3.9.3')
  for (const returnCode of returnCodes) {
    if (typeof returnCode !== 'number') refuse('wrong-field-type', 'suback', 'Return Code')
    if (isReserved(returnCode)) refuse('reserved-suback-code', 'suback', 'Return Code') // [MQTT-3.9.3-2]
  }
  return 2 + returnCodes.length
}

export function writeSuback(target: Uint8Array, position: number, packet: SubackInput): number {
  let next = writeUint16(target, position, packet.packetId)
  for (const returnCode of packet.returnCodes) target[next++] = returnCode
  return next
}
