import { PacketParser } from '../../../dist/index.js'

export function open(onPacket) {
  const parser = new PacketParser()
  return async (chunk) => {
    for (const packet of parser.push(chunk)) {
      if (packet.type === 'connack' && packet.returnCode === 5) await new Promise(() => {})
      onPacket(packet)
    }
  }
}
