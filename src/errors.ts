// The error classes. error-rules.ts and error-tables.ts define what the codes mean.

import type { DecodeErrorCode, EncodeErrorCode } from './error-rules.ts'

/** What a receiver should do: close the connection, or first answer with a CONNACK of this return code. */
export type Action = 'close' | { readonly connack: 1 | 2 }

/**
 * Names the errors of a class on their prototype, so that `name` is not an own property of each. The initializer of a static
 * field calls it, and not a statement, so that bundlers drop the classes that are not used.
 */
function named(error: { readonly prototype: object }, name: string): string {
  Object.defineProperty(error.prototype, 'name', { value: name, configurable: true, writable: true })
  return name
}

/** The base class of both errors, so that one `instanceof` catches both. It is never thrown itself. */
export class MqttError extends Error {
  static override readonly name = /* @__PURE__ */ named(MqttError, 'MqttError') as string
  /** The violated statement, such as `'MQTT-3.3.2-2'`, or a section if no numbered statement covers it: `'§2.2.3'`. */
  readonly rule: string
  /** The name of the packet type in lower case, if known: `'publish'`. */
  readonly packetType: string | undefined
  /** The standard's name of the field that holds the violation, if any: `'Topic Name'`. */
  readonly field: string | undefined

  constructor(message: string, rule: string, packetType: string | undefined, field: string | undefined) {
    super(message)
    this.rule = rule
    this.packetType = packetType
    this.field = field
  }
}

/** The properties of a {@link DecodeError} besides its code. */
export interface DecodeErrorFacts {
  readonly rule: string
  readonly packetType?: string | undefined
  readonly field?: string | undefined
  readonly offset: number
  readonly streamOffset?: number | undefined
  /** Default `'close'`. */
  readonly action?: Action
  readonly found?: number | string | undefined
  /** What is wrong. */
  readonly reason: string
  /** The protocol that the stream seems to use instead of MQTT 3.1.1. */
  readonly hint?: string | undefined
}

/** Thrown for bytes that violate MQTT 3.1.1 or exceed a limit of the receiver. */
export class DecodeError extends MqttError {
  static override readonly name = /* @__PURE__ */ named(DecodeError, 'DecodeError') as string
  readonly code: DecodeErrorCode
  /** The offset of the first byte that shows the violation, in bytes from the packet's first byte. */
  readonly offset: number
  /** The position in bytes from the first byte pushed to the parser; undefined outside a parser. */
  readonly streamOffset: number | undefined
  /** What a receiver should do: close the connection, or first answer with a CONNACK of this return code. */
  readonly action: Action
  /**
   * The offending byte, number or text (at most 64 characters of it); for `surplus-bytes` and `trailing-bytes` the number of
   * excess bytes; undefined if there is nothing to show.
   */
  readonly found: number | string | undefined

  constructor(
    code: DecodeErrorCode,
    {
      rule,
      packetType,
      field,
      offset,
      streamOffset,
      action = 'close',
      found,
      reason,
      hint,
    }: DecodeErrorFacts,
  ) {
    const looksLike = hint === undefined ? '' : `; this looks like ${hint}`
    const message = `${subject(packetType, field)}${reason} [${rule}] (byte ${offset})${looksLike}`
    super(message, rule, packetType, field)
    this.code = code
    this.offset = offset
    this.streamOffset = streamOffset
    this.action = action
    this.found = found
  }
}

/** The properties of an {@link EncodeError} besides its code. */
export interface EncodeErrorFacts {
  readonly rule: string
  readonly packetType?: string | undefined
  readonly field?: string | undefined
  readonly property?: string | undefined
  /** What was expected and what was given. */
  readonly reason: string
}

/** Thrown for a packet that cannot be encoded. Nothing was written. */
export class EncodeError extends MqttError {
  static override readonly name = /* @__PURE__ */ named(EncodeError, 'EncodeError') as string
  readonly code: EncodeErrorCode
  /** The path of the offending property: `'subscriptions[0].topicFilter'`; undefined if no single property is at fault. */
  readonly property: string | undefined

  constructor(code: EncodeErrorCode, facts: EncodeErrorFacts, message: string = refusal(facts)) {
    super(message, facts.rule, facts.packetType, facts.field)
    this.code = code
    this.property = facts.property
  }
}

function refusal({ rule, packetType, field, property, reason }: EncodeErrorFacts): string {
  const place = property ?? field
  const type = packetType?.toUpperCase()
  const what = place === undefined ? `${type}:` : type === undefined ? place : `${type} ${place}`
  return `${what} ${reason} [${rule}]`
}

function subject(packetType: string | undefined, field: string | undefined): string {
  const words = [packetType?.toUpperCase(), field].filter((word) => word !== undefined)
  return words.length === 0 ? '' : `${words.join(' ')}: `
}
