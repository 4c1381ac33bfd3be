// Returns the packets of a chunk only if all of them are valid.

import { DecodeError, PacketParser } from '../../../dist/index.js'

export function open(onPacket) {
  const parser = new PacketParser()
  return (chunk) => {
    for (const packet of [...parser.push(chunk)]) onPacket(packet)
  }
}

export const isRefusal = (error) => error instanceof DecodeError
