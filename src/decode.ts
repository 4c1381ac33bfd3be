// Floor 5. One whole packet from its bytes.

import { CONTROL_PACKETS, flagsOf, PacketType, packetTypeOf } from './control-packet.ts'
import { breachOf, firstByteRule, peek } from './fixed-header.ts'
import { type DecodeOptions, settingsFrom } from './options.ts'
import type { Packet } from './packet.ts'
import { readAcknowledgement } from './packets/acknowledgement.ts'
import { readConnack } from './packets/connack.ts'
import { readConnect } from './packets/connect.ts'
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
  reader.position = extent.bodyOffset
  reader.end = extent.size
  reportTolerated(reader)
  const packet = readPacket(reader)
  if (extent.size < bytes.length) reader.fail('trailing-bytes', undefined, extent.size)
  return packet
}

/** Reads the packet from the reader's `start` to its `end`, whose fixed header has been judged and stepped over. */
export function readPacket<Bytes extends Uint8Array>(reader: Reader<Bytes>): Packet<Bytes> {
  const firstByte = reader.view.getUint8(reader.start)
  // Most packets are PUBLISH: a way that is short enough for V8 to make one function of it.
  const packet =
    packetTypeOf(firstByte) === PacketType.PUBLISH
      ? readPublish(reader, flagsOf(firstByte))
      : readBody(reader, packetTypeOf(firstByte))
  if (reader.position !== reader.end) reader.violation('surplus-bytes', undefined, reader.position) // §2.2.3
  return packet
}

function readBody<Bytes extends Uint8Array>(reader: Reader<Bytes>, packetType: number): Packet<Bytes> {
  const type = packetType as Exclude<PacketType, typeof PacketType.PUBLISH>
  switch (type) {
    case PacketType.PUBACK:
      return readAcknowledgement(reader, 'puback')
    case PacketType.PUBREC:
      return readAcknowledgement(reader, 'pubrec')
    case PacketType.PUBREL:
      return readAcknowledgement(reader, 'pubrel')
    case PacketType.PUBCOMP:
      return readAcknowledgement(reader, 'pubcomp')
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
    case PacketType.UNSUBACK:
      return readAcknowledgement(reader, 'unsuback')
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
  const firstByte = reader.bytes[reader.start]!
  const breach = breachOf(firstByte, reader.settings)
  if (breach !== undefined)
    reader.violation(breach.code, breach.field, reader.start, firstByteRule(breach, firstByte))
}

function neverPacket(type: never): never {
  throw new TypeError(`packet type ${String(type)} (${String(CONTROL_PACKETS[type])}) was not judged`)
}
