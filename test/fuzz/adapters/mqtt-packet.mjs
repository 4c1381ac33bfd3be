import mqtt from 'mqtt-packet'

export function open(onPacket) {
  const parser = mqtt.parser({ protocolVersion: 4 })
  parser.on('packet', (packet) => onPacket(inOurShape(packet)))
  parser.on('error', (error) => {
    throw error
  })
  return (chunk) => parser.parse(chunk)
}

/** The packet with our names for the fields that it has. */
function inOurShape(packet) {
  const { cmd, messageId } = packet
  return { type: cmd, ...(messageId !== undefined && { packetId: messageId }), ...FIELDS[cmd]?.(packet) }
}

const FIELDS = {
  connect: ({ protocolId, protocolVersion, clientId, clean, keepalive, will, username, password }) => ({
    protocolName: protocolId,
    protocolLevel: protocolVersion,
    cleanSession: clean,
    keepAlive: keepalive,
    clientId,
    will,
    username,
    password,
  }),
  connack: ({ sessionPresent, returnCode }) => ({ sessionPresent, returnCode }),
  publish: ({ topic, payload, qos, dup, retain }) => ({ topic, payload, qos, dup, retain }),
  subscribe: ({ subscriptions }) => ({
    subscriptions: subscriptions.map(({ topic, qos }) => ({ topicFilter: topic, qos })),
  }),
  suback: ({ granted }) => ({ returnCodes: granted }),
  unsubscribe: ({ unsubscriptions }) => ({ topicFilters: unsubscriptions }),
}
