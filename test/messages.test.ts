// What error messages show of the bytes, and what they must not show.

import { describe, expect, test } from 'vitest'
import {
  type DecodeError,
  decode,
  type EncodeError,
  encode,
  type PacketInput,
  PacketParser,
  type ParserOptions,
} from '../src/index.ts'
import { bytes } from './support/bytes.ts'
import { caught } from './support/malformed.ts'

const errorOf = (hex: string, options?: ParserOptions): DecodeError =>
  caught(() => new PacketParser(options).push(bytes(hex)).read()) as DecodeError

// biome-ignore format: one row per code
test.each([
  ['00', 0, 'found 0x00'],
  ['40 05 0001 000000', 3, 'must be 2, not 5'],
  ["10 0f 0004 'MQTT' 04 02 003c 0001 'c' 0000", 2, 'found 2'],
  ['30 01 00', 1, 'must be at least 2, not 1'],
  ['36 00', 3, 'found 3'],
  ['c1 00', 0xc1, 'found 0xc1'],
  ["38 03 0001 'a'", 0x38, 'found 0x38'],
  ['40 02 0000', 0, 'found 0'],
  ["30 04 0002 'a' c0", 0xc0, 'found 0xc0'],
  ["30 04 0002 'a' 00", 0, 'found U+0000'],
  ['30 02 0000', '', "found ''"],
  ['82 05 0001 0000 00', '', "found ''"],
  ["30 05 0003 'a/#'", 'a/#', "found 'a/#'"],
  ["82 06 0001 0002 'a#' 00", 'a#', "found 'a#'"],
  ["10 0d 0004 'HTTP' 04 02 003c 0001 'c'", 'HTTP', "found 'HTTP'"],
  ["10 0d 0004 'MQTT' 04 03 003c 0001 'c'", 3, 'found 0x03'],
  ["10 0c 0004 'MQTT' 04 0a 003c 0000", 0x0a, 'found 0x0a'],
  ["10 0c 0004 'MQTT' 04 22 003c 0000", 0x22, 'found 0x22'],
  ["10 0f 0004 'MQTT' 04 42 003c 0000 0001 70", 0x42, 'found 0x42'],
  ["10 0c 0004 'MQTT' 04 00 003c 0000", '', "found ''"],
  ['20 02 02 00', 2, 'found 0x02'],
  ['20 02 00 06', 6, 'found 6'],
  ['20 02 01 05', 5, 'found 5'],
  ["82 06 0001 0001 'a' 04", 4, 'found 0x04'],
  ["82 06 0001 0001 'a' 03", 3, 'found 3'],
  ['90 03 0001 03', 3, 'found 0x03'],
])('%s: found %j', (hex, found, shown) => {
  const error = errorOf(hex)
  expect(error.found).toBe(found)
  expect(error.message).toContain(shown)
})

test('excess bytes are counted, in the fixed header and after the last field', () => {
  const surplus = [
    "10 0f 0004 'MQTT' 04 02 003c 0001 'c' 0000",
    '40 04 0001 0000',
    'c0 02 0000',
    '20 04 0000 0000',
  ]
  expect(surplus.map((hex) => errorOf(hex).found)).toEqual([2, 2, 2, 2])
  expect((caught(() => decode(bytes('c0 00 0000'))) as DecodeError).found).toBe(2)
})

// biome-ignore format: one row per limit
test.each([
  ['40 02 0001', { maxPacketSize: 3 }, 4],
  ["30 04 0002 'ab'", { maxTopicLength: 1 }, 2],
  ["30 05 0003 '///'", { maxTopicLevels: 2 }, 3],
  ['90 04 0001 0000', { maxTopicFilters: 1 }, 2],
  ['90 05 0001 000000', { maxTopicFilters: 1.5 }, 3],
  ["82 0a 0001 0001 'a' 00 0001 'b' 00", { maxTopicFilters: 1 }, 2],
  ["a2 08 0001 0001 'a' 0001 'b'", { maxTopicFilters: 1 }, 2],
] as const)('%s, %j: found %i', (hex, options, found) => {
  expect(errorOf(hex, options).found).toBe(found)
})

// biome-ignore format: one row per option
test.each([
  ['20 02 0000', { role: 'server' }, 0x20, 'found 0x20'],
  ['30 04 0002 6101', { refuse: ['control-characters'] }, 1, 'found U+0001'],
  ['30 06 0004 61efbfbf', { refuse: ['non-characters'] }, 0xffff, 'found U+FFFF'],
  ['30 0b 0009 61efb790 01 f4 8f bf bf', { refuse: ['control-characters', 'non-characters'] }, 0xfdd0, 'found U+FDD0'],
  ['30 07 0005 01 efb790 02', { refuse: ['non-characters'] }, 0xfdd0, 'found U+FDD0'],
] as const)('%s, %j: found %i, shown as %s', (hex, options, found, shown) => {
  const error = errorOf(hex, options)
  expect(error.found).toBe(found)
  expect(error.message).toContain(shown)
})

test('text is cut to 64 characters and escaped', () => {
  const topic = `+\u0001\u202e${'x'.repeat(100)}`
  const error = caught(() => decode(bytes(`30 6b 0069 '${topic}'`))) as DecodeError
  expect([...(error.found as string)]).toHaveLength(64)
  expect(error.message).toContain(`'+\\u{1}\\u{202e}${'x'.repeat(61)}…'`)
  // biome-ignore lint/suspicious/noControlCharactersInRegex: the test is that these are absent
  expect(error.message).not.toMatch(/[\u0000-\u001f\u202e]/)
})

test('neither a password nor a payload is ever shown', () => {
  const seen: string[] = []
  for (const hex of [
    "10 14 0004 'MQTT' 04 43 003c 0001 'c' 0005 'secret'",
    "10 16 0004 'MQTT' 04 06 003c 0001 'c' 0001 '#' 0006 'secret'",
    "10 15 0013 'MQTT' 04 42 0000 0001 'c' 0006 'secret'",
    "10 17 0015 'MQTT' 04 06 0000 0000 0001 't' 0006 'secret'",
    "30 0b 0003 'a/#' 'secret'",
    "32 0b 0003 'a/b' 0000 'secret'",
  ])
    seen.push((caught(() => decode(bytes(hex), { tolerate: ['null-character'] })) as Error).message)
  expect(seen.filter((message) => message.includes('secret'))).toEqual([])
})

test.each([
  ['password', { type: 'connect', clientId: 'c', username: 'u', password: 271_828 }],
  ['will.payload', { type: 'connect', clientId: 'c', will: { topic: 'w', payload: 271_828 } }],
  ['payload', { type: 'publish', topic: 't', payload: 271_828 }],
])('a value in place of %s is not shown', (property, packet) => {
  const error = caught(() => encode(packet as unknown as PacketInput)) as EncodeError
  expect(error).toMatchObject({ code: 'wrong-field-type', property })
  expect(error.message).toContain('not a number')
  expect(error.message).not.toContain('271')
})

describe('a stream of another protocol', () => {
  const text = (content: string): string => Buffer.from(content, 'latin1').toString('hex')

  // biome-ignore format: one row per protocol
  test.each([
    ['160300', 'a TLS ClientHello'],
    ['160301', 'a TLS ClientHello'],
    ['160302', 'a TLS ClientHello'],
    ['16030100f0010000ec0303', 'a TLS ClientHello'],
    [text('GET / HTTP/1.1\r\n'), 'HTTP'],
    [text('POS'), 'HTTP'],
    [text('POST /topic HTTP/1.1'), 'HTTP'],
    [text('PUT /'), 'HTTP'],
    [text('HTTP/1.1 400 Bad Request'), 'HTTP'],
    [text('PROXY TCP4 192.0.2.1'), 'a PROXY protocol header'],
    ['0d0a0d0a000d0a515549540a2111', 'a PROXY protocol header'],
    ['818e 01020304 110e', 'a WebSocket frame'],
    ["10 0d 0004 'MQTT' 05 02 003c 00 0000", 'an MQTT 5 CONNECT'],
  ])('%s: this looks like %s', (hex, name) => {
    const error = errorOf(hex, { role: 'server' })
    expect(error.message.endsWith(`; this looks like ${name}`)).toBe(true)
  })

  test('one or two bytes are not enough for a hint', () => {
    for (const hex of ['16', '1603', '47', '4745']) expect(errorOf(hex).message).not.toContain('looks like')
  })

  test('only the first packet of a stream gets a hint', () => {
    expect(errorOf('160301').message).toContain('TLS')
    const parser = new PacketParser().push(bytes('c000 160301'))
    expect(parser.read()).toEqual({ type: 'pingreq' })
    expect((caught(() => parser.read()) as Error).message).not.toContain('TLS')
  })

  test('valid MQTT is never refused because it looks like another protocol', () => {
    expect(decode(bytes(`50 02 ${text('OS')}`))).toEqual({ type: 'pubrec', packetId: 0x4f53 })
  })
})
