// The errors, as data: one row per code.

import {
  type DecodeErrorCode,
  ENCODER_RULES,
  type EncoderCode,
  isTolerable,
  REMAINING_LENGTH_TOO_LONG,
  ruleOf,
  TARGET_TOO_SMALL,
} from './error-rules.ts'
import { type Action, DecodeError, type DecodeErrorFacts } from './errors.ts'
import { show, truncate } from './show.ts'

// biome-ignore format: a table, one row per code
const SUMMARIES: Readonly<Record<DecodeErrorCode, string>> = {
  // Framing: where the packet ends, and whether it may be sent at all
  'reserved-packet-type': 'packet types 0 and 15 are reserved',
  'unexpected-packet-type': 'the peer may not send this packet type',
  'remaining-length-too-long': REMAINING_LENGTH_TOO_LONG,
  'packet-too-large': 'the packet is larger than the receiver accepts',
  'incomplete-packet': 'the input ended inside a packet',
  'trailing-bytes': 'bytes follow the packet',
  'body-too-short': 'the packet ends before the end of this field',
  'surplus-bytes': 'the packet is longer than its fields',
  // The fixed header's flags
  'invalid-qos': 'QoS must be 0, 1 or 2',
  'reserved-flags': 'the fixed header has flags that Table 2.2 does not allow',
  'dup-with-qos-0': 'DUP must be 0 if QoS is 0',
  // Fields that many packets share
  'packet-identifier-zero': 'a packet identifier must not be 0',
  'ill-formed-utf8': 'text must be well-formed UTF-8',
  'null-character': 'text must not contain U+0000',
  'empty-topic-name': 'a topic name must have at least one character',
  'wildcard-in-topic-name': 'a topic name must not contain wildcards',
  'empty-topic-filter': 'a topic filter must have at least one character',
  'misplaced-multi-level-wildcard': '# must occupy the entire last level',
  'misplaced-single-level-wildcard': '+ must occupy an entire level',
  // What §1.5.3 lets a receiver refuse: only with the `refuse` option
  'control-character': 'the receiver refuses control characters',
  'non-character': 'the receiver refuses non-characters',
  // CONNECT
  'unknown-protocol-name': 'the protocol name is unknown',
  'unsupported-protocol-level': 'the protocol level is not supported',
  'connect-reserved-flag': "CONNECT's reserved flag must be 0",
  'will-qos-without-will': 'Will QoS must be 0 if the Will Flag is 0',
  'will-retain-without-will': 'Will Retain must be 0 if the Will Flag is 0',
  'password-without-username': 'a password requires a user name',
  'empty-client-identifier': 'an empty client identifier requires clean session 1',
  // CONNACK
  'connack-reserved-bits': 'the reserved Connect Acknowledge Flags must be 0',
  'reserved-connack-code': 'CONNACK return codes above 5 are reserved',
  'session-present-with-refusal': 'Session Present must be 0 if the connection is refused',
  // SUBSCRIBE, SUBACK, UNSUBSCRIBE
  'no-topic-filter': 'the payload must contain at least one topic filter',
  'requested-qos-reserved-bits': 'the reserved bits of a requested QoS must be 0',
  'no-return-code': 'the payload must contain at least one return code',
  'reserved-suback-code': 'SUBACK return codes other than 0, 1, 2 and 0x80 are reserved',
  // The receiver's own limits
  'topic-too-long': 'the topic is longer than the receiver accepts',
  'too-many-topic-levels': 'the topic has more levels than the receiver accepts',
  'too-many-topic-filters': 'the list has too many entries',
}

// biome-ignore format: a table, one row per code
const ENCODER_SUMMARIES: Readonly<Record<EncoderCode, string>> = {
  'unknown-packet-type': 'there is no such packet type',
  'unknown-field': 'the packet type has no such field',
  'missing-field': 'the packet type requires this field',
  'wrong-field-type': 'the value has the wrong JavaScript type',
  'value-out-of-range': 'the value must be an integer that fits the field',
  'field-too-long': 'text and binary fields must be at most 65,535 bytes long',
  'unexpected-packet-identifier': 'a PUBLISH with QoS 0 must not have a packet identifier',
  'target-too-small': TARGET_TOO_SMALL,
}

/** What a code of an {@link EncodeError} means. */
export interface EncodeErrorRow {
  /** The statement that the code stands for. */
  readonly rule: string
  readonly summary: string
}

/** What a code of a {@link DecodeError} means. */
export interface DecodeErrorRow extends EncodeErrorRow {
  /** Whether the violation leaves the packet readable, so that the `tolerate` option accepts it. */
  readonly tolerable: boolean
}

/**
 * Why bytes were refused, one row per code.
 *
 * `rule` is the statement that the code stands for; an error names a more specific one if the standard repeats the rule for
 * one packet type. A violation with a `tolerable` code leaves the packet readable, so the `tolerate` option accepts it.
 */
export const DECODE_ERRORS: Readonly<Record<DecodeErrorCode, DecodeErrorRow>> = /* @__PURE__ */ rows(
  SUMMARIES,
  (code, summary) => ({ rule: ruleOf(code), tolerable: isTolerable(code), summary }),
)

/** Why a packet was not encoded. The codes of {@link DECODE_ERRORS} also apply. */
export const ENCODE_ERRORS: Readonly<Record<EncoderCode, EncodeErrorRow>> = /* @__PURE__ */ rows(
  ENCODER_SUMMARIES,
  (code, summary) => ({ rule: ENCODER_RULES[code], summary }),
)

function rows<Code extends string, Row>(
  summaries: Readonly<Record<Code, string>>,
  row: (code: Code, summary: string) => Row,
): Readonly<Record<Code, Row>> {
  const codes = Object.keys(summaries) as Code[]
  return Object.fromEntries(codes.map((code) => [code, row(code, summaries[code])])) as Record<Code, Row>
}

/** The properties of a DecodeError besides its code. */
export interface DecodeErrorDetails extends Omit<DecodeErrorFacts, 'action' | 'rule' | 'reason'> {
  /** The most specific rule; defaults to the code's rule. */
  readonly rule?: string | undefined
  /** What is wrong, if the code's summary is not specific enough. */
  readonly reason?: string | undefined
}

/** Creates an error with the rule, the action and the summary of its code. */
export function decodeError(code: DecodeErrorCode, details: DecodeErrorDetails): DecodeError {
  const { packetType, field, offset, streamOffset, found, hint } = details
  const { rule = ruleOf(code), reason = reasonOf(code, found) } = details
  // Written out: spreading `details`, which has many shapes, makes the error cost twice as much on Node 20.
  return new DecodeError(code, {
    rule,
    packetType,
    field,
    offset,
    streamOffset,
    action: actionOf(code),
    found: typeof found === 'string' ? truncate(found) : found,
    reason,
    hint,
  })
}

function reasonOf(code: DecodeErrorCode, found: number | string | undefined): string {
  const summary = SUMMARIES[code]
  return found === undefined ? summary : `${summary}, found ${showFound(code, found)}`
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

/**
 * Creates a DecodeError without a stack trace, for violations that are reported and not thrown. A peer can send any number
 * of those, and the stack trace takes about 4 of the 5 µs that an error costs on Node 20.
 */
export function violationOf(code: DecodeErrorCode, details: DecodeErrorDetails): DecodeError {
  const { stackTraceLimit } = Error as { stackTraceLimit?: unknown }
  // Only V8 has this limit. If Error is frozen, as by `node --frozen-intrinsics`, setting it fails: the error then gets a
  // stack trace, and costs as much as one that is thrown.
  if (typeof stackTraceLimit !== 'number') return decodeError(code, details)
  Reflect.set(Error, 'stackTraceLimit', 0)
  try {
    return decodeError(code, details)
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
