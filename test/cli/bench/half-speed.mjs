// mqtt-wire doing everything twice, at half the speed.

import { encode as encodeOnce, PacketParser } from '../../../dist/index.js'

export function open(onPacket) {
  const [first, second] = [new PacketParser(), new PacketParser()]
  return (chunk) => {
    for (const _ of first.push(chunk));
    for (const packet of second.push(chunk)) onPacket(packet)
  }
}

export function encode(packet) {
  encodeOnce(packet)
  return encodeOnce(packet)
}
