import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { decode, encode, PacketParser, type Publish, topicCache } from '../../src/index.ts'
import { incomingPolicy, textOf } from '../../src/topic/cache-incoming.ts'
import { bytesOf } from '../../src/topic/cache-outgoing.ts'
import { bytes } from '../support/bytes.ts'
import { heldBy } from '../support/memory.ts'
import { place } from '../support/topics.ts'

beforeEach(() => topicCache.clear())
afterEach(() => {
  topicCache.enabled = true
})

const packetOf = (topic: string): Uint8Array => encode({ type: 'publish', topic, payload: '' })

function isKept(topic: string): boolean {
  const { view, start, end } = place(topic)
  return textOf(view, start, end) === topic
}

describe('the public API', () => {
  test('is only enabled and clear', () => {
    const names = new Set<PropertyKey>()
    for (let object: object | null = topicCache; object !== null; object = Object.getPrototypeOf(object)) {
      if (object !== Object.prototype) for (const name of Reflect.ownKeys(object)) names.add(name)
    }
    expect([...names].sort()).toEqual(['clear', 'enabled'])
  })

  test('cannot be replaced', () => {
    expect(Object.isFrozen(topicCache)).toBe(true)
  })

  test.each([undefined, null, 0, 1, 'false', {}])('enabled cannot be %j', (value) => {
    expect(() => Reflect.set(topicCache, 'enabled', value)).toThrow(
      new TypeError(`topicCache.enabled must be a boolean, not of type ${typeof value}`),
    )
    expect(topicCache.enabled).toBe(true)
  })

  test('enabled turns both caches off and on, and keeps the names', () => {
    const topic = 'a/topic/name'
    for (let times = 0; times < 3; times++) decode(packetOf(topic))
    expect([isKept(topic), bytesOf(topic) !== undefined]).toEqual([true, true])
    topicCache.enabled = false
    expect(topicCache.enabled).toBe(false)
    expect([isKept(topic), bytesOf(topic) !== undefined]).toEqual([false, false])
    topicCache.enabled = true
    expect([isKept(topic), bytesOf(topic) !== undefined]).toEqual([true, true])
    topicCache.clear()
    expect([isKept(topic), bytesOf(topic) !== undefined]).toEqual([false, false])
  })
})

describe('decoding with the cache', () => {
  const topics = ['plain/topic/name', 'größe/der/dinge', '温度/部屋/一', `${'long/'.repeat(22)}topic`]

  test.each([true, false])('gives the same topics, enabled: %s', (enabled) => {
    topicCache.enabled = enabled
    const parser = new PacketParser()
    for (let round = 0; round < 20; round++) {
      for (const topic of topics) {
        const packet = parser.push(packetOf(topic)).read() as Publish
        expect(packet.topic).toBe(topic)
      }
    }
  })

  test.each(topics)('keeps %s', (topic) => {
    for (let times = 0; times < 2; times++) decode(packetOf(topic))
    expect(isKept(topic)).toBe(true)
  })

  test.each([
    ['wildcard-in-topic-name', "30 0e 000c 'a/topic/nam#'"],
    ['null-character', "30 0e 000c 'a/topic/nam' 00"],
    ['ill-formed-utf8', "30 0e 000c 'a/topic/nam' ff"],
    ['ill-formed-utf8', "30 0e 000c 'a/topic/n' eda080"],
  ] as const)('names that one parser tolerated are refused by others: %s', (code, notation) => {
    const packet = bytes(notation)
    const violations: string[] = []
    for (let times = 0; times < 5; times++) {
      decode(packet, { tolerate: [code], onTolerated: (violation) => violations.push(violation.code) })
      expect(() => decode(packet)).toThrow(expect.objectContaining({ code }))
    }
    expect(violations).toEqual(new Array(5).fill(code))
  })

  test('limits apply to cached names', () => {
    const packet = packetOf('a/topic/name')
    for (let times = 0; times < 5; times++) decode(packet)
    expect(() => decode(packet, { maxTopicLevels: 2 })).toThrow(
      expect.objectContaining({ code: 'too-many-topic-levels' }),
    )
  })

  // The way of decoding depends on the length: fromCharCode up to 32 bytes, then Buffer's slices, or TextDecoder.
  test.each(['a', 'é', '温'])('does not keep chunks alive, for names of every length, of %s', (character) => {
    const size = Buffer.byteLength(character)
    const held = heldBy(() => {
      for (let length = Math.ceil(8 / size); length * size <= 124; length++) {
        incomingPolicy.clear()
        const topic = String(1_000 + length) + character.repeat(length)
        const packet = packetOf(topic)
        for (let times = 0; times < 3; times++) {
          const chunk = Buffer.alloc(1_000_000)
          chunk.set(packet)
          decode(chunk.subarray(0, packet.length))
        }
        expect(isKept(topic)).toBe(true)
      }
    })
    expect(held).toBeLessThan(1_000_000) // of 40 to 350 MB
  })
})
