// Forgets an incomplete length prefix with its chunk.

import { PacketParser } from '../../../dist/index.js'

export function open(onPacket) {
  let parser = new PacketParser()
  return (chunk) => {
    for (const packet of parser.push(chunk)) onPacket(packet)
    if (parser.bufferedLength === 1) parser = new PacketParser()
  }
}
