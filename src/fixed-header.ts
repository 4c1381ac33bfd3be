// The fixed header, §2.2: which packet is it, may it come, and where does it end?

import { DecodeError, type DecodeErrorCode, refuse } from './errors.ts'
import {
  FIRST_BYTE_BREACHES,
  type FirstByteBreach,
  isTolerated,
  type Settings,
  settingsFrom,
} from './options.ts'
import {
  CONTROL_PACKETS,
  DUP,
  flagsOf,
  PacketType,
  packetTypeOf,
  type QoS,
  qosOf,
  RETAIN,
} from './packet-types.ts'
import { assertBytes, assertOffset } from './wire/bytes.ts'
import {
  checkRemainingLength,
  MAX_PACKET_SIZE,
  remainingLengthAt,
  remainingLengthSize,
  writeRemainingLength,
} from './wire/remaining-length.ts'
import { checkBoolean, checkQos } from './wire/writer.ts'

/** What a fixed header says. */
export interface FixedHeader {
  type: PacketType
  /** The lower four bits of the first byte. */
  flags: number
  /** DUP, QoS and RETAIN mean something in PUBLISH alone (§3.3.1); elsewhere they are false, 0 and false. */
  dup: boolean
  qos: QoS
  retain: boolean
  /** Bytes that follow the fixed header, 0 to 268,435,455. */
  remainingLength: number
  /** Bytes of the fixed header itself, 2 to 5. */
  length: number
}

/** A fixed header to be encoded. `dup`, `qos` and `retain` are PUBLISH's: false, 0 and false unless given. */
export interface FixedHeaderInput {
  readonly type: PacketType
  readonly dup?: boolean | undefined
  readonly qos?: QoS | undefined
  readonly retain?: boolean | undefined
  readonly remainingLength: number
}

/** Where the body of a packet starts and where the packet ends, in bytes from its first. */
export interface Extent {
  readonly bodyOffset: number
  readonly size: number
}

/**
 * Finds the extent of the packet that starts at `start`, of bytes that are known up to `end`. Judges all that the
 * fixed header shows: type, direction and flags as soon as the first byte is there, the size as soon as it is known.
 *
 * @returns undefined if the fixed header goes on beyond `end`
 * @throws DecodeError, its `streamOffset` counted from `streamOffset`, that of the packet's first byte
 */
export function peek(
  bytes: Uint8Array,
  start: number,
  end: number,
  settings: Settings,
  maxPacketSize: number,
  streamOffset?: number,
): Extent | undefined {
  if (start >= end) return undefined
  const firstByte = bytes[start]!
  const breach = breachOf(firstByte, settings)
  if (
    breach !== undefined &&
    !isTolerated(settings.tolerances, breach.code, CONTROL_PACKETS[packetTypeOf(firstByte)]?.name)
  ) {
    throw headerError(firstByte, breach.code, breach.field, 0, streamOffset, firstByteRule(breach, firstByte))
  }
  const remainingLength = remainingLengthAt(bytes, start + 1, end)
  if (remainingLength === undefined) return undefined
  if (remainingLength === 'too-long') {
    throw headerError(firstByte, 'remaining-length-too-long', 'Remaining Length', 4, streamOffset) // §2.2.3
  }
  const bodyOffset = 1 + remainingLength.length
  const size = bodyOffset + remainingLength.value
  if (size > maxPacketSize)
    throw headerError(firstByte, 'packet-too-large', 'Remaining Length', 1, streamOffset)
  return { bodyOffset, size }
}

/** The bytes of the whole packets that `bytes` start with. The rest is as in {@link peek}. */
export function wholePacketsLength(
  bytes: Uint8Array,
  settings: Settings,
  maxPacketSize: number,
  streamOffset: number,
): number {
  for (let length = 0; ; ) {
    const extent = peek(bytes, length, bytes.length, settings, maxPacketSize, streamOffset + length)
    if (extent === undefined || length + extent.size > bytes.length) return length
    length += extent.size
  }
}

/** What is wrong with a first byte, tolerated or not; undefined if nothing is. */
export function breachOf(firstByte: number, settings: Settings): FirstByteBreach | undefined {
  return FIRST_BYTE_BREACHES[settings.firstBytes[firstByte]!]
}

/** The statement that the breach violates, where Table 2.2's is repeated for one packet type. */
export function firstByteRule(breach: FirstByteBreach, firstByte: number): string | undefined {
  if (breach.code !== 'reserved-flags') return undefined
  return CONTROL_PACKETS[packetTypeOf(firstByte)]!.flagsRule // [MQTT-2.2.2-2] [MQTT-3.6.1-1] [MQTT-3.8.1-1] [MQTT-3.10.1-1] [MQTT-3.14.1-1]
}

function headerError(
  firstByte: number,
  code: DecodeErrorCode,
  field: string,
  offset: number,
  streamOffset: number | undefined,
  rule?: string,
): DecodeError {
  return new DecodeError(code, {
    rule,
    packetType: CONTROL_PACKETS[packetTypeOf(firstByte)]?.name,
    field,
    offset,
    streamOffset: streamOffset === undefined ? undefined : streamOffset + offset,
  })
}

/**
 * Decodes the fixed header of any packet (§2.2).
 *
 * @param bytes hold the fixed header at `offset`; the body need not be there
 * @param offset in bytes; default 0
 * @returns undefined: more bytes are needed
 * @throws DecodeError `reserved-packet-type`, `invalid-qos` [MQTT-3.3.1-4], `dup-with-qos-0` [MQTT-3.3.1-2],
 *   `reserved-flags` [MQTT-2.2.2-2], `remaining-length-too-long` (§2.2.3)
 * @throws TypeError if `bytes` is not a Uint8Array, or `offset` is not a whole number of at least 0
 */
export function decodeFixedHeader(bytes: Uint8Array, offset = 0): FixedHeader | undefined {
  assertBytes(bytes)
  assertOffset(offset)
  const extent = peek(bytes, offset, bytes.length, settingsFrom(undefined), MAX_PACKET_SIZE)
  if (extent === undefined) return undefined
  const type = packetTypeOf(bytes[offset]!) as PacketType
  const flags = flagsOf(bytes[offset]!)
  const meant = type === PacketType.PUBLISH ? flags : 0
  return {
    type,
    flags,
    dup: (meant & DUP) !== 0,
    qos: qosOf(meant) as QoS,
    retain: (meant & RETAIN) !== 0,
    remainingLength: extent.size - extent.bodyOffset,
    length: extent.bodyOffset,
  }
}

/**
 * Encodes a fixed header (§2.2), with the reserved flags of Table 2.2 [MQTT-2.2.2-1].
 *
 * @returns 2 to 5 bytes
 * @throws EncodeError `unknown-packet-type`, `invalid-qos`, `dup-with-qos-0`, `reserved-flags` if DUP, QoS or RETAIN
 *   are set for anything but PUBLISH, `packet-too-large`, `value-out-of-range`, `wrong-field-type`
 */
export function encodeFixedHeader(header: FixedHeaderInput): Uint8Array {
  const { type, dup = false, qos = 0, retain = false, remainingLength } = header ?? {}
  const packet = typeof type === 'number' ? CONTROL_PACKETS[type] : undefined
  if (packet === undefined) refuse('unknown-packet-type', undefined, 'Control Packet type')
  const { name } = packet
  checkBoolean(dup, name, 'DUP flag')
  checkQos(qos, name, 'QoS level', 'MQTT-3.3.1-4') // [MQTT-3.3.1-4]
  checkBoolean(retain, name, 'RETAIN')
  if (dup && qos === 0) refuse('dup-with-qos-0', name, 'DUP flag') // [MQTT-3.3.1-2]
  checkRemainingLength(remainingLength, name)
  const given = (dup ? DUP : 0) | (qos << 1) | (retain ? RETAIN : 0)
  if (packet.flags !== 'publish' && given !== 0 && given !== packet.flags) {
    refuse('reserved-flags', name, 'Flags', packet.flagsRule) // [MQTT-2.2.2-1]
  }
  const flags = packet.flags === 'publish' ? given : packet.flags
  const bytes = new Uint8Array(1 + remainingLengthSize(remainingLength))
  bytes[0] = (type << 4) | flags
  writeRemainingLength(bytes, 1, remainingLength)
  return bytes
}
