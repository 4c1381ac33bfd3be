import { fields } from './fields.mjs'
import { rival } from './rival.mjs'

const { default: mqtt } = await rival('mqtt-packet')

export const name = 'mqtt-packet'

export function open(visit) {
  const parser = mqtt.parser({ protocolVersion: 4 })
  parser.on('packet', visit)
  parser.on('error', raise)
  return parser
}

export function feed(parser, chunk) {
  parser.parse(chunk)
}

export function read(packet) {
  if (packet.cmd !== 'publish') return packet.messageId ?? 0
  const { topic, payload, messageId } = packet
  return topic.length + topic.charCodeAt(0) + payload[0] + (messageId ?? 0)
}

export function neutral(packet) {
  return {
    ...packet,
    type: packet.cmd,
    packetId: packet.messageId,
    protocolName: packet.protocolId,
    protocolLevel: packet.protocolVersion,
    cleanSession: packet.clean,
    keepAlive: packet.keepalive,
    subscriptions: packet.subscriptions?.map(({ topic, qos }) => ({ topicFilter: topic, qos })),
    returnCodes: packet.granted,
    topicFilters: packet.unsubscriptions,
  }
}

export function native(packet) {
  return fields({
    cmd: packet.type,
    topic: packet.topic,
    payload: packet.payload,
    qos: packet.qos,
    dup: packet.dup,
    retain: packet.retain,
    messageId: packet.packetId,
    protocolId: packet.protocolName,
    protocolVersion: packet.protocolLevel,
    clean: packet.cleanSession,
    clientId: packet.clientId,
    keepalive: packet.keepAlive,
    will: packet.will,
    username: packet.username,
    password: packet.password,
    sessionPresent: packet.sessionPresent,
    returnCode: packet.returnCode,
    subscriptions: packet.subscriptions?.map(({ topicFilter, qos }) => ({ topic: topicFilter, qos })),
    granted: packet.returnCodes,
    unsubscriptions: packet.topicFilters,
  })
}

export const encode = mqtt.generate

function raise(error) {
  throw error
}

/** How aedes and MQTT.js send. The sink has no `cork`, which spares mqtt-packet a `nextTick` for each packet. */
export const fanOut = {
  writeToStream: ({ topic, payload, qos, dup, retain }) => {
    return (messageId, sink) => {
      mqtt.writeToStream({ cmd: 'publish', topic, payload, qos, dup, retain, messageId }, sink)
    }
  },
}
