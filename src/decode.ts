// One whole packet from its bytes.

import { DECODE_ERRORS, DecodeError, type DecodeErrorCode } from './errors.ts'
import { judgeFixedHeader, reportTolerated } from './fixed-header.ts'
import {
  type DecodeOptions,
  isTolerable,
  MOST_TOPIC_FILTERS,
  type Settings,
  settingsFrom,
} from './options.ts'
import {
  CONTROL_PACKETS,
  flagsOf,
  MAX_PACKET_SIZE,
  MAX_REMAINING_LENGTH,
  PacketType,
  type PacketTypeName,
  packetTypeNameOf,
  packetTypeOf,
} from './packet-types.ts'
import {
  ACKNOWLEDGEMENT_NAMES,
  type AcknowledgementName,
  readAcknowledgement,
} from './packets/acknowledgement.ts'
import { readConnack } from './packets/connack.ts'
import { readConnect } from './packets/connect.ts'
import type { Packet } from './packets/packet.ts'
import { readPublish } from './packets/publish.ts'
import { readSuback } from './packets/suback.ts'
import { readSubscribe } from './packets/subscribe.ts'
import { readUnsubscribe } from './packets/unsubscribe.ts'
import { assertBytes } from './wire/bytes.ts'
import { Reader } from './wire/reader.ts'

/**
 * Decodes exactly one whole packet.
 *
 * Payload, will message and password are views of `bytes` unless `copyPayloads` is set: `bytes` must not be
 * overwritten while the packet lives.
 *
 * @throws DecodeError if the bytes are not one packet that MQTT 3.1.1 allows: any of its codes but
 *   `packet-too-large`; `incomplete-packet` if bytes are missing, `trailing-bytes` if there are more
 * @throws TypeError if `bytes` is not a Uint8Array, or the options are invalid
 */
export function decode<Bytes extends Uint8Array>(bytes: Bytes, options?: DecodeOptions): Packet<Bytes> {
  assertBytes(bytes)
  const settings = settingsFrom(options)
  const reader = new Reader(bytes, settings)
  const extent = judgeFixedHeader(reader.bytes, 0, reader.length, settings, MAX_PACKET_SIZE)
  if (extent === undefined || extent.size > reader.length) throw incompletePacket(reader.bytes, settings)
  const { firstByte, bodyOffset, size } = extent
  reader.enter(0, firstByte, bodyOffset, size)
  reportTolerated(reader)
  const packet = readPacket(reader)
  if (size < reader.length) reader.fail('trailing-bytes', undefined, size, undefined, reader.length - size)
  return packet
}

/**
 * The error for a packet of which only these bytes have come: it names the field in which they end.
 *
 * @param streamOffset of the packet's first byte; undefined outside a stream
 */
export function incompletePacket(bytes: Uint8Array, settings: Settings, streamOffset?: number): DecodeError {
  const { length } = bytes
  return new DecodeError('incomplete-packet', {
    packetType: length === 0 ? undefined : packetTypeNameOf(bytes[0]!),
    field: fieldAtEnd(bytes, settings),
    offset: length,
    streamOffset: streamOffset === undefined ? undefined : streamOffset + length,
  })
}

function fieldAtEnd(bytes: Uint8Array, settings: Settings): string | undefined {
  const { role, version, validLengths } = settings
  const lenient: Settings = { ...LENIENT, role, version, validLengths }
  const extent = judgeFixedHeader(bytes, 0, bytes.length, lenient, MAX_PACKET_SIZE)
  if (extent === undefined) return 'Remaining Length'
  const reader = new Reader(bytes, lenient)
  reader.enter(0, extent.firstByte, extent.bodyOffset, bytes.length)
  try {
    return lastField(readPacket(reader))
  } catch (error) {
    if (error instanceof DecodeError) return error.field
    throw error
  }
}

/** Reads on as far as it can. */
const LENIENT: Settings = settingsFrom({
  tolerate: (Object.keys(DECODE_ERRORS) as DecodeErrorCode[]).filter(isTolerable),
  protocols: ['3.1.1', '3.1', 'bridge'],
  maxTopicFilters: MOST_TOPIC_FILTERS,
})

/** The field in which the bytes of a packet end if no field is cut off. */
function lastField(packet: Packet): string | undefined {
  // By the rules of MQTT 3.1 the user name and the password may be missing.
  return packet.type === 'connect' && packet.username !== undefined ? 'Password' : LAST_FIELDS[packet.type]
}

/** The fields in which packets end whose length no field gives. */
const LAST_FIELDS: { readonly [Type in PacketTypeName]?: string } = {
  connect: 'User Name',
  publish: 'Payload',
  subscribe: 'Topic Filter',
  suback: 'Return Code',
  unsubscribe: 'Topic Filter',
}

// Constants of this module are constants to V8; what is imported is looked up at every use.
const { PUBLISH } = PacketType
/** The names of the acknowledgements, by packet type. */
const ACKNOWLEDGEMENTS = CONTROL_PACKETS.map((packet) =>
  ACKNOWLEDGEMENT_NAMES.find((name) => name === packet?.name),
)

/** Reads the packet from the reader's `start` to its `end`, whose fixed header has been judged and stepped over. */
export function readPacket<Bytes extends Uint8Array>(reader: Reader<Bytes>): Packet<Bytes> {
  const { firstByte } = reader
  // Most packets are PUBLISH, and then acknowledgements: ways short enough for V8 to make one function of them.
  const type = packetTypeOf(firstByte)
  const acknowledgement = ACKNOWLEDGEMENTS[type]
  const packet =
    type === PUBLISH
      ? readPublish(reader, flagsOf(firstByte))
      : acknowledgement !== undefined
        ? readAcknowledgement(reader, acknowledgement)
        : readBody(reader, type)
  if (reader.position !== reader.end) reportSurplus(reader) // §2.2.3
  return packet
}

function readBody<Bytes extends Uint8Array>(reader: Reader<Bytes>, packetType: number): Packet<Bytes> {
  const type = packetType as Exclude<
    PacketType,
    (typeof PacketType)['PUBLISH' | Uppercase<AcknowledgementName>]
  >
  switch (type) {
    case PacketType.PINGREQ:
      return { type: 'pingreq' }
    case PacketType.PINGRESP:
      return { type: 'pingresp' }
    case PacketType.SUBSCRIBE:
      return readSubscribe(reader)
    case PacketType.SUBACK:
      return readSuback(reader)
    case PacketType.UNSUBSCRIBE:
      return readUnsubscribe(reader)
    case PacketType.CONNECT:
      return readConnect(reader)
    case PacketType.CONNACK:
      return readConnack(reader)
    case PacketType.DISCONNECT:
      return { type: 'disconnect' }
    default:
      return neverPacket(type)
  }
}

function reportSurplus(reader: Reader): void {
  const { firstByte, position, end } = reader
  // Where a type has but one Remaining Length, that was judged, and reported, with the fixed header.
  if (CONTROL_PACKETS[packetTypeOf(firstByte)]!.most < MAX_REMAINING_LENGTH) return
  reader.violation('surplus-bytes', undefined, position, undefined, end - position)
}

function neverPacket(type: never): never {
  throw new TypeError(`packet type ${String(type)} (${String(CONTROL_PACKETS[type])}) was not judged`)
}
