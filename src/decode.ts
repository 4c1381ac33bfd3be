// One whole packet from its bytes.

import { breachOf, firstByteRule, peek } from './fixed-header.ts'
import { type DecodeOptions, settingsFrom } from './options.ts'
import { CONTROL_PACKETS, flagsOf, PacketType, packetTypeOf } from './packet-types.ts'
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
import { MAX_PACKET_SIZE } from './wire/remaining-length.ts'

/**
 * Decodes exactly one whole packet.
 *
 * Payload, will message and password are views of `bytes` unless `copyPayloads` is set: `bytes` must not be
 * overwritten while the packet lives.
 *
 * @throws DecodeError if the bytes are not one packet that MQTT 3.1.1 allows: any of its codes but
 *   `packet-too-large`; `incomplete-packet` if bytes are missing, `trailing-bytes` if there are more
 * @throws TypeError if `bytes` is not a Uint8Array, or for options that are none
 */
export function decode<Bytes extends Uint8Array>(bytes: Bytes, options?: DecodeOptions): Packet<Bytes> {
  assertBytes(bytes)
  const settings = settingsFrom(options)
  const reader = new Reader(bytes, settings, undefined)
  const extent = peek(bytes, 0, bytes.length, settings, MAX_PACKET_SIZE)
  if (extent === undefined || extent.size > bytes.length) {
    return reader.fail('incomplete-packet', undefined, bytes.length)
  }
  reader.enter(extent)
  reportTolerated(reader)
  const packet = readPacket(reader)
  if (extent.size < bytes.length) reader.fail('trailing-bytes', undefined, extent.size)
  return packet
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
  if (reader.position !== reader.end) reader.violation('surplus-bytes', undefined, reader.position) // §2.2.3
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

/** Reports the breach in a first byte that was let pass at the fixed header. */
export function reportTolerated(reader: Reader): void {
  const { firstByte } = reader
  const breach = breachOf(firstByte, reader.settings)
  if (breach !== undefined)
    reader.violation(breach.code, breach.field, reader.start, firstByteRule(breach, firstByte))
}

function neverPacket(type: never): never {
  throw new TypeError(`packet type ${String(type)} (${String(CONTROL_PACKETS[type])}) was not judged`)
}
