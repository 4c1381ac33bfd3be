// What the standard expects of a stream: its packets, and how it ends.

import { DecodeError, decodeRemainingLength, type Packet, PacketParser } from '../../index.ts'

export interface Refusal {
  readonly kind: 'refused'
  readonly code: string
  readonly rule: string
  readonly packetType: string | undefined
  readonly message: string
  /** The offset at which the packet that must be refused ends. */
  readonly end: number
}

/**
 * How a stream ends: with a complete packet; with one that must be refused; inside a packet, which may be refused early but
 * must not be delivered; or with a CONNECT for another protocol, which other parsers may support.
 */
export type Ending =
  | { readonly kind: 'complete' }
  | Refusal
  | { readonly kind: 'incomplete' }
  | { readonly kind: 'another protocol' }

export interface Expectation {
  readonly packets: readonly Packet[]
  /** The offset at which each packet ends. */
  readonly ends: readonly number[]
  readonly ending: Ending
}

/** [MQTT-3.1.2-1] and [MQTT-3.1.2-2] let a receiver support other protocols. */
const OTHER_PROTOCOL_CODES: readonly string[] = ['unknown-protocol-name', 'unsupported-protocol-level']

/** The result of our own decoder. */
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
  if (OTHER_PROTOCOL_CODES.includes(code)) return { kind: 'another protocol' }
  const end = endOf(bytes, start)
  if (end === undefined) return { kind: 'incomplete' }
  return { kind: 'refused', code, rule, packetType, message, end }
}

const MAX_FIXED_HEADER_LENGTH = 5

/** The offset at which the packet at `start` ends; undefined if it is incomplete. */
function endOf(bytes: Uint8Array, start: number): number | undefined {
  const end = claimedEnd(bytes, start)
  return end === undefined || end > bytes.length ? undefined : end
}

function claimedEnd(bytes: Uint8Array, start: number): number | undefined {
  try {
    const remaining = decodeRemainingLength(bytes, start + 1)
    return remaining && start + 1 + remaining.length + remaining.value
  } catch {
    return start + MAX_FIXED_HEADER_LENGTH // the fourth byte of the Remaining Length has the continuation bit
  }
}
