// Omits packet identifiers and QoS 2 messages, like a client that holds those back until the PUBREL.

import { open as openParser } from '../../fuzz/adapters/mqtt-wire.mjs'

export function open(onPacket) {
  return openParser(({ type, topic, payload, qos }) =>
    onPacket(type === 'publish' && qos < 2 ? { type, topic, payload } : { type }),
  )
}
