// Whole packets whose bodies have not been read, for proxies and for brokers that forward.

import { checkPacketIdentifier } from './encoding/checks.ts'
import { type Field, refuse, refuseBecause } from './encoding/field.ts'
import { checkEncodeOptions } from './encoding/options.ts'
import { decodeError } from './error-tables.ts'
import type { DecodeError } from './errors.ts'
import type { EncodeOptions } from './options.ts'
import {
  flagsOf,
  type PacketType,
  type PacketTypeName,
  packetTypeNameOf,
  packetTypeOf,
  qosOf,
} from './packet-types.ts'
import { assertBytes, kindOf, lengthOf, putRange } from './wire/bytes.ts'
import { allocateOf } from './wire/pool.ts'
import { PREFIX_SIZE, writeUint16 } from './wire/writer.ts'

/** A complete packet whose fixed header has been validated and whose body has not been read. */
export class Frame<Bytes extends Uint8Array = Uint8Array> {
  type: PacketTypeName
  /** The lower four bits of the first byte. */
  flags: number
  /** The packet, fixed header included. */
  bytes: Bytes
  /** The index in `bytes` at which the body starts, 2 to 5. */
  bodyOffset: number

  constructor(type: PacketTypeName, flags: number, bytes: Bytes, bodyOffset: number) {
    this.type = type
    this.flags = flags
    this.bytes = bytes
    this.bodyOffset = bodyOffset
  }

  /**
   * The index in `bytes` of the packet identifier, which takes two bytes (§2.3.1). It is undefined for CONNECT, CONNACK,
   * PUBLISH of QoS 0, PINGREQ, PINGRESP and DISCONNECT, which have none, and for a packet that ends before its packet
   * identifier does, which `decode` would refuse.
   */
  get packetIdOffset(): number | undefined {
    const { bytes, bodyOffset } = this
    if (!hasPacketIdentifier(bytes[0]!)) return undefined
    const offset = topicEnd(bytes, bodyOffset)
    return offset + 2 <= bytes.length ? offset : undefined
  }
}

// Not taken from the table of all types, so that a bundle does not contain that table.
const PUBLISH: typeof PacketType.PUBLISH = 3
const PUBACK: typeof PacketType.PUBACK = 4
const UNSUBACK: typeof PacketType.UNSUBACK = 11

/** Whether a packet with this first byte has a packet identifier: Table 2.5. */
function hasPacketIdentifier(firstByte: number): boolean {
  const type = packetTypeOf(firstByte)
  return type === PUBLISH ? qosOf(flagsOf(firstByte)) > 0 : type >= PUBACK && type <= UNSUBACK
}

/**
 * Where the topic name of a PUBLISH ends, by what its prefix says: perhaps beyond the packet. Other packets that have a packet
 * identifier start with it.
 */
function topicEnd(bytes: Uint8Array, bodyOffset: number): number {
  if (packetTypeOf(bytes[0]!) !== PUBLISH) return bodyOffset
  return bodyOffset + PREFIX_SIZE + ((bytes[bodyOffset]! << 8) | bytes[bodyOffset + 1]!)
}

/**
 * Returns the bytes of a PUBLISH's topic name, to compare or hash them without making a string. They are not validated: they
 * may be empty, ill-formed UTF-8, or contain wildcards.
 *
 * @returns a view of `frame.bytes`; undefined if the packet is not a PUBLISH
 * @throws DecodeError `body-too-short` if the packet ends before its topic name does
 * @throws TypeError if `frame.bytes` is not a Uint8Array, or was detached
 */
export function topicBytes<Bytes extends Uint8Array>({ bytes, bodyOffset }: Frame<Bytes>): Bytes | undefined {
  const length = assertFrameBytes(bytes)
  if (packetTypeOf(bytes[0]!) !== PUBLISH) return undefined
  const end = topicEnd(bytes, bodyOffset)
  if (!(end <= length)) throw bodyTooShort(bytes, 'Topic Name', bodyOffset)
  return bytes.subarray(bodyOffset + PREFIX_SIZE, end) as Bytes
}

/**
 * Copies the frame and replaces its packet identifier (§2.3.1), usually with one of the connection that it is sent on. The
 * bytes of a Buffer frame are a Buffer. To forward a large payload without a copy, or to change QoS, DUP or RETAIN, use
 * {@link preparePublish}.
 *
 * @param frame the frame; it is not modified
 * @param packetId 1 to 65,535 [MQTT-2.3.1-1]
 * @param options the rules that the packet may break: `packet-identifier-zero`; default none
 * @throws EncodeError `unexpected-packet-identifier` for a PUBLISH of QoS 0 [MQTT-2.3.1-5], `unknown-field` for the other
 *   packets that have none; as {@link encode} for an invalid `packetId`
 * @throws DecodeError `body-too-short` if the packet ends before its packet identifier does
 * @throws TypeError if `frame.bytes` is not a Uint8Array, or was detached, or the options are invalid
 */
export function withPacketId<Bytes extends Uint8Array>(
  frame: Frame<Bytes>,
  packetId: number,
  options?: EncodeOptions,
): Frame<Bytes> {
  if (options !== undefined) checkEncodeOptions(options)
  const { bytes, bodyOffset } = frame
  const length = assertFrameBytes(bytes)
  const copy = allocateOf(kindOf(bytes), length)
  putRange(copy, 0, bytes, 0, length)
  const firstByte = copy[0]!
  const field = packetIdentifierField(firstByte)
  if (!hasPacketIdentifier(firstByte)) refuseIdentifier(field, packetId)
  checkPacketIdentifier(packetId, field, options) // [MQTT-2.3.1-1]
  const offset = topicEnd(copy, bodyOffset)
  if (!(offset <= copy.length)) throw bodyTooShort(copy, 'Topic Name', bodyOffset)
  if (offset + 2 > copy.length) throw bodyTooShort(copy, 'Packet Identifier', offset)
  writeUint16(copy, offset, packetId)
  return new Frame(packetTypeNameOf(firstByte)!, flagsOf(firstByte), copy as Uint8Array as Bytes, bodyOffset)
}

function packetIdentifierField(firstByte: number): Field {
  const packetType = packetTypeNameOf(firstByte)
  return { packetType, name: 'Packet Identifier', property: 'packetId' }
}

function refuseIdentifier(field: Field, packetId: unknown): never {
  if (field.packetType === 'publish')
    refuse('unexpected-packet-identifier', field, 'must be undefined if qos is 0', packetId) // [MQTT-2.3.1-5]
  refuseBecause('unknown-field', field, 'is an unknown field')
}

/**
 * Throws unless these can be the bytes of a frame; otherwise returns their length. A frame has at least two: if there are none,
 * its memory was detached.
 */
export function assertFrameBytes(bytes: Uint8Array): number {
  assertBytes(bytes)
  const length = lengthOf(bytes)
  if (length === 0)
    throw new TypeError('the frame was detached; use it, or copy its bytes, before you transfer the chunk')
  return length
}

function bodyTooShort(bytes: Uint8Array, field: string, offset: number): DecodeError {
  return decodeError('body-too-short', { packetType: packetTypeNameOf(bytes[0]!), field, offset })
}
