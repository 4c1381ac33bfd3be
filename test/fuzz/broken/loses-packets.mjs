import { PacketParser } from '../../../dist/index.js'

export function open(onPacket) {
  const parser = new PacketParser()
  return (chunk) => {
    for (const packet of parser.push(chunk)) if (packet.type !== 'pingresp') onPacket(packet)
  }
}
