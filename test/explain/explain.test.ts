// explain must agree with a parser with the same options, and its fields must cover every byte.

import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  type ExplainedField,
  type ExplainedPacket,
  type ExplainOptions,
  type Explanation,
  explain,
  PacketExplainer,
} from '../../src/explain/index.ts'
import { DecodeError, decode, type Packet, PacketParser, type ParserOptions } from '../../src/index.ts'
import { chunking, damagedPacket, damagedStream } from '../support/arbitraries.ts'
import { bytes } from '../support/bytes.ts'
import { caught } from '../support/malformed.ts'
import { bytesOf, written } from '../support/vectors.ts'
import { corpus } from '../vectors/corpus.ts'

const ALL: ParserOptions = { protocols: ['3.1.1', '3.1', 'bridge'] }

/** The result of a parser for the same bytes. */
function parsed(whole: Uint8Array, options: ParserOptions | undefined) {
  const packets: Packet[] = []
  const tolerated: DecodeError[] = []
  const parser = new PacketParser<Uint8Array>({
    ...options,
    onTolerated: (violation) => tolerated.push(violation),
  })
  const error = caught(() => {
    for (const packet of parser.push(whole)) packets.push(packet)
    parser.end()
  })
  if (error !== undefined && !(error instanceof DecodeError)) throw error
  return { packets, tolerated, error }
}

const facts = ({ code, rule, field, found, message, action }: Omit<DecodeError, 'offset'>) => {
  return { code, rule, field, found, message, action }
}

/** Checks that an explanation agrees with the parser, and returns it. */
function agreed(whole: Uint8Array, options?: ExplainOptions): Explanation {
  const explanation = explain(whole, options)
  const { packets, verdict, fault } = explanation
  const { packets: read, tolerated, error } = parsed(Uint8Array.from(whole), options)
  expect(packets.flatMap(({ packet }) => packet ?? [])).toEqual(read)
  expect(fault && { ...facts(fault as never), offset: fault.offset }).toEqual(
    error && { ...facts(error), offset: error.streamOffset },
  )
  const expected =
    error === undefined ? 'valid' : error.code === 'incomplete-packet' ? 'incomplete' : 'malformed'
  expect(verdict).toBe(expected)
  const complete = packets.filter((packet) => packet.verdict !== 'incomplete')
  expect(complete.flatMap((packet) => packet.tolerated).map(({ offset }) => offset)).toEqual(
    tolerated.map(({ streamOffset }) => streamOffset),
  )
  checkTiling(explanation, Buffer.from(whole))
  return explanation
}

/** Checks that the fields, in order, cover all bytes of the input. */
function checkTiling({ packets, end, unread }: Explanation, whole: Buffer): void {
  let offset = 0
  for (const packet of packets) {
    expect(packet.offset).toBe(offset)
    checkParts(packet.fields, offset, offset + packet.length, whole)
    offset += packet.length
  }
  expect(end).toBe(offset)
  expect(whole.subarray(offset).equals(unread)).toBe(true)
}

function checkParts(fields: readonly ExplainedField[], start: number, end: number, whole: Buffer): void {
  let position = start
  for (const { name, offset, length, bytes, fields: parts, bits, meaning } of fields) {
    const isRight =
      offset === position &&
      whole.subarray(offset, offset + length).equals(bytes) &&
      !/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u.test(meaning)
    if (!isRight) expect.fail(`${name} at ${offset}: ${meaning}`)
    if (bits === undefined) position += length
    if (parts[0]?.bits !== undefined) checkBits(parts, bytes[0]!)
    else if (parts.length > 0) checkParts(parts, offset, offset + length, whole)
  }
  if (position !== end) expect.fail(`the fields end at ${position}, not at ${end}`)
}

function checkBits(fields: readonly ExplainedField[], byte: number): void {
  let next = 7
  let value = 0
  for (const { bits, value: part } of fields) {
    const [high, low] = bits!
    if (high !== next) expect.fail(`bit ${next} is not explained`)
    value |= Number(part) << low
    next = low - 1
  }
  if (next !== -1 || value !== byte) expect.fail(`the bits are ${value}, not ${byte}`)
}

/** All fields and their parts by name. Of several with the same name, the last. */
function byName(fields: readonly ExplainedField[], found = new Map<string, ExplainedField>()) {
  for (const field of fields) {
    found.set(field.name, field)
    byName(field.fields, found)
  }
  return found
}

describe('the corpus', () => {
  test.each(corpus.valid)('$name', ({ hex, packet, options }) => {
    const { packets, verdict } = agreed(bytesOf(hex), options as ExplainOptions)
    expect(verdict).toBe('valid')
    expect(packets.map((each) => written(each.packet!))).toEqual([packet])
    checkValues(packets[0]!)
  })

  test.each(corpus.malformed)('$name', ({ hex, options, code, rule, field, offset }) => {
    const { fault, packets } = agreed(bytesOf(hex), options as ExplainOptions)
    const trailing = code === 'trailing-bytes'
    if (!trailing) expect(fault).toMatchObject({ code, rule, offset })
    if (!trailing && code !== 'incomplete-packet') expect(fault!.field).toBe(field)
    const { error } = parsed(bytesOf(hex), options as ExplainOptions)
    if (!trailing) expect(packets.at(-1)!.fault!.message).toBe(error!.message)
  })

  test.each(corpus.streams)('$name', ({ hex, options, packets }) => {
    const explained = agreed(bytesOf(hex), options as ExplainOptions).packets
    expect(explained.flatMap(({ packet }) => (packet === undefined ? [] : written(packet)))).toEqual(packets)
  })
})

/** Checks that the values of the fields are those of the decoded packet. */
function checkValues({ packet, fields }: ExplainedPacket): void {
  const found = byName(fields)
  const read = (name: string) => found.get(name)?.value
  const { type } = packet!
  if ('packetId' in packet! && packet.packetId !== undefined)
    expect(read('Packet Identifier')).toBe(packet.packetId)
  if (type === 'publish') {
    const { topic, payload, qos, dup, retain } = packet as Packet & { type: 'publish' }
    expect(['Topic Name', 'Payload', 'QoS level', 'DUP flag', 'RETAIN'].map(read)).toEqual([
      topic,
      payload,
      qos,
      dup,
      retain,
    ])
  } else if (type === 'connect') {
    const connect = packet as Packet & { type: 'connect' }
    const names = [
      'Protocol Name',
      'Client Identifier',
      'Keep Alive',
      'Clean Session',
      'User Name',
      'Password',
    ]
    const { protocolName, clientId, keepAlive, cleanSession, username, password, will } = connect
    expect(names.map(read)).toEqual([protocolName, clientId, keepAlive, cleanSession, username, password])
    expect(read('Will Topic')).toBe(will?.topic)
    expect(read('Will Message')).toEqual(will?.payload)
  } else if (type === 'subscribe' || type === 'suback' || type === 'unsubscribe') {
    const payload = fields.find(({ name }) => name === 'Payload')?.fields ?? []
    const expected = packet as Packet & { type: 'subscribe' | 'suback' | 'unsubscribe' }
    const entries =
      expected.type === 'subscribe'
        ? payload.map(({ fields: [filter, qos] }) => ({
            topicFilter: filter!.value,
            qos: byName(qos!.fields).get('QoS')!.value,
          }))
        : payload.map(({ value }) => value)
    expect(entries).toEqual(
      expected.type === 'subscribe'
        ? expected.subscriptions
        : expected.type === 'suback'
          ? expected.returnCodes
          : expected.topicFilters,
    )
  }
}

describe('any bytes', () => {
  test('one packet has the same result as with decode', () => {
    fc.assert(
      fc.property(damagedPacket, (whole) => {
        const { packets, fault } = agreed(whole, ALL)
        const error = caught(() => decode(whole, ALL)) as DecodeError | undefined
        if (error?.code === 'trailing-bytes') expect(packets[0]!.length).toBe(error.offset)
        else if (whole.length > 0) expect([fault?.code, fault?.offset]).toEqual([error?.code, error?.offset])
      }),
      { numRuns: 1_000 },
    )
  })

  test('a stream, in any chunks', () => {
    fc.assert(
      fc.property(damagedStream, chunking, (whole, cut) => {
        const { packets } = agreed(whole, ALL)
        const explainer = new PacketExplainer(ALL)
        const streamed = cut(whole).flatMap((chunk) => explainer.push(chunk))
        const last = explainer.end()
        expect([...streamed, ...(last === undefined ? [] : [last])].map(comparable)).toEqual(
          packets.map(comparable),
        )
      }),
      { numRuns: 300 },
    )
  })

  test('random bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 64 }), (whole) => {
        agreed(whole, ALL)
      }),
      { numRuns: 1_000 },
    )
  })
})

/** The part of the result that does not depend on chunks. A hint depends on the bytes that have arrived. */
function comparable({ fault, fields, ...rest }: ExplainedPacket) {
  const isHeaderFault = fault !== undefined && fields.length === 1
  return { ...rest, length: isHeaderFault ? 0 : rest.length, code: fault?.code, offset: fault?.offset }
}

const explained = (notation: string, options?: ExplainOptions): ExplainedPacket =>
  explain(bytes(notation), options).packets.at(-1)!
const fieldOf = (notation: string, name: string, options?: ExplainOptions): ExplainedField =>
  byName(explained(notation, options).fields).get(name)!

const CONNECT = "10 26 0004 'MQTT' 04 ce 003c 0001 'c' 0001 'w' 0002 'hi' 0004 'user' 0004 'pass' 0000"

// biome-ignore format: one row per field
describe.each([
  ["30 07 0003 'a/b' 'hi'", 'Fixed header', '§3.3.1', 'group', 0, 2, undefined, ''],
  ["30 07 0003 'a/b' 'hi'", 'Type and flags', '§2.2', 'type', 0, 1, 0x30, 'PUBLISH, QoS 0'],
  ["3b 09 0003 'a/b' 0007 'hi'", 'Type and flags', '§2.2', 'type', 0, 1, 0x3b, 'PUBLISH, QoS 1, DUP, RETAIN'],
  ["3b 09 0003 'a/b' 0007 'hi'", 'QoS level', '§3.3.1.2', 'flags', 0, 1, 1, 'QoS 1: at least once'],
  ["3b 09 0003 'a/b' 0007 'hi'", 'Packet Identifier', '§3.3.2.2', 'identifier', 7, 2, 7, 'identifier 7'],
  ["30 07 0003 'a/b' 'hi'", 'Remaining Length', '§2.2.3', 'length', 1, 1, 7, '7 bytes follow'],
  ["30 878000 0003 'a/b' 'hi'", 'Remaining Length', '§2.2.3', 'length', 1, 3, 7, '7 bytes follow; the shortest form takes 1 byte'],
  ["30 07 0003 'a/b' 'hi'", 'Variable header', '§3.3.2', 'group', 2, 5, undefined, ''],
  ["30 07 0003 'a/b' 'hi'", 'Topic Name', '§3.3.2.1', 'text', 2, 5, 'a/b', "'a/b'"],
  ["30 07 0003 'a/b' 'hi'", 'Length', '§1.5.3', 'length', 2, 2, 3, '3 bytes'],
  ["30 07 0003 'a/b' 'hi'", 'Text', '§3.3.2.1', 'text', 4, 3, 'a/b', "'a/b'"],
  ["30 07 0003 'a/b' 'hi'", 'Payload', '§3.3.3', 'binary', 7, 2, bytes("'hi'"), "2 bytes, 'hi'"],
  ["30 06 0003 'a/b' 00", 'Payload', '§3.3.3', 'binary', 7, 1, bytes('00'), '1 byte'],
  ["30 05 0003 'a/b'", 'Payload', '§3.3.3', 'binary', 7, 0, bytes(''), 'empty'],
  [CONNECT, 'Protocol Level', '§3.1.2.2', 'number', 8, 1, 4, 'level 4: MQTT 3.1.1'],
  [CONNECT, 'Connect Flags', '§3.1.2.3', 'flags', 9, 1, 0xce, '0b11001110'],
  [CONNECT, 'Will QoS', '§3.1.2.6', 'flags', 9, 1, 1, 'QoS 1: at least once'],
  [CONNECT, 'Keep Alive', '§3.1.2.10', 'number', 10, 2, 60, 'keep alive 60 s'],
  [CONNECT, 'Client Identifier', '§3.1.3.1', 'text', 12, 3, 'c', "'c'"],
  [CONNECT, 'Will Message', '§3.1.3.3', 'binary', 18, 4, bytes("'hi'"), "2 bytes, 'hi'"],
  [CONNECT, 'Password', '§3.1.3.5', 'binary', 28, 6, bytes("'pass'"), '4 bytes'],
  ['20 02 00 05', 'Return Code', '§3.2.2.3', 'code', 3, 1, 5, 'return code 5: not authorized'],
  ['20 02 01 00', 'Session Present', '§3.2.2.2', 'flags', 2, 1, true, 'the server has stored this session'],
  ['40 02 0007', 'Packet Identifier', '§3.4.2', 'identifier', 2, 2, 7, 'identifier 7'],
  ["82 06 0007 0001 'a' 02", 'Subscription', '§3.8.3', 'group', 4, 4, undefined, ''],
  ["82 06 0007 0001 'a' 02", 'Requested QoS', '§3.8.3', 'flags', 7, 1, 2, 'QoS 2: exactly once'],
  ['90 03 0007 80', 'Return Code', '§3.9.3', 'code', 4, 1, 0x80, 'return code 0x80: failure'],
  ['90 03 0007 01', 'Return Code', '§3.9.3', 'code', 4, 1, 1, 'return code 1: granted, at most QoS 1'],
  ['f0 00', 'Control Packet type', '§2.2.1', 'type', 0, 1, 15, '15: reserved'],
  ['40 02 00', 'Packet Identifier', '§3.4.2', 'identifier', 2, 1, undefined, 'missing'],
  ["30 07 0003 'a/b' 'h'", 'Payload', '§3.3.3', 'binary', 7, 1, undefined, '1 byte so far'],
  ["30 07 0003 'a'", 'Topic Name', '§3.3.2.1', 'text', 2, 3, undefined, '3 bytes announced, 1 available'],
  ["30 07 0003 'a+b' 'hi'", 'Unread', '§2.2.3', 'unread', 7, 2, undefined, '2 bytes not read'],
] as const)('%s: %s', (notation, name, section, kind, offset, length, value, meaning) => {
  test(meaning === '' ? 'is a group' : meaning, () => {
    expect(fieldOf(notation, name)).toMatchObject({ name, section, kind, offset, length, value, meaning })
  })
})

test('MQTT 3.1 ignores the bit that 3.1.1 calls Session Present', () => {
  const stream = "10 0f 0006 'MQIsdp' 03 02 003c 0001 'c' 20 02 01 00"
  expect(fieldOf(stream, 'Session Present', ALL).meaning).toBe('not used in MQTT 3.1')
})

test('a tolerated violation is reported, and the bytes that it leaves unread are shown', () => {
  const { verdict, tolerated, fields } = explained('d0 02 0000', { tolerate: ['surplus-bytes'] })
  expect(verdict).toBe('valid')
  expect(tolerated).toMatchObject([{ code: 'surplus-bytes', offset: 1, found: 2 }])
  expect(fields.at(-1)).toMatchObject({ name: 'Unread', offset: 2, length: 2 })
})

// biome-ignore format: one row per beginning
test.each([
  ['30', 'Remaining Length', undefined],
  ['30 87', 'Remaining Length', undefined],
  ['30 07', 'Topic Name', 7],
  ["30 07 0003 'a'", 'Topic Name', 4],
  ["32 09 0003 'a/b' 00", 'Packet Identifier', 3],
  ["32 09 0003 'a/b' 0007", 'Payload', 2],
  ["10 26 0004 'MQTT' 04 ce 00", 'Keep Alive', 29],
])('%s is incomplete in %s', (notation, field, length) => {
  expect(explained(notation)).toMatchObject({ verdict: 'incomplete', missing: { field, length } })
})

test('bytes after a malformed packet are not read', () => {
  const { end, unread, packets } = explain(bytes("c000 00 00 c000 'x'"))
  expect(packets.map(({ verdict }) => verdict)).toEqual(['valid', 'malformed'])
  expect([end, unread]).toEqual([3, bytes("00 c000 'x'")])
})

test('empty input has no packets', () => {
  expect(explain(new Uint8Array(0))).toEqual({
    packets: [],
    verdict: 'valid',
    fault: undefined,
    end: 0,
    unread: new Uint8Array(0),
  })
})

test('the explanation is plain data with copied bytes', () => {
  const whole = Buffer.from(bytes(CONNECT))
  const { packets } = explain(whole)
  const copy = structuredClone(packets)
  whole.fill(0)
  expect(packets).toEqual(copy)
})

test('large packets arrive in small chunks', () => {
  const payload = new Uint8Array(1_000_000)
  const whole = Buffer.concat([bytes("30 c3843d 0001 'a'"), payload])
  const explainer = new PacketExplainer()
  const packets: ExplainedPacket[] = []
  for (let start = 0; start < whole.length; start += 1_000)
    packets.push(...explainer.push(whole.subarray(start, start + 1_000)))
  expect(packets).toMatchObject([{ verdict: 'valid', length: whole.length }])
})

test('an incomplete list is explained up to the limit of entries', () => {
  const whole = Buffer.concat([bytes('82 ffff7f 0001'), Buffer.alloc(40_000, bytes("0001 'a' 00"))])
  const { fields, verdict } = explain(whole, { maxTopicFilters: 100 }).packets[0]!
  expect(verdict).toBe('incomplete')
  expect(fields.find(({ name }) => name === 'Payload')!.fields).toHaveLength(100)
  expect(fields.at(-1)).toMatchObject({ name: 'Unread', length: 39_600 })
})

test('invalid arguments are TypeErrors', () => {
  expect(() => explain('c000' as never)).toThrow(TypeError)
  expect(() => explain(bytes('c000'), { tolerance: [] } as never)).toThrow(TypeError)
  expect(() => new PacketExplainer().push([] as never)).toThrow(TypeError)
})
