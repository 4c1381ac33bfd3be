// mqtt-wire, unchanged.

import { PacketParser } from '../../../dist/index.js'

export { encode } from '../../../dist/index.js'

export function open(onPacket) {
  const parser = new PacketParser()
  return (chunk) => {
    for (const packet of parser.push(chunk)) onPacket(packet)
  }
}
