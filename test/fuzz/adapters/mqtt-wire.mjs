import { DecodeError, PacketParser, topicCache } from '../../../dist/index.js'

export function open(onPacket) {
  const parser = new PacketParser()
  return (chunk) => {
    parser.push(chunk)
    for (let packet = parser.read(); packet !== undefined; packet = parser.read()) onPacket(packet)
  }
}

export const isRefusal = (error) => error instanceof DecodeError

// For `mqtt-wire bench`:
export { encode, encodeInto } from '../../../dist/index.js'
export const forget = () => topicCache.clear()
