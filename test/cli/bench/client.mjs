// Decodes what servers send, in packets of up to 60,000 bytes.

import { PacketParser } from '../../../dist/index.js'

export const declares = { role: 'client', maxPacketSize: 60_000 }

export function open(onPacket) {
  const parser = new PacketParser(declares)
  return (chunk) => {
    for (const packet of parser.push(chunk)) onPacket(packet)
  }
}
