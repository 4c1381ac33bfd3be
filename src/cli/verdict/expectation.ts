// What the standard expects for a stream: its packets, and how it ends.

import { DecodeError, decodeRemainingLength, type Packet, PacketParser } from '../../index.ts'
import { CONTROL_PACKETS, packetTypeOf } from '../../packet-types.ts'
import { type Declaration, isSent, parserOptions } from '../target/declaration.ts'
import { declaredRefusal, type Permission, permissionsFor } from './permission.ts'

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
  /** For each packet, why a receiver may refuse it. If absent, it must accept them all. */
  readonly permissions?: readonly (readonly Permission[])[]
}

/** [MQTT-3.1.2-1] and [MQTT-3.1.2-2] let a receiver support other protocols. */
const OTHER_PROTOCOL_CODES: readonly string[] = ['unknown-protocol-name', 'unsupported-protocol-level']

/** What the standard expects from a target with this declaration. */
export function expectationFor(
  bytes: Uint8Array,
  declaration: Declaration,
  known: Expectation = expectationOf(bytes, declaration),
): Expectation {
  const permissions: Permission[][] = []
  for (const [index, packet] of known.packets.entries()) {
    const start = known.ends[index - 1] ?? 0
    const end = known.ends[index] ?? 0
    const all = permissionsFor(packet, bytes.subarray(start, end))
    const refusal = declaredRefusal(declaration, all)
    if (refusal !== undefined) {
      const { reason: code, rule } = refusal
      const message = `${packet.type.toUpperCase()}: the target declares that it refuses ${code} [${rule}]`
      return {
        packets: known.packets.slice(0, index),
        ends: known.ends.slice(0, index),
        ending: { kind: 'refused', code, rule, packetType: packet.type, message, end },
        permissions,
      }
    }
    permissions.push(all)
  }
  return { ...known, permissions }
}

/** The result of our own decoder. */
function expectationOf(bytes: Uint8Array, declaration: Declaration): Expectation {
  const parser = new PacketParser(parserOptions(declaration))
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
    return { packets, ends, ending: endingOf(error, bytes, ends.at(-1) ?? 0, declaration) }
  }
  return { packets, ends, ending: { kind: parser.bufferedLength === 0 ? 'complete' : 'incomplete' } }
}

function endingOf(error: DecodeError, bytes: Uint8Array, start: number, declaration: Declaration): Ending {
  const { code, rule, packetType, message } = error
  if (declaration.protocols === undefined && OTHER_PROTOCOL_CODES.includes(code))
    return { kind: 'another protocol' }
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

/** Whether the target is sent all packet types of a stream. */
export function isForTarget(bytes: Uint8Array, declaration: Declaration): boolean {
  return packetTypesOf(bytes).every((type) => isSent(declaration, type))
}

/** The packet types in a stream, by their first bytes. */
export function packetTypesOf(bytes: Uint8Array): (string | undefined)[] {
  const types: (string | undefined)[] = []
  for (let start = 0; start < bytes.length; start = claimedEnd(bytes, start) ?? bytes.length)
    types.push(CONTROL_PACKETS[packetTypeOf(bytes[start] ?? 0)]?.name)
  return types
}
