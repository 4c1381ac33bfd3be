// A parser with its own packet shape, and with caches that can be cleared.

import { encode as encodePacket, PacketParser } from '../../../dist/index.js'

export function open(onPacket) {
  const parser = new PacketParser()
  return (chunk) => {
    for (const packet of parser.push(chunk)) onPacket([packet])
  }
}

export const neutral = ([packet]) => packet
export const native = (packet) => [packet]
export const encode = ([packet]) => encodePacket(packet)
export const forget = () => {}
