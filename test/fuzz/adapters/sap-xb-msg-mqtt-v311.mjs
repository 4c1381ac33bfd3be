// The codec in SAP's client. The package itself exports only the client.

import packets from '@sap/xb-msg-mqtt-v311/lib/model/packets.js'
import decoding from '@sap/xb-msg-mqtt-v311/lib/serialize/decoder.js'

export function open(onPacket) {
  const decoder = new decoding.Decoder(packets.buildPacket, (packet) => onPacket(inOurShape(packet)))
  return (chunk) => decoder.push(chunk)
}

const NOTHING = Buffer.alloc(0)
const ACKNOWLEDGEMENT = ({ packetID }) => ({ packetId: packetID })

/** Our names of types and fields, by its classes. It discards the protocol name and level. */
const SHAPES = new Map([
  [packets.Connect, ['connect', connect]],
  [
    packets.ConnectAcknowledge,
    ['connack', ({ sessionPresent, returnCode }) => ({ sessionPresent, returnCode })],
  ],
  [packets.Publish, ['publish', publish]],
  [packets.PublishAcknowledge, ['puback', ACKNOWLEDGEMENT]],
  [packets.PublishReceived, ['pubrec', ACKNOWLEDGEMENT]],
  [packets.PublishRelease, ['pubrel', ACKNOWLEDGEMENT]],
  [packets.PublishComplete, ['pubcomp', ACKNOWLEDGEMENT]],
  [packets.Subscribe, ['subscribe', subscribe]],
  [packets.SubscribeAcknowledge, ['suback', suback]],
  [
    packets.Unsubscribe,
    ['unsubscribe', ({ packetID, topicFilters }) => ({ packetId: packetID, topicFilters })],
  ],
  [packets.UnsubscribeAcknowledge, ['unsuback', ACKNOWLEDGEMENT]],
  [packets.PingRequest, ['pingreq', () => ({})]],
  [packets.PingResponse, ['pingresp', () => ({})]],
  [packets.Disconnect, ['disconnect', () => ({})]],
])

function inOurShape(packet) {
  const [type, fields] = SHAPES.get(packet.constructor)
  return { type, ...fields(packet) }
}

function connect(packet) {
  const { clientID, cleanSession, keepAlive, willFlag, user, password } = packet
  const will = willFlag
    ? {
        topic: packet.willTopic,
        payload: packet.willMessage ?? NOTHING,
        qos: packet.willQoS,
        retain: packet.willRetain,
      }
    : undefined
  return {
    clientId: clientID,
    cleanSession,
    keepAlive,
    will,
    username: user ?? undefined,
    password: password === null ? undefined : Buffer.from(password),
  }
}

function publish({ topic, payload, qos, duplicate, retain, packetID }) {
  return {
    topic,
    payload: payload?.toBuffer() ?? NOTHING,
    qos,
    dup: duplicate,
    retain,
    packetId: qos === 0 ? undefined : packetID,
  }
}

function subscribe({ packetID, topicFilters }) {
  return {
    packetId: packetID,
    subscriptions: topicFilters.map(({ filter, qos }) => ({ topicFilter: filter, qos })),
  }
}

function suback({ packetID, qosList }) {
  return { packetId: packetID, returnCodes: qosList.map(({ failed, qos }) => (failed ? 0x80 : qos)) }
}
