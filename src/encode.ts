// Floor 5. A packet into its bytes: check everything, then write exactly as many bytes as were announced.

import { CONTROL_PACKETS, PacketType } from './control-packet.ts'
import { refuse } from './errors.ts'
import type { PacketInput } from './packet.ts'
import {
  ACKNOWLEDGEMENT_SIZE,
  type AcknowledgementInput,
  acknowledgementLength,
  isSoundAcknowledgement,
  writeAcknowledgement,
  writeWholeAcknowledgement,
} from './packets/acknowledgement.ts'
import { type ConnackInput, connackLength, writeConnack } from './packets/connack.ts'
import { type ConnectInput, connectLength, writeConnect } from './packets/connect.ts'
import {
  type PublishHeaderInput,
  type PublishInput,
  publishFlags,
  publishHeaderLength,
  publishLength,
  writePublish,
  writePublishHeader,
} from './packets/publish.ts'
import { type SubackInput, subackLength, writeSuback } from './packets/suback.ts'
import { type SubscribeInput, subscribeLength, writeSubscribe } from './packets/subscribe.ts'
import { type UnsubscribeInput, unsubscribeLength, writeUnsubscribe } from './packets/unsubscribe.ts'
import { allocate, assertBytes } from './wire/bytes.ts'
import {
  checkRemainingLength,
  MAX_REMAINING_LENGTH,
  remainingLengthSize,
  writeRemainingLength,
} from './wire/remaining-length.ts'

/** The first byte by packet type: Table 2.1's value and Table 2.2's flags [MQTT-2.2.2-1]. PUBLISH adds its own. */
const FIRST_BYTES = Uint8Array.from(CONTROL_PACKETS, (packet, type) =>
  packet === undefined || packet.flags === 'publish' ? type << 4 : (type << 4) | packet.flags,
)

/**
 * Encodes one packet.
 *
 * @param packet is not changed
 * @returns its bytes: a Buffer where there is Buffer, else a Uint8Array; small ones share memory with others
 * @throws EncodeError for whatever {@link decode} would refuse, and for fields that are missing, of the wrong type, out
 *   of range or too long; nothing else
 */
export function encode(packet: PacketInput): Uint8Array {
  const type = typeOf(packet)
  if (isSoundAcknowledgement(type, packet)) {
    const bytes = allocate(ACKNOWLEDGEMENT_SIZE)
    writeWholeAcknowledgement(bytes, 0, FIRST_BYTES[type]!, packet)
    return bytes
  }
  const remainingLength = remainingLengthOf(type, packet)
  const bytes = allocate(sizeOf(remainingLength))
  write(bytes, 0, type, packet, remainingLength)
  return bytes
}

/**
 * The bytes that {@link encode} would return, counted.
 *
 * @throws EncodeError as {@link encode}
 */
export function encodedLength(packet: PacketInput): number {
  return sizeOf(remainingLengthOf(typeOf(packet), packet))
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
  const type = typeOf(packet)
  if (isSoundAcknowledgement(type, packet) && fits(ACKNOWLEDGEMENT_SIZE, target, offset)) {
    return writeWholeAcknowledgement(target, offset, FIRST_BYTES[type]!, packet)
  }
  const remainingLength = remainingLengthOf(type, packet)
  const size = sizeOf(remainingLength)
  if (!fits(size, target, offset)) refuse('target-too-small', packet.type)
  write(target, offset, type, packet, remainingLength)
  return size
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

/** The packet's type by its name. The name is looked at once: a field that many kinds of objects have is slow to read. */
function typeOf(packet: PacketInput): PacketType {
  if (packet === null || typeof packet !== 'object')
    refuse('unknown-packet-type', undefined, 'Control Packet type')
  switch (packet.type) {
    case 'publish':
      return PacketType.PUBLISH
    case 'puback':
      return PacketType.PUBACK
    case 'pubrec':
      return PacketType.PUBREC
    case 'pubrel':
      return PacketType.PUBREL
    case 'pubcomp':
      return PacketType.PUBCOMP
    case 'pingreq':
      return PacketType.PINGREQ
    case 'pingresp':
      return PacketType.PINGRESP
    case 'subscribe':
      return PacketType.SUBSCRIBE
    case 'suback':
      return PacketType.SUBACK
    case 'unsubscribe':
      return PacketType.UNSUBSCRIBE
    case 'unsuback':
      return PacketType.UNSUBACK
    case 'connect':
      return PacketType.CONNECT
    case 'connack':
      return PacketType.CONNACK
    case 'disconnect':
      return PacketType.DISCONNECT
    default:
      return refuse('unknown-packet-type', undefined, 'Control Packet type') // §2.2.1
  }
}

function fits(size: number, target: Uint8Array, offset: number): boolean {
  return offset >= 0 && offset + size <= target.length && Number.isInteger(offset)
}

/** Checks the whole packet and counts its body's bytes. */
function remainingLengthOf(type: PacketType, packet: PacketInput): number {
  const length = bodyLength(type, packet)
  if (length > MAX_REMAINING_LENGTH) refuse('packet-too-large', packet.type, 'Remaining Length') // §2.2.3
  return length
}

function sizeOf(remainingLength: number): number {
  return 1 + remainingLengthSize(remainingLength) + remainingLength
}

function bodyLength(type: PacketType, packet: PacketInput): number {
  switch (type) {
    case PacketType.CONNECT:
      return connectLength(packet as ConnectInput)
    case PacketType.CONNACK:
      return connackLength(packet as ConnackInput)
    case PacketType.PUBLISH:
      return publishLength(packet as PublishInput)
    case PacketType.PUBACK:
    case PacketType.PUBREC:
    case PacketType.PUBREL:
    case PacketType.PUBCOMP:
    case PacketType.UNSUBACK:
      return acknowledgementLength(packet as AcknowledgementInput)
    case PacketType.SUBSCRIBE:
      return subscribeLength(packet as SubscribeInput)
    case PacketType.SUBACK:
      return subackLength(packet as SubackInput)
    case PacketType.UNSUBSCRIBE:
      return unsubscribeLength(packet as UnsubscribeInput)
    case PacketType.PINGREQ:
    case PacketType.PINGRESP:
    case PacketType.DISCONNECT:
      return 0
  }
}

/** Writes the whole packet, which was checked. */
function write(
  target: Uint8Array,
  offset: number,
  type: PacketType,
  packet: PacketInput,
  remainingLength: number,
): void {
  target[offset] = FIRST_BYTES[type]!
  const body = writeRemainingLength(target, offset + 1, remainingLength)
  const end = writeBody(target, offset, body, type, packet)
  // The target may be memory that was not cleared: no byte of it may be left unwritten.
  if (end !== body + remainingLength) refuse('input-changed', packet.type)
}

function writeBody(
  target: Uint8Array,
  offset: number,
  body: number,
  type: PacketType,
  packet: PacketInput,
): number {
  switch (type) {
    case PacketType.CONNECT:
      return writeConnect(target, body, packet as ConnectInput)
    case PacketType.CONNACK:
      return writeConnack(target, body, packet as ConnackInput)
    case PacketType.PUBLISH:
      target[offset] = FIRST_BYTES[type]! | publishFlags(packet as PublishInput)
      return writePublish(target, body, packet as PublishInput)
    case PacketType.PUBACK:
    case PacketType.PUBREC:
    case PacketType.PUBREL:
    case PacketType.PUBCOMP:
    case PacketType.UNSUBACK:
      return writeAcknowledgement(target, body, packet as AcknowledgementInput)
    case PacketType.SUBSCRIBE:
      return writeSubscribe(target, body, packet as SubscribeInput)
    case PacketType.SUBACK:
      return writeSuback(target, body, packet as SubackInput)
    case PacketType.UNSUBSCRIBE:
      return writeUnsubscribe(target, body, packet as UnsubscribeInput)
    case PacketType.PINGREQ:
    case PacketType.PINGRESP:
    case PacketType.DISCONNECT:
      return body
  }
}
