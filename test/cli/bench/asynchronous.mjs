import { PacketParser } from '../../../dist/index.js'

export function open(onPacket) {
  const parser = new PacketParser()
  return async (chunk) => {
    await undefined
    for (const packet of parser.push(chunk)) onPacket(packet)
  }
}
