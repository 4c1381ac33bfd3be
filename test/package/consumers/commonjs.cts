// A CommonJS module, which imports the package when it needs it.

import type { Packet } from 'mqtt-wire' with { 'resolution-mode': 'import' }

export async function pingreq(): Promise<Packet<Buffer>> {
  const { decode, encode } = await import('mqtt-wire')
  const bytes: Buffer = encode({ type: 'pingreq' })
  return decode(bytes)
}
