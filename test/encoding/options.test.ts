// The encoder's `tolerate` option: tolerated values in a packet are written as they were read, everything else in its
// correct form.

import { beforeEach, describe, expect, test } from 'vitest'
import {
  DECODE_ERRORS,
  decode,
  EncodeError,
  type EncodeOptions,
  encode,
  encodedLength,
  encodeInto,
  type PacketInput,
  PacketParser,
  type TolerableCode,
  topicCache,
} from '../../src/index.ts'
import { bytes, join } from '../support/bytes.ts'

const CONNECT = "0004 'MQTT' 04"

/** Violations that the decoded packet contains. They are written as they were read. */
// biome-ignore format: one row per packet
const HELD: readonly (readonly [TolerableCode, string])[] = [
  ['packet-identifier-zero', '40 02 0000'],
  ['packet-identifier-zero', '50 02 0000'],
  ['packet-identifier-zero', '62 02 0000'],
  ['packet-identifier-zero', '70 02 0000'],
  ['packet-identifier-zero', 'b0 02 0000'],
  ['packet-identifier-zero', "32 06 0001 'a' 0000 07"],
  ['packet-identifier-zero', "82 06 0000 0001 'a' 01"],
  ['packet-identifier-zero', '90 03 0000 01'],
  ['packet-identifier-zero', "a2 05 0000 0001 'a'"],
  ['dup-with-qos-0', "38 04 0001 'a' 07"],
  ['empty-topic-name', '30 03 0000 07'],
  ['empty-topic-name', `10 11 ${CONNECT} 06 003c 0000 0000 0001 07`],
  ['wildcard-in-topic-name', "30 07 0005 'a/+/b'"],
  ['wildcard-in-topic-name', `10 12 ${CONNECT} 06 003c 0000 0001 '#' 0001 07`],
  ['empty-topic-filter', '82 05 0001 0000 01'],
  ['empty-topic-filter', 'a2 04 0001 0000'],
  ['misplaced-multi-level-wildcard', "82 07 0001 0002 'a#' 01"],
  ['misplaced-single-level-wildcard', "a2 06 0001 0002 'a+'"],
  ['null-character', '30 05 0003 610062'],
  ['null-character', '82 06 0001 0001 00 01'],
  ['null-character', `10 0e ${CONNECT} 02 003c 0002 6100`],
  ['password-without-username', `10 0f ${CONNECT} 42 003c 0000 0001 'p'`],
  ['empty-client-identifier', `10 0c ${CONNECT} 00 003c 0000`],
  ['reserved-connack-code', '20 02 00 06'],
  ['reserved-connack-code', '20 02 00 ff'],
  ['session-present-with-refusal', '20 02 01 05'],
  ['no-topic-filter', '82 02 0001'],
  ['no-topic-filter', 'a2 02 0001'],
  ['no-return-code', '90 02 0001'],
  ['reserved-suback-code', '90 05 0001 00 03 ff'],
]

/** Violations that the decoded packet does not contain, and the correct form that is written instead. */
// biome-ignore format: one row per packet
const CORRECTED: readonly (readonly [TolerableCode, string, string])[] = [
  ['surplus-bytes', '40 03 0001 00', '40 02 0001'],
  ['reserved-flags', 'c1 00', 'c0 00'],
  ['ill-formed-utf8', '30 03 0001 ff', "30 05 0003 '\uFFFD'"],
  ['connect-reserved-flag', `10 0c ${CONNECT} 03 003c 0000`, `10 0c ${CONNECT} 02 003c 0000`],
  ['will-qos-without-will', `10 0c ${CONNECT} 0a 003c 0000`, `10 0c ${CONNECT} 02 003c 0000`],
  ['will-retain-without-will', `10 0c ${CONNECT} 22 003c 0000`, `10 0c ${CONNECT} 02 003c 0000`],
  ['connack-reserved-bits', '20 02 02 00', '20 02 00 00'],
  ['requested-qos-reserved-bits', "82 06 0001 0001 'a' 05", "82 06 0001 0001 'a' 01"],
]

const TOLERABLE = Object.entries(DECODE_ERRORS).flatMap(([code, { tolerable }]) =>
  tolerable ? [code as TolerableCode] : [],
)

test('every tolerable code is either kept or corrected', () => {
  const held = new Set(HELD.map(([code]) => code))
  const corrected = new Set(CORRECTED.map(([code]) => code))
  expect([...held, ...corrected].sort()).toEqual([...TOLERABLE].sort())
})

describe.each(HELD)('%s: %s', (code, hex) => {
  const whole = bytes(hex)
  const packetType = decode(whole, { tolerate: [code] }).type
  const others = TOLERABLE.filter((other) => other !== code)

  test.each([
    ['the code', { tolerate: [code] }],
    ['the code for this packet type', { tolerate: [{ code, packets: [packetType] }] }],
    ['every code', { tolerate: TOLERABLE }],
  ] as [string, EncodeOptions][])('is written as it was read with %s', (_, options) => {
    const packet = decode(whole, options)
    expect(Uint8Array.from(encode(packet, options))).toEqual(whole)
    expect(encodedLength(packet, options)).toBe(whole.length)
    const target = new Uint8Array(whole.length + 2)
    expect(encodeInto(packet, target, 1, options)).toBe(whole.length)
    expect(target.subarray(1, -1)).toEqual(whole)
  })

  test.each([
    ['nothing', undefined],
    ['no code', {}],
    ['an empty list', { tolerate: [] }],
    ['the other codes', { tolerate: others }],
    ['the code for another packet type', { tolerate: [{ code, packets: ['pingreq'] }] }],
  ] as [string, EncodeOptions | undefined][])('is refused with %s', (_, options) => {
    const packet = decode(whole, { tolerate: [code] })
    const target = new Uint8Array(whole.length).fill(0xaa)
    for (const attempt of [
      () => encode(packet, options),
      () => encodedLength(packet, options),
      () => encodeInto(packet, target, 0, options),
    ]) {
      expect(attempt).toThrow(EncodeError)
      expect(attempt).toThrow(expect.objectContaining({ code, packetType }))
    }
    expect(target.every((byte) => byte === 0xaa)).toBe(true)
  })
})

test.each(CORRECTED)('%s: %s is written as %s', (code, hex, correct) => {
  expect(Uint8Array.from(encode(decode(bytes(hex), { tolerate: [code] })))).toEqual(bytes(correct))
})

test('ill-formed text whose correct form is too long is not written', () => {
  const whole = join(bytes('30 b2ea01 7530'), new Uint8Array(30_000).fill(0xff))
  const packet = decode(whole, { tolerate: ['ill-formed-utf8'] })
  expect(packet).toMatchObject({ topic: '\uFFFD'.repeat(30_000) })
  expect(() => encode(packet)).toThrow(expect.objectContaining({ code: 'field-too-long' }))
})

test.each([
  [{ type: 'connack', returnCode: 256 }, 'reserved-connack-code'],
  [{ type: 'connack', returnCode: 6.5 }, 'reserved-connack-code'],
  [{ type: 'suback', packetId: 1, returnCodes: [256] }, 'reserved-suback-code'],
  [{ type: 'suback', packetId: 1, returnCodes: [-1] }, 'reserved-suback-code'],
  [{ type: 'puback', packetId: -1 }, 'value-out-of-range'],
  [{ type: 'publish', topic: 'a\ud800', payload: '' }, 'ill-formed-utf8'],
  [{ type: 'publish', topic: '\0\ud800', payload: '' }, 'ill-formed-utf8'],
  [{ type: 'publish', topic: `#${'x'.repeat(65_535)}`, payload: '' }, 'field-too-long'],
])('%j cannot be written with any tolerance', (packet, code) => {
  expect(() => encode(packet as PacketInput, { tolerate: TOLERABLE })).toThrow(
    expect.objectContaining({ code }),
  )
})

describe('a name that was tolerated', () => {
  beforeEach(() => topicCache.clear())

  test.each(['', 'sensors/+/t1', 'sensors/\0/t1'])('%j is not cached for other calls', (topic) => {
    const packet = { type: 'publish', topic, payload: 'x' } as const
    const tolerate = TOLERABLE
    let whole = encode(packet, { tolerate })
    for (let time = 0; time < 100; time++) whole = encode(packet, { tolerate })
    expect(() => encode(packet)).toThrow(EncodeError)
    expect(() => new PacketParser().push(whole).read()).toThrow()
  })
})

describe('options', () => {
  const PING = { type: 'pingreq' } as const
  const attempts = (options: unknown): (() => unknown)[] => [
    () => encode(PING, options as EncodeOptions),
    () => encodedLength(PING, options as EncodeOptions),
    () => encodeInto(PING, new Uint8Array(9), 0, options as EncodeOptions),
  ]

  test.each([
    [null, 'options must be an object'],
    [0, 'options must be an object'],
    ['packet-identifier-zero', 'options must be an object'],
    [['packet-identifier-zero'], 'options must be an object'],
    [new Map(), 'options must be an object'],
    [{ tolerates: [] }, "unknown option 'tolerates'"],
    [{ maxPacketSize: 9 }, "unknown option 'maxPacketSize'"],
    [
      { tolerate: 'packet-identifier-zero' },
      "tolerate must be a list of codes such as ['packet-identifier-zero']",
    ],
    [{ tolerate: null }, 'tolerate must be a list of codes'],
    [{ tolerate: ['trailing-bytes'] }, "'trailing-bytes' is not a code that can be tolerated"],
    [{ tolerate: [{ code: 'surplus-bytes', packets: ['auth'] }] }, "unknown packet type 'auth'"],
  ])('%j are refused by each call', (options, message) => {
    for (const attempt of [...attempts(options), ...attempts(options)]) {
      expect(attempt).toThrow(TypeError)
      expect(attempt).toThrow(message)
    }
  })

  test('only own enumerable properties are options', () => {
    const inherits = Object.create({ tolerate: 'anything' }) as EncodeOptions
    const hides = Object.defineProperty({}, 'tolerate', { value: 'anything' }) as EncodeOptions
    for (const options of [inherits, hides, { tolerate: undefined }, {}])
      for (const attempt of attempts(options)) expect(attempt).not.toThrow()
  })

  test('are read once, even if other options are used in between', () => {
    let reads = 0
    const options = {
      get tolerate() {
        reads++
        return new Set<TolerableCode>(['packet-identifier-zero']).values()
      },
    }
    for (let time = 0; time < 3; time++) {
      expect(encode({ type: 'puback', packetId: 0 }, options)).toHaveLength(4)
      expect(() => encode({ type: 'puback', packetId: 0 }, {})).toThrow(EncodeError)
    }
    expect(reads).toBe(1)
  })
})
