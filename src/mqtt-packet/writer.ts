// Packets to streams. All of a packet is checked before its first byte is written.

import type { Packet, WritableStream } from './types.ts'
import { inFamiliarWords } from './words.ts'

/**
 * When what was written leaves: after the current callback, as mqtt-packet does it, or after all callbacks of this turn
 * of the event loop.
 */
export type Flush = 'tick' | 'immediate'

type Schedule = (uncork: (stream: WritableStream) => void, stream: WritableStream) => void

// What only some hosts have is looked up at each call: test runners replace it.
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

/** The packets for which mqtt-packet returns true whatever the stream says. */
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

/** @param piecesOf the bytes of a packet, in one piece or two; throws, before anything is written, if it cannot be encoded */
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
