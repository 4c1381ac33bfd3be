import { isDeepStrictEqual } from 'node:util'
import type { Arbitrary } from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  type DecodeOptions,
  decode,
  encode,
  encodedLength,
  isTopicFilter,
  isTopicName,
  PacketParser,
  type PacketTypeName,
  topicMatches,
} from '../../src/index.ts'
import { applyMutations, arbitraries, layoutOf, type PacketArbitraries } from '../../src/testing/index.ts'
import { VERSIONS } from './fast-check.ts'

const plain = (bytes: Uint8Array) => Uint8Array.from(bytes)
const same = (a: Uint8Array, b: Uint8Array) => expect(Buffer.compare(a, b)).toBe(0)
const isPlain = (value: unknown): value is object =>
  typeof value === 'object' && value !== null && !(value instanceof Uint8Array)

/** The input as it is decoded, with bytes in place of text. */
function withBytes<Value>(value: Value, name = ''): Value {
  if (typeof value === 'string' && (name === 'payload' || name === 'password')) {
    return Uint8Array.from(Buffer.from(value)) as Value
  }
  if (!isPlain(value)) return value
  if (Array.isArray(value)) return value.map((item) => withBytes(item)) as Value
  return Object.fromEntries(
    Object.entries(value).map(([key, field]) => [key, withBytes(field, key)]),
  ) as Value
}

/** The part of the value that is also in the model. */
function only(value: unknown, model: unknown): unknown {
  if (!isPlain(value) || !isPlain(model)) return value
  if (Array.isArray(value)) return value.map((item, index) => only(item, (model as unknown[])[index]))
  const kept = Object.entries(value).filter(([key]) => key in model)
  return Object.fromEntries(kept.map(([key, field]) => [key, only(field, model[key as keyof typeof model])]))
}

/** Compares with Node, because vitest compares megabytes byte by byte. Vitest only explains the difference. */
function equal(actual: unknown, expected: unknown): void {
  if (!isDeepStrictEqual(actual, expected)) expect(actual).toStrictEqual(expected)
}

const utf8Size = (text: string) => Buffer.byteLength(text)

function readAll(chunks: readonly Uint8Array[], options?: DecodeOptions) {
  const parser = new PacketParser<Uint8Array>(options)
  const packets = chunks.flatMap((chunk) => [...parser.push(chunk)])
  parser.end()
  return packets
}

// The types by name. arbitraries(fc) has an arbitrary for each.
const TYPES: readonly (keyof PacketArbitraries & PacketTypeName)[] = [
  ...(['connect', 'connack', 'publish', 'puback', 'pubrec', 'pubrel', 'pubcomp'] as const),
  ...(['subscribe', 'suback', 'unsubscribe', 'unsuback', 'pingreq', 'pingresp', 'disconnect'] as const),
]

describe.each(VERSIONS)('%s', (_, fc) => {
  const arbitrary = arbitraries(fc)
  const { packet, packetInput, packetStream, chunked, mutated, session } = arbitrary
  // Tests of frequencies use a seed. Tests of properties do not.
  const sample = <Value>(from: Arbitrary<Value>, numRuns: number) => fc.sample(from, { numRuns, seed: 1 })

  test.each(TYPES)('%s: encoding and decoding gives the same packet', (type) => {
    fc.assert(
      fc.property(arbitrary[type] as typeof packet, (packet) => {
        expect(packet.type).toBe(type)
        equal(decode(plain(encode(packet))), packet)
      }),
    )
  })

  test('packet: generates every type', () => {
    expect(new Set(sample(packet, 500).map(({ type }) => type))).toEqual(new Set(TYPES))
  })

  test('packetInput: decodes to the packet, which encodes to the same bytes', () => {
    fc.assert(
      fc.property(packetInput, (input) => {
        const bytes = plain(encode(input))
        expect(encodedLength(input)).toBe(bytes.length)
        const decoded = decode(bytes)
        const said = withBytes(input)
        equal(only(decoded, said), said)
        same(encode(decoded), bytes)
      }),
    )
    const inputs = sample(packetInput, 500)
    expect(inputs.some((input) => input.type === 'publish' && typeof input.payload === 'string')).toBe(true)
    expect(inputs.some((input) => input.type === 'publish' && !('qos' in input))).toBe(true)
    expect(inputs.some((input) => input.type === 'connect' && !('will' in input))).toBe(true)
  })

  test('topic names and filters are valid, and match if they should', () => {
    fc.assert(fc.property(arbitrary.topicName, (topic) => isTopicName(topic)))
    fc.assert(fc.property(arbitrary.topicFilter, (filter) => isTopicFilter(filter)))
    fc.assert(fc.property(arbitrary.matchingPair, ({ filter, topic }) => topicMatches(filter, topic)))
    const pairs = sample(arbitrary.matchingPair, 1000)
    expect(pairs.some(({ topic }) => topic.startsWith('$'))).toBe(true)
    expect(pairs.some(({ filter }) => filter.endsWith('#'))).toBe(true)
    expect(pairs.some(({ filter, topic }) => filter === `${topic}/#`)).toBe(true)
    expect(pairs.some(({ filter }) => filter.includes('+'))).toBe(true)
  })

  test('utf8Text: contains text that breaks decoders', () => {
    const texts = sample(arbitrary.utf8Text, 3000)
    for (const text of texts) expect(utf8Size(text)).toBeLessThanOrEqual(65_535)
    const sizes = new Set(texts.map(utf8Size))
    for (const size of [0, 1, 65_535]) expect(sizes).toContain(size)
    for (const part of ['\uFEFF', '\u0301', '\u{1F600}', '\uFFFF', '\u0001']) {
      expect(texts.some((text) => text.includes(part))).toBe(true)
    }
    expect(texts.some((text) => text.startsWith('\uFEFF'))).toBe(true)
    expect(texts.some((text) => text.includes('\0'))).toBe(false)
  })

  test('packetIdentifier: includes the limits', () => {
    const identifiers = new Set(sample(arbitrary.packetIdentifier, 2000))
    expect(Math.min(...identifiers)).toBe(1)
    expect(Math.max(...identifiers)).toBe(65_535)
  })

  test('publish: includes every limit of a Remaining Length of up to three bytes, and payload sizes near it', () => {
    const lengths = new Set(
      sample(arbitrary.publish, 3000).map((packet) => {
        const size = encodedLength(packet)
        return size - (size <= 129 ? 2 : size <= 16_386 ? 3 : size <= 2_097_155 ? 4 : 5)
      }),
    )
    for (const step of [127, 128, 16_383, 16_384, 2_097_151, 2_097_152]) expect(lengths).toContain(step)
    const payloads = sample(arbitrary.payload, 1000).map(({ length }) => length)
    for (const step of [127, 16_383, 2_097_151]) {
      expect(payloads.some((length) => Math.abs(length - step) <= 48)).toBe(true)
    }
  })

  test('packetStream: has the bytes of its packets', () => {
    fc.assert(
      fc.property(packetStream, ({ packets, bytes }) => {
        equal(readAll([bytes]), packets)
      }),
    )
  })

  test('chunked: gives the same packets', () => {
    fc.assert(
      fc.property(chunked, ({ packets, bytes, chunks }) => {
        same(Buffer.concat(chunks), bytes)
        equal(readAll(chunks), packets)
      }),
    )
  })

  test('chunked: many cuts are inside fixed headers and length prefixes, and many chunks are single bytes or empty', () => {
    let cuts = 0
    let sensitive = 0
    const sizes = new Map<number, number>()
    for (const { bytes, chunks } of sample(chunked, 500)) {
      const places = new Set(
        layoutOf(bytes).flatMap(({ start, body, fields }) => [
          ...Array.from({ length: body - start }, (_, index) => start + 1 + index),
          ...fields.flatMap(({ start, content }) => (content > start ? [start + 1, start + 2] : [])),
        ]),
      )
      let position = 0
      for (const { length } of chunks.slice(0, -1)) {
        position += length
        cuts++
        if (places.has(position)) sensitive++
        sizes.set(length, (sizes.get(length) ?? 0) + 1)
      }
      if (chunks.length === bytes.length) cuts -= bytes.length // cut after every byte, so not a choice
    }
    expect(sensitive).toBeGreaterThan(cuts / 2)
    expect(sizes.get(0)).toBeGreaterThan(100)
    expect(sizes.get(1)).toBeGreaterThan(100)
  })

  test('mutated: one to eight mutations of a stream, with the original', () => {
    const kinds = new Set<string>()
    let changed = 0
    for (const { bytes, original, mutations } of sample(mutated, 500)) {
      expect(mutations.length).toBeGreaterThanOrEqual(1)
      expect(mutations.length).toBeLessThanOrEqual(8)
      same(applyMutations(original.bytes, mutations), bytes)
      equal(readAll([original.bytes]), original.packets)
      for (const { kind } of mutations) kinds.add(kind)
      if (Buffer.compare(bytes, original.bytes) !== 0) changed++
    }
    expect([...kinds].sort()).toEqual(['delete', 'duplicate', 'flip', 'insert', 'lie', 'splice', 'swap'])
    expect(changed).toBeGreaterThan(450)
  })

  test('session: the peer accepts all packets', () => {
    fc.assert(
      fc.property(session, ({ sentBy, packets, bytes }) => {
        const parser = new PacketParser<Uint8Array>({ role: sentBy === 'client' ? 'server' : 'client' })
        equal([...parser.push(bytes)], packets)
        expect(packets[0]?.type).toBe(sentBy === 'client' ? 'connect' : 'connack')
        if (sentBy === 'client') expect(packets.at(-1)?.type).toBe('disconnect')
      }),
    )
  })
})

test('arbitraries needs fast-check, and malformed needs valid codes', () => {
  expect(() => arbitraries(undefined as never)).toThrow(new TypeError('pass fast-check: arbitraries(fc)'))
  expect(() => arbitraries({} as never)).toThrow(TypeError)
  expect(() => arbitraries(VERSIONS[0]![1]).malformedBy('wat' as never)).toThrow(
    new TypeError('unknown code wat'),
  )
})
