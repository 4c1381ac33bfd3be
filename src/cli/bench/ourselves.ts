// An adapter for mqtt-wire.

import { PacketParser, topicCache } from '../../index.ts'

export { encode, encodeInto } from '../../index.ts'

export function open(onPacket: (packet: unknown) => void): (chunk: Buffer) => void {
  const parser = new PacketParser<Buffer>()
  return (chunk) => {
    parser.push(chunk)
    for (let packet = parser.read(); packet !== undefined; packet = parser.read()) onPacket(packet)
  }
}

export function forget(): void {
  topicCache.clear()
}
