// Passes the check and throws later in the stream.

import { open as openParser } from '../../fuzz/adapters/mqtt-wire.mjs'

const MAX_CHUNKS = 25

let chunks = 0

export function open(onPacket) {
  const take = openParser(onPacket)
  return (chunk) => {
    if (++chunks > MAX_CHUNKS) throw new Error('I am \u001b[31mtired')
    take(chunk)
  }
}
