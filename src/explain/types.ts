// What explain returns: plain data. The fields of a packet cover all of its bytes, in wire order.

import type { Action, DecodeErrorCode, Packet, PacketTypeName } from '../index.ts'

/** The explanation of a sequence of packets. */
export interface Explanation {
  /** In wire order. All but the last are valid. */
  readonly packets: readonly ExplainedPacket[]
  /** The verdict on the last packet; `'valid'` if there are no packets. */
  readonly verdict: Verdict
  /** What is wrong with the last packet; undefined if it is valid. */
  readonly fault: ExplainedFault | undefined
  /** The offset of the first byte after the last packet. It equals the input's length unless the last packet is malformed. */
  readonly end: number
  /** The bytes after a malformed packet, which were not read; usually empty. */
  readonly unread: Uint8Array
}

export type Verdict = 'valid' | 'malformed' | 'incomplete'

/** One packet. */
export interface ExplainedPacket {
  readonly verdict: Verdict
  /** The packet type; undefined for the reserved types 0 and 15. */
  readonly type: PacketTypeName | undefined
  /** The offset of the packet's first byte in the stream. */
  readonly offset: number
  /**
   * The number of available bytes that belong to the packet. If the fixed header is malformed, the packet ends with the field at
   * fault.
   */
  readonly length: number
  /** The fixed header, the variable header and the payload, as far as the packet has them. */
  readonly fields: readonly ExplainedField[]
  /** The decoded packet; undefined unless the packet is valid. */
  readonly packet: Packet | undefined
  /** Why the packet is malformed or incomplete; undefined if it is valid. */
  readonly fault: ExplainedFault | undefined
  /** The violations that `tolerate` accepted, in the order of the bytes. */
  readonly tolerated: readonly ExplainedFault[]
  /** What an incomplete packet lacks; undefined for other packets. */
  readonly missing: Missing | undefined
}

/** What an incomplete packet lacks. */
export interface Missing {
  /** The field in which the bytes end: `'Topic Name'`. */
  readonly field: string | undefined
  /** The number of missing bytes; undefined if the Remaining Length is incomplete. */
  readonly length: number | undefined
}

/** A violation, and its position. */
export interface ExplainedFault {
  readonly code: DecodeErrorCode
  /** The violated statement, such as `'MQTT-3.3.2-2'`, or a section: `'§2.2.3'`. */
  readonly rule: string
  /** The specification's name of the field, if the violation is in one. */
  readonly field: string | undefined
  /** The offset in the stream of the first byte that shows the violation: a DecodeError's `streamOffset`. */
  readonly offset: number
  /** What the rule requires. */
  readonly expected: string
  /** What was found instead, as `found` of a DecodeError. */
  readonly found: number | string | undefined
  /** The message of the DecodeError, which counts bytes from the packet's first byte. */
  readonly message: string
  /** What a receiver should do. */
  readonly action: Action
}

/**
 * What a field holds.
 *
 * - `group`: only other fields, such as the variable header
 * - `type`: the fixed header's first byte and the packet type in it
 * - `flags`: bits with a meaning of their own
 * - `length`: a Remaining Length, or the length prefix of text or binary data
 * - `identifier`: a packet identifier
 * - `number`: any other number
 * - `code`: a return code
 * - `text`: UTF-8 with a length prefix
 * - `binary`: bytes, with a length prefix except in the payload of a PUBLISH
 * - `unread`: bytes that are not read as any field, after a fault or after the last field
 */
export type FieldKind =
  | 'group'
  | 'type'
  | 'flags'
  | 'length'
  | 'identifier'
  | 'number'
  | 'code'
  | 'text'
  | 'binary'
  | 'unread'

/** One field, or a part of one. */
export interface ExplainedField {
  /** The specification's name: `'Keep Alive'`. */
  readonly name: string
  /** The section that defines it: `'§3.1.2.10'`. */
  readonly section: string
  readonly kind: FieldKind
  /** The offset of the field's first byte in the stream. */
  readonly offset: number
  /** In bytes; 1 for bits, and 0 for an empty payload and for a field of which no byte is available. */
  readonly length: number
  /** The highest and the lowest bit if the field is a part of a byte, 7 to 0. */
  readonly bits: readonly [high: number, low: number] | undefined
  /** The raw bytes, length prefix included. */
  readonly bytes: Uint8Array
  /** The decoded value; undefined for groups, for unread bytes, and if the field is cut off. */
  readonly value: number | string | boolean | Uint8Array | undefined
  /** What the value means, on one line that is safe to print: `'keep alive 60 s'`. */
  readonly meaning: string
  /** Whether the packet, or its available part, ends inside the field. */
  readonly isCut: boolean
  /** The parts of the field, in wire order; bits from the highest to the lowest. */
  readonly fields: readonly ExplainedField[]
}
