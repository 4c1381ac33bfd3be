import { fields } from './fields.mjs'
import { rival } from './rival.mjs'

const { mqtt_pkt_ctx } = await rival('u8-mqtt-packet/esm/codec_bind.js')
const { mqtt_opts_v4 } = await rival('u8-mqtt-packet/esm/codec_v4_full.js')

export const name = 'u8-mqtt-packet'

const context = mqtt_pkt_ctx(4, mqtt_opts_v4)

export function open() {
  return context.mqtt_stream()
}

export function feed(stream, chunk, visit) {
  for (const packet of stream.decode(chunk)) visit(packet)
}

export function read(packet) {
  const { topic, payload, pkt_id } = packet
  if (topic === undefined) return pkt_id ?? 0
  return topic.length + topic.charCodeAt(0) + payload[0] + (pkt_id ?? 0)
}

export function neutral(packet) {
  const { type, topics, flags } = packet
  return {
    ...packet,
    type,
    packetId: packet.pkt_id,
    protocolName: 'MQTT', // checked, but not reported
    protocolLevel: packet.mqtt_level,
    clientId: packet.client_id,
    cleanSession: Boolean(flags?.clean_start),
    keepAlive: packet.keep_alive,
    sessionPresent: Boolean(flags?.session_present),
    returnCode: packet.reason === undefined ? undefined : Number(packet.reason),
    subscriptions: topics?.map(({ topic, opts }) => ({ topicFilter: topic, qos: opts?.qos })),
    returnCodes: packet.answers?.map(Number),
    topicFilters: topics,
  }
}

export function native(packet) {
  return fields({
    type: packet.type,
    topic: packet.topic,
    payload: packet.payload,
    qos: packet.qos,
    dup: packet.dup,
    retain: packet.retain,
    pkt_id: packet.packetId,
    client_id: packet.clientId,
    keep_alive: packet.keepAlive,
    will: packet.will,
    username: packet.username,
    password: packet.password,
    flags: flagsOf(packet),
    return_code: packet.returnCode,
    topics:
      packet.subscriptions?.map(({ topicFilter, qos }) => [topicFilter, { qos }]) ?? packet.topicFilters,
    answers: packet.returnCodes,
  })
}

function flagsOf({ type, sessionPresent, cleanSession }) {
  if (type === 'connack') return { session_present: sessionPresent }
  return type === 'connect' ? { clean_start: cleanSession } : undefined
}

export function encode(packet) {
  return context.encode_pkt(packet.type, packet)
}
