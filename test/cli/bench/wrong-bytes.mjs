// Sets DUP in every packet that it encodes.

import { encode as encodePacket } from '../../../dist/index.js'

export { open } from '../../fuzz/adapters/mqtt-wire.mjs'

export function encode(packet) {
  const bytes = Buffer.from(encodePacket(packet))
  bytes[0] |= 8
  return bytes
}
