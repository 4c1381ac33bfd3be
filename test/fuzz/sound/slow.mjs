// Returns packets later, like a stream.

import { DecodeError, PacketParser } from '../../../dist/index.js'

export function open(onPacket) {
  const parser = new PacketParser()
  return async (chunk) => {
    await undefined
    for (const packet of parser.push(chunk)) onPacket(packet)
  }
}

export const isRefusal = (error) => error instanceof DecodeError
