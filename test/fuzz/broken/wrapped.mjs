// A correct parser, which the other modules in this folder break.

import { PacketParser } from '../../../dist/index.js'

/** An adapter's `open`. `corrupt` gets each packet, and may return another one, throw, or never return. */
export function opened(corrupt = (packet) => packet, options = undefined) {
  return (onPacket) => {
    const parser = new PacketParser(options)
    return (chunk) => {
      for (const packet of parser.push(chunk)) onPacket(corrupt(packet))
    }
  }
}
