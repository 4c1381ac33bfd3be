// When the rules of MQTT 3.1 apply. vectors/mqtt-31.ts tests the rules.

import { describe, expect, test } from 'vitest'
import { type DecodeError, decode, decodeFixedHeader, PacketParser } from '../src/index.ts'
import { bytes, CUTS, join } from './support/bytes.ts'
import { caught } from './support/malformed.ts'

const OLD = bytes("10 0f 0006 'MQIsdp' 03 02 003c 0001 'c'")
const NEW = bytes("10 0d 0004 'MQTT' 04 02 003c 0001 'c'")
/** MQTT 3.1.1, with 3 where the level of MQTT 3.1 would be. */
const ALIKE = bytes("10 0d 0004 'MQTT' 04 02 033c 0001 'c'")
/** A PUBLISH whose body starts like a CONNECT of MQTT 3.1. */
const PUBLISH = bytes("30 09 0006 'MQIsdp' 03")
const AGAIN = bytes("8a 06 0007 0001 'a' 00")
const BOTH = ['3.1.1', '3.1'] as const

describe.each(CUTS)('$name', ({ cut }) => {
  const outcome = (parser: PacketParser, stream: Uint8Array, how: 'read' | 'readFrame'): unknown[] => {
    const seen: unknown[] = []
    const error = caught(() => {
      for (const chunk of cut(stream)) {
        parser.push(chunk)
        for (let item = parser[how](); item !== undefined; item = parser[how]()) seen.push(item.type)
      }
    })
    return error === undefined ? seen : [...seen, (error as DecodeError).code]
  }

  test.each(['read', 'readFrame'] as const)('%s follows the version of the CONNECT, until reset', (how) => {
    const parser = new PacketParser({ protocols: BOTH })
    expect(outcome(parser, join(OLD, AGAIN, AGAIN), how)).toEqual(['connect', 'subscribe', 'subscribe'])
    parser.reset()
    expect(outcome(parser, AGAIN, how)).toEqual(['reserved-flags'])
    parser.reset()
    for (const connect of [NEW, ALIKE]) {
      expect(outcome(parser, join(connect, PUBLISH, AGAIN), how)).toEqual([
        'connect',
        'publish',
        'reserved-flags',
      ])
      parser.reset()
    }
    for (const length of [112, 113, 114]) {
      const clientId = `'${'c'.repeat(length)}'`
      const size = length < 114 ? (14 + length).toString(16) : '80 01'
      const old = bytes(`10 ${size} 0006 'MQIsdp' 03 02 003c 00 ${length.toString(16)} ${clientId}`)
      expect(outcome(parser, join(old, AGAIN), how)).toEqual(['connect', 'subscribe'])
      parser.reset()
    }
  })

  test.each(['read', 'readFrame'] as const)(
    '%s forgets the version at reset, after any number of CONNECTs',
    (how) => {
      const parser = new PacketParser({ protocols: BOTH })
      expect(outcome(parser, join(OLD, OLD, AGAIN), how)).toEqual(['connect', 'connect', 'subscribe'])
      parser.reset()
      expect(outcome(parser, AGAIN, how)).toEqual(['reserved-flags'])
    },
  )

  test('a refused CONNECT changes nothing', () => {
    expect(outcome(new PacketParser(), join(OLD, AGAIN), 'readFrame')).toEqual(['connect', 'reserved-flags'])
  })

  test('if only 3.1 is allowed, its rules apply from the first byte', () => {
    const parser = new PacketParser({ protocols: ['3.1'] })
    expect(outcome(parser, join(AGAIN, OLD), 'read')).toEqual(['subscribe', 'connect'])
    parser.reset()
    expect(outcome(parser, AGAIN, 'read')).toEqual(['subscribe'])
  })

  test('a bridge of 3.1 counts as 3.1', () => {
    const bridge = bytes("10 0f 0006 'MQIsdp' 83 02 003c 0001 'c'")
    const parser = new PacketParser({ protocols: ['3.1.1', 'bridge'] })
    for (const how of ['read', 'readFrame'] as const) {
      expect(outcome(parser, join(bridge, AGAIN), how)).toEqual(['connect', 'subscribe'])
      parser.reset()
      expect(outcome(parser, join(NEW, AGAIN), how)).toEqual(['connect', 'reserved-flags'])
      parser.reset()
    }
    // The level in the body of a frame is not checked, and only an accepted level changes the version.
    for (const [frame, protocols] of [
      [OLD, ['3.1.1', 'bridge']],
      [bridge, BOTH],
    ] as const) {
      const frames = new PacketParser({ protocols })
      expect(outcome(frames, join(frame, AGAIN), 'readFrame')).toEqual(['connect', 'reserved-flags'])
    }
  })
})

test('decode and decodeFixedHeader follow 3.1 if it is the only protocol', () => {
  expect(decode(AGAIN, { protocols: ['3.1'] })).toMatchObject({ type: 'subscribe' })
  expect(decodeFixedHeader(AGAIN, 0, { protocols: ['3.1'] })).toMatchObject({ type: 'subscribe', flags: 10 })
  for (const read of [decode, (packet: Uint8Array) => decodeFixedHeader(packet, 0, { protocols: BOTH })])
    expect(caught(() => read(AGAIN))).toMatchObject({ code: 'reserved-flags' })
})

describe.each(CUTS)('a CONNECT that ends after the name of MQTT 3.1, in chunks: $name', ({ cut }) => {
  // The next packet's first byte must not be taken for its level.
  test.each([
    ['03', ['3.1.1', '3.1'], 'reserved-packet-type'],
    ['83 06 0007 0001 61 00', ['3.1.1', '3.1', 'bridge'], 'reserved-flags'],
  ] as const)('does not change the version before %s', (next, protocols, code) => {
    const stream = join(bytes("10 08 0006 'MQIsdp'"), bytes(next))
    const parser = new PacketParser({ protocols })
    const seen: unknown[] = []
    const error = caught(() => {
      for (const chunk of cut(stream)) {
        parser.push(chunk)
        for (let frame = parser.readFrame(); frame !== undefined; frame = parser.readFrame())
          seen.push(frame.type)
      }
    })
    expect([seen, error]).toEqual([['connect'], expect.objectContaining({ code })])
    const unread = new PacketParser({ protocols })
    for (const chunk of cut(stream)) unread.push(chunk)
    expect(caught(() => unread.end())).toMatchObject({ code })
  })
})

// biome-ignore format: one row per message
test.each([
  ["10 0d 0004 'MQTT' 05 02 003c 0001 'c'", undefined, '5 is not supported, only 4 (MQTT 3.1.1)'],
  ["10 0d 0004 'MQTT' 05 02 003c 0001 'c'", { protocols: ['3.1.1', '3.1', 'bridge'] }, '5 is not supported, only 4 (MQTT 3.1.1), 3 (MQTT 3.1), 131 and 132 (bridges)'],
  ["10 0d 0004 'MQTT' 04 02 003c 0001 'c'", { protocols: ['3.1'] }, '4 is not supported, only 3 (MQTT 3.1)'],
  ["10 0d 0004 'MQTT' 04 02 003c 0001 'c'", { protocols: [] }, '4 is not supported, only none'],
  ["10 0d 0004 'MQTT' 03 02 003c 0001 'c'", { protocols: BOTH }, 'protocol name MQTT requires level 4, not 3'],
  ["10 0f 0006 'MQIsdp' 04 02 003c 0001 'c'", { protocols: BOTH }, 'protocol name MQIsdp requires level 3, not 4'],
] as const)('%s, %j: %s', (hex, options, message) => {
  expect((caught(() => decode(bytes(hex), options)) as Error).message).toContain(`CONNECT Protocol Level: ${message}`)
})

test('end judges by the version, too', () => {
  const errorAfter = (first: Uint8Array): unknown =>
    caught(() => new PacketParser({ protocols: BOTH }).push(join(first, AGAIN)).end())
  expect(errorAfter(OLD)).toBeUndefined()
  for (const first of [NEW, PUBLISH]) expect(errorAfter(first)).toMatchObject({ code: 'reserved-flags' })
})

test.each([
  ["10 08 0006 'MQIsdp'", 'Protocol Level', 10],
  ["10 09 0006 'MQIsdp' 03", 'Connect Flags', 11],
])('%s ends before the %s', (hex, field, offset) => {
  const error = caught(() => decode(bytes(hex), { protocols: BOTH }))
  expect(error).toMatchObject({ code: 'body-too-short', field, offset })
})
