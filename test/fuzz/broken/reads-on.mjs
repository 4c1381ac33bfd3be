// Reads two bytes as a packet identifier even past the end of the packet.

import { PacketParser } from '../../../dist/index.js'

export function open(onPacket) {
  const parser = new PacketParser()
  return (chunk) => {
    if (chunk[0] === 0x40 && chunk[1] === 1 && chunk.length >= 4)
      onPacket({ type: 'puback', packetId: chunk.readUInt16BE(2) })
    else for (const packet of parser.push(chunk)) onPacket(packet)
  }
}
