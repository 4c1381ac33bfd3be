// A stream of three packets, and helpers for the tests of both kinds of stream.

import type { DecodeError, Packet } from '../../src/index.ts'
import { bytes, join } from './bytes.ts'

export const PUBACK = bytes('40 02 0001')
export const PUBLISH = bytes("30 07 0003 'a/b' 'hi'")
export const STREAM = join(PUBACK, PUBLISH, PUBACK)
export const TYPES = ['puback', 'publish', 'puback']
export const BAD = bytes('00 00')

export const tick = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))

/** The types of all packets, and how the stream ended. */
export async function collect(packets: AsyncIterable<Packet>): Promise<unknown[]> {
  const seen: unknown[] = []
  try {
    for await (const packet of packets) seen.push(packet.type)
  } catch (error) {
    seen.push((error as DecodeError).code ?? error)
  }
  return seen
}
