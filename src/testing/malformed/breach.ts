// A packet with one breach, and what a receiver must say about it: known from how the packet was built.

import { DECODE_ERRORS, type DecodeErrorCode } from '../../errors.ts'
import type { ParserOptions } from '../../options.ts'
import { type RawPacket, rawLayout } from '../raw-packet.ts'

/** A malformed packet, and the error that must be reported for it. */
export interface Malformed {
  readonly bytes: Uint8Array
  readonly code: DecodeErrorCode
  readonly rule: string
  readonly field: string | undefined
  /** Bytes from the first to the one that shows the breach. */
  readonly offset: number
  /** The options without which these bytes are allowed: a role or a limit. */
  readonly options?: ParserOptions
  /** Who can see it: `decode`, given these bytes; a parser, given these bytes and then the end; or both. */
  readonly seenBy: 'decode' | 'parser' | 'both'
}

/** What malformed packets are made of; all of it is allowed. */
export interface Ingredients {
  readonly packetId: number
  readonly qos: 1 | 2
  /** A topic name, and so a topic filter without wildcards. */
  readonly topic: string
  readonly text: string
  /** At least one. */
  readonly payload: Uint8Array
  /** Picks one of several ways, counted round. */
  readonly way: number
  /** Another pick. */
  readonly turn: number
}

/** How to break one rule. */
export interface Breach {
  readonly code: DecodeErrorCode
  make(of: Ingredients): Malformed
}

/** A packet that is wrong in one field. */
interface Broken {
  readonly packet: RawPacket
  /** The field, by its name in the layout, and which one of several. */
  readonly at: string
  readonly nth?: number
  /** Where in the field the breach shows: from its start, or from its content behind the length prefix. */
  readonly fromStart?: number
  readonly fromContent?: number
  /** The name of what is wrong, where it is a part of the field. */
  readonly field?: string
  /** The statement, where it is not the code's usual one. */
  readonly rule?: string
  readonly options?: ParserOptions
  readonly seenBy?: Malformed['seenBy']
}

/** The one that `index` picks, counted round. */
export function pick<Item>(items: readonly Item[], index: number): Item {
  return items[index % items.length]!
}

/** A way to break a rule by a packet that is wrong in one field. */
export function breach(code: DecodeErrorCode, broken: (of: Ingredients) => Broken): Breach {
  return { code, make: (of) => malformed(code, broken(of)) }
}

function malformed(code: DecodeErrorCode, broken: Broken): Malformed {
  const { packet, at, nth = 0, fromStart = 0, fromContent, field = at, options } = broken
  const { bytes, fields } = rawLayout(packet)
  const { start, content } = fields.filter(({ name }) => name === at)[nth]!
  return {
    bytes,
    code,
    rule: broken.rule ?? DECODE_ERRORS[code].rule,
    field: field === '' ? undefined : field, // surplus bytes are no field
    offset: fromContent === undefined ? start + fromStart : content + fromContent,
    ...(options === undefined ? {} : { options }),
    seenBy: broken.seenBy ?? 'both',
  }
}
