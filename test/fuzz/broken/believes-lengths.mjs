// Allocates memory for the length in a header before any of the bytes have arrived.

import { decodeFixedHeader, PacketParser } from '../../../dist/index.js'

export function open(onPacket) {
  const parser = new PacketParser()
  let memory = Buffer.alloc(0)
  return (chunk) => {
    if (memory.length === 0) memory = Buffer.alloc(claimed(chunk))
    for (const packet of parser.push(chunk)) onPacket(packet)
  }
}

function claimed(chunk) {
  try {
    return decodeFixedHeader(chunk)?.remainingLength ?? 0
  } catch {
    return 0
  }
}
