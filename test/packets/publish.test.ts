import { describe, expect, test } from 'vitest'
import { encode, type Publish, type PublishInput } from '../../src/index.ts'
import { bytes } from '../support/bytes.ts'
import { caught, testMalformed } from '../support/malformed.ts'
import { testUnencodable } from '../support/unencodable.ts'
import { testValid } from '../support/valid.ts'

const publish = (fields: Partial<Publish>): Publish =>
  ({
    type: 'publish',
    topic: 'a/b',
    payload: bytes("'hi'"),
    qos: 0,
    dup: false,
    retain: false,
    packetId: undefined,
    ...fields,
  }) as Publish

const long = 'x'.repeat(65_535)

describe('PUBLISH, §3.3', () => {
  // biome-ignore format: one row per packet
  testValid([
    { name: 'QoS 0', hex: "30 07 0003 'a/b' 'hi'", packet: publish({}) },
    {
      name: 'defaults, and text for the payload',
      hex: "30 07 0003 'a/b' 'hi'",
      packet: publish({}),
      input: { type: 'publish', topic: 'a/b', payload: 'hi' },
    },
    { name: 'QoS 0, retained', hex: "31 07 0003 'a/b' 'hi'", packet: publish({ retain: true }) },
    { name: 'QoS 1', hex: "32 09 0003 'a/b' 0001 'hi'", packet: publish({ qos: 1, packetId: 1 }) },
    { name: 'QoS 2', hex: "34 09 0003 'a/b' ffff 'hi'", packet: publish({ qos: 2, packetId: 65_535 }) },
    {
      name: 'QoS 2, sent again, retained',
      hex: "3d 09 0003 'a/b' 0100 'hi'",
      packet: publish({ qos: 2, packetId: 256, dup: true, retain: true }),
    },
    { name: 'an empty payload', hex: "30 05 0003 'a/b'", packet: publish({ payload: bytes('') }) },
    { name: 'any byte in a payload', hex: "30 09 0003 'a/b' 00ff c000", packet: publish({ payload: bytes('00ff c000') }) },
    { name: 'a payload that would be a wildcard', hex: "30 05 0002 'é' '#'", packet: publish({ topic: 'é', payload: bytes("'#'") }) },
    { name: 'U+0000 in a payload of text', hex: "30 06 0001 'a' 610062", packet: publish({ topic: 'a', payload: bytes('610062') }), input: { type: 'publish', topic: 'a', payload: 'a\0b' } },
    { name: 'text in a payload', hex: "30 06 0001 'a' 'né'", packet: publish({ topic: 'a', payload: bytes("'né'") }) },
    { name: 'a topic of two-byte characters', hex: "30 09 0007 'größe'", packet: publish({ topic: 'größe', payload: bytes('') }) },
    { name: 'a topic of three and four bytes a character', hex: "30 0d 000b '温度/😀'", packet: publish({ topic: '温度/😀', payload: bytes('') }) },
    { name: 'a topic that starts with U+FEFF', hex: "30 06 0004 efbbbf 'a'", packet: publish({ topic: '\uFEFFa', payload: bytes('') }) },
    { name: 'control characters and non-characters', hex: '30 07 0005 01 7f efbfbf', packet: publish({ topic: '\u0001\u007f\uffff', payload: bytes('') }) },
    { name: 'a topic of spaces and separators', hex: "30 05 0003 '/ /'", packet: publish({ topic: '/ /', payload: bytes('') }) },
    { name: 'a Remaining Length that is not in its shortest form', hex: "30 87 00 0003 'a/b' 'hi'", packet: publish({}), readOnly: true },
    { name: 'a Remaining Length of four bytes', hex: "30 87 80 80 00 0003 'a/b' 'hi'", packet: publish({}), readOnly: true },
  ])

  // Lengths around those at which text is read or written in another way.
  testValid(
    [1, 3, 4, 7, 8, 15, 16, 17, 31, 32, 33, 63, 64, 65, 66, 127].flatMap((length) => {
      const texts = {
        ascii: 'abcdefghij/'.repeat(12).slice(0, length),
        beyond: `${'é/'.repeat(64)}`.slice(0, length),
      }
      return Object.entries(texts).map(([kind, topic]) => {
        const size = Buffer.byteLength(topic)
        const prefix = size.toString(16).padStart(4, '0')
        const remaining =
          size + 2 < 128
            ? (size + 2).toString(16).padStart(2, '0')
            : `${(((size + 2) & 0x7f) | 0x80).toString(16)}01`
        return {
          name: `a topic of ${length} ${kind} characters`,
          hex: `30 ${remaining} ${prefix} '${topic}'`,
          packet: publish({ topic, payload: bytes('') }),
        }
      })
    }),
  )

  const header = { packetType: 'publish' } as const
  // biome-ignore format: one row per violation
  testMalformed([
    { ...header, name: 'QoS 3', hex: "36 09 0003 'a/b' 0001 'hi'", code: 'invalid-qos', rule: 'MQTT-3.3.1-4', field: 'QoS level', offset: 0 },
    { ...header, name: 'DUP with QoS 0', hex: "38 07 0003 'a/b' 'hi'", code: 'dup-with-qos-0', rule: 'MQTT-3.3.1-2', field: 'DUP flag', offset: 0, tolerated: publish({ dup: true }) },
    { ...header, name: 'no topic length', hex: '30 00', code: 'body-too-short', rule: '§3.3.1', field: 'Remaining Length', offset: 1 },
    { ...header, name: 'half a topic length', hex: '30 01 00', code: 'body-too-short', rule: '§3.3.1', field: 'Remaining Length', offset: 1 },
    { ...header, name: 'no room for an identifier', hex: '32 03 0001 61', code: 'body-too-short', rule: '§3.3.1', field: 'Remaining Length', offset: 1 },
    { ...header, name: 'a topic beyond the packet', hex: "30 04 0003 'ab'", code: 'body-too-short', rule: '§2.2.3', field: 'Topic Name', offset: 2 },
    { ...header, name: 'half a packet identifier', hex: "32 06 0003 'a/b' 00", code: 'body-too-short', rule: '§2.2.3', field: 'Packet Identifier', offset: 7 },
    { ...header, name: 'packet identifier 0', hex: "32 07 0003 'a/b' 0000", code: 'packet-identifier-zero', rule: 'MQTT-2.3.1-1', field: 'Packet Identifier', offset: 7, tolerated: publish({ qos: 1, packetId: 0, payload: bytes('') }) },
    { ...header, name: 'an empty topic', hex: '30 02 0000', code: 'empty-topic-name', rule: 'MQTT-4.7.3-1', field: 'Topic Name', offset: 2, tolerated: publish({ topic: '', payload: bytes('') }) },
    { ...header, name: 'a + in the topic', hex: "30 05 0003 'a/+'", code: 'wildcard-in-topic-name', rule: 'MQTT-3.3.2-2', field: 'Topic Name', offset: 6, tolerated: publish({ topic: 'a/+', payload: bytes('') }) },
    { ...header, name: 'a # in a long topic', hex: "30 23 0021 'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa#'", code: 'wildcard-in-topic-name', rule: 'MQTT-3.3.2-2', field: 'Topic Name', offset: 36, tolerated: publish({ topic: `${'a'.repeat(32)}#`, payload: bytes('') }) },
    { ...header, name: 'U+0000 in the topic', hex: '30 05 0003 610062', code: 'null-character', rule: 'MQTT-1.5.3-2', field: 'Topic Name', offset: 5, tolerated: publish({ topic: 'a\0b', payload: bytes('') }) },
    { ...header, name: 'a stray continuation byte', hex: '30 05 0003 618062', code: 'ill-formed-utf8', rule: 'MQTT-1.5.3-1', field: 'Topic Name', offset: 5, tolerated: publish({ topic: 'a\uFFFDb', payload: bytes('') }) },
    { ...header, name: 'a surrogate', hex: '30 05 0003 eda080', code: 'ill-formed-utf8', rule: 'MQTT-1.5.3-1', field: 'Topic Name', offset: 4, tolerated: publish({ topic: '\uFFFD\uFFFD\uFFFD', payload: bytes('') }) },
    { ...header, name: 'an overlong separator', hex: '30 04 0002 c0af', code: 'ill-formed-utf8', rule: 'MQTT-1.5.3-1', field: 'Topic Name', offset: 4, tolerated: publish({ topic: '\uFFFD\uFFFD', payload: bytes('') }) },
    { ...header, name: 'a topic that is longer than we accept', hex: "30 07 0003 'a/b' 'hi'", code: 'topic-too-long', rule: '§4.7.3', field: 'Topic Name', offset: 2, options: { maxTopicLength: 2 } },
    { ...header, name: 'more levels than we accept', hex: "30 07 0005 'a/b/c'", code: 'too-many-topic-levels', rule: '§4.7.3', field: 'Topic Name', offset: 7, options: { maxTopicLevels: 2 } },
  ])

  const input = { type: 'publish', topic: 'a', payload: 'x' }
  // biome-ignore format: one row per violation
  testUnencodable([
    { name: 'no topic', packet: { type: 'publish', payload: 'x' }, code: 'missing-field', field: 'Topic Name' },
    { name: 'null for the topic', packet: { ...input, topic: null }, code: 'missing-field', field: 'Topic Name' },
    { name: 'no payload', packet: { type: 'publish', topic: 'a' }, code: 'missing-field', field: 'Payload' },
    { name: 'a number for the topic', packet: { ...input, topic: 7 }, code: 'wrong-field-type', field: 'Topic Name' },
    { name: 'a number for the payload', property: 'payload', says: 'payload must be a string or a Uint8Array, not a number', packet: { ...input, payload: 7 }, code: 'wrong-field-type', field: 'Payload' },
    { name: 'an ArrayBuffer for the payload', packet: { ...input, payload: new ArrayBuffer(1) }, code: 'wrong-field-type', field: 'Payload' },
    { name: 'a payload of wider elements', packet: { ...input, payload: new Uint16Array(1) }, code: 'wrong-field-type', field: 'Payload' },
    { name: 'an empty topic', packet: { ...input, topic: '' }, code: 'empty-topic-name', field: 'Topic Name', rule: 'MQTT-4.7.3-1' },
    { name: 'a wildcard in the topic', property: 'topic', says: "PUBLISH topic must not contain wildcards, not 'a/#' [MQTT-3.3.2-2]", packet: { ...input, topic: 'a/#' }, code: 'wildcard-in-topic-name', field: 'Topic Name', rule: 'MQTT-3.3.2-2' },
    { name: 'U+0000 in the topic', packet: { ...input, topic: 'a\0' }, code: 'null-character', field: 'Topic Name' },
    { name: 'a high surrogate at the end', packet: { ...input, topic: 'a\ud800' }, code: 'ill-formed-utf8', field: 'Topic Name' },
    { name: 'a low surrogate alone', packet: { ...input, topic: '\udc00a' }, code: 'ill-formed-utf8', field: 'Topic Name' },
    { name: 'surrogates in the wrong order', packet: { ...input, topic: '\udc00\ud800' }, code: 'ill-formed-utf8', field: 'Topic Name' },
    { name: 'a lone surrogate in a payload of text', packet: { ...input, payload: '\ud800' }, code: 'ill-formed-utf8', field: 'Payload' },
    { name: 'a topic of 65,536 bytes', packet: { ...input, topic: `${long}x` }, code: 'field-too-long', field: 'Topic Name' },
    { name: 'a topic of 65,536 bytes in fewer characters', packet: { ...input, topic: `${'é'.repeat(32_768)}` }, code: 'field-too-long', field: 'Topic Name' },
    { name: 'QoS 3', packet: { ...input, qos: 3, packetId: 1 }, code: 'invalid-qos', field: 'QoS level', rule: 'MQTT-3.3.1-4' },
    { name: 'QoS 1.5', packet: { ...input, qos: 1.5, packetId: 1 }, code: 'invalid-qos', field: 'QoS level' },
    { name: 'QoS as text', packet: { ...input, qos: '1', packetId: 1 }, code: 'wrong-field-type', field: 'QoS level' },
    { name: 'DUP with QoS 0', packet: { ...input, dup: true }, code: 'dup-with-qos-0', field: 'DUP flag', rule: 'MQTT-3.3.1-2' },
    { name: 'a payload whose length getter returns 0', packet: { ...input, payload: new (class extends Uint8Array { override get length() { return 0 } })(3) }, code: 'wrong-field-type', field: 'Payload', property: 'payload', says: 'must be a string or a Uint8Array, not one whose length property is overridden' },
    { name: 'a number for DUP', packet: { ...input, dup: 1 }, code: 'wrong-field-type', field: 'DUP flag' },
    { name: 'a number for DUP with QoS 1', packet: { ...input, qos: 1, packetId: 1, dup: 1 }, code: 'wrong-field-type', field: 'DUP flag' },
    { name: 'a number for RETAIN', packet: { ...input, retain: 1 }, code: 'wrong-field-type', field: 'RETAIN' },
    { name: 'a packet identifier with QoS 0', packet: { ...input, packetId: 1 }, code: 'unexpected-packet-identifier', field: 'Packet Identifier', rule: 'MQTT-2.3.1-5' },
    { name: 'QoS 1 without packet identifier', packet: { ...input, qos: 1 }, code: 'missing-field', field: 'Packet Identifier', property: 'packetId', rule: 'MQTT-2.3.1-1', says: 'PUBLISH packetId must be an integer from 1 to 65535, not undefined [MQTT-2.3.1-1]' },
    { name: 'a packet identifier under another name', packet: { ...input, qos: 1, messageId: 7 }, code: 'unknown-field', property: 'messageId', says: 'use packetId' },
    { name: 'packet identifier 0', packet: { ...input, qos: 1, packetId: 0 }, code: 'packet-identifier-zero', field: 'Packet Identifier', rule: 'MQTT-2.3.1-1' },
    ...[-1, 65_536, 1.5, Number.NaN, Number.POSITIVE_INFINITY, 4_294_967_297].map((packetId) => ({
      name: `packet identifier ${packetId}`, packet: { ...input, qos: 2, packetId }, code: 'value-out-of-range' as const, field: 'Packet Identifier', rule: 'MQTT-2.3.1-1',
    })),
  ])

  const plain = { type: 'publish', topic: 'a', payload: '' } as const

  describe.each(['QoS', 'retained'])('a getter for %s', (name) => {
    /** A PUBLISH whose getter returns these values in turn. */
    const returning = (values: unknown[], fields: object): PublishInput => ({
      ...plain,
      ...fields,
      get [name]() {
        return values.shift()
      },
    })

    test.each([{}, { qos: 1, packetId: 0 }])('is called once: %j', (fields) => {
      const refused = caught(() => encode({ ...plain, ...fields, [name]: 1 } as PublishInput))
      expect(caught(() => encode(returning([1], fields)))).toEqual(refused)
      expect(caught(() => encode(returning([undefined, 1], fields)))).toEqual(
        caught(() => encode({ ...plain, ...fields } as PublishInput)),
      )
    })
  })
})
