// Floor 3. The five packets that carry nothing but a packet identifier: PUBACK §3.4, PUBREC §3.5, PUBREL §3.6,
// PUBCOMP §3.7, UNSUBACK §3.11.

import { PacketType } from '../control-packet.ts'
import type { Reader } from '../wire/reader.ts'
import { isPacketIdentifier, refusePacketIdentifier, writeUint16 } from '../wire/writer.ts'

type AcknowledgementName = 'puback' | 'pubrec' | 'pubrel' | 'pubcomp' | 'unsuback'

interface AcknowledgementOf<Name extends AcknowledgementName> {
  type: Name
  /** 1 to 65,535: the packet identifier of what is acknowledged. */
  packetId: number
}

/** QoS 1: the PUBLISH has arrived (§3.4). */
export type Puback = AcknowledgementOf<'puback'>
/** QoS 2, first answer: the PUBLISH has been received (§3.5). */
export type Pubrec = AcknowledgementOf<'pubrec'>
/** QoS 2, second half: the PUBLISH may be released (§3.6). */
export type Pubrel = AcknowledgementOf<'pubrel'>
/** QoS 2, last answer: the delivery is complete (§3.7). */
export type Pubcomp = AcknowledgementOf<'pubcomp'>
/** The UNSUBSCRIBE was processed (§3.11). */
export type Unsuback = AcknowledgementOf<'unsuback'>

export type Acknowledgement = Puback | Pubrec | Pubrel | Pubcomp | Unsuback

/** An {@link Acknowledgement} to be encoded. */
export type AcknowledgementInput = Readonly<Acknowledgement>

const LENGTH = 2

export function readAcknowledgement<Name extends AcknowledgementName>(
  reader: Reader,
  type: Name,
): AcknowledgementOf<Name> {
  return { type, packetId: reader.packetIdentifier('§2.3.1') }
}

export function acknowledgementLength(packet: AcknowledgementInput): number {
  if (!isPacketIdentifier(packet.packetId)) refusePacketIdentifier(packet.packetId, packet.type, '§2.3.1')
  return LENGTH
}

export function writeAcknowledgement(
  target: Uint8Array,
  position: number,
  packet: AcknowledgementInput,
): number {
  return writeUint16(target, position, packet.packetId)
}

/** Bytes of the whole packet. */
export const ACKNOWLEDGEMENT_SIZE = 4

/** Whether the short way is open: a quarter of what a broker sends are acknowledgements, all alike but for two fields. */
export function isSoundAcknowledgement(type: PacketType, packet: object): packet is AcknowledgementInput {
  if (type < PacketType.PUBACK || (type > PacketType.PUBCOMP && type !== PacketType.UNSUBACK)) return false
  return isPacketIdentifier((packet as AcknowledgementInput).packetId)
}

/** Writes the whole packet and returns its size. */
export function writeWholeAcknowledgement(
  target: Uint8Array,
  position: number,
  firstByte: number,
  { packetId }: AcknowledgementInput,
): number {
  target[position] = firstByte
  target[position + 1] = LENGTH
  target[position + 2] = packetId >> 8
  target[position + 3] = packetId
  return ACKNOWLEDGEMENT_SIZE
}
