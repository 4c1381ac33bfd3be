// The codec inside SAP's client. The package exports only the client.

import { rival } from './rival.mjs'

const { default: packets } = await rival('@sap/xb-msg-mqtt-v311/lib/model/packets.js')
const { default: decoding } = await rival('@sap/xb-msg-mqtt-v311/lib/serialize/decoder.js')
const { default: encoding } = await rival('@sap/xb-msg-mqtt-v311/lib/serialize/encoder.js')

export const name = '@sap/xb-msg-mqtt-v311'

const TYPES = [
  ['connect', packets.Connect],
  ['connack', packets.ConnectAcknowledge],
  ['publish', packets.Publish],
  ['puback', packets.PublishAcknowledge],
  ['pubrec', packets.PublishReceived],
  ['pubrel', packets.PublishRelease],
  ['pubcomp', packets.PublishComplete],
  ['subscribe', packets.Subscribe],
  ['suback', packets.SubscribeAcknowledge],
  ['unsubscribe', packets.Unsubscribe],
  ['unsuback', packets.UnsubscribeAcknowledge],
  ['pingreq', packets.PingRequest],
  ['pingresp', packets.PingResponse],
  ['disconnect', packets.Disconnect],
]
const PUBLISH = 0x30

export function open(visit) {
  return new decoding.Decoder(packets.buildPacket, visit)
}

export function feed(decoder, chunk) {
  decoder.push(chunk)
}

export function read(packet) {
  if (packet.type !== PUBLISH) return packet.packetID ?? 0
  const { topic, payload, packetID } = packet
  return topic.length + topic.charCodeAt(0) + payload.chunks[0][0] + packetID
}

export function neutral(packet) {
  return {
    ...packet,
    type: TYPES[(packet.type >> 4) - 1][0],
    dup: packet.duplicate,
    payload: packet.payload?.toBuffer(),
    packetId: packet.packetID === 0 ? undefined : packet.packetID,
    protocolName: 'MQTT', // not reported
    protocolLevel: 4,
    clientId: packet.clientID,
    will: packet.willFlag
      ? {
          topic: packet.willTopic,
          payload: packet.willMessage,
          qos: packet.willQoS,
          retain: packet.willRetain,
        }
      : undefined,
    username: packet.user,
    password:
      packet.password === null || packet.password === undefined ? undefined : Buffer.from(packet.password),
    subscriptions: packet.topicFilters?.map(({ filter, qos }) => ({ topicFilter: filter, qos })),
    returnCodes: packet.qosList?.map(({ failed, qos }) => (failed ? 0x80 : qos)),
    topicFilters: packet.topicFilters,
  }
}

export function native(packet) {
  const Packet = TYPES.find(([type]) => type === packet.type)[1]
  const fields = {
    duplicate: packet.dup,
    qos: packet.qos,
    retain: packet.retain,
    topic: packet.topic,
    payload: packet.payload,
    packetID: packet.packetId,
    sessionPresent: packet.sessionPresent,
    returnCode: packet.returnCode,
    clientID: packet.clientId,
    cleanSession: packet.cleanSession,
    keepAlive: packet.keepAlive,
    willFlag: packet.will && true,
    willQoS: packet.will?.qos,
    willRetain: packet.will?.retain,
    willTopic: packet.will?.topic,
    willMessage: packet.will?.payload,
    user: packet.username,
    password: packet.password?.toString(),
    topicFilters:
      packet.subscriptions?.map(({ topicFilter, qos }) => ({ filter: topicFilter, qos })) ??
      packet.topicFilters,
    qosList: packet.returnCodes?.map((code) => ({ failed: code === 0x80, qos: code & 3 })),
  }
  return Object.assign(
    new Packet(),
    Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)),
  )
}

// The encoder fills chunks and passes them on when they are full. Here each packet gets a chunk of its own size, so that
// its bytes are in one piece, as those of the other contestants are.
const EMPTY = Buffer.alloc(0)
const LONGEST_FIXED_HEADER = 5
let size = 0
let bytes = EMPTY
const encoder = new encoding.Encoder(
  { ostreamPayloadCopyLimit: Number.POSITIVE_INFINITY },
  (least) => (least === 0 ? EMPTY : Buffer.allocUnsafe(Math.max(least, size))),
  (used) => {
    bytes = used
  },
)

export function encode(packet) {
  size = packet.serializing() + LONGEST_FIXED_HEADER
  encoder.push(packet)
  encoder.flush()
  return bytes
}

export const fanOut = {
  encode: (message) => {
    const packet = native(message)
    return (packetId, sink) => {
      if (packetId !== undefined) packet.packetID = packetId
      sink.write(encode(packet))
    }
  },
}
