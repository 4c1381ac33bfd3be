// The error codes and the rules that they stand for. Their summaries are in error-tables.ts, so that a bundle that only
// encodes does not contain them.

/** The rules of codes that leave the packet readable, and can therefore be tolerated. */
export const TOLERABLE_RULES = {
  'surplus-bytes': '§2.2.3',
  'reserved-flags': 'MQTT-2.2.2-2',
  'dup-with-qos-0': 'MQTT-3.3.1-2',
  'packet-identifier-zero': 'MQTT-2.3.1-1',
  'ill-formed-utf8': 'MQTT-1.5.3-1',
  'null-character': 'MQTT-1.5.3-2',
  'empty-topic-name': 'MQTT-4.7.3-1',
  'wildcard-in-topic-name': 'MQTT-3.3.2-2',
  'empty-topic-filter': 'MQTT-4.7.3-1',
  'misplaced-multi-level-wildcard': 'MQTT-4.7.1-2',
  'misplaced-single-level-wildcard': 'MQTT-4.7.1-3',
  'connect-reserved-flag': 'MQTT-3.1.2-3',
  'will-qos-without-will': 'MQTT-3.1.2-13',
  'will-retain-without-will': 'MQTT-3.1.2-15',
  'password-without-username': 'MQTT-3.1.2-22',
  'empty-client-identifier': 'MQTT-3.1.3-8',
  'connack-reserved-bits': '§3.2.2.1',
  'reserved-connack-code': '§3.2.2.3',
  'session-present-with-refusal': 'MQTT-3.2.2-4',
  'no-topic-filter': 'MQTT-3.8.3-3',
  'requested-qos-reserved-bits': 'MQTT-3-8.3-4',
  'no-return-code': '§3.9.3',
  'reserved-suback-code': 'MQTT-3.9.3-2',
} as const

/** The rules of codes that make the packet unreadable. Encoders also use these. */
export const FATAL_RULES = {
  'packet-too-large': '§2.2.3',
  'invalid-qos': 'MQTT-3.3.1-4',
  'unknown-protocol-name': 'MQTT-3.1.2-1',
  'unsupported-protocol-level': 'MQTT-3.1.2-2',
  'too-many-topic-filters': '§3.8.3',
} as const

/** The rules of codes that only a decoder uses. */
export const DECODER_RULES = {
  'reserved-packet-type': '§2.2.1',
  'unexpected-packet-type': '§2.2.1',
  'remaining-length-too-long': '§2.2.3',
  'incomplete-packet': '§2.2.3',
  'trailing-bytes': '§2.2.3',
  'body-too-short': '§2.2.3',
  'control-character': '§1.5.3',
  'non-character': '§1.5.3',
  'topic-too-long': '§4.7.3',
  'too-many-topic-levels': '§4.7.3',
} as const

/** The rules of codes that only an encoder uses. */
export const ENCODER_RULES = {
  'unknown-packet-type': '§2.2.1',
  'unknown-field': '§3',
  'missing-field': '§2',
  'wrong-field-type': '§1.5',
  'value-out-of-range': '§1.5.2',
  'field-too-long': '§1.5.3',
  'unexpected-packet-identifier': 'MQTT-2.3.1-5',
  'target-too-small': '§2.2.3',
} as const

// Summaries that are also used without the table of all.
export const REMAINING_LENGTH_TOO_LONG = 'Remaining Length must be at most four bytes long'
export const TARGET_TOO_SMALL = 'the packet does not fit in the target at this offset'

/** The codes that you can tolerate: the violation leaves the packet readable. */
export type TolerableCode = keyof typeof TOLERABLE_RULES

/** Why bytes were refused: {@link DecodeError.code}. */
export type DecodeErrorCode = TolerableCode | keyof typeof FATAL_RULES | keyof typeof DECODER_RULES

/** The codes that only an {@link EncodeError} has. */
export type EncoderCode = keyof typeof ENCODER_RULES

/** Why a packet was not encoded: {@link EncodeError.code}. */
export type EncodeErrorCode = DecodeErrorCode | EncoderCode

type CommonCode = TolerableCode | keyof typeof FATAL_RULES

/** The codes that an encoder refuses with. */
export type RefusalCode = CommonCode | EncoderCode

/** The statement that a code stands for, unless a more specific one repeats it for a packet type. */
export function ruleOf(code: DecodeErrorCode): string {
  return DECODER_RULES[code as keyof typeof DECODER_RULES] ?? commonRuleOf(code as CommonCode)
}

/** The statement that an encoder's code stands for, unless a more specific one repeats it for a packet type. */
export function encoderRuleOf(code: RefusalCode): string {
  return ENCODER_RULES[code as EncoderCode] ?? commonRuleOf(code as CommonCode)
}

function commonRuleOf(code: CommonCode): string {
  return TOLERABLE_RULES[code as TolerableCode] ?? FATAL_RULES[code as keyof typeof FATAL_RULES]
}

/** Whether `tolerate` accepts this code. */
export function isTolerable(code: unknown): code is TolerableCode {
  return typeof code === 'string' && Object.hasOwn(TOLERABLE_RULES, code)
}
