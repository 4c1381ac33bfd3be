// Kept results use little more memory than their bytes. Counts are so large that memory for compiled code does not matter.

import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { describe, expect, test } from 'vitest'
import { decode, encode, PacketParser, preparePublish } from '../../src/index.ts'
import { heldBy } from '../support/memory.ts'

setFlagsFromString('--expose-gc')
const collect = runInNewContext('gc') as () => void

const memory = (): number => {
  collect()
  collect()
  const { heapUsed, arrayBuffers } = process.memoryUsage()
  return heapUsed + arrayBuffers
}

/** The memory of each of `count` results in bytes, while the process encodes and decodes other packets. */
const heldByEach = (count: number, make: () => unknown): number => {
  const run = (results: unknown[]) => {
    for (let index = 0; index < results.length; index++) {
      results[index] = make()
      for (let more = 0; more < 3; more++) {
        const other = encode({ type: 'publish', topic: 'a/b', payload: 'x'.repeat(3_000) })
        decode(other, { copyPayloads: true })
      }
    }
    return results
  }
  run(new Array(1_000).fill(undefined))
  const results: unknown[] = new Array(count).fill(undefined)
  const before = memory()
  run(results)
  const held = memory() - before
  expect(results.length).toBe(count)
  return held / count
}

const connect = encode({ type: 'connect', clientId: 'c', will: { topic: 'w', payload: 'offline' } })
const publishOf = (length: number) => encode({ type: 'publish', topic: 'a', payload: 'x'.repeat(length) })
const [short, long] = [publishOf(100), publishOf(2_000)]

const copied = (bytes: Uint8Array) => {
  const packet = decode(bytes, { copyPayloads: true })
  if (packet.type === 'connect') return packet.will?.payload
  return packet.type === 'publish' ? packet.payload : undefined
}

/** A parser with these bytes, which arrived as from a socket: at the end of a separate chunk of 64 KiB. */
const holding = (bytes: Uint8Array) => {
  const chunk = Buffer.alloc(65_536).subarray(65_536 - bytes.length)
  chunk.set(bytes)
  const parser = new PacketParser()
  parser.push(chunk)
  expect(parser.read()).toBeUndefined()
  expect(parser.bufferedLength).toBe(bytes.length)
  return parser
}

/** Like `holding`, with one byte per chunk. */
const holdingSingly = (bytes: Uint8Array) => {
  const parser = new PacketParser()
  for (const byte of bytes) parser.push(Buffer.alloc(65_536, byte).subarray(0, 1)).read()
  return parser
}

const prepared = (length: number) =>
  preparePublish({ type: 'publish', topic: 'a', payload: 'x'.repeat(length) })

test.each([
  ['a copied will of 7 bytes', 20_000, () => copied(connect), 300],
  ['a copied payload of 100 bytes', 20_000, () => copied(short), 400],
  ['a copied payload of 2,000 bytes', 5_000, () => copied(long), 2_300],
  ['a prepared PUBLISH with 5 bytes of text', 5_000, () => prepared(5), 2_000],
  ['a prepared PUBLISH with 2,000 bytes of text', 2_000, () => prepared(2_000), 5_000],
  ['a parser with one byte', 5_000, () => holding(short.subarray(0, 1)), 1_000],
  [
    'a parser with five bytes that arrived one by one',
    2_000,
    () => holdingSingly(short.subarray(0, 5)),
    1_000,
  ],
  ['a parser with 64 bytes', 5_000, () => holding(short.subarray(0, 64)), 1_000],
  ['a parser with 65 bytes', 5_000, () => holding(short.subarray(0, 65)), 1_500],
  ['a parser with 600 bytes', 5_000, () => holding(long.subarray(0, 600)), 3_000],
])('%s', (_, count, make, most) => {
  expect(heldByEach(count, make)).toBeLessThan(most)
})

test('a copy does not share its memory', () => {
  expect([connect, short, long].map((bytes) => copied(bytes)?.buffer.byteLength)).toEqual([7, 100, 2_000])
})

test('text that was prepared does not share its memory', () => {
  expect([0, 5, 100, 5_000].map((length) => prepared(length).payload.buffer.byteLength)).toEqual([
    0, 5, 100, 5_000,
  ])
})

// README.md, Limits: what an entry of a list takes, and its text once, or twice if it has a character above U+00FF.
describe.each([
  ['SUBSCRIBE', 81],
  ['UNSUBSCRIBE', 41],
] as const)('the entries of %s', (type, most) => {
  test.each([
    ['of 10 bytes', 20_000, 10, '', 1],
    ['of 10 bytes, with Ā', 20_000, 10, 'Ā', 2],
    ['of 1,000 bytes', 4_000, 1_000, '', 1],
    ['of 1,000 bytes, with Ā', 4_000, 1_000, 'Ā', 2],
  ])('%s', (_, count, length, start, times) => {
    const filters = Array.from(
      { length: count },
      (_, index) => start + String(index).padStart(length - Buffer.byteLength(start), 'x'),
    )
    const bytes =
      type === 'SUBSCRIBE'
        ? encode({
            type: 'subscribe',
            packetId: 1,
            subscriptions: filters.map((topicFilter) => ({ topicFilter })),
          })
        : encode({ type: 'unsubscribe', packetId: 1, topicFilters: filters })
    decode(bytes)
    expect(heldBy(() => decode(bytes)) / count).toBeLessThan(1.1 * (times * length + most))
  })
})
