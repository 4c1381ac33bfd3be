// Converts a packet from mqtt-packet's form to the input of `encode`, which checks the values.

import type { PacketInput, PublishInput } from '../index.ts'
import type { Packet } from './types.ts'

/** Any fields, because users may ignore the declared types. */
type Fields = Record<string, unknown>

const NOTHING = new Uint8Array(0)

declare const TextDecoder: new (
  label: string,
  options: { ignoreBOM: boolean },
) => { decode(bytes: Uint8Array): string }
const utf8 = new TextDecoder('utf-8', { ignoreBOM: true }) // [MQTT-1.5.3-3]

/**
 * Reads the fields of MQTT 3.1.1, and ignores others.
 *
 * @param isStrict keep values that mqtt-packet ignores, so that `encode` refuses them
 */
export function toEncode(packet: Packet, isStrict: boolean): PacketInput {
  const fields = packet as unknown as Fields
  const { cmd } = fields
  return (
    cmd === 'publish' ? publishFields(fields, isStrict) : otherFields(cmd, fields, isStrict)
  ) as PacketInput
}

function publishFields(packet: Fields, isStrict: boolean): PublishInput {
  const { topic, payload, retain, dup } = packet
  const qos = packet.qos || 0
  // With QoS 0, brokers forward the publisher's DUP and identifier, which have no meaning then [MQTT-3.3.1-2] [MQTT-2.3.1-5].
  const counts = qos !== 0 || isStrict
  return {
    type: 'publish',
    topic: text(topic),
    payload: payload || NOTHING,
    qos,
    dup: counts && Boolean(dup),
    retain: Boolean(retain),
    packetId: counts ? packet.messageId : undefined,
  } as PublishInput
}

function otherFields(type: unknown, packet: Fields, isStrict: boolean): unknown {
  const packetId = packet.messageId
  switch (type) {
    case 'connect':
      return connectFields(packet)
    case 'connack':
      return { type, sessionPresent: Boolean(packet.sessionPresent), returnCode: packet.returnCode }
    case 'puback':
    case 'pubrec':
    case 'pubrel':
    case 'pubcomp':
    case 'unsuback':
      return { type, packetId }
    case 'subscribe': {
      const subscriptions = list(packet.subscriptions).map((each) => subscriptionFields(each, isStrict))
      return { type, packetId, subscriptions }
    }
    case 'suback':
      return { type, packetId, returnCodes: list(packet.granted) }
    case 'unsubscribe':
      return { type, packetId, topicFilters: list(packet.unsubscriptions) }
    default:
      return { type }
  }
}

function connectFields(packet: Fields): unknown {
  const { protocolId, protocolVersion, bridgeMode, clean, keepalive, clientId, will, username, password } =
    packet
  return {
    type: 'connect',
    protocolName: text(protocolId || undefined),
    protocolLevel: protocolVersion || undefined,
    bridge: Boolean(bridgeMode),
    cleanSession: clean === undefined || Boolean(clean),
    keepAlive: keepalive || 0,
    clientId: text(clientId || ''),
    will: will ? willFields(will) : undefined,
    username: text(username ?? undefined),
    password: password ?? undefined,
  }
}

function willFields(will: unknown): unknown {
  if (typeof will !== 'object') return will
  const { topic, payload, qos, retain } = will as Fields
  return { topic: text(topic), payload: payload || NOTHING, qos: qos || 0, retain: Boolean(retain) }
}

function subscriptionFields(subscription: unknown, isStrict: boolean): unknown {
  if (typeof subscription !== 'object' || subscription === null) return subscription
  const { topic: topicFilter, qos } = subscription as Fields
  if (qos === undefined) return { topicFilter, qos: null } // required here
  const isRequestable = qos === 1 || qos === 2 || typeof qos !== 'number' || isStrict
  return { topicFilter, qos: isRequestable ? qos : 0 }
}

/** The entries of a list; empty for anything else. */
function list(value: unknown): unknown[] {
  return Array.isArray(value) ? value : []
}

/** Decodes bytes as text; returns anything else unchanged. */
function text(value: unknown): unknown {
  return value instanceof Uint8Array ? utf8.decode(value) : value
}
