// A sound parser, to be spoilt by the modules beside this one.

import { PacketParser } from '../../../dist/index.js'

/** An adapter's `open`; `spoil` sees each packet and may return another one, throw, or never return. */
export function opened(spoil = (packet) => packet, options = undefined) {
  return (onPacket) => {
    const parser = new PacketParser(options)
    return (chunk) => {
      for (const packet of parser.push(chunk)) onPacket(spoil(packet))
    }
  }
}
