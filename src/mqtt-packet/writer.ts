// Writes packets to streams. A packet is fully checked before its first byte is written.

import type { Packet, WritableStream } from './types.ts'
import { inFamiliarWords } from './words.ts'

/**
 * When written packets are sent: after the current callback, as in mqtt-packet, or after all callbacks of this turn of the event
 * loop.
 */
export type Flush = 'tick' | 'immediate'

type Schedule = (uncork: (stream: WritableStream) => void, stream: WritableStream) => void

// Functions that only some hosts have are looked up at each call, because test runners replace them.
declare const process: { nextTick?: Schedule } | undefined
declare const setImmediate: Schedule | undefined
declare const setTimeout: (callback: () => void, milliseconds: number) => void
declare const queueMicrotask: (callback: () => void) => void

const SCHEDULES: Readonly<Record<Flush, Schedule>> = {
  tick(uncork, stream) {
    if (typeof process === 'object' && process.nextTick !== undefined) process.nextTick(uncork, stream)
    else queueMicrotask(() => uncork(stream))
  },
  immediate(uncork, stream) {
    if (typeof setImmediate === 'function') setImmediate(uncork, stream)
    else setTimeout(() => uncork(stream), 0)
  },
}

export const FLUSHES: readonly string[] = Object.keys(SCHEDULES)

/** The packets for which mqtt-packet always returns true. */
const NEVER_WAIT: ReadonlySet<string> = new Set([
  'connect',
  'connack',
  'puback',
  'pubrec',
  'pubrel',
  'pubcomp',
  'unsuback',
  'disconnect',
])

/** @param piecesOf returns the bytes of a packet in one or two pieces; throws if it cannot be encoded, before anything is written */
export function writerOf(
  piecesOf: (packet: Packet) => readonly Uint8Array[],
  flush: Flush,
): (packet: Packet, stream: WritableStream) => boolean {
  const corked = new WeakSet<WritableStream>()
  const schedule = SCHEDULES[flush]
  const uncork = (stream: WritableStream): void => {
    corked.delete(stream)
    stream.uncork!()
  }
  return (packet, stream) => {
    let pieces: readonly Uint8Array[]
    try {
      pieces = piecesOf(packet)
    } catch (error) {
      stream.destroy?.(inFamiliarWords(error))
      return false
    }
    if (!corked.has(stream) && stream.cork !== undefined && stream.uncork !== undefined) {
      stream.cork()
      corked.add(stream)
      schedule(uncork, stream)
    }
    let mayGoOn = true
    for (const piece of pieces) mayGoOn = stream.write(piece)
    return mayGoOn || NEVER_WAIT.has(packet.cmd)
  }
}
