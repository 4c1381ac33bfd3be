// Packets with one violation, and the error that a receiver must report, which follows from how the packet is built.

import { type DecodeErrorCode, ruleOf } from '../../error-rules.ts'
import type { ParserOptions } from '../../options.ts'
import { type RawPacket, rawLayout } from '../raw-packet.ts'

/** A malformed packet, and the error that it must cause. */
export interface Malformed {
  readonly bytes: Uint8Array
  readonly code: DecodeErrorCode
  readonly rule: string
  readonly field: string | undefined
  /** The offset of the byte that shows the violation. */
  readonly offset: number
  /** Options that make these bytes invalid, such as a role or a limit; they are valid without them. */
  readonly options?: ParserOptions
  /** What can detect it: `decode`, given these bytes; a parser, given these bytes and then the end; or both. */
  readonly seenBy: 'decode' | 'parser' | 'both'
}

/** The values that malformed packets are built from. All of them are valid. */
export interface Ingredients {
  readonly packetId: number
  readonly qos: 1 | 2
  /** A topic name, which is also a topic filter without wildcards. */
  readonly topic: string
  readonly text: string
  /** At least one. */
  readonly payload: Uint8Array
  /** An index to pick a variant with, modulo the number of variants. */
  readonly way: number
  /** Another index. */
  readonly turn: number
}

/** A way to break one rule. */
export interface Violation {
  readonly code: DecodeErrorCode
  make(of: Ingredients): Malformed
}

/** A packet with one invalid field. */
interface Broken {
  readonly packet: RawPacket
  /** The field's name in the layout, and its index if there are several. */
  readonly at: string
  readonly nth?: number
  /** The offset of the violation in the field: from its start, or from its content after the length prefix. */
  readonly fromStart?: number
  readonly fromContent?: number
  /** The name to report, if the violation is in a part of the field. */
  readonly field?: string
  /** The rule, if it differs from the code's rule. */
  readonly rule?: string
  readonly options?: ParserOptions
  readonly seenBy?: Malformed['seenBy']
}

/** Picks the item at `index`, modulo the number of items. */
export function pick<Item>(items: readonly Item[], index: number): Item {
  return items[index % items.length]!
}

/** Creates a violation from a packet with one invalid field. */
export function violation(code: DecodeErrorCode, broken: (of: Ingredients) => Broken): Violation {
  return { code, make: (of) => malformed(code, broken(of)) }
}

function malformed(code: DecodeErrorCode, broken: Broken): Malformed {
  const { packet, at, nth = 0, fromStart = 0, fromContent, field = at, options } = broken
  const { bytes, fields } = rawLayout(packet)
  const { start, content } = fields.filter(({ name }) => name === at)[nth]!
  return {
    bytes,
    code,
    rule: broken.rule ?? ruleOf(code),
    field: field === '' ? undefined : field, // surplus bytes are not a field
    offset: fromContent === undefined ? start + fromStart : content + fromContent,
    ...(options === undefined ? {} : { options }),
    seenBy: broken.seenBy ?? 'both',
  }
}
