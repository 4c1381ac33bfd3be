// A decoded packet in the form that mqtt-packet gives it.

import type { Connect, Packet as Decoded } from '../index.ts'
import type { Bytes, IConnectPacket, IPublishPacket, ISubscription, Packet, PacketCmd, QoS } from './types.ts'

const RETAIN = 0x01
const DUP = 0x08
/** What bridges get with MQTT 3.1 and 3.1.1, as if they had asked for it by the options of MQTT 5. */
const BRIDGE_OPTIONS = { rh: 0, rap: true, nl: true }

/**
 * @param firstByte of the packet's fixed header: its flags show as they are
 * @param length the Remaining Length
 * @param isBridge whether the connection is a bridge's
 */
export function fromDecoded(
  packet: Decoded<Bytes>,
  firstByte: number,
  length: number,
  isBridge: boolean,
): Packet {
  switch (packet.type) {
    case 'publish': {
      const { qos, dup, retain, topic, payload, packetId } = packet
      const common: IPublishPacket = { cmd: 'publish', retain, qos, dup, length, topic, payload }
      if (packetId !== undefined) common.messageId = packetId
      return common
    }
    case 'connect':
      return { ...headerOf('connect', firstByte, length), ...connectFields(packet) } as Packet
    case 'connack': {
      const { sessionPresent, returnCode } = packet
      return { ...headerOf('connack', firstByte, length), sessionPresent, returnCode } as Packet
    }
    case 'subscribe': {
      const subscriptions = packet.subscriptions.map(({ topicFilter: topic, qos }): ISubscription => {
        return isBridge ? { topic, qos, ...BRIDGE_OPTIONS } : { topic, qos }
      })
      return extended(identified(packet, firstByte, length), 'subscriptions', subscriptions)
    }
    case 'suback':
      return extended(identified(packet, firstByte, length), 'granted', packet.returnCodes)
    case 'unsubscribe':
      return extended(identified(packet, firstByte, length), 'unsubscriptions', packet.topicFilters)
    case 'pingreq':
    case 'pingresp':
    case 'disconnect':
      return headerOf(packet.type, firstByte, length) as Packet
    default:
      return identified(packet, firstByte, length) as Packet
  }
}

/** The fields that every packet has, `topic` and `payload` included. */
interface Header {
  cmd: PacketCmd
  retain: boolean
  qos: QoS
  dup: boolean
  length: number
  topic: null
  payload: null
}

/** What packets with an identifier have besides. */
interface Extended extends Header {
  messageId?: number
  subscriptions?: unknown
  granted?: unknown
  unsubscriptions?: unknown
}

function headerOf(cmd: PacketCmd, firstByte: number, length: number): Header {
  return {
    cmd,
    retain: (firstByte & RETAIN) !== 0,
    qos: ((firstByte >> 1) & 0b11) as QoS,
    dup: (firstByte & DUP) !== 0,
    length,
    topic: null,
    payload: null,
  }
}

function identified(
  { type, packetId }: { type: PacketCmd; packetId: number },
  firstByte: number,
  length: number,
): Extended {
  const header: Extended = headerOf(type, firstByte, length)
  header.messageId = packetId
  return header
}

/** Sets the field: spreading the header takes ten times as long. */
function extended(
  header: Extended,
  name: 'subscriptions' | 'granted' | 'unsubscriptions',
  value: unknown,
): Packet {
  header[name] = value
  return header as unknown as Packet
}

function connectFields(packet: Connect<Bytes>): IConnectPacket {
  const { protocolName, protocolLevel, bridge, cleanSession, keepAlive, clientId, will, username, password } =
    packet
  const fields: IConnectPacket = {
    cmd: 'connect',
    protocolId: protocolName,
    protocolVersion: protocolLevel,
    clean: cleanSession,
    keepalive: keepAlive,
    clientId,
  }
  if (bridge) fields.bridgeMode = true
  if (will !== undefined)
    fields.will = { retain: will.retain, qos: will.qos, topic: will.topic, payload: will.payload }
  if (username !== undefined) fields.username = username
  if (password !== undefined) fields.password = password
  return fields
}
