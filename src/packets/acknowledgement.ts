// The five packets that carry nothing but a packet identifier: PUBACK §3.4, PUBREC §3.5, PUBREL §3.6,
// PUBCOMP §3.7, UNSUBACK §3.11.

import type { Reader } from '../wire/reader.ts'
import { isPacketIdentifier, refusePacketIdentifier } from '../wire/writer.ts'

export const ACKNOWLEDGEMENT_NAMES = ['puback', 'pubrec', 'pubrel', 'pubcomp', 'unsuback'] as const
export type AcknowledgementName = (typeof ACKNOWLEDGEMENT_NAMES)[number]

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

/** The bytes of the packet identifier. */
const REMAINING_LENGTH = 2

export function readAcknowledgement<Name extends AcknowledgementName>(
  reader: Reader,
  type: Name,
): AcknowledgementOf<Name> {
  return { type, packetId: reader.packetIdentifier('§2.3.1') }
}

/** Checks the packet and returns its packet identifier. */
export function checkAcknowledgement(packet: AcknowledgementInput): number {
  const { packetId } = packet
  if (!isPacketIdentifier(packetId)) refusePacketIdentifier(packetId, packet.type, '§2.3.1')
  return packetId
}

/** Checks the packet and counts its body's bytes. */
export function acknowledgementLength(packet: AcknowledgementInput): number {
  checkAcknowledgement(packet)
  return REMAINING_LENGTH
}

/** Writes the whole packet. */
export function writeAcknowledgement(
  target: Uint8Array,
  offset: number,
  firstByte: number,
  packetId: number,
): void {
  target[offset] = firstByte
  target[offset + 1] = REMAINING_LENGTH
  target[offset + 2] = packetId >> 8
  target[offset + 3] = packetId
}
