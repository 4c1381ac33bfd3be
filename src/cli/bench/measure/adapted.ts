// Turns an adapter into a contestant. Each contestant imports its own copy of this module: see loops.ts.

import type { Adapter } from '../../target/module.ts'
import type { Contestant } from './contestant.ts'

/** The fields that are read after decoding. An absent field counts as 0. */
interface ReadFields {
  readonly type: string
  readonly topic?: string | undefined
  readonly payload?: Uint8Array | undefined
  readonly packetId?: number | undefined
}

/** Reads a packet in mqtt-wire's shape: sums part of each field of a PUBLISH, or returns the packet identifier. */
export function sumOfFields({ type, topic, payload, packetId = 0 }: ReadFields): number {
  if (type !== 'publish') return packetId
  const ofTopic = topic === undefined ? 0 : topic.length + topic.charCodeAt(0)
  return ofTopic + (payload === undefined ? 0 : (payload[0] as number)) + packetId
}

export function contestantFrom(adapter: Adapter, name: string): Contestant {
  const {
    open,
    neutral = identity,
    native = identity,
    read = readerOf(adapter),
    encode,
    encodeInto,
  } = adapter
  return {
    name,
    open: open as Contestant['open'],
    feed: (take, chunk) => (take as (chunk: Buffer) => unknown)(chunk),
    read,
    neutral: neutral as Contestant['neutral'],
    isPartial: true,
    native,
    encode,
    encodeInto,
    forget: adapter.forget,
  }
}

function readerOf({ neutral }: Adapter): Contestant['read'] {
  return neutral === undefined
    ? (packet) => sumOfFields(packet as ReadFields)
    : (packet) => sumOfFields(neutral(packet) as ReadFields)
}

function identity(packet: unknown): unknown {
  return packet
}
