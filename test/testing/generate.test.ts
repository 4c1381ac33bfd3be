import { createHash } from 'node:crypto'
import { expect, test } from 'vitest'
import { decode, encode } from '../../src/index.ts'
import {
  cut,
  type GenerateOptions,
  generateMalformed,
  generatePackets,
  generateSessions,
  mutate,
} from '../../src/testing/index.ts'

const plain = (bytes: Uint8Array) => Uint8Array.from(bytes)

function digest(chunks: Iterable<Uint8Array>): string {
  const hash = createHash('sha256')
  for (const chunk of chunks) hash.update(chunk)
  return hash.digest('hex').slice(0, 16)
}

test.each([1, 2, 3])('seed %i: every generated packet survives encoding and decoding', (seed) => {
  for (const packet of generatePackets(seed, 1000))
    expect(decode(plain(encode(packet)))).toStrictEqual(packet)
})

test('large packets also survive', () => {
  let largest = 0
  for (const packet of generatePackets(4, 400, { size: 'ample', types: ['publish'] })) {
    const bytes = plain(encode(packet))
    largest = Math.max(largest, bytes.length)
    const again = encode(decode(bytes))
    if (Buffer.compare(again, bytes) !== 0) expect(again).toEqual(bytes)
  }
  expect(largest).toBeGreaterThan(2_000_000)
})

const SEEDS = [0, 1, -1, 2 ** 40 + 7]

test('a seed always gives the same packets', () => {
  const packets = (seed: number) => digest([...generatePackets(seed, 500)].map((packet) => encode(packet)))
  expect(SEEDS.map(packets)).toEqual([
    'b277c6eae511a2fb',
    '7d4be1452dfa0b67',
    '4a761ff058b525b4',
    'da6eec9aeda1861a',
  ])
})

test('a seed always gives the same sessions, mutations and cuts', () => {
  const everything = (seed: number) =>
    digest(
      [...generateSessions(seed, 50)].flatMap(({ bytes }, index) => {
        const mutated = mutate(bytes, seed + index)
        return [
          mutated,
          ...cut(mutated, seed + index).map(({ length }) => Uint8Array.of(length, length >> 8)),
        ]
      }),
    )
  expect(SEEDS.map(everything)).toEqual([
    '0505a7512508ce3f',
    '44ac533ea3b544d7',
    '678b1487bf808de9',
    '61e6fb67b01bb7a0',
  ])
})

test('chunks join to the bytes, and many are empty, single bytes, or cut inside a fixed header', () => {
  let empty = 0
  let single = 0
  for (const [index, { bytes }] of [...generateSessions(6, 200)].entries()) {
    const chunks = cut(bytes, index)
    expect(Buffer.concat(chunks).equals(bytes)).toBe(true)
    empty += chunks.filter(({ length }) => length === 0).length
    single += chunks.filter(({ length }) => length === 1).length
  }
  expect(Math.min(empty, single)).toBeGreaterThan(100)
})

test('mutations do not change the input array, and nearly always give other bytes', () => {
  let changed = 0
  for (const [index, { bytes }] of [...generateSessions(7, 500)].entries()) {
    const before = Buffer.from(bytes)
    const after = mutate(bytes, index)
    expect(before.equals(bytes)).toBe(true)
    if (!before.equals(after)) changed++
  }
  expect(changed).toBeGreaterThan(480)
  expect(mutate(new Uint8Array(0), 3)).toBeInstanceOf(Uint8Array)
})

test('the options select the types', () => {
  const types = (options: Parameters<typeof generatePackets>[2]) =>
    [...new Set([...generatePackets(5, 500, options)].map(({ type }) => type))].sort()
  expect(types({})).toHaveLength(14)
  expect(types({ types: ['puback', 'publish'] })).toEqual(['puback', 'publish'])
  expect(types({ sentBy: 'server' })).toEqual(
    ['connack', 'puback', 'pubcomp', 'publish', 'pubrec', 'pubrel', 'pingresp', 'suback', 'unsuback'].sort(),
  )
})

// Checked even if no value is drawn.
test.each([
  ['generatePackets', generatePackets],
  ['generateSessions', generateSessions],
  ['generateMalformed', generateMalformed],
])('%s takes a seed that is a safe integer, and a count', (_, generate) => {
  expect(() => generate(0.5, 1)).toThrow(new TypeError('seed must be a safe integer, not 0.5'))
  expect(() => generate(undefined as never, 1)).toThrow(TypeError)
  for (const count of [undefined, Number.NaN, -1, 0.5, '3', {}])
    expect(() => generate(1, count as number)).toThrow(
      /^count must be a non-negative integer or Infinity, not /,
    )
  expect([...generate(1, 0)]).toEqual([])
  expect(generate(1, Number.POSITIVE_INFINITY).next().done).toBe(false)
})

test.each([
  [{ types: ['publsh'] }, 'types: unknown packet type publsh'],
  [{ types: [] }, 'no packet type matches the options'],
  [{ types: ['connack'], sentBy: 'client' }, 'no packet type matches the options'],
  [{ sentBy: 'broker' }, "sentBy must be 'client' or 'server', not broker"],
  [{ size: 'huge' }, "size must be 'modest' or 'ample', not huge"],
])('the options %j throw a TypeError', (options, message) => {
  expect(() => generatePackets(1, 1, options as GenerateOptions)).toThrow(new TypeError(message))
})
