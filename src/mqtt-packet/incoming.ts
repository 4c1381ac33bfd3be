// Converts a decoded packet to mqtt-packet's form.

import type { Connect, Packet as Decoded } from '../index.ts'
import type { Bytes, IPublishPacket, Packet } from './types.ts'

const RETAIN = 0x01
const DUP = 0x08
/** The subscription options that bridges get with MQTT 3.1 and 3.1.1, as if they had requested them with MQTT 5. */
const BRIDGE_OPTIONS = { rh: 0, rap: true, nl: true }

/**
 * @param firstByte the first byte of the packet, whose flags are reported unchanged
 * @param length the Remaining Length
 * @param isBridge whether the connection is a bridge's
 */
export function fromDecoded(
  packet: Decoded<Bytes>,
  firstByte: number,
  length: number,
  isBridge: boolean,
): Packet {
  if (packet.type === 'publish') {
    const { qos, dup, retain, topic, payload, packetId } = packet
    const common: IPublishPacket = { cmd: 'publish', retain, qos, dup, length, topic, payload }
    if (packetId !== undefined) common.messageId = packetId
    return common
  }
  const fields = headerFields(packet.type, firstByte, length)
  if ('packetId' in packet) fields.messageId = packet.packetId
  switch (packet.type) {
    case 'connect':
      addConnectFields(fields, packet)
      break
    case 'connack':
      fields.sessionPresent = packet.sessionPresent
      fields.returnCode = packet.returnCode
      break
    case 'subscribe':
      fields.subscriptions = packet.subscriptions.map(({ topicFilter: topic, qos }) =>
        isBridge ? { topic, qos, ...BRIDGE_OPTIONS } : { topic, qos },
      )
      break
    case 'suback':
      fields.granted = packet.returnCodes
      break
    case 'unsubscribe':
      fields.unsubscriptions = packet.topicFilters
  }
  return fields as unknown as Packet
}

/** Fields are added one by one, because spreading an object takes ten times as long. */
type Fields = Record<string, unknown>

/** The fields of every packet. */
function headerFields(cmd: string, firstByte: number, length: number): Fields {
  return {
    cmd,
    retain: (firstByte & RETAIN) !== 0,
    qos: (firstByte >> 1) & 0b11,
    dup: (firstByte & DUP) !== 0,
    length,
    topic: null,
    payload: null,
  }
}

function addConnectFields(fields: Fields, packet: Connect<Bytes>): void {
  const { will, username, password } = packet
  fields.protocolId = packet.protocolName
  fields.protocolVersion = packet.protocolLevel
  if (packet.bridge) fields.bridgeMode = true
  fields.clean = packet.cleanSession
  fields.keepalive = packet.keepAlive
  fields.clientId = packet.clientId
  if (will !== undefined)
    fields.will = { retain: will.retain, qos: will.qos, topic: will.topic, payload: will.payload }
  if (username !== undefined) fields.username = username
  if (password !== undefined) fields.password = password
}
