// A CommonJS module that imports the package dynamically.

import type { Packet } from 'mqtt-wire' with { 'resolution-mode': 'import' }

export async function pingreq(): Promise<Packet<Buffer>> {
  const { decode, encode } = await import('mqtt-wire')
  const bytes: Buffer = encode({ type: 'pingreq' })
  return decode(bytes)
}
