import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { EncodeError, encode, encodeAll, type PacketInput, PacketParser } from '../src/index.ts'
import { packet } from './support/arbitraries.ts'
import { bytes, join } from './support/bytes.ts'
import { caught } from './support/malformed.ts'

const each = (packets: readonly PacketInput[]): Uint8Array => join(...packets.map((one) => encode(one)))

const publish = (length: number): PacketInput => {
  const payload = Uint8Array.from({ length }, (_, index) => index)
  return { type: 'publish', topic: 'a/b', payload }
}

/** One byte more than fits in a packet. It costs nothing: its pages are never touched. */
const HUGE = new Uint8Array(268_435_453)

function expectBytes(actual: Uint8Array, expected: Uint8Array): void {
  expect(actual).toBeInstanceOf(Buffer)
  expect(actual.length).toBe(expected.length)
  expect(Buffer.compare(actual, expected)).toBe(0)
}

test('encodes each packet as encode does', () => {
  fc.assert(
    fc.property(fc.array(packet, { maxLength: 20 }), (packets) =>
      expectBytes(encodeAll(packets), each(packets)),
    ),
    { numRuns: 300 },
  )
})

// Lengths around those at which encodeAll starts a new block of memory, and larger ones.
test.each([
  [[]],
  [[0]],
  [[32_760]],
  [[32_761]],
  [[32_762]],
  [[32_768]],
  [[100_000]],
  [[1, 100_000, 1]],
  [[20_000, 20_000, 20_000]],
  [[1, 32_768, 40_000, 200_000, 0, 5]],
  [Array.from({ length: 2_000 }, (_, index) => index % 50)],
])('payloads of %j bytes', (lengths) => {
  const packets = lengths.map(publish)
  expectBytes(encodeAll(packets), each(packets))
  packets.reverse()
  expectBytes(encodeAll(packets), each(packets))
})

test('any iterable', () => {
  const packets: PacketInput[] = [publish(3), { type: 'pingreq' }, publish(2)]
  expectBytes(encodeAll(new Set(packets)), each(packets))
  expectBytes(encodeAll(packets.values()), each(packets))
})

test('reads each field once', () => {
  const reads: PropertyKey[] = []
  const spied = new Proxy(publish(4), {
    get: (target, name) => {
      reads.push(name)
      return Reflect.get(target, name)
    },
  })
  encodeAll([spied])
  expect(reads).toEqual([...new Set(reads)])
})

test('a result does not change afterwards', () => {
  const first = encodeAll([publish(10)])
  const copy = join(first)
  encodeAll([publish(300), publish(300)])
  expectBytes(first, copy)
})

test('getters and iterators may call encode', () => {
  const nested: PacketInput = {
    type: 'publish',
    payload: 'p',
    get topic() {
      encodeAll([publish(50), publish(40_000)])
      return 'a'
    },
  }
  function* packets(): Generator<PacketInput> {
    yield publish(7)
    encode(publish(9))
    encodeAll([publish(60), nested])
    yield nested
  }
  expectBytes(encodeAll(packets()), each([publish(7), { type: 'publish', topic: 'a', payload: 'p' }]))
})

describe('a packet that cannot be encoded', () => {
  test('is refused as by encode, and the next call works', () => {
    const wrong: PacketInput = { type: 'publish', topic: 'a/#', payload: '' }
    const error = caught(() => encodeAll([publish(3), wrong, publish(3)]))
    expect(error).toBeInstanceOf(EncodeError)
    expect(error).toMatchObject({
      code: 'wildcard-in-topic-name',
      rule: 'MQTT-3.3.2-2',
      packetType: 'publish',
      field: 'Topic Name',
      property: 'packets[1].topic',
      message: `packets[1]: ${(caught(() => encode(wrong)) as Error).message}`,
    })
    expectBytes(encodeAll([publish(3)]), each([publish(3)]))
    const tolerate = ['wildcard-in-topic-name'] as const
    expectBytes(encodeAll([wrong], { tolerate }), bytes("30 05 0003 'a/#'"))
  })

  test.each([
    [
      { type: 'subscribe', packetId: 1, subscriptions: [{ topicFilter: '' }] },
      'packets[2].subscriptions[0].topicFilter',
    ],
    [{ type: 'pingreq', id: 1 }, 'packets[2].id'],
    [undefined, 'packets[2].type'],
    [{ type: 'publish', topic: 'a', payload: HUGE }, 'packets[2]'],
  ])('the packet is named by its index: %#', (packet, property) => {
    const packets = [publish(3), publish(40_000), packet as PacketInput]
    expect(caught(() => encodeAll(packets))).toMatchObject({ name: 'EncodeError', property })
    expect(caught(() => encodeAll(packets.values()))).toMatchObject({ property })
  })

  test('an error of the iterable itself is not changed', () => {
    function* packets(): Generator<PacketInput> {
      yield publish(1)
      encode({ type: 'puback', packetId: -1 })
    }
    expect(caught(() => encodeAll(packets()))).toMatchObject({ property: 'packetId' })
  })

  describe('what a getter throws', () => {
    /** A PUBLISH whose payload cannot be read. */
    const throwing = (fail: () => unknown): PacketInput => ({
      type: 'publish',
      topic: 'a',
      get payload(): string {
        throw fail()
      },
    })
    const refusal = () => caught(() => encode({ type: 'puback', packetId: 0 }))
    const earlier = refusal()

    test.each([[earlier], [new Error('mine')], [undefined]])('is not changed: %s', (mine) => {
      const packets = [publish(1), throwing(() => mine)]
      let thrown: unknown = 'nothing'
      try {
        encodeAll(packets)
      } catch (error) {
        thrown = error
      }
      expect(thrown).toBe(mine)
    })

    test('is not changed after another packet was refused', () => {
      caught(() => encodeAll([{ type: 'puback', packetId: 0 }]))
      expect(caught(() => encodeAll([throwing(() => earlier)]))).toBe(earlier)
    })

    test('is not changed unless it is an EncodeError, although the getter called encode', () => {
      const mine = new Error('mine')
      const fail = () => {
        refusal()
        return mine
      }
      expect(caught(() => encodeAll([throwing(fail)]))).toBe(mine)
    })

    test('a refused packet is named, even if one of its getters called encode', () => {
      const wrong: PacketInput = {
        type: 'publish',
        topic: '',
        get payload() {
          refusal()
          return encode({ type: 'pingreq' })
        },
      }
      expect(caught(() => encodeAll([wrong]))).toMatchObject({ property: 'packets[0].topic' })
    })

    // To tell this error apart, every call of encode would have to say when it starts and ends.
    test('names the packet if the getter itself called encode and that was refused', () => {
      const error = caught(() => encodeAll([publish(1), throwing(refusal)]))
      expect(error).toMatchObject({ code: 'packet-identifier-zero', property: 'packets[1].packetId' })
    })
  })

  test.each([undefined, null, 7, { type: 'pingreq' }])('%j is not a list', (packets) => {
    expect(caught(() => encodeAll(packets as never))).toBeInstanceOf(TypeError)
  })

  test('a string is a list of values that are not packets', () => {
    expect(caught(() => encodeAll('ab' as never))).toMatchObject({ code: 'unknown-packet-type' })
  })

  test('invalid options are refused, even without packets', () => {
    expect(caught(() => encodeAll([], { tolerated: [] } as never))).toBeInstanceOf(TypeError)
  })
})

test('a payload is written before a later packet detaches its memory', () => {
  const payload = new Uint8Array(50).fill(3)
  const packets: PacketInput[] = [
    { type: 'publish', topic: 'a', payload },
    {
      type: 'publish',
      topic: 'b',
      get payload() {
        structuredClone(payload.buffer, { transfer: [payload.buffer] })
        return 'x'
      },
    },
  ]
  const read = [...new PacketParser().push(encodeAll(packets))]
  expect(read).toMatchObject([{ topic: 'a', payload: Buffer.alloc(50, 3) }, { topic: 'b' }])
})
