import type { Packet, PacketInput } from '../../src/index.ts'
import type { VectorPacket } from '../vectors/vectors.d.cts'

export const bytesOf = (hex: string): Buffer => Buffer.from(hex, 'hex')

/** A decoded packet as the corpus writes it. */
export function written(packet: Packet): VectorPacket {
  const plain = JSON.stringify(packet, function (this: Record<string, unknown>, key, value) {
    const own = this[key]
    return own instanceof Uint8Array ? Buffer.from(own).toString('hex') : value
  })
  return JSON.parse(plain)
}

/** A packet of the corpus in the form that `encode` accepts. */
export function input(packet: VectorPacket): PacketInput {
  if (packet.type === 'publish') return { ...packet, payload: bytesOf(packet.payload) }
  if (packet.type !== 'connect') return packet
  const { will, password, ...rest } = packet
  return {
    ...rest,
    ...(will && { will: { ...will, payload: bytesOf(will.payload) } }),
    ...(password !== undefined && { password: bytesOf(password) }),
  }
}
