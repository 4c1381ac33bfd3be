// Right for the length of the check, and then no more.

import { open as openParser } from '../../fuzz/adapters/mqtt-wire.mjs'

const end = Date.now() + 1_000

export function open(onPacket) {
  const take = openParser(onPacket)
  return (chunk) => {
    if (Date.now() > end) throw new Error('I am \u001b[31mtired')
    take(chunk)
  }
}
