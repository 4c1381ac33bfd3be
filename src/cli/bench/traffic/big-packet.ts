import { fixedHeader } from './bytes.ts'

const CHUNK = 1024
const TOPIC = Buffer.from('\0\x07a/topic')

/**
 * A PUBLISH with a payload of so many bytes, in chunks of 1 KiB. A socket's buffer is in the processor's cache when it is
 * handed over: all chunks are views of the same few KiB.
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
