// Properties of any packet, any bytes and any chunking. A failure prints the seed and path that reproduce it.

import fc from 'fast-check'
import { expect, test } from 'vitest'
import { DECODE_ERRORS } from '../src/error-tables.ts'
import {
  type DecodeError,
  type DecodeOptions,
  decode,
  encodedLength,
  encodeInto,
  isTopicFilter,
  isTopicName,
  type Packet,
  PacketParser,
  type TolerableCode,
  topicMatches,
} from '../src/index.ts'
import {
  bytesOf,
  chunking,
  damagedPacket,
  damagedStream,
  packet,
  topicFilter,
  topicName,
} from './support/arbitraries.ts'
import { join } from './support/bytes.ts'
import { refusal } from './support/malformed.ts'
import { facts, parse } from './support/valid.ts'

const RUNS = { numRuns: 1_000 }
const OPTIONS: DecodeOptions = { protocols: ['3.1.1', '3.1', 'bridge'] }
const TOLERABLE = Object.entries(DECODE_ERRORS).flatMap(([code, { tolerable }]) =>
  tolerable ? [code as TolerableCode] : [],
)

test('encoding and decoding a packet gives the packet', () => {
  fc.assert(
    fc.property(packet, (original) => {
      const copy = structuredClone(original)
      const whole = bytesOf(original)
      expect(encodedLength(original)).toBe(whole.length)
      expect(decode(whole, OPTIONS)).toEqual(original)
      expect(original).toEqual(copy)
    }),
    RUNS,
  )
})

test('any bytes are refused with a DecodeError, or are a packet that encodes to the same bytes', () => {
  const outcomes = { refused: 0, same: 0 }
  fc.assert(
    fc.property(damagedPacket, (whole) => {
      let read: Packet | undefined
      const error = refusal(() => {
        read = decode(whole, OPTIONS)
      })
      // The bits of a CONNECT that MQTT 3.1 ignores are written in their correct form.
      if (read?.type === 'connect' && read.protocolLevel === 3)
        expect(decode(bytesOf(read), OPTIONS)).toEqual(read)
      else if (read !== undefined) expect(bytesOf(read)).toEqual(whole)
      else expect(error?.offset).toBeLessThanOrEqual(whole.length)
      outcomes[read === undefined ? 'refused' : 'same']++
    }),
    { numRuns: 5_000 },
  )
  expect(outcomes.refused).toBeGreaterThan(500)
  expect(outcomes.same).toBeGreaterThan(500)
})

/** After an MQTT 3.1 CONNECT, the first byte of CONNACK is ignored. */
function asRead(packets: readonly Packet[]): Packet[] {
  const start = packets.findIndex((packet) => packet.type === 'connect' && packet.protocolLevel === 3)
  return packets.map((packet, index) =>
    packet.type === 'connack' && start >= 0 && index > start ? { ...packet, sessionPresent: false } : packet,
  )
}

test('any sequence of packets with any chunking', () => {
  fc.assert(
    fc.property(fc.array(packet, { maxLength: 8 }), chunking, (packets, cut) => {
      const read = parse(cut(join(...packets.map(bytesOf))), OPTIONS)
      expect(read.map(bytesOf)).toEqual(asRead(packets).map(bytesOf))
    }),
    RUNS,
  )
})

test('any stream gives the same packets, reports and error with any chunking', () => {
  const seen = new Set<string | undefined>()
  fc.assert(
    fc.property(
      damagedStream,
      chunking,
      fc.constantFrom([], TOLERABLE),
      fc.boolean(),
      fc.oneof(fc.constant(undefined), fc.integer({ min: 1, max: 60 })),
      (stream, cut, tolerate, readAtOnce, maxPacketSize) => {
        const outcome = (chunks: Uint8Array[]): unknown => {
          const packets: string[] = []
          const reports: unknown[] = []
          const onTolerated = (error: DecodeError): void => {
            reports.push({ ...facts(error), streamOffset: error.streamOffset })
          }
          const parser = new PacketParser({ ...OPTIONS, tolerate, onTolerated, maxPacketSize })
          const take = (): void => {
            for (const read of parser) packets.push(JSON.stringify(read))
          }
          const error = refusal(() => {
            for (const chunk of chunks) {
              parser.push(chunk)
              if (readAtOnce) take()
            }
            take()
            parser.end()
          })
          seen.add(error?.code)
          return { packets, reports, error: error && { ...facts(error), streamOffset: error.streamOffset } }
        }
        expect(outcome(cut(stream).map((chunk) => Uint8Array.from(chunk)))).toEqual(outcome([stream]))
      },
    ),
    { numRuns: 2_000 },
  )
  expect(seen.size).toBeGreaterThan(8)
})

test('tolerance changes nothing if no rule is broken', () => {
  fc.assert(
    fc.property(damagedPacket, (whole) => {
      const reports: DecodeError[] = []
      let strict: Packet | undefined
      let lenient: Packet | undefined
      const refused = refusal(() => {
        strict = decode(whole, OPTIONS)
      })
      const onTolerated = (error: DecodeError): void => {
        reports.push(error)
      }
      const stillRefused = refusal(() => {
        lenient = decode(whole, { ...OPTIONS, tolerate: TOLERABLE, onTolerated })
      })
      if (strict !== undefined) expect(lenient).toEqual(strict)
      // The first violation is reported first, tolerated or not.
      expect(reports[0] === undefined ? facts(stillRefused ?? {}) : facts(reports[0])).toEqual(
        facts(refused ?? {}),
      )
    }),
    { numRuns: 3_000 },
  )
})

test('encodeInto at any offset changes no other bytes', () => {
  fc.assert(
    fc.property(packet, fc.nat(40), fc.nat(40), fc.nat(255), (original, before, after, filling) => {
      const whole = bytesOf(original)
      const target = new Uint8Array(before + whole.length + after).fill(filling)
      expect(encodeInto(original, target, before)).toBe(whole.length)
      const untouched = (length: number): Uint8Array => new Uint8Array(length).fill(filling)
      expect(target).toEqual(join(untouched(before), whole, untouched(after)))
    }),
    RUNS,
  )
})

/** §4.7 word for word, level by level. */
function matches(filter: readonly string[], topic: readonly string[]): boolean {
  const [wanted, ...filters] = filter
  const [given, ...levels] = topic
  if (wanted === undefined) return given === undefined
  if (wanted === '#') return true
  return given !== undefined && (wanted === '+' || wanted === given) && matches(filters, levels)
}

test('topicMatches follows §4.7', () => {
  const short = fc.array(fc.constantFrom('', 'a', 'b', '$s'), { minLength: 1, maxLength: 4 })
  const shortTopic = short.map((levels) => levels.join('/')).filter((topic) => topic !== '')
  const shortFilter = fc
    .tuple(fc.array(fc.constantFrom('', 'a', 'b', '$s', '+'), { maxLength: 4 }), fc.constantFrom([], ['#']))
    .map(([levels, last]) => [...levels, ...last].join('/'))
    .filter((filter) => filter !== '')
  const pair = fc.oneof(fc.tuple(shortFilter, shortTopic), fc.tuple(topicFilter, topicName))
  let matched = 0
  fc.assert(
    fc.property(pair, ([filter, topic]) => {
      expect([isTopicFilter(filter), isTopicName(topic)]).toEqual([true, true])
      const hidden = topic.startsWith('$') && /^[+#]/.test(filter)
      const expected = !hidden && matches(filter.split('/'), topic.split('/'))
      expect(topicMatches(filter, topic)).toBe(expected)
      if (expected) matched++
    }),
    { numRuns: 5_000 },
  )
  expect(matched).toBeGreaterThan(100)
})
