// Floor 5. A packet into its bytes: check everything, then write exactly as many bytes as were announced.

import { CONTROL_PACKETS, PacketType } from './control-packet.ts'
import { refuse } from './errors.ts'
import type { PacketInput } from './packet.ts'
import { acknowledgementLength, writeAcknowledgement } from './packets/acknowledgement.ts'
import { connackLength, writeConnack } from './packets/connack.ts'
import { connectLength, writeConnect } from './packets/connect.ts'
import {
  type PublishHeaderInput,
  publishFlags,
  publishHeaderLength,
  publishLength,
  writePublish,
  writePublishHeader,
} from './packets/publish.ts'
import { subackLength, writeSuback } from './packets/suback.ts'
import { subscribeLength, writeSubscribe } from './packets/subscribe.ts'
import { unsubscribeLength, writeUnsubscribe } from './packets/unsubscribe.ts'
import { allocate, assertBytes } from './wire/bytes.ts'
import {
  checkRemainingLength,
  MAX_REMAINING_LENGTH,
  remainingLengthSize,
  writeRemainingLength,
} from './wire/remaining-length.ts'

/** The first byte of the packets whose flags are reserved: Table 2.1's value and Table 2.2's flags [MQTT-2.2.2-1]. */
const FIRST_BYTES = Object.fromEntries(
  CONTROL_PACKETS.flatMap((packet, type) =>
    packet === undefined || packet.flags === 'publish' ? [] : [[packet.name, (type << 4) | packet.flags]],
  ),
) as Readonly<Record<Exclude<PacketInput['type'], 'publish'>, number>>

/**
 * Encodes one packet.
 *
 * @param packet is not changed
 * @returns its bytes: a Buffer where there is Buffer, else a Uint8Array; small ones share memory with others
 * @throws EncodeError for whatever {@link decode} would refuse, and for fields that are missing, of the wrong type, out
 *   of range or too long; nothing else
 */
export function encode(packet: PacketInput): Uint8Array {
  const remainingLength = remainingLengthOf(packet)
  const length = 1 + remainingLengthSize(remainingLength) + remainingLength
  const bytes = allocate(length)
  write(bytes, 0, packet, remainingLength, length)
  return bytes
}

/**
 * The bytes that {@link encode} would return, counted.
 *
 * @throws EncodeError as {@link encode}
 */
export function encodedLength(packet: PacketInput): number {
  const remainingLength = remainingLengthOf(packet)
  return 1 + remainingLengthSize(remainingLength) + remainingLength
}

/**
 * Encodes one packet into `target`, all of it or nothing.
 *
 * @param offset where in `target` its first byte goes; default 0
 * @returns the bytes written
 * @throws EncodeError as {@link encode}, and `target-too-small` if the packet does not fit from `offset` on
 * @throws TypeError if `target` is not a Uint8Array
 */
export function encodeInto(packet: PacketInput, target: Uint8Array, offset = 0): number {
  assertBytes(target)
  const remainingLength = remainingLengthOf(packet)
  const length = 1 + remainingLengthSize(remainingLength) + remainingLength
  if (!(offset >= 0 && offset + length <= target.length && Number.isInteger(offset))) {
    refuse('target-too-small', packet.type)
  }
  write(target, offset, packet, remainingLength, length)
  return length
}

/**
 * Encodes everything of a PUBLISH that precedes its payload, so that the payload can be sent behind it from wherever it is.
 *
 * @param publish `payload`, if there is one, is not looked at
 * @param payloadLength in bytes
 * @throws EncodeError as {@link encode}; `packet-too-large` or `value-out-of-range` for the payload's length
 */
export function encodePublishHeader(publish: PublishHeaderInput, payloadLength: number): Uint8Array {
  if (publish === null || typeof publish !== 'object')
    refuse('unknown-packet-type', undefined, 'Control Packet type')
  if (publish.type !== undefined && publish.type !== 'publish')
    refuse('unknown-packet-type', undefined, 'Control Packet type')
  const headerLength = publishHeaderLength(publish)
  checkRemainingLength(payloadLength, 'publish')
  checkRemainingLength(headerLength + payloadLength, 'publish')
  const remainingLength = headerLength + payloadLength
  const bytes = allocate(1 + remainingLengthSize(remainingLength) + headerLength)
  bytes[0] = (PacketType.PUBLISH << 4) | publishFlags(publish)
  const end = writePublishHeader(bytes, writeRemainingLength(bytes, 1, remainingLength), publish)
  if (end !== bytes.length) refuse('input-changed', 'publish')
  return bytes
}

/** Checks the whole packet and counts its body's bytes. */
function remainingLengthOf(packet: PacketInput): number {
  if (packet === null || typeof packet !== 'object')
    refuse('unknown-packet-type', undefined, 'Control Packet type')
  const length = bodyLength(packet)
  if (length > MAX_REMAINING_LENGTH) refuse('packet-too-large', packet.type, 'Remaining Length') // §2.2.3
  return length
}

function bodyLength(packet: PacketInput): number {
  switch (packet.type) {
    case 'publish':
      return publishLength(packet)
    case 'puback':
    case 'pubrec':
    case 'pubrel':
    case 'pubcomp':
    case 'unsuback':
      return acknowledgementLength(packet)
    case 'pingreq':
    case 'pingresp':
    case 'disconnect':
      return 0
    case 'connect':
      return connectLength(packet)
    case 'connack':
      return connackLength(packet)
    case 'subscribe':
      return subscribeLength(packet)
    case 'suback':
      return subackLength(packet)
    case 'unsubscribe':
      return unsubscribeLength(packet)
    default:
      return refuseType(packet)
  }
}

function write(
  target: Uint8Array,
  offset: number,
  packet: PacketInput,
  remainingLength: number,
  length: number,
): void {
  target[offset] =
    packet.type === 'publish' ? (PacketType.PUBLISH << 4) | publishFlags(packet) : FIRST_BYTES[packet.type]
  const end = writeBody(target, writeRemainingLength(target, offset + 1, remainingLength), packet)
  // The target may be memory that was not cleared: no byte of it may be left unwritten.
  if (end !== offset + length) refuse('input-changed', packet.type)
}

function writeBody(target: Uint8Array, position: number, packet: PacketInput): number {
  switch (packet.type) {
    case 'publish':
      return writePublish(target, position, packet)
    case 'puback':
    case 'pubrec':
    case 'pubrel':
    case 'pubcomp':
    case 'unsuback':
      return writeAcknowledgement(target, position, packet)
    case 'pingreq':
    case 'pingresp':
    case 'disconnect':
      return position
    case 'connect':
      return writeConnect(target, position, packet)
    case 'connack':
      return writeConnack(target, position, packet)
    case 'subscribe':
      return writeSubscribe(target, position, packet)
    case 'suback':
      return writeSuback(target, position, packet)
    case 'unsubscribe':
      return writeUnsubscribe(target, position, packet)
    default:
      return refuseType(packet)
  }
}

function refuseType(_packet: never): never {
  refuse('unknown-packet-type', undefined, 'Control Packet type') // §2.2.1
}
