// Decodes one complete packet.

import { decodeError } from './error-tables.ts'
import { DecodeError } from './errors.ts'
import { reportTolerated, validateFixedHeader } from './fixed-header.ts'
import {
  type DecodeOptions,
  MAX_TOPIC_FILTERS,
  type Settings,
  settingsFrom,
  type Tolerances,
} from './options.ts'
import {
  CONTROL_PACKETS,
  flagsOf,
  MAX_PACKET_SIZE,
  MAX_REMAINING_LENGTH,
  type PacketType,
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
import { hintAt } from './protocol-hint.ts'
import { assertBytes } from './wire/bytes.ts'
import { Reader } from './wire/reader.ts'

/**
 * Decodes exactly one complete packet.
 *
 * Unless `copyPayloads` is set, the payload, will message and password are views of `bytes`: do not overwrite `bytes`
 * while you use the packet.
 *
 * @throws DecodeError if the bytes are not exactly one valid packet, with any code except `packet-too-large`;
 *   `incomplete-packet` if bytes are missing, `trailing-bytes` if more bytes follow
 * @throws TypeError if `bytes` is not a Uint8Array, or the options are invalid
 */
export function decode<Bytes extends Uint8Array>(bytes: Bytes, options?: DecodeOptions): Packet<Bytes> {
  const reader = readerOf(bytes, settingsFrom(options))
  const packet = readPacket(reader)
  assertNothingFollows(reader)
  return packet
}

/** A reader at the body of the packet that the bytes start with. The rest is as in {@link decode}. */
export function readerOf<Bytes extends Uint8Array>(bytes: Bytes, settings: Settings): Reader<Bytes> {
  assertBytes(bytes)
  const reader = new Reader(bytes, settings)
  const extent = validateFixedHeader(reader.bytes, 0, reader.length, settings, MAX_PACKET_SIZE)
  if (extent === undefined || extent.size > reader.length) throw incompletePacket(reader.bytes, settings)
  const { firstByte, bodyOffset, size } = extent
  reader.enter(0, firstByte, bodyOffset, size)
  reportTolerated(reader)
  return reader
}

/** Refuses bytes that follow the packet. */
export function assertNothingFollows(reader: Reader): void {
  const { end, length } = reader
  if (end < length) reader.fail('trailing-bytes', undefined, end, undefined, length - end)
}

/**
 * Creates the error for a packet of which only `bytes` were received. It names the field in which they end.
 *
 * @param streamOffset the stream offset of the packet's first byte; undefined outside a stream
 */
export function incompletePacket(bytes: Uint8Array, settings: Settings, streamOffset?: number): DecodeError {
  const { length } = bytes
  return decodeError('incomplete-packet', {
    packetType: length === 0 ? undefined : packetTypeNameOf(bytes[0]!),
    field: fieldAtEnd(bytes, settings),
    offset: length,
    streamOffset: streamOffset === undefined ? undefined : streamOffset + length,
    hint: hintAt(bytes, 0, length, length, streamOffset),
  })
}

function fieldAtEnd(bytes: Uint8Array, settings: Settings): string | undefined {
  const lenient = lenientSettings(settings)
  const extent = validateFixedHeader(bytes, 0, bytes.length, lenient, MAX_PACKET_SIZE)
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

/** Settings for the same stream to read as far as the bytes go. */
export function lenientSettings({ role, version, validLengths }: Settings): Settings {
  return { ...LENIENT, tolerate: EVERYTHING, role, version, validLengths }
}

const LENIENT: Settings = /* @__PURE__ */ settingsFrom({
  protocols: ['3.1.1', '3.1', 'bridge'],
  maxTopicFilters: MAX_TOPIC_FILTERS,
})
/** Also an invalid QoS in a body, which no user can tolerate. The fixed header has been validated. */
const EVERYTHING: Tolerances = { get: () => ({ has: () => true }) }

/** The field in which a packet's bytes end if they cut off no field. */
function lastField(packet: Packet): string | undefined {
  // In MQTT 3.1 the user name and the password may be missing.
  return packet.type === 'connect' && packet.username !== undefined ? 'Password' : LAST_FIELDS[packet.type]
}

/** The last fields of the packet types of variable length. */
const LAST_FIELDS: { readonly [Type in PacketTypeName]?: string } = {
  connect: 'User Name',
  publish: 'Payload',
  subscribe: 'Topic Filter',
  suback: 'Return Code',
  unsubscribe: 'Topic Filter',
}

// V8 treats constants of this module as constants; it looks up imported ones at every use. Not taken from the table of all
// types, so that a bundle does not contain that table.
const PUBLISH: typeof PacketType.PUBLISH = 3
/** The names of the acknowledgements, by packet type. */
const ACKNOWLEDGEMENT_BY_TYPE = CONTROL_PACKETS.map((packet) =>
  ACKNOWLEDGEMENT_NAMES.find((name) => name === packet?.name),
)

/** Reads the packet from the reader's `start` to its `end`. Its fixed header has already been validated and read. */
export function readPacket<Bytes extends Uint8Array>(reader: Reader<Bytes>): Packet<Bytes> {
  const { firstByte } = reader
  // PUBLISH dominates, followed by acknowledgements: their paths are short enough for V8 to inline.
  const type = packetTypeOf(firstByte)
  const acknowledgement = ACKNOWLEDGEMENT_BY_TYPE[type]
  const packet =
    type === PUBLISH
      ? readPublish(reader, flagsOf(firstByte))
      : acknowledgement !== undefined
        ? readAcknowledgement(reader, acknowledgement)
        : readBody(reader, packetTypeNameOf(firstByte) as BodyType)
  if (reader.position !== reader.end) reportSurplusBytes(reader) // §2.2.3
  return packet
}

type BodyType = Exclude<PacketTypeName, 'publish' | AcknowledgementName>

function readBody<Bytes extends Uint8Array>(reader: Reader<Bytes>, type: BodyType): Packet<Bytes> {
  switch (type) {
    case 'subscribe':
      return readSubscribe(reader)
    case 'suback':
      return readSuback(reader)
    case 'unsubscribe':
      return readUnsubscribe(reader)
    case 'connect':
      return readConnect(reader)
    case 'connack':
      return readConnack(reader)
    case 'pingreq':
    case 'pingresp':
    case 'disconnect':
      return { type }
    default:
      throw new TypeError(`the packet type was not validated: ${type satisfies never}`)
  }
}

function reportSurplusBytes(reader: Reader): void {
  const { firstByte, position, end } = reader
  // If only one Remaining Length is valid for the type, it was checked and reported with the fixed header.
  if (CONTROL_PACKETS[packetTypeOf(firstByte)]!.maxLength < MAX_REMAINING_LENGTH) return
  reader.violation('surplus-bytes', undefined, position, undefined, end - position)
}
