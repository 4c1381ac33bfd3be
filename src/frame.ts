// Whole packets whose bodies are not read: for proxies and brokers that forward.

import { checkPacketIdentifier } from './checks.ts'
import { checkEncodeOptions } from './encode-options.ts'
import { DecodeError } from './errors.ts'
import { type Field, refuse, refuseBecause } from './field.ts'
import type { EncodeOptions } from './options.ts'
import {
  flagsOf,
  PacketType,
  type PacketTypeName,
  packetTypeNameOf,
  packetTypeOf,
  qosOf,
} from './packet-types.ts'
import { assertBytes, kindOf, lengthOf, put } from './wire/bytes.ts'
import { allocateOf } from './wire/pool.ts'
import { PREFIX_SIZE, writeUint16 } from './wire/writer.ts'

/** A whole packet whose fixed header was judged and whose body was not read. */
export class Frame<Bytes extends Uint8Array = Uint8Array> {
  type: PacketTypeName
  /** The lower four bits of the first byte. */
  flags: number
  /** The packet, fixed header included. */
  bytes: Bytes
  /** Where in `bytes` the body starts, 2 to 5. */
  bodyOffset: number

  constructor(type: PacketTypeName, flags: number, bytes: Bytes, bodyOffset: number) {
    this.type = type
    this.flags = flags
    this.bytes = bytes
    this.bodyOffset = bodyOffset
  }

  /**
   * Where in `bytes` the two bytes of the packet identifier start (§2.3.1); undefined if the packet has none: CONNECT, CONNACK,
   * PUBLISH of QoS 0, PINGREQ, PINGRESP and DISCONNECT. Also undefined if the packet ends before its packet identifier does,
   * for which `decode` would refuse it.
   */
  get packetIdOffset(): number | undefined {
    const { bytes, bodyOffset } = this
    if (!hasPacketIdentifier(bytes[0]!)) return undefined
    const offset = topicEnd(bytes, bodyOffset)
    return offset + 2 <= bytes.length ? offset : undefined
  }
}

const { PUBLISH, PUBACK, UNSUBACK } = PacketType

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
 * The bytes of a PUBLISH's topic name, to compare or to hash them without making text of them. They are not checked: they
 * may be empty, ill-formed UTF-8, or hold wildcards.
 *
 * @returns a view of `frame.bytes`; undefined if the packet is no PUBLISH
 * @throws DecodeError `body-too-short` if the packet ends before its topic name does
 * @throws TypeError if `frame.bytes` is not a Uint8Array, or was detached
 */
export function topicBytes<Bytes extends Uint8Array>({ bytes, bodyOffset }: Frame<Bytes>): Bytes | undefined {
  assertFrameBytes(bytes)
  if (packetTypeOf(bytes[0]!) !== PUBLISH) return undefined
  const end = topicEnd(bytes, bodyOffset)
  if (!(end <= lengthOf(bytes))) throw bodyTooShort(bytes, 'Topic Name', bodyOffset)
  return bytes.subarray(bodyOffset + PREFIX_SIZE, end) as Bytes
}

/**
 * A copy of the frame with another packet identifier (§2.3.1): that of the next connection. Its bytes are of the same kind, a
 * Buffer for a Buffer. To forward a large payload without copying it, or to change QoS, DUP or RETAIN, use
 * {@link preparePublish}.
 *
 * @param frame is not changed
 * @param packetId 1 to 65,535 [MQTT-2.3.1-1]
 * @param options rules that the packet may break: `packet-identifier-zero`; default none
 * @throws EncodeError `unexpected-packet-identifier` for a PUBLISH of QoS 0 [MQTT-2.3.1-5], `unknown-field` for the other
 *   packets that have none; for an invalid `packetId` as {@link encode}
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
  assertFrameBytes(bytes)
  const copy = allocateOf(kindOf(bytes), lengthOf(bytes))
  put(copy, 0, bytes)
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
    refuse('unexpected-packet-identifier', field, 'is undefined where qos is 0', packetId) // [MQTT-2.3.1-5]
  refuseBecause('unknown-field', field, 'is an unknown field')
}

/** Refuses what cannot be a frame's bytes. There are at least two: where there is none, the memory was detached. */
export function assertFrameBytes(bytes: Uint8Array): void {
  assertBytes(bytes)
  if (lengthOf(bytes) === 0)
    throw new TypeError('the frame was detached; use it, or copy its bytes, before you transfer the chunk')
}

function bodyTooShort(bytes: Uint8Array, field: string, offset: number): DecodeError {
  return new DecodeError('body-too-short', { packetType: packetTypeNameOf(bytes[0]!), field, offset })
}
