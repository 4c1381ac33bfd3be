// A packet into its bytes: check everything, then write exactly as many bytes as were announced.

import { refuse } from './errors.ts'
import { FIRST_BYTE } from './packet-types.ts'
import {
  type AcknowledgementInput,
  acknowledgementLength,
  checkAcknowledgement,
  writeAcknowledgement,
} from './packets/acknowledgement.ts'
import { connackLength, writeConnack } from './packets/connack.ts'
import { connectLength, writeConnect } from './packets/connect.ts'
import type { PacketInput } from './packets/packet.ts'
import { outgoingHeader, type PublishHeaderInput, publishLength } from './packets/publish.ts'
import { subackLength, writeSuback } from './packets/suback.ts'
import { subscribeLength, writeSubscribe } from './packets/subscribe.ts'
import { unsubscribeLength, writeUnsubscribe } from './packets/unsubscribe.ts'
import { assertBytes, put } from './wire/bytes.ts'
import { allocate } from './wire/pool.ts'
import { checkRemainingLength, packetSize, writeRemainingLength } from './wire/remaining-length.ts'
import { writePayload } from './wire/writer.ts'

// Constants of this module are constants to V8; what is imported is looked up at every use.
const { puback, pubrec, pubrel, pubcomp, unsuback } = FIRST_BYTE
/** The bytes of a fixed header and a packet identifier. */
const ACKNOWLEDGEMENT_SIZE = 4

/**
 * Encodes one packet.
 *
 * @param packet is not changed
 * @returns its bytes: a Buffer where there is Buffer, else a Uint8Array; small ones share memory with others
 * @throws EncodeError for whatever {@link decode} would refuse, and for fields that are missing, of the wrong type, out
 *   of range or too long; nothing else
 */
export function encode(packet: PacketInput): Uint8Array {
  // By far the most packets are PUBLISH, and then acknowledgements. The code of the former stands here and is short, so
  // that V8 makes one function of all that it calls.
  switch (packet?.type) {
    case 'publish': {
      const { payload } = packet
      const remainingLength = publishLength(packet, payload)
      const bytes = allocate(packetSize(remainingLength, 'publish'))
      writePayload(bytes, outgoingHeader.write(bytes, 0, remainingLength), payload)
      return bytes
    }
    case 'puback':
      return encodeAcknowledgement(packet, puback)
    case 'pubrec':
      return encodeAcknowledgement(packet, pubrec)
    case 'pubrel':
      return encodeAcknowledgement(packet, pubrel)
    case 'pubcomp':
      return encodeAcknowledgement(packet, pubcomp)
    case 'unsuback':
      return encodeAcknowledgement(packet, unsuback)
    default:
      return encodeOther(packet)
  }
}

/**
 * The bytes that {@link encode} would return, counted.
 *
 * @throws EncodeError as {@link encode}
 */
export function encodedLength(packet: PacketInput): number {
  return packetSize(bodyLength(packet), packet.type)
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
  switch (packet?.type) {
    case 'publish': {
      const { payload } = packet
      const remainingLength = publishLength(packet, payload)
      const size = packetSize(remainingLength, 'publish')
      if (!fits(size, target, offset)) refuse('target-too-small', 'publish')
      writePayload(target, outgoingHeader.write(target, offset, remainingLength), payload)
      return size
    }
    case 'puback':
      return encodeAcknowledgementInto(packet, puback, target, offset)
    case 'pubrec':
      return encodeAcknowledgementInto(packet, pubrec, target, offset)
    case 'pubrel':
      return encodeAcknowledgementInto(packet, pubrel, target, offset)
    case 'pubcomp':
      return encodeAcknowledgementInto(packet, pubcomp, target, offset)
    case 'unsuback':
      return encodeAcknowledgementInto(packet, unsuback, target, offset)
    default: {
      const bytes = encodeOther(packet)
      if (!fits(bytes.length, target, offset)) refuse('target-too-small', packet.type)
      put(target, offset, bytes)
      return bytes.length
    }
  }
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
  const headerLength = outgoingHeader.check(publish)
  checkRemainingLength(payloadLength, 'publish')
  checkRemainingLength(headerLength + payloadLength, 'publish')
  const remainingLength = headerLength + payloadLength
  const bytes = allocate(packetSize(remainingLength, 'publish') - payloadLength)
  outgoingHeader.write(bytes, 0, remainingLength)
  return bytes
}

function fits(size: number, target: Uint8Array, offset: number): boolean {
  return Number.isInteger(offset) && offset >= 0 && offset + size <= target.length
}

function encodeAcknowledgement(packet: AcknowledgementInput, firstByte: number): Uint8Array {
  const packetId = checkAcknowledgement(packet)
  const bytes = allocate(ACKNOWLEDGEMENT_SIZE)
  writeAcknowledgement(bytes, 0, firstByte, packetId)
  return bytes
}

function encodeAcknowledgementInto(
  packet: AcknowledgementInput,
  firstByte: number,
  target: Uint8Array,
  offset: number,
): number {
  const packetId = checkAcknowledgement(packet)
  if (!fits(ACKNOWLEDGEMENT_SIZE, target, offset)) refuse('target-too-small', packet.type)
  writeAcknowledgement(target, offset, firstByte, packetId)
  return ACKNOWLEDGEMENT_SIZE
}

/** Encodes what comes seldom. */
function encodeOther(packet: PacketInput): Uint8Array {
  const remainingLength = bodyLength(packet)
  const bytes = allocate(packetSize(remainingLength, packet.type))
  bytes[0] = FIRST_BYTE[packet.type]
  const end = writeBody(bytes, writeRemainingLength(bytes, 1, remainingLength), packet)
  // The memory was not cleared: no byte of it may be left unwritten.
  if (end !== bytes.length) refuse('input-changed', packet.type)
  return bytes
}

/** Checks the whole packet and counts its body's bytes. */
function bodyLength(packet: PacketInput): number {
  switch (packet?.type) {
    case 'connect':
      return connectLength(packet)
    case 'connack':
      return connackLength(packet)
    case 'publish':
      return publishLength(packet, packet.payload)
    case 'puback':
    case 'pubrec':
    case 'pubrel':
    case 'pubcomp':
    case 'unsuback':
      return acknowledgementLength(packet)
    case 'subscribe':
      return subscribeLength(packet)
    case 'suback':
      return subackLength(packet)
    case 'unsubscribe':
      return unsubscribeLength(packet)
    case 'pingreq':
    case 'pingresp':
    case 'disconnect':
      return 0
    default:
      return refuse('unknown-packet-type', undefined, 'Control Packet type') // §2.2.1
  }
}

/** Writes the body of a packet that was checked, and returns the position behind it. */
function writeBody(target: Uint8Array, position: number, packet: PacketInput): number {
  switch (packet.type) {
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
      return position
  }
}
