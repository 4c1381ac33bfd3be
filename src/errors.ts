// The errors, as data: one row per code.

import { show, truncate } from './show.ts'

/** What a receiver should do: close the connection, or first answer with a CONNACK of this return code. */
export type Action = 'close' | { readonly connack: 1 | 2 }

/**
 * Why bytes were refused, one row per code.
 *
 * `rule` is the statement that the code stands for; an error names a more specific one if the standard repeats the rule for
 * one packet type. A violation with a `tolerable` code leaves the packet readable, so the `tolerate` option accepts it.
 */
// biome-ignore format: a table, one row per code
export const DECODE_ERRORS = {
  // Framing: where the packet ends, and whether it may be sent at all
  'reserved-packet-type': { rule: '§2.2.1', tolerable: false, summary: 'packet types 0 and 15 are reserved' },
  'unexpected-packet-type': { rule: '§2.2.1', tolerable: false, summary: 'the peer may not send this packet type' },
  'remaining-length-too-long': { rule: '§2.2.3', tolerable: false, summary: 'Remaining Length must be at most four bytes long' },
  'packet-too-large': { rule: '§2.2.3', tolerable: false, summary: 'the packet is larger than the receiver accepts' },
  'incomplete-packet': { rule: '§2.2.3', tolerable: false, summary: 'the input ended inside a packet' },
  'trailing-bytes': { rule: '§2.2.3', tolerable: false, summary: 'bytes follow the packet' },
  'body-too-short': { rule: '§2.2.3', tolerable: false, summary: 'the packet ends before the end of this field' },
  'surplus-bytes': { rule: '§2.2.3', tolerable: true, summary: 'the packet is longer than its fields' },
  // The fixed header's flags
  'invalid-qos': { rule: 'MQTT-3.3.1-4', tolerable: false, summary: 'QoS must be 0, 1 or 2' },
  'reserved-flags': { rule: 'MQTT-2.2.2-2', tolerable: true, summary: 'the fixed header has flags that Table 2.2 does not allow' },
  'dup-with-qos-0': { rule: 'MQTT-3.3.1-2', tolerable: true, summary: 'DUP must be 0 if QoS is 0' },
  // Fields that many packets share
  'packet-identifier-zero': { rule: 'MQTT-2.3.1-1', tolerable: true, summary: 'a packet identifier must not be 0' },
  'ill-formed-utf8': { rule: 'MQTT-1.5.3-1', tolerable: true, summary: 'text must be well-formed UTF-8' },
  'null-character': { rule: 'MQTT-1.5.3-2', tolerable: true, summary: 'text must not contain U+0000' },
  'empty-topic-name': { rule: 'MQTT-4.7.3-1', tolerable: true, summary: 'a topic name must have at least one character' },
  'wildcard-in-topic-name': { rule: 'MQTT-3.3.2-2', tolerable: true, summary: 'a topic name must not contain wildcards' },
  'empty-topic-filter': { rule: 'MQTT-4.7.3-1', tolerable: true, summary: 'a topic filter must have at least one character' },
  'misplaced-multi-level-wildcard': { rule: 'MQTT-4.7.1-2', tolerable: true, summary: '# must occupy the entire last level' },
  'misplaced-single-level-wildcard': { rule: 'MQTT-4.7.1-3', tolerable: true, summary: '+ must occupy an entire level' },
  // What §1.5.3 lets a receiver refuse: only with the `refuse` option
  'control-character': { rule: '§1.5.3', tolerable: false, summary: 'the receiver refuses control characters' },
  'non-character': { rule: '§1.5.3', tolerable: false, summary: 'the receiver refuses non-characters' },
  // CONNECT
  'unknown-protocol-name': { rule: 'MQTT-3.1.2-1', tolerable: false, summary: 'the protocol name is unknown' },
  'unsupported-protocol-level': { rule: 'MQTT-3.1.2-2', tolerable: false, summary: 'the protocol level is not supported' },
  'connect-reserved-flag': { rule: 'MQTT-3.1.2-3', tolerable: true, summary: "CONNECT's reserved flag must be 0" },
  'will-qos-without-will': { rule: 'MQTT-3.1.2-13', tolerable: true, summary: 'Will QoS must be 0 if the Will Flag is 0' },
  'will-retain-without-will': { rule: 'MQTT-3.1.2-15', tolerable: true, summary: 'Will Retain must be 0 if the Will Flag is 0' },
  'password-without-username': { rule: 'MQTT-3.1.2-22', tolerable: true, summary: 'a password requires a user name' },
  'empty-client-identifier': { rule: 'MQTT-3.1.3-8', tolerable: true, summary: 'an empty client identifier requires clean session 1' },
  // CONNACK
  'connack-reserved-bits': { rule: '§3.2.2.1', tolerable: true, summary: 'the reserved Connect Acknowledge Flags must be 0' },
  'reserved-connack-code': { rule: '§3.2.2.3', tolerable: true, summary: 'CONNACK return codes above 5 are reserved' },
  'session-present-with-refusal': { rule: 'MQTT-3.2.2-4', tolerable: true, summary: 'Session Present must be 0 if the connection is refused' },
  // SUBSCRIBE, SUBACK, UNSUBSCRIBE
  'no-topic-filter': { rule: 'MQTT-3.8.3-3', tolerable: true, summary: 'the payload must contain at least one topic filter' },
  'requested-qos-reserved-bits': { rule: 'MQTT-3-8.3-4', tolerable: true, summary: 'the reserved bits of a requested QoS must be 0' },
  'no-return-code': { rule: '§3.9.3', tolerable: true, summary: 'the payload must contain at least one return code' },
  'reserved-suback-code': { rule: 'MQTT-3.9.3-2', tolerable: true, summary: 'SUBACK return codes other than 0, 1, 2 and 0x80 are reserved' },
  // The receiver's own limits
  'topic-too-long': { rule: '§4.7.3', tolerable: false, summary: 'the topic is longer than the receiver accepts' },
  'too-many-topic-levels': { rule: '§4.7.3', tolerable: false, summary: 'the topic has more levels than the receiver accepts' },
  'too-many-topic-filters': { rule: '§3.8.3', tolerable: false, summary: 'the list has too many entries' },
} as const

/** Why bytes were refused: {@link DecodeError.code}. */
export type DecodeErrorCode = keyof typeof DECODE_ERRORS

/** The codes that you can tolerate: the violation leaves the packet readable. */
export type TolerableCode = {
  [Code in DecodeErrorCode]: (typeof DECODE_ERRORS)[Code]['tolerable'] extends true ? Code : never
}[DecodeErrorCode]

/** Why a packet was not encoded. The codes of {@link DECODE_ERRORS} also apply. */
// biome-ignore format: a table, one row per code
export const ENCODE_ERRORS = {
  'unknown-packet-type': { rule: '§2.2.1', summary: 'there is no such packet type' },
  'unknown-field': { rule: '§3', summary: 'the packet type has no such field' },
  'missing-field': { rule: '§2', summary: 'the packet type requires this field' },
  'wrong-field-type': { rule: '§1.5', summary: 'the value has the wrong JavaScript type' },
  'value-out-of-range': { rule: '§1.5.2', summary: 'the value must be an integer that fits the field' },
  'field-too-long': { rule: '§1.5.3', summary: 'text and binary fields must be at most 65,535 bytes long' },
  'unexpected-packet-identifier': { rule: 'MQTT-2.3.1-5', summary: 'a PUBLISH with QoS 0 must not have a packet identifier' },
  'target-too-small': { rule: '§2.2.3', summary: 'the packet does not fit in the target at this offset' },
} as const

/** Why a packet was not encoded: {@link EncodeError.code}. */
export type EncodeErrorCode = keyof typeof ENCODE_ERRORS | DecodeErrorCode

/** The base class of both errors, so that one `instanceof` catches both. It is never thrown itself. */
export class MqttError extends Error {
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
export interface DecodeErrorDetails {
  /** The most specific rule; defaults to the code's rule. */
  readonly rule?: string | undefined
  readonly packetType?: string | undefined
  readonly field?: string | undefined
  readonly offset: number
  readonly streamOffset?: number | undefined
  readonly found?: number | string | undefined
  /** What is wrong, if the code's summary is not specific enough. */
  readonly reason?: string | undefined
  /** The protocol that the stream seems to use instead of MQTT 3.1.1. */
  readonly hint?: string | undefined
}

/** Thrown for bytes that violate MQTT 3.1.1 or exceed a limit of the receiver. */
export class DecodeError extends MqttError {
  readonly code: DecodeErrorCode
  /** The offset of the first byte that shows the violation, in bytes from the packet's first byte. */
  readonly offset: number
  /** The same position, in bytes from the first byte pushed to the parser; undefined outside a parser. */
  readonly streamOffset: number | undefined
  /** What a receiver should do: close the connection, or first answer with a CONNACK of this return code. */
  readonly action: Action
  /**
   * The offending byte, number or text (at most 64 characters of it); for `surplus-bytes` and `trailing-bytes` the number of
   * excess bytes; undefined if there is nothing to show.
   */
  readonly found: number | string | undefined

  constructor(code: DecodeErrorCode, details: DecodeErrorDetails) {
    const { packetType, field, offset, found, reason, hint } = details
    const { rule: ruleOfCode, summary } = DECODE_ERRORS[code]
    const rule = details.rule ?? ruleOfCode
    const what = reason ?? (found === undefined ? summary : `${summary}, found ${showFound(code, found)}`)
    const looksLike = hint === undefined ? '' : `; this looks like ${hint}`
    super(
      `${subject(packetType, field)}${what} [${rule}] (byte ${offset})${looksLike}`,
      rule,
      packetType,
      field,
    )
    this.code = code
    this.offset = offset
    this.streamOffset = details.streamOffset
    this.action = actionOf(code)
    this.found = typeof found === 'string' ? truncate(found) : found
  }
}

/**
 * Creates a DecodeError without a stack trace, for violations that are reported and not thrown. A peer can send any number
 * of those, and the stack trace takes about 4 of the 5 µs that an error costs on Node 20.
 */
export function violationOf(code: DecodeErrorCode, details: DecodeErrorDetails): DecodeError {
  const { stackTraceLimit } = Error as { stackTraceLimit?: unknown }
  // Only V8 has this limit. If Error is frozen, setting it fails and the error gets a stack trace.
  if (typeof stackTraceLimit !== 'number') return new DecodeError(code, details)
  Reflect.set(Error, 'stackTraceLimit', 0)
  try {
    return new DecodeError(code, details)
  } finally {
    Reflect.set(Error, 'stackTraceLimit', stackTraceLimit)
  }
}

const BITS: ReadonlySet<DecodeErrorCode> = new Set([
  'reserved-packet-type',
  'unexpected-packet-type',
  'remaining-length-too-long',
  'reserved-flags',
  'dup-with-qos-0',
  'ill-formed-utf8',
  'connect-reserved-flag',
  'will-qos-without-will',
  'will-retain-without-will',
  'password-without-username',
  'connack-reserved-bits',
  'requested-qos-reserved-bits',
  'reserved-suback-code',
])
const CHARACTERS: ReadonlySet<DecodeErrorCode> = new Set([
  'null-character',
  'control-character',
  'non-character',
])

/** Formats bits as hexadecimal, characters as U+XXXX, and everything else as is. */
function showFound(code: DecodeErrorCode, found: number | string): string {
  if (typeof found === 'string') return show(found)
  if (BITS.has(code)) return `0x${found.toString(16).padStart(2, '0')}`
  if (CHARACTERS.has(code)) return `U+${found.toString(16).toUpperCase().padStart(4, '0')}`
  return String(found)
}

/** The properties of an {@link EncodeError} besides its code. */
export interface EncodeErrorDetails {
  /** The most specific rule; defaults to the code's rule. */
  readonly rule?: string | undefined
  readonly packetType?: string | undefined
  readonly field?: string | undefined
  readonly property?: string | undefined
  /** What was expected and what was given; defaults to the code's summary. */
  readonly reason?: string | undefined
}

/** Thrown for a packet that cannot be encoded. Nothing was written. */
export class EncodeError extends MqttError {
  readonly code: EncodeErrorCode
  /** The path of the offending property: `'subscriptions[0].topicFilter'`; undefined if no single property is at fault. */
  readonly property: string | undefined

  constructor(
    code: EncodeErrorCode,
    { packetType, field, property, reason, ...details }: EncodeErrorDetails,
  ) {
    const { rule: ruleOfCode, summary } = Object.hasOwn(ENCODE_ERRORS, code)
      ? ENCODE_ERRORS[code as keyof typeof ENCODE_ERRORS]
      : DECODE_ERRORS[code as DecodeErrorCode]
    const rule = details.rule ?? ruleOfCode
    const type = packetType === undefined ? '' : `${packetType.toUpperCase()} `
    const what =
      reason === undefined ? subject(packetType, field) + summary : `${type}${property ?? field} ${reason}`
    super(`${what} [${rule}]`, rule, packetType, field)
    this.code = code
    this.property = property
  }
}

// On the prototypes, so that `name` is not an own property of every error.
for (const [error, name] of [
  [MqttError, 'MqttError'],
  [DecodeError, 'DecodeError'],
  [EncodeError, 'EncodeError'],
] as const) {
  Object.defineProperty(error.prototype, 'name', { value: name, configurable: true, writable: true })
}

function actionOf(code: DecodeErrorCode): Action {
  switch (code) {
    case 'unsupported-protocol-level':
      return { connack: 1 } // [MQTT-3.1.2-2]
    case 'empty-client-identifier':
      return { connack: 2 } // [MQTT-3.1.3-8]
    default:
      return 'close' // [MQTT-3.1.4-1], §4.8
  }
}

function subject(packetType: string | undefined, field: string | undefined): string {
  if (packetType === undefined) return field === undefined ? '' : `${field}: `
  return field === undefined ? `${packetType.toUpperCase()}: ` : `${packetType.toUpperCase()} ${field}: `
}
