import { describe, expect, test } from 'vitest'
import {
  DECODE_ERRORS,
  DecodeError,
  type DecodeErrorCode,
  decode,
  decodeRemainingLength,
  ENCODE_ERRORS,
  EncodeError,
  encode,
  encodeInto,
  encodeRemainingLength,
  MqttError,
  type PacketInput,
  PacketParser,
  type ParserOptions,
  type TolerableCode,
} from '../src/index.ts'
import { bytes } from './support/bytes.ts'
import { caught, refusal } from './support/malformed.ts'

/** A numbered statement (one of them has a dash instead of its first dot), or a section. */
const RULE = /^(MQTT-\d[.-]\d+\.\d+-\d+|§\d(\.\d+)*)$/

/** The shortest input that causes each error. A code without an input does not compile. */
// biome-ignore format: one row per code
const SHORTEST: Record<DecodeErrorCode, string | readonly [string, ParserOptions]> = {
  'reserved-packet-type': '00',
  'unexpected-packet-type': ['20', { role: 'server' }],
  'remaining-length-too-long': '10 80808080',
  'packet-too-large': ['40 02', { maxPacketSize: 3 }],
  'incomplete-packet': '40',
  'trailing-bytes': 'c000 00',
  'body-too-short': '40 00',
  'surplus-bytes': 'c0 01 00',
  'invalid-qos': '36',
  'reserved-flags': 'c1',
  'dup-with-qos-0': '38',
  'packet-identifier-zero': '40 02 0000',
  'ill-formed-utf8': '30 03 0001 80',
  'null-character': '30 03 0001 00',
  'empty-topic-name': '30 02 0000',
  'wildcard-in-topic-name': "30 03 0001 '#'",
  'empty-topic-filter': '82 05 0001 0000 00',
  'misplaced-multi-level-wildcard': "a2 06 0001 0002 '##'",
  'misplaced-single-level-wildcard': "a2 06 0001 0002 '++'",
  'control-character': ['30 03 0001 01', { refuse: ['control-characters'] }],
  'non-character': ['30 05 0003 efbfbf', { refuse: ['non-characters'] }],
  'unknown-protocol-name': '10 08 0000 000000000000',
  'unsupported-protocol-level': "10 08 0004 'MQTT' 05 00",
  'connect-reserved-flag': "10 08 0004 'MQTT' 04 01",
  'will-qos-without-will': "10 08 0004 'MQTT' 04 08",
  'will-retain-without-will': "10 08 0004 'MQTT' 04 20",
  'password-without-username': "10 08 0004 'MQTT' 04 40",
  'empty-client-identifier': "10 0c 0004 'MQTT' 04 00 0000 0000",
  'connack-reserved-bits': '20 02 02 00',
  'reserved-connack-code': '20 02 00 06',
  'session-present-with-refusal': '20 02 01 01',
  'no-topic-filter': '82 02 0001',
  'requested-qos-reserved-bits': "82 06 0001 0001 'a' 04",
  'no-return-code': '90 02 0001',
  'reserved-suback-code': '90 03 0001 03',
  'topic-too-long': ["30 04 0002 'ab'", { maxTopicLength: 1 }],
  'too-many-topic-levels': ["30 03 0001 '/'", { maxTopicLevels: 1 }],
  'too-many-topic-filters': ["a2 08 0001 0001 'a' 0001 'b'", { maxTopicFilters: 1 }],
}

const SENTENCE = /^\S+( \S+){3,}$/

/** Codes whose messages say more than their summaries. */
const WITH_REASON: DecodeErrorCode[] = ['body-too-short', 'surplus-bytes', 'unsupported-protocol-level']

const ANSWERS: Partial<Record<DecodeErrorCode, DecodeError['action']>> = {
  'unsupported-protocol-level': { connack: 1 },
  'empty-client-identifier': { connack: 2 },
}

describe.each(Object.entries(SHORTEST))('%s', (name, example) => {
  const code = name as DecodeErrorCode
  const [hex, options] = typeof example === 'string' ? [example, undefined] : example

  test(`is the error of ${hex}`, () => {
    const error = refusal(() => {
      if (code === 'trailing-bytes') decode(bytes(hex))
      const parser = new PacketParser(options).push(bytes(hex))
      parser.read()
      parser.end()
    })
    expect(error).toMatchObject({ name: 'DecodeError', code, action: ANSWERS[code] ?? 'close' })
    expect(error).toBeInstanceOf(MqttError)
    const { summary } = DECODE_ERRORS[code]
    expect(summary).toMatch(SENTENCE)
    const said = error?.found === undefined ? `${summary} [` : `${summary}, found `
    if (!WITH_REASON.includes(code)) expect(error?.message).toContain(said)
    expect(error?.message).toContain(`[${error?.rule}]`)
    expect(error?.rule).toMatch(RULE)
  })

  test('may be tolerated only if the rest of the packet can be read', () => {
    const lenient = (): void => {
      new PacketParser({ ...options, tolerate: [code as TolerableCode] }).push(bytes(hex)).read()
    }
    if (DECODE_ERRORS[code].tolerable) expect(refusal(lenient)?.code).not.toBe(code)
    else expect(lenient).toThrow(TypeError)
  })
})

/** The same for errors that only the encoder throws. */
// biome-ignore format: one row per code
const REFUSED: Record<keyof typeof ENCODE_ERRORS, object | (() => void)> = {
  'unknown-packet-type': { type: 'auth' },
  'unknown-field': { type: 'pingreq', packetId: 1 },
  'missing-field': { type: 'puback' },
  'wrong-field-type': { type: 'puback', packetId: '1' },
  'value-out-of-range': { type: 'puback', packetId: 65_536 },
  'field-too-long': { type: 'connect', clientId: 'x'.repeat(65_536) },
  'unexpected-packet-identifier': { type: 'publish', topic: 'a', payload: '', packetId: 1 },
  'target-too-small': () => {
    encodeInto({ type: 'pingreq' }, new Uint8Array(1))
  },
}

test.each(Object.entries(REFUSED))('%s', (name, attempt) => {
  const code = name as keyof typeof ENCODE_ERRORS
  const error = caught(
    typeof attempt === 'function' ? (attempt as () => void) : () => encode(attempt as PacketInput),
  )
  expect(error).toBeInstanceOf(EncodeError)
  expect(error).toBeInstanceOf(MqttError)
  expect(error).toMatchObject({ name: 'EncodeError', code, rule: expect.stringMatching(RULE) })
  expect(ENCODE_ERRORS[code]).toEqual({
    rule: expect.stringMatching(RULE),
    summary: expect.stringMatching(SENTENCE),
  })
})

// biome-ignore format: one row per message
test.each([
  ['Remaining Length: the input ended inside a packet [§2.2.3] (byte 0)', () => decode(bytes(''))],
  ['Control Packet type: packet types 0 and 15 are reserved, found 0x00 [§2.2.1] (byte 0)', () => decode(bytes('00'))],
  ['PINGREQ: bytes follow the packet, found 1 [§2.2.3] (byte 2)', () => decode(bytes('c000 00'))],
  ['PUBACK Packet Identifier: a packet identifier must not be 0, found 0 [§2.3.1] (byte 2)', () => decode(bytes('40 02 0000'))],
  ['Remaining Length: Remaining Length must be at most four bytes long, found 0x91 [§2.2.3] (byte 4)', () => decodeRemainingLength(bytes('80808091'))],
  ['PINGREQ Remaining Length: Remaining Length must be at most four bytes long, found 0x80 [§2.2.3] (byte 4)', () => decode(bytes('c0 80808080'))],
  ['value must be an integer from 0 to 268435455, not -1 [§2.2.3]', () => encodeRemainingLength(-1)],
  ['PUBACK packetId must be an integer from 1 to 65535, not 0 [§2.3.1]', () => encode({ type: 'puback', packetId: 0 })],
  ["type must be one of connect, connack, publish, puback, pubrec, pubrel, pubcomp, subscribe, suback, unsubscribe, unsuback, pingreq, pingresp, disconnect, not 'auth' [§2.2.1]", () => encode({ type: 'auth' } as unknown as PacketInput)],
  ['PUBLISH Remaining Length must be at most 268435455, not 268435456 [§2.2.3]', () => encode({ type: 'publish', topic: 'a', payload: new Uint8Array(268_435_453) })],
  ['CONNECT clientId must be at most 65535 bytes long, not 65536 [§1.5.3]', () => encode({ type: 'connect', clientId: 'x'.repeat(65_536) })],
  ["CONNECT clientId must not contain U+0000, not 'a\\u{0}' [MQTT-1.5.3-2]", () => encode({ type: 'connect', clientId: 'a\0' })],
  ['CONNECT username must be a string, not an object [§1.5]', () => encode({ type: 'connect', clientId: '', username: {} as string })],
  ['CONNECT clientId must be a string, not undefined [§2]', () => encode({ type: 'connect' } as PacketInput)],
  ['CONNECT will must be an object with a topic and a payload, not a string [§1.5]', () => encode({ type: 'connect', clientId: '', will: 'secret' as never })],
  ['CONNECT password must be undefined if username is undefined, not a string [MQTT-3.1.2-22]', () => encode({ type: 'connect', clientId: '', password: 'secret' })],
  ['PINGREQ: the packet does not fit in the target at this offset [§2.2.3]', () => encodeInto({ type: 'pingreq' }, bytes(''))],
])('%s', (message, attempt) => {
  expect((caught(attempt) as MqttError).message).toBe(message)
})

test.each([MqttError, DecodeError, EncodeError])(
  'the name of %o is on its prototype, as for the errors of JavaScript',
  (error) => {
    const own = (prototype: Error): unknown => Object.getOwnPropertyDescriptor(prototype, 'name')
    expect(own(error.prototype)).toEqual({ ...(own(TypeError.prototype) as object), value: error.name })
  },
)

test('the optional properties of a DecodeError have defaults', () => {
  const error = new DecodeError('no-topic-filter', { rule: '§3.8.3', offset: 2, reason: 'there is none' })
  expect(error).toMatchObject({ action: 'close', message: 'there is none [§3.8.3] (byte 2)' })
})

test('own properties of an error', () => {
  const error = refusal(() => decode(bytes("10 08 0004 'MQTT' 05 00")))
  expect({ ...error }).toEqual({
    code: 'unsupported-protocol-level',
    rule: 'MQTT-3.1.2-2',
    packetType: 'connect',
    field: 'Protocol Level',
    offset: 8,
    streamOffset: undefined,
    action: { connack: 1 },
    found: 5,
  })
})
