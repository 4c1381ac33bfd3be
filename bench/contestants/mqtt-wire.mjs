import { encode, encodeInto, PacketParser, preparePublish, topicCache } from '../../dist/index.js'

export const name = 'mqtt-wire'

export function open(_visit, options) {
  return new PacketParser(options)
}

export function feed(parser, chunk, visit) {
  parser.push(chunk)
  for (let packet = parser.read(); packet !== undefined; packet = parser.read()) visit(packet)
}

export function forget() {
  topicCache.clear()
}

export function read(packet) {
  if (packet.type !== 'publish') return packet.packetId ?? 0
  const { topic, payload, packetId } = packet
  return topic.length + topic.charCodeAt(0) + payload[0] + (packetId ?? 0)
}

export function neutral(packet) {
  return packet
}

export function feedFrames(parser, chunk, visit) {
  parser.push(chunk)
  for (let frame = parser.readFrame(); frame !== undefined; frame = parser.readFrame()) visit(frame)
}

export function readFrame({ bytes, bodyOffset }) {
  return bytes.length + bytes[bodyOffset - 1]
}

export function native(packet) {
  return packet
}

export { encode, encodeInto }

/** Ways to send one PUBLISH to many subscribers. */
export const fanOut = {
  preparePublish: (message) => {
    const { qos } = message
    const prepared = preparePublish(message)
    return (packetId, sink) => {
      sink.write(prepared.encode({ qos, packetId }))
    }
  },
  'header and shared payload': (message) => {
    const { qos } = message
    const prepared = preparePublish(message)
    return (packetId, sink) => {
      sink.write(prepared.header({ qos, packetId }))
      sink.write(prepared.payload)
    }
  },
  'encode each': ({ type, topic, payload, qos, dup, retain }) => {
    return (packetId, sink) => {
      sink.write(encode({ type, topic, payload, qos, dup, retain, packetId }))
    }
  },
}
