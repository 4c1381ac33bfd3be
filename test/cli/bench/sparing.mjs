// Gives no packet identifiers, and no messages of QoS 2, as a client that waits for the PUBREL.

import { open as openParser } from '../../fuzz/adapters/mqtt-wire.mjs'

export function open(onPacket) {
  return openParser(({ type, topic, payload, qos }) =>
    onPacket(type === 'publish' && qos < 2 ? { type, topic, payload } : { type }),
  )
}
