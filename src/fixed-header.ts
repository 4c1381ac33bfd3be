// The fixed header, §2.2: the packet's type, whether it is allowed, and where it ends.

import { checkBoolean, checkQos } from './encoding/checks.ts'
import { fieldsOf, refuse, refuseBecause, TYPE } from './encoding/field.ts'
import type { DecodeErrorCode } from './error-rules.ts'
import { decodeError } from './error-tables.ts'
import type { DecodeError } from './errors.ts'
import { type DecodeOptions, isTolerated, mqtt31Settings, type Settings, settingsFrom } from './options.ts'
import {
  CONTROL_PACKETS,
  DUP,
  FIRST_BYTE,
  flagsOf,
  MAX_PACKET_SIZE,
  type PacketTypeName,
  packetTypeNameOf,
  packetTypeOf,
  type QoS,
  qosOf,
  RETAIN,
} from './packet-types.ts'
import { hintAt } from './protocol-hint.ts'
import { assertBytes, assertOffset } from './wire/bytes.ts'
import type { EncodedBytes } from './wire/host.ts'
import { allocate } from './wire/pool.ts'
import type { Reader } from './wire/reader.ts'
import {
  checkRemainingLength,
  remainingLengthAt,
  remainingLengthSize,
  writeRemainingLength,
} from './wire/remaining-length.ts'

/** A decoded fixed header. */
export interface FixedHeader {
  type: PacketTypeName
  /** The lower four bits of the first byte. */
  flags: number
  /** DUP, QoS and RETAIN exist only in PUBLISH (§3.3.1); for other types they are false, 0 and false. */
  dup: boolean
  qos: QoS
  retain: boolean
  /** The number of bytes after the fixed header, 0 to 268,435,455. */
  remainingLength: number
  /** The length of the fixed header itself in bytes, 2 to 5. */
  length: number
}

/** A fixed header to be encoded. `dup`, `qos` and `retain` are for PUBLISH only; they default to false, 0 and false. */
export interface FixedHeaderInput {
  readonly type: PacketTypeName
  readonly dup?: boolean | undefined
  readonly qos?: QoS | undefined
  readonly retain?: boolean | undefined
  readonly remainingLength: number
}

const REMAINING_LENGTH = 'Remaining Length'

/** A violation in a fixed header. */
interface HeaderViolation {
  readonly firstByte: number
  readonly code: DecodeErrorCode
  readonly field: string
  readonly rule?: string | undefined
  /** The offset of the byte that shows it, from the packet's first byte. */
  readonly offset: number
  readonly found: number
  /** What is wrong, if the code's summary is not specific enough. */
  readonly reason?: string
}

/** The violation in a first byte, from the point of view of this receiver. */
function firstByteViolation(firstByte: number, { role, version }: Settings): HeaderViolation | undefined {
  const violation = (
    code: DecodeErrorCode,
    field: string,
    rule?: string,
    found = firstByte,
  ): HeaderViolation => ({ firstByte, code, field, rule, offset: 0, found })
  const packet = CONTROL_PACKETS[packetTypeOf(firstByte)]
  const flags = flagsOf(firstByte)
  if (packet === undefined) return violation('reserved-packet-type', 'Control Packet type') // §2.2.1
  if (packet.sentBy === role) return violation('unexpected-packet-type', 'Control Packet type') // Table 2.1: only we may send it
  if (packet.flags === 'publish') {
    if (qosOf(flags) === 3) return violation('invalid-qos', 'QoS level', undefined, 3) // [MQTT-3.3.1-4]
    const hasDup = (flags & DUP) !== 0
    return hasDup && qosOf(flags) === 0 ? violation('dup-with-qos-0', 'DUP flag') : undefined // [MQTT-3.3.1-2] [MQTT-4.3.1-1]
  }
  if (flags === packet.flags) return undefined // [MQTT-2.2.2-1]
  // MQTT 3.1 sets DUP when it resends PUBREL, SUBSCRIBE or UNSUBSCRIBE, and does not let a receiver refuse unused flags.
  if (version === '3.1') return undefined
  return violation('reserved-flags', 'Flags', packet.flagsRule) // [MQTT-2.2.2-2] [MQTT-3.6.1-1] [MQTT-3.8.1-1] [MQTT-3.10.1-1] [MQTT-3.14.1-1]
}

/** The violation if no packet of this type can have this Remaining Length. */
function lengthViolation(firstByte: number, remainingLength: number): HeaderViolation | undefined {
  const { maxLength, lengthRule: rule } = CONTROL_PACKETS[packetTypeOf(firstByte)]!
  const minLength = minRemainingLength(firstByte)
  const violation = (code: DecodeErrorCode, found: number): HeaderViolation => {
    const reason = `must be ${maxLength === minLength ? '' : 'at least '}${minLength}, not ${remainingLength}`
    return { firstByte, code, field: REMAINING_LENGTH, rule, offset: 1, found, reason }
  }
  if (remainingLength < minLength) return violation('body-too-short', remainingLength)
  return remainingLength > maxLength ? violation('surplus-bytes', remainingLength - maxLength) : undefined
}

function minRemainingLength(firstByte: number): number {
  const { minLength, flags } = CONTROL_PACKETS[packetTypeOf(firstByte)]!
  return flags === 'publish' && qosOf(flagsOf(firstByte)) !== 0 ? minLength + 2 : minLength // §2.3.1: QoS 1 and 2 have a packet identifier
}

// An entry of `validLengths` is the minimum Remaining Length, plus EXACT if no other is valid; or 0 if the first byte is
// invalid or the table has not been filled in yet.
const EXACT = 0x80
const PUBLISH_QOS_0 = 0x30 // valid for every receiver

const isValidLength = (code: number, remainingLength: number): boolean =>
  code < EXACT ? remainingLength >= code : remainingLength === code - EXACT

/** Fills in the table that {@link enterValidPacket} uses, which all receivers of this role and version share. */
function ensureValidLengths(settings: Settings): void {
  if (settings.validLengths[PUBLISH_QOS_0] !== 0) return
  for (let firstByte = 0; firstByte < 256; firstByte++) {
    if (firstByteViolation(firstByte, settings) !== undefined) continue
    const minLength = minRemainingLength(firstByte)
    const { maxLength } = CONTROL_PACKETS[packetTypeOf(firstByte)]!
    settings.validLengths[firstByte] = maxLength === minLength ? minLength | EXACT : minLength
  }
}

/**
 * Moves the reader to the body of the next packet if the fixed header is valid and at most three bytes long, and the whole
 * packet is available. This is by far the most common case, and small enough for V8 to inline. In every other case it
 * returns false: call {@link validateFixedHeader}. It does so for the first packet of each role and version, for which the
 * table is still empty, and inside a callback, where the parser must throw.
 */
export function enterValidPacket(reader: Reader, maxPacketSize: number): boolean {
  const { view, length, next: start } = reader
  let body = start + 2
  if (body > length || reader.callback !== undefined) return false
  const header = view.getUint16(start)
  let remainingLength = header & 0xff
  if (remainingLength > 0x7f) {
    if (body === length) return false
    const more = view.getUint8(body++)
    if (more > 0x7f) return false
    remainingLength = (remainingLength & 0x7f) | (more << 7)
  }
  const end = body + remainingLength
  const firstByte = header >> 8
  const code = reader.settings.validLengths[firstByte]!
  if (end > length || end - start > maxPacketSize || code === 0) return false
  if (!isValidLength(code, remainingLength)) return false
  reader.start = start
  reader.firstByte = firstByte
  reader.position = body
  reader.end = end
  return true
}

/** Where the body of a packet starts and where the packet ends, in bytes from its first byte. */
export interface Extent {
  readonly firstByte: number
  readonly bodyOffset: number
  readonly size: number
}

/**
 * Validates the fixed header at `start` as far as it is available, that is up to `end`: type, direction and flags with the
 * first byte, the Remaining Length once it is complete.
 *
 * @param streamOffset the stream offset of the packet's first byte; undefined outside a stream
 * @returns undefined if the fixed header is incomplete
 * @throws DecodeError for a violation that is not tolerated
 */
export function validateFixedHeader(
  bytes: Uint8Array,
  start: number,
  end: number,
  settings: Settings,
  maxPacketSize: number,
  streamOffset?: number,
): Extent | undefined {
  const header = readFixedHeader(bytes, start, end, settings, maxPacketSize)
  if (header === undefined || !('code' in header)) return header
  throw headerError(header, bytes, start, end, streamOffset)
}

/** Returns where the packet ends, a violation that is not tolerated, or undefined if the fixed header is incomplete. */
function readFixedHeader(
  bytes: Uint8Array,
  start: number,
  end: number,
  settings: Settings,
  maxPacketSize: number,
): Extent | HeaderViolation | undefined {
  if (start >= end) return undefined
  const firstByte = bytes[start]! // read once: another thread may change shared memory
  ensureValidLengths(settings)
  const code = settings.validLengths[firstByte]!
  if (code === 0) {
    const violation = firstByteViolation(firstByte, settings)
    if (isRefused(violation, settings)) return violation
  }
  const remainingLength = remainingLengthAt(bytes, start + 1, end)
  if (remainingLength === undefined) return undefined
  if (remainingLength === 'too-long') {
    const found = bytes[start + 4]!
    return { firstByte, code: 'remaining-length-too-long', field: REMAINING_LENGTH, offset: 4, found } // §2.2.3
  }
  const { value, length } = remainingLength
  if (code === 0 || !isValidLength(code, value)) {
    const violation = lengthViolation(firstByte, value)
    if (isRefused(violation, settings)) return violation
  }
  const size = 1 + length + value
  if (size > maxPacketSize)
    return { firstByte, code: 'packet-too-large', field: REMAINING_LENGTH, offset: 1, found: size }
  return { firstByte, bodyOffset: 1 + length, size }
}

function isRefused(
  violation: HeaderViolation | undefined,
  { tolerate }: Settings,
): violation is HeaderViolation {
  return (
    violation !== undefined && !isTolerated(tolerate, violation.code, packetTypeNameOf(violation.firstByte))
  )
}

/** Reports the tolerated violations of a fixed header, once the whole packet is available. */
export function reportTolerated(reader: Reader): void {
  const { firstByte, start, position, end, settings } = reader
  const entry = settings.validLengths[firstByte]!
  if (entry !== 0 && isValidLength(entry, end - position)) return
  const first = firstByteViolation(firstByte, settings)
  const second = lengthViolation(firstByte, end - position)
  for (const violation of [first, second]) {
    if (violation === undefined) continue
    const { code, field, offset, rule, found, reason } = violation
    reader.violation(code, field, start + offset, rule, found, reason)
  }
}

function headerError(
  { firstByte, code, field, rule, offset, found, reason }: HeaderViolation,
  bytes: Uint8Array,
  start: number,
  end: number,
  streamOffset: number | undefined,
): DecodeError {
  return decodeError(code, {
    rule,
    packetType: packetTypeNameOf(firstByte),
    field,
    offset,
    streamOffset: streamOffset === undefined ? undefined : streamOffset + offset,
    found,
    reason,
    hint: hintAt(bytes, start, end, offset, streamOffset),
  })
}

/**
 * Returns where the complete packets at the start of `bytes` end, and the extent of the packet there if its fixed header is
 * complete. For the parameters see {@link validateFixedHeader}.
 */
export function wholePackets(
  bytes: Uint8Array,
  settings: Settings,
  maxPacketSize: number,
  streamOffset: number,
): { readonly end: number; readonly extent: Extent | undefined } {
  let current = settings
  for (let end = 0; ; ) {
    const extent = validateFixedHeader(bytes, end, bytes.length, current, maxPacketSize, streamOffset + end)
    if (extent === undefined || end + extent.size > bytes.length) return { end, extent }
    current = settingsAfter(bytes, end, end + extent.size, current)
    end += extent.size
  }
}

/** The settings for the bytes after the packet from `start` to `end`. After an MQTT 3.1 CONNECT the rules of 3.1 apply. */
export function settingsAfter(bytes: Uint8Array, start: number, end: number, settings: Settings): Settings {
  if (packetTypeNameOf(bytes[start]!) !== 'connect') return settings
  let body = start + 1
  while (bytes[body++]! > 0x7f);
  const levelAt = body + MQTT_31_NAME.length
  const level = levelAt < end ? bytes[levelAt] : undefined
  const isMqtt31 =
    MQTT_31_NAME.every((byte, index) => bytes[body + index] === byte) &&
    ((level === 3 && settings.protocols.has('3.1')) || (level === 0x83 && settings.protocols.has('bridge')))
  return isMqtt31 ? mqtt31Settings(settings) : settings
}

/** `MQIsdp` with its length prefix. */
const MQTT_31_NAME = [0x00, 0x06, 0x4d, 0x51, 0x49, 0x73, 0x64, 0x70]

/**
 * Decodes the fixed header of any packet (§2.2).
 *
 * @param bytes the fixed header, and any bytes around it; the packet's body need not be complete
 * @param offset the index of the packet's first byte; default 0
 * @returns undefined if more bytes are needed
 * @throws DecodeError unless tolerated: `reserved-packet-type`, `invalid-qos` [MQTT-3.3.1-4], `dup-with-qos-0`
 *   [MQTT-3.3.1-2], `reserved-flags` [MQTT-2.2.2-2], `remaining-length-too-long` (§2.2.3), and `body-too-short` or
 *   `surplus-bytes` for a Remaining Length that no packet of the type can have
 * @throws TypeError if `bytes` is not a Uint8Array, `offset` is not a non-negative integer, or the options are invalid
 */
export function decodeFixedHeader(
  bytes: Uint8Array,
  offset = 0,
  options?: DecodeOptions,
): FixedHeader | undefined {
  assertBytes(bytes)
  assertOffset(offset)
  const extent = validateFixedHeader(bytes, offset, bytes.length, settingsFrom(options), MAX_PACKET_SIZE)
  if (extent === undefined) return undefined
  const { firstByte, bodyOffset, size } = extent
  const flags = flagsOf(firstByte)
  const type = packetTypeNameOf(firstByte)!
  const publishFlags = type === 'publish' ? flags : 0
  return {
    type,
    flags,
    dup: (publishFlags & DUP) !== 0,
    qos: qosOf(publishFlags) as QoS,
    retain: (publishFlags & RETAIN) !== 0,
    remainingLength: size - bodyOffset,
    length: bodyOffset,
  }
}

/**
 * Encodes a fixed header (§2.2), with the reserved flags of Table 2.2 [MQTT-2.2.2-1].
 *
 * @returns 2 to 5 bytes: a Buffer where the host has Buffer, otherwise a Uint8Array
 * @throws EncodeError `unknown-packet-type`, `invalid-qos`, `dup-with-qos-0`, `packet-too-large`, `value-out-of-range` or
 *   `wrong-field-type`; `reserved-flags` if DUP, QoS or RETAIN is set for a type other than PUBLISH
 */
export function encodeFixedHeader(header: FixedHeaderInput): EncodedBytes {
  const { type, dup = false, qos = 0, retain = false, remainingLength } = header ?? {}
  const packet = CONTROL_PACKETS.find((each) => each !== undefined && each.name === type)
  if (packet === undefined)
    refuse('unknown-packet-type', TYPE, "must be the name of a packet type such as 'publish'", type)
  const { name, flags, flagsRule } = packet
  const fields = fieldsOf(name, {
    dup: 'DUP flag',
    qos: 'QoS level',
    retain: 'RETAIN',
    remainingLength: REMAINING_LENGTH,
  })
  checkBoolean(dup, fields.dup)
  checkQos(qos, fields.qos) // [MQTT-3.3.1-4]
  checkBoolean(retain, fields.retain)
  if (dup && qos === 0) refuse('dup-with-qos-0', fields.dup, 'must be false if qos is 0', dup) // [MQTT-3.3.1-2] [MQTT-4.3.1-1]
  checkRemainingLength(remainingLength, fields.remainingLength)
  const given = (dup ? DUP : 0) | (qos << 1) | (retain ? RETAIN : 0)
  if (flags !== 'publish' && given !== 0 && given !== flags)
    refuseBecause('reserved-flags', { packetType: name, name: 'Flags' }, 'are reserved', undefined, flagsRule) // [MQTT-2.2.2-1]
  const bytes = allocate(1 + remainingLengthSize(remainingLength))
  bytes[0] = FIRST_BYTE[name] | given
  writeRemainingLength(bytes, 1, remainingLength)
  return bytes
}
