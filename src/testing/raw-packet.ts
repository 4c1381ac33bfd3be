// Builds packets that may be malformed in any way.

import { CONTROL_PACKETS, DUP, type PacketTypeName, qosOf, RETAIN } from '../packet-types.ts'
import type { Field } from './layout.ts'
import { isObject, mistake } from './mistake.ts'
import {
  given,
  isVerbatim,
  listOf,
  type Raw,
  type RawContent,
  type RawLength,
  type RawNumber,
  type RawPrefixed,
  RawWriter,
} from './raw-field.ts'

/** The properties of every packet. */
interface RawFrame {
  /** The whole first byte, which replaces type and flags. */
  readonly firstByte?: RawNumber
  /** The lower four bits of the first byte. */
  readonly flags?: number | undefined
  /** `'auto'` is the actual length of the body; a number above 268,435,455 takes five bytes or more. */
  readonly remainingLength?: Raw<RawLength>
  /** Bytes after the last field, within the packet. */
  readonly surplus?: Raw<RawContent>
}

/** The flags follow from the fields: a field that is `null` sets its flag, but is omitted. */
export interface RawConnect extends RawFrame {
  readonly type: 'connect'
  readonly protocolName?: RawPrefixed
  readonly protocolLevel?: RawNumber
  readonly bridge?: boolean | undefined
  /** The whole Connect Flags byte, which otherwise follows from the other fields. */
  readonly connectFlags?: RawNumber
  readonly cleanSession?: boolean | undefined
  readonly keepAlive?: RawNumber
  readonly clientId?: RawPrefixed
  readonly will?:
    | {
        readonly topic?: RawPrefixed
        readonly payload?: RawPrefixed
        readonly qos?: number | undefined
        readonly retain?: boolean | undefined
      }
    | null
    | undefined
  readonly username?: RawPrefixed
  readonly password?: RawPrefixed
}

export interface RawConnack extends RawFrame {
  readonly type: 'connack'
  readonly sessionPresent?: boolean | undefined
  /** The whole byte, which replaces `sessionPresent`. */
  readonly acknowledgeFlags?: RawNumber
  readonly returnCode?: RawNumber
}

export interface RawPublish extends RawFrame {
  readonly type: 'publish'
  readonly dup?: boolean | undefined
  /** 0 to 3. */
  readonly qos?: number | undefined
  readonly retain?: boolean | undefined
  readonly topic?: RawPrefixed
  /** Omitted by default if the QoS is 0. */
  readonly packetId?: RawNumber
  readonly payload?: Raw<RawContent>
}

export interface RawAcknowledgement extends RawFrame {
  readonly type: 'puback' | 'pubrec' | 'pubrel' | 'pubcomp' | 'unsuback'
  readonly packetId?: RawNumber
}

export interface RawSubscribe extends RawFrame {
  readonly type: 'subscribe'
  readonly packetId?: RawNumber
  readonly subscriptions?: Raw<{ readonly topicFilter?: RawPrefixed; readonly qos?: RawNumber }>
}

export interface RawSuback extends RawFrame {
  readonly type: 'suback'
  readonly packetId?: RawNumber
  readonly returnCodes?: RawNumber
}

export interface RawUnsubscribe extends RawFrame {
  readonly type: 'unsubscribe'
  readonly packetId?: RawNumber
  readonly topicFilters?: RawPrefixed
}

/** A packet without a body, also of a reserved type: 0 or 15. */
export interface RawEmpty extends RawFrame {
  readonly type: 'pingreq' | 'pingresp' | 'disconnect' | 0 | 15
}

/** A packet as `encode` accepts it, with every way to make it malformed. */
export type RawPacket =
  | RawConnect
  | RawConnack
  | RawPublish
  | RawAcknowledgement
  | RawSubscribe
  | RawSuback
  | RawUnsubscribe
  | RawEmpty

/** A packet's bytes and the positions of its fields, in the order in which they were written. */
export interface RawLayout {
  readonly bytes: Uint8Array
  /** Includes omitted fields, at the position where they would start, and each copy of a repeated field. */
  readonly fields: readonly Field[]
}

/**
 * Builds a packet that may be malformed in any way. Everything that you do not specify is correct: for a packet that `encode`
 * accepts, the bytes are the same. You can replace, omit or repeat every field, and insert bytes around it: see {@link Raw}.
 *
 * ```js
 * rawPacket({ type: 'publish', topic: '' }) // 30 02 00 00
 * rawPacket({ type: 'publish', topic: { length: 0xffff, content: 'ABCDE' } }) // 30 07 ff ff 41 42 43 44 45
 * rawPacket({ type: 'puback', packetId: { bytes: [7] } }) // 40 01 07
 * rawPacket({ type: 'pingreq', remainingLength: 268_435_456 }) // c0 80 80 80 80 01
 * ```
 *
 * @throws RangeError for a number that its field's bytes cannot hold
 * @throws TypeError if `packet` is not a packet, or a value has the wrong type
 */
export function rawPacket(packet: RawPacket): Uint8Array {
  return rawLayout(packet).bytes
}

/** The same as {@link rawPacket}, with the positions of the fields. */
export function rawLayout(packet: RawPacket): RawLayout {
  if (!isObject(packet)) mistake('a packet must be an object', packet)
  const flags = packet.flags ?? defaultFlags(packet)
  const body = writeBody(new RawWriter(), packet, flags)
  if (packet.surplus !== undefined) body.rest('', packet.surplus)
  const { bytes, fields } = new RawWriter()
    .uint8('Control Packet type', given(packet.firstByte, (typeOf(packet.type) << 4) | (flags & 0x0f)))
    .remainingLength(given(packet.remainingLength, 'auto'), body.length)
    .append(body)
  return { bytes, fields }
}

function typeOf(type: PacketTypeName | 0 | 15): number {
  if (type === 0 || type === 15) return type
  const number = CONTROL_PACKETS.findIndex((packet) => packet?.name === type)
  return type !== undefined && number >= 0 ? number : mistake('type must be a packet type, 0 or 15', type)
}

function defaultFlags(packet: RawPacket): number {
  if (packet.type === 'publish') {
    return (packet.dup === true ? DUP : 0) | ((packet.qos ?? 0) << 1) | (packet.retain === true ? RETAIN : 0)
  }
  const flags = CONTROL_PACKETS[typeOf(packet.type)]?.flags
  return typeof flags === 'number' ? flags : 0
}

function writeBody(writer: RawWriter, packet: RawPacket, flags: number): RawWriter {
  switch (packet.type) {
    case 'connect':
      return writeConnect(writer, packet)
    case 'connack':
      return writer
        .uint8(
          'Connect Acknowledge Flags',
          given(packet.acknowledgeFlags, packet.sessionPresent === true ? 1 : 0),
        )
        .uint8('Return Code', given(packet.returnCode, 0))
    case 'publish':
      writer.prefixed('Topic Name', given(packet.topic, 'a'))
      if (packet.packetId !== undefined || qosOf(flags) > 0) writePacketIdentifier(writer, packet)
      return writer.rest('Payload', given(packet.payload, ''))
    case 'puback':
    case 'pubrec':
    case 'pubrel':
    case 'pubcomp':
    case 'unsuback':
      return writePacketIdentifier(writer, packet)
    case 'subscribe':
      return writeSubscriptions(writePacketIdentifier(writer, packet), packet)
    case 'suback':
      return writePacketIdentifier(writer, packet).uint8('Return Code', given(packet.returnCodes, 0))
    case 'unsubscribe':
      return writePacketIdentifier(writer, packet).prefixed('Topic Filter', given(packet.topicFilters, 'a'))
    default:
      return writer
  }
}

function writePacketIdentifier(
  writer: RawWriter,
  { packetId }: { readonly packetId?: RawNumber },
): RawWriter {
  return writer.uint16('Packet Identifier', given(packetId, 1))
}

function writeSubscriptions(writer: RawWriter, { subscriptions }: RawSubscribe): RawWriter {
  const list = listOf(given(subscriptions, {}))
  for (const subscription of list) {
    if (!isObject(subscription)) mistake('a subscription must be an object', subscription)
    if (isVerbatim(subscription)) writer.rest('Topic Filter', subscription)
    else {
      writer
        .prefixed('Topic Filter', given(subscription.topicFilter, 'a'))
        .uint8('Requested QoS', given(subscription.qos, 0))
    }
  }
  return list.length === 0 ? writer.prefixed('Topic Filter', null) : writer
}

function writeConnect(writer: RawWriter, packet: RawConnect): RawWriter {
  const { protocolName, protocolLevel, will, username, password } = packet
  // The name and the level imply each other, as in encode.
  const level = given(protocolLevel, protocolName === 'MQIsdp' ? 3 : 4)
  writer
    .prefixed('Protocol Name', given(protocolName, protocolLevel === 3 ? 'MQIsdp' : 'MQTT'))
    .uint8('Protocol Level', typeof level === 'number' && packet.bridge === true ? level | 0x80 : level)
    .uint8('Connect Flags', given(packet.connectFlags, connectFlags(packet)))
    .uint16('Keep Alive', given(packet.keepAlive, 0))
    .prefixed('Client Identifier', given(packet.clientId, ''))
  if (will !== undefined) {
    const { topic, payload } = will ?? { topic: null, payload: null }
    writer.prefixed('Will Topic', given(topic, 'a')).prefixed('Will Message', given(payload, ''))
  }
  if (username !== undefined) writer.prefixed('User Name', username)
  if (password !== undefined) writer.prefixed('Password', password)
  return writer
}

/** §3.1.2.3. */
function connectFlags({ cleanSession, will, username, password }: RawConnect): number {
  if (will !== undefined && will !== null && !isObject(will)) mistake('will must be an object', will)
  return (
    (cleanSession === false ? 0 : 0x02) |
    (will === undefined ? 0 : 0x04 | ((will?.qos ?? 0) << 3) | (will?.retain === true ? 0x20 : 0)) |
    (password === undefined ? 0 : 0x40) |
    (username === undefined ? 0 : 0x80)
  )
}
