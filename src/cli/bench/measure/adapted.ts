// An adapter as a contestant. Imported anew for each, so that V8 learns of each alone: see loops.ts.

import type { Adapter } from '../../target/module.ts'
import type { Contestant } from './contestant.ts'

/** The fields that are read of a packet; absent ones count 0. */
interface Read {
  readonly type: string
  readonly topic?: string | undefined
  readonly payload?: Uint8Array | undefined
  readonly packetId?: number | undefined
}

/** What reading a packet in mqtt-wire's shape gives: something of each field of a PUBLISH, and the packet identifier of others. */
export function readOf({ type, topic, payload, packetId = 0 }: Read): number {
  if (type !== 'publish') return packetId
  const ofTopic = topic === undefined ? 0 : topic.length + topic.charCodeAt(0)
  return ofTopic + (payload === undefined ? 0 : (payload[0] as number)) + packetId
}

export function contestantFrom(adapter: Adapter, name: string): Contestant {
  const { open, neutral = itself, native = itself, read = readerOf(adapter), encode, encodeInto } = adapter
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
    ? (packet) => readOf(packet as Read)
    : (packet) => readOf(neutral(packet) as Read)
}

function itself(packet: unknown): unknown {
  return packet
}
