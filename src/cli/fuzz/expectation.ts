// What the standard says of a stream: the packets in it, and how it ends.

import { DecodeError, decodeRemainingLength, type Packet, PacketParser } from '../../index.ts'

export interface Refusal {
  readonly kind: 'refused'
  readonly code: string
  readonly rule: string
  readonly packetType: string | undefined
  readonly message: string
  /** Where the packet ends that is to be refused. */
  readonly end: number
}

/**
 * How a stream ends: with a whole packet; with one that is to be refused; inside a packet, which may be refused before
 * all of it has come, but not delivered; or with a CONNECT for another protocol, which other parsers may read.
 */
export type Ending =
  | { readonly kind: 'complete' }
  | Refusal
  | { readonly kind: 'incomplete' }
  | { readonly kind: 'another protocol' }

export interface Expectation {
  readonly packets: readonly Packet[]
  /** Where each of the packets ends. */
  readonly ends: readonly number[]
  readonly ending: Ending
}

/** [MQTT-3.1.2-1] and [MQTT-3.1.2-2] leave it to the receiver which other protocols it speaks. */
const OF_OTHER_PROTOCOLS: readonly string[] = ['unknown-protocol-name', 'unsupported-protocol-level']

/** What our decoder says. */
export function expectationOf(bytes: Uint8Array): Expectation {
  const parser = new PacketParser()
  const packets: Packet[] = []
  const ends: number[] = []
  try {
    parser.push(bytes)
    for (const packet of parser) {
      packets.push(packet)
      ends.push(bytes.length - parser.bufferedLength)
    }
  } catch (error) {
    if (!(error instanceof DecodeError)) throw error
    return { packets, ends, ending: endingOf(error, bytes, ends.at(-1) ?? 0) }
  }
  return { packets, ends, ending: { kind: parser.bufferedLength === 0 ? 'complete' : 'incomplete' } }
}

function endingOf(error: DecodeError, bytes: Uint8Array, start: number): Ending {
  const { code, rule, packetType, message } = error
  if (OF_OTHER_PROTOCOLS.includes(code)) return { kind: 'another protocol' }
  const end = endOf(bytes, start)
  if (end === undefined) return { kind: 'incomplete' }
  return { kind: 'refused', code, rule, packetType, message, end }
}

const LONGEST_FIXED_HEADER = 5

/** Where the packet that starts at `start` ends; undefined if that is beyond the bytes. */
function endOf(bytes: Uint8Array, start: number): number | undefined {
  const end = claimedEnd(bytes, start)
  return end === undefined || end > bytes.length ? undefined : end
}

function claimedEnd(bytes: Uint8Array, start: number): number | undefined {
  try {
    const remaining = decodeRemainingLength(bytes, start + 1)
    return remaining && start + 1 + remaining.length + remaining.value
  } catch {
    return start + LONGEST_FIXED_HEADER // four bytes of Remaining Length do not end it
  }
}
