// The codec of a client: it decodes what servers send and encodes what clients send.

import { fields } from './fields.mjs'
import { rival } from './rival.mjs'

export const name = 'mqtts'

const { MqttTransformer, PacketType, PacketWriter, DefaultPacketWriteMap } = (await rival('mqtts')).default

/** The transformer is called directly, without the cost of a stream. */
export function open(visit) {
  const transformer = new MqttTransformer()
  transformer.push = visit
  return transformer
}

export function feed(transformer, chunk) {
  transformer._transform(chunk, 'buffer', raise)
}

export function read({ type, data }) {
  if (type !== PacketType.Publish) return data.identifier ?? 0
  const { topic, payload, identifier } = data
  return topic.length + topic.charCodeAt(0) + payload[0] + (identifier === -1 ? 0 : identifier)
}

const NAMES = Object.fromEntries(
  Object.entries(PacketType).map(([type, number]) => [number, type.toLowerCase()]),
)

export function neutral({ type, data }) {
  return {
    ...data,
    type: NAMES[type],
    packetId: data.identifier === -1 ? undefined : data.identifier,
    qos: data.qos,
    dup: data.duplicate,
    retain: data.retain,
    sessionPresent: data.sessionPresent,
  }
}

const writer = new PacketWriter({ logPacketWrite() {} }, DefaultPacketWriteMap)

export function native(packet) {
  const [type] = Object.entries(NAMES).find(([, name]) => name === packet.type)
  const options = fields({
    ...packet,
    identifier: packet.packetId,
    duplicate: packet.dup,
    clean: packet.cleanSession,
    will: packet.will && {
      topic: packet.will.topic,
      message: packet.will.payload,
      qosLevel: packet.will.qos,
      retained: packet.will.retain,
    },
    subscriptions: packet.subscriptions?.map(({ topicFilter, qos }) => ({ topic: topicFilter, qos })),
    topics: packet.topicFilters,
  })
  return { type: Number(type), options }
}

export function encode({ type, options }) {
  return writer.write(type, options)
}

function raise(error) {
  if (error) throw error
}
