// Gives what a chunk has only if all of it is good.

import { DecodeError, PacketParser } from '../../../dist/index.js'

export function open(onPacket) {
  const parser = new PacketParser()
  return (chunk) => {
    for (const packet of [...parser.push(chunk)]) onPacket(packet)
  }
}

export const isRefusal = (error) => error instanceof DecodeError
