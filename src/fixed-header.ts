// The fixed header, §2.2: which packet is it, may it come, and where does it end?

import { checkBoolean, checkQos } from './checks.ts'
import { DecodeError, type DecodeErrorCode } from './errors.ts'
import { type Field, fieldsOf, refuse, refuseBecause } from './field.ts'
import { type DecodeOptions, isTolerated, type Settings, settingsFrom, settingsOf31 } from './options.ts'
import {
  CONTROL_PACKETS,
  DUP,
  FIRST_BYTE,
  flagsOf,
  MAX_PACKET_SIZE,
  PacketType,
  type PacketTypeName,
  packetTypeNameOf,
  packetTypeOf,
  type QoS,
  qosOf,
  RETAIN,
} from './packet-types.ts'
import { hintAt } from './protocol-hint.ts'
import { assertBytes, assertOffset } from './wire/bytes.ts'
import type { Reader } from './wire/reader.ts'
import {
  checkRemainingLength,
  remainingLengthAt,
  remainingLengthSize,
  writeRemainingLength,
} from './wire/remaining-length.ts'

/** What a fixed header says. */
export interface FixedHeader {
  type: PacketTypeName
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
  readonly type: PacketTypeName
  readonly dup?: boolean | undefined
  readonly qos?: QoS | undefined
  readonly retain?: boolean | undefined
  readonly remainingLength: number
}

/** What is wrong with a fixed header. */
interface HeaderBreach {
  readonly code: DecodeErrorCode
  readonly field: string
  readonly rule?: string | undefined
  /** Where it shows, in bytes from the packet's first. */
  readonly offset: number
  readonly found: number
  /** What is wrong, where the code's summary does not say it well enough. */
  readonly reason?: string
}

/** What is wrong with a first byte, to this receiver. */
function firstByteBreach(firstByte: number, { role, version }: Settings): HeaderBreach | undefined {
  const breach = (code: DecodeErrorCode, field: string, rule?: string): HeaderBreach => {
    return { code, field, rule, offset: 0, found: firstByte }
  }
  const packet = CONTROL_PACKETS[packetTypeOf(firstByte)]
  const flags = flagsOf(firstByte)
  if (packet === undefined) return breach('reserved-packet-type', 'Control Packet type') // §2.2.1
  if (packet.sentBy === role) return breach('unexpected-packet-type', 'Control Packet type') // Table 2.1: only we may send it
  if (packet.flags === 'publish') {
    if (qosOf(flags) === 3) return { ...breach('invalid-qos', 'QoS level'), found: 3 } // [MQTT-3.3.1-4]
    const hasDup = (flags & DUP) !== 0
    return hasDup && qosOf(flags) === 0 ? breach('dup-with-qos-0', 'DUP flag') : undefined // [MQTT-3.3.1-2]
  }
  if (flags === packet.flags) return undefined // [MQTT-2.2.2-1]
  // MQTT 3.1 sets DUP on a PUBREL, SUBSCRIBE or UNSUBSCRIBE that is sent again, and lets no receiver refuse unused flags.
  if (version === '3.1') return undefined
  return breach('reserved-flags', 'Flags', packet.flagsRule) // [MQTT-2.2.2-2] [MQTT-3.6.1-1] [MQTT-3.8.1-1] [MQTT-3.10.1-1] [MQTT-3.14.1-1]
}

/** What is wrong with a Remaining Length: no packet of the type can have it. */
function lengthBreach(firstByte: number, remainingLength: number): HeaderBreach | undefined {
  const { most, lengthRule: rule } = CONTROL_PACKETS[packetTypeOf(firstByte)]!
  const least = leastLength(firstByte)
  const breach = (code: DecodeErrorCode): HeaderBreach => {
    const reason = `it is ${most === least ? '' : 'at least '}${least}, not ${remainingLength}`
    return { code, field: 'Remaining Length', rule, offset: 1, found: remainingLength, reason }
  }
  if (remainingLength < least) return breach('body-too-short')
  return remainingLength > most ? breach('surplus-bytes') : undefined
}

function leastLength(firstByte: number): number {
  const { least, flags } = CONTROL_PACKETS[packetTypeOf(firstByte)]!
  return flags === 'publish' && qosOf(flagsOf(firstByte)) !== 0 ? least + 2 : least // §2.3.1: QoS 1 and 2 have an identifier
}

// The codes of `validLengths`: the least Remaining Length, with FIXED added where it is the only one; 0 where the first byte
// is not valid, or the table not filled in.
const FIXED = 0x80
const PUBLISH_QOS_0 = 0x30 // valid to every receiver

const isValidLength = (code: number, remainingLength: number): boolean =>
  code < FIXED ? remainingLength >= code : remainingLength === code - FIXED

/** Fills in what the fast path looks at. */
function fillValidLengths(settings: Settings): void {
  for (let firstByte = 0; firstByte < 256; firstByte++) {
    if (firstByteBreach(firstByte, settings) !== undefined) continue
    const least = leastLength(firstByte)
    const { most } = CONTROL_PACKETS[packetTypeOf(firstByte)]!
    settings.validLengths[firstByte] = most === least ? least | FIXED : least
  }
}

/**
 * Steps to the body of the next packet if its fixed header is valid, takes at most three bytes, and all of the packet
 * is there. That is by far the most common case, and small enough for V8 to inline. Whatever is not so is left to
 * {@link judgeFixedHeader}.
 */
export function enterValidPacket(reader: Reader, maxPacketSize: number): boolean {
  const { view, length, next: start } = reader
  let body = start + 2
  if (body > length || reader.isCallingOut) return false
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

/** Where a packet's body starts and where the packet ends, in bytes from its first. */
export interface Extent {
  readonly firstByte: number
  readonly bodyOffset: number
  readonly size: number
}

/**
 * Judges all that the fixed header at `start` shows, of bytes that are known up to `end`: type, direction and flags as
 * soon as the first byte is there, the Remaining Length as soon as it is complete.
 *
 * @param streamOffset of the packet's first byte; undefined outside a stream
 * @returns undefined if the fixed header goes on after `end`
 * @throws DecodeError unless each breach is tolerated
 */
export function judgeFixedHeader(
  bytes: Uint8Array,
  start: number,
  end: number,
  settings: Settings,
  maxPacketSize: number,
  streamOffset?: number,
): Extent | undefined {
  if (start >= end) return undefined
  const firstByte = bytes[start]!
  if (settings.validLengths[PUBLISH_QOS_0] === 0) fillValidLengths(settings)
  const code = settings.validLengths[firstByte]!
  if (code === 0) judge(firstByteBreach(firstByte, settings), bytes, start, end, settings, streamOffset)
  const remainingLength = remainingLengthAt(bytes, start + 1, end)
  if (remainingLength === undefined) return undefined
  if (remainingLength === 'too-long') {
    const breach = { code: 'remaining-length-too-long', field: 'Remaining Length', offset: 4 } as const // §2.2.3
    throw headerError({ ...breach, found: bytes[start + 4]! }, bytes, start, end, streamOffset)
  }
  const { value, length } = remainingLength
  if (code === 0 || !isValidLength(code, value))
    judge(lengthBreach(firstByte, value), bytes, start, end, settings, streamOffset)
  const size = 1 + length + value
  if (size > maxPacketSize) {
    const breach = { code: 'packet-too-large', field: 'Remaining Length', offset: 1, found: size } as const
    throw headerError(breach, bytes, start, end, streamOffset)
  }
  return { firstByte, bodyOffset: 1 + length, size }
}

/** Throws a breach unless it is tolerated. */
function judge(
  breach: HeaderBreach | undefined,
  bytes: Uint8Array,
  start: number,
  end: number,
  settings: Settings,
  streamOffset: number | undefined,
): void {
  if (breach === undefined || isTolerated(settings.tolerate, breach.code, packetTypeNameOf(bytes[start]!)))
    return
  throw headerError(breach, bytes, start, end, streamOffset)
}

/** Reports the breaches in the packet's fixed header that were tolerated, once the whole packet is there. */
export function reportTolerated(reader: Reader): void {
  const { firstByte, start, position, end } = reader
  const first = firstByteBreach(firstByte, reader.settings)
  const second = lengthBreach(firstByte, end - position)
  for (const breach of [first, second]) {
    if (breach === undefined) continue
    const { code, field, offset, rule, found, reason } = breach
    reader.violation(code, field, start + offset, rule, found, reason)
  }
}

function headerError(
  { code, field, rule, offset, found, reason }: HeaderBreach,
  bytes: Uint8Array,
  start: number,
  end: number,
  streamOffset: number | undefined,
): DecodeError {
  return new DecodeError(code, {
    rule,
    packetType: packetTypeNameOf(bytes[start]!),
    field,
    offset,
    streamOffset: streamOffset === undefined ? undefined : streamOffset + offset,
    found,
    reason,
    hint: hintAt(bytes, start, end, offset, streamOffset),
  })
}

/** The bytes of the whole packets that `bytes` start with. The rest is as in {@link judgeFixedHeader}. */
export function wholePacketsLength(
  bytes: Uint8Array,
  settings: Settings,
  maxPacketSize: number,
  streamOffset: number,
): number {
  let current = settings
  for (let length = 0; ; ) {
    const extent = judgeFixedHeader(
      bytes,
      length,
      bytes.length,
      current,
      maxPacketSize,
      streamOffset + length,
    )
    if (extent === undefined || length + extent.size > bytes.length) return length
    current = settingsAfter(bytes, length, current)
    length += extent.size
  }
}

/** The settings for what follows the whole packet at `start`: after a CONNECT of MQTT 3.1 its rules hold. */
export function settingsAfter(bytes: Uint8Array, start: number, settings: Settings): Settings {
  if (packetTypeOf(bytes[start]!) !== PacketType.CONNECT) return settings
  let body = start + 1
  while (bytes[body++]! > 0x7f);
  const level = bytes[body + MQTT_31_NAME.length]!
  const isMqtt31 =
    MQTT_31_NAME.every((byte, index) => bytes[body + index] === byte) &&
    ((level === 3 && settings.protocols.has('3.1')) || (level === 0x83 && settings.protocols.has('bridge')))
  return isMqtt31 ? settingsOf31(settings) : settings
}

/** `MQIsdp` with its length. */
const MQTT_31_NAME = [0x00, 0x06, 0x4d, 0x51, 0x49, 0x73, 0x64, 0x70]

/**
 * Decodes the fixed header of any packet (§2.2).
 *
 * @param bytes hold the fixed header at `offset`; the body need not be there
 * @param offset in bytes; default 0
 * @returns undefined: more bytes are needed
 * @throws DecodeError unless tolerated: `reserved-packet-type`, `invalid-qos` [MQTT-3.3.1-4], `dup-with-qos-0`
 *   [MQTT-3.3.1-2], `reserved-flags` [MQTT-2.2.2-2], `remaining-length-too-long` (§2.2.3), `body-too-short` and
 *   `surplus-bytes` for a Remaining Length that no packet of the type can have
 * @throws TypeError if `bytes` is not a Uint8Array, `offset` is not a whole number of at least 0, or the options are invalid
 */
export function decodeFixedHeader(
  bytes: Uint8Array,
  offset = 0,
  options?: DecodeOptions,
): FixedHeader | undefined {
  assertBytes(bytes)
  assertOffset(offset)
  const extent = judgeFixedHeader(bytes, offset, bytes.length, settingsFrom(options), MAX_PACKET_SIZE)
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
 * @returns 2 to 5 bytes
 * @throws EncodeError `unknown-packet-type`, `invalid-qos`, `dup-with-qos-0`, `reserved-flags` if DUP, QoS or RETAIN
 *   are set for anything but PUBLISH, `packet-too-large`, `value-out-of-range`, `wrong-field-type`
 */
export function encodeFixedHeader(header: FixedHeaderInput): Uint8Array {
  const { type, dup = false, qos = 0, retain = false, remainingLength } = header ?? {}
  const packet = CONTROL_PACKETS.find((each) => each !== undefined && each.name === type)
  if (packet === undefined) refuse('unknown-packet-type', TYPE, "is a name: 'publish', for example", type)
  const { name, flags, flagsRule } = packet
  const field = fieldsOf(name)
  checkBoolean(dup, field('DUP flag', 'dup'))
  checkQos(qos, field('QoS level', 'qos', 'MQTT-3.3.1-4')) // [MQTT-3.3.1-4]
  checkBoolean(retain, field('RETAIN', 'retain'))
  if (dup && qos === 0) refuse('dup-with-qos-0', field('DUP flag', 'dup'), 'is false where qos is 0', dup) // [MQTT-3.3.1-2]
  checkRemainingLength(remainingLength, field('Remaining Length', 'remainingLength'))
  const given = (dup ? DUP : 0) | (qos << 1) | (retain ? RETAIN : 0)
  if (flags !== 'publish' && given !== 0 && given !== flags)
    refuseBecause('reserved-flags', { packetType: name, name: 'Flags' }, 'are reserved', undefined, flagsRule) // [MQTT-2.2.2-1]
  const bytes = new Uint8Array(1 + remainingLengthSize(remainingLength))
  bytes[0] = FIRST_BYTE[name] | (flags === 'publish' ? given : 0)
  writeRemainingLength(bytes, 1, remainingLength)
  return bytes
}

const TYPE: Field = { packetType: undefined, name: 'Control Packet type', property: 'type' }
