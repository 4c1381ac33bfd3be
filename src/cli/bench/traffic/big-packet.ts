import { fixedHeader } from './bytes.ts'

const CHUNK = 1024
const TOPIC = Buffer.from('\0\x07a/topic')

/**
 * Returns a PUBLISH with a payload of `payloadLength` bytes, in chunks of 1 KiB. The chunks are views of the same 64 KiB,
 * because data from a socket is in the CPU cache, too.
 */
export function bigPacket(payloadLength: number): Buffer[] {
  const buffer = Buffer.alloc(64 * CHUNK, 0x5a)
  const header = Buffer.concat([fixedHeader(0x30, TOPIC.length + payloadLength), TOPIC])
  const payload = Array.from({ length: payloadLength / CHUNK }, (_, index) => {
    const start = (index % 64) * CHUNK
    return buffer.subarray(start, start + CHUNK)
  })
  return [header, ...payload]
}
