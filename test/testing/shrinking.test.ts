// Shrinking: users see a small packet that fails in the same way, not the packet that failed first.

import type { Arbitrary } from 'fast-check'
import { describe, expect, test } from 'vitest'
import { decode } from '../../src/index.ts'
import { arbitraries } from '../../src/testing/index.ts'
import { VERSIONS } from './fast-check.ts'

const SEEDS = [1, 2, 3, 4, 5, 6, 7, 8]
const MINIMAL_CONNECT = {
  type: 'connect',
  protocolName: 'MQTT',
  protocolLevel: 4,
  bridge: false,
  clientId: '',
  cleanSession: true,
  keepAlive: 0,
  will: undefined,
  username: undefined,
  password: undefined,
}

describe.each(VERSIONS)('%s', (_, fc) => {
  const kit = arbitraries(fc)

  /** The smallest values that still violate the property, one per seed. */
  function smallest<Value>(arbitrary: Arbitrary<Value>, forbidden: (value: Value) => boolean): Value[] {
    return SEEDS.map((seed) => {
      const property = fc.property(arbitrary, (value) => !forbidden(value))
      const { counterexample } = fc.check(property, { seed, numRuns: 5000 })
      return counterexample![0]
    })
  }

  /** Expects every seed to shrink to the same value. */
  function shrinks<Value>(arbitrary: Arbitrary<Value>, forbidden: (value: Value) => boolean, to: unknown) {
    for (const value of smallest(arbitrary, forbidden)) expect(value).toEqual(to)
  }

  test('a packet shrinks to the simplest type', () => {
    shrinks(kit.packet, () => true, { type: 'pingreq' })
  })

  test('a PUBLISH with QoS 2', () => {
    shrinks(kit.packet, (packet) => packet.type === 'publish' && packet.qos === 2, {
      type: 'publish',
      topic: 'a',
      payload: new Uint8Array(0),
      qos: 2,
      dup: false,
      retain: false,
      packetId: 1,
    })
  })

  test('a SUBSCRIBE with two filters', () => {
    shrinks(kit.packet, (packet) => packet.type === 'subscribe' && packet.subscriptions.length > 1, {
      type: 'subscribe',
      packetId: 1,
      subscriptions: [
        { topicFilter: 'a', qos: 0 },
        { topicFilter: 'a', qos: 0 },
      ],
    })
  })

  test('a CONNECT with a will, and one with a password', () => {
    shrinks(kit.connect, ({ will }) => will !== undefined, {
      ...MINIMAL_CONNECT,
      will: { topic: 'a', payload: new Uint8Array(0), qos: 0, retain: false },
    })
    shrinks(kit.connect, ({ password }) => password !== undefined, {
      ...MINIMAL_CONNECT,
      username: '',
      password: new Uint8Array(0),
    })
  })

  test('text with a given character, and text of a given length', () => {
    shrinks(kit.utf8Text, (text) => text.includes('\uFEFF'), '\uFEFF')
    shrinks(kit.utf8Text, (text) => Buffer.byteLength(text) === 65_535, 'a'.repeat(65_535))
    shrinks(kit.topicFilter, (filter) => filter.endsWith('#'), '#')
    shrinks(kit.matchingPair, ({ filter, topic }) => filter !== topic && !filter.includes('#'), {
      filter: '+',
      topic: 'a',
    })
  })

  test('a payload above 100 bytes', () => {
    shrinks(kit.payload, ({ length }) => length > 100, new Uint8Array(101))
  })

  test('a stream keeps only the packet that matters', () => {
    for (const { packets } of smallest(kit.packetStream, ({ packets }) =>
      packets.some(({ type }) => type === 'suback'),
    )) {
      expect(packets).toEqual([{ type: 'suback', packetId: 1, returnCodes: [0] }])
    }
  })

  test('chunks keep only the cut that matters', () => {
    const isCutInHeader = (chunks: readonly Uint8Array[]) => chunks[0]?.length === 1
    for (const { chunks, packets } of smallest(kit.chunked, ({ chunks }) => isCutInHeader(chunks))) {
      expect(packets).toEqual([{ type: 'pingreq' }])
      expect(chunks).toEqual([Uint8Array.of(0xc0), Uint8Array.of(0)])
    }
  })

  test('a mutated stream keeps one packet and one mutation', () => {
    const isRefused = (bytes: Uint8Array) => {
      try {
        decode(bytes)
        return false
      } catch {
        return true
      }
    }
    for (const { original, mutations } of smallest(kit.mutated, ({ bytes }) => isRefused(bytes))) {
      expect(original.packets).toEqual([{ type: 'pingreq' }])
      expect(mutations).toHaveLength(1)
    }
  })

  test('a malformed packet gets short', () => {
    shrinks(
      kit.malformedBy('surplus-bytes').map(({ bytes }) => bytes),
      () => true,
      Uint8Array.of(0xc0, 1, 0),
    )
    for (const { bytes } of smallest(kit.malformedBy('ill-formed-utf8'), () => true)) {
      expect(bytes.length).toBeLessThanOrEqual(7)
    }
  })

  test('a session keeps one exchange', () => {
    const asked = smallest(kit.session, ({ packets }) => packets.some(({ type }) => type === 'pubrel'))
    for (const { packets } of asked) expect(packets.length).toBeLessThanOrEqual(4)
  })
})
