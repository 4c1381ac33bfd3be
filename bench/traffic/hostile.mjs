// The worst that a peer can send, and what it costs per byte. Each builds what `tasks/hostile.mjs` feeds to a parser.

import { bytesOf, fixedHeader } from '../../dist/cli/bench/traffic/bytes.js'
import { brokerMix, topics } from '../../dist/cli/bench/traffic/packets.js'
import { cut } from '../../dist/cli/bench/traffic/workloads.js'
// The cache's own key is what no peer can know, so this does not come from the public face.
import { hashToKeep, incomingLookUps, textOf } from '../../dist/topic/incoming-names.js'

const KIB = 1024
const CHUNK = 64 * KIB

// The longest list at the default limit.
const MOST_ENTRIES = 65_535

/**
 * By name: `chunks(random)`, a stream of whole packets; `opens: true` opens a parser for each chunk, which may fail;
 * `options` are what the parser is opened with.
 */
export const HOSTILE = {
  'one-byte chunks': {
    chunks: (random) => cut(mix(random, 1_000), 1),
    reason:
      'a call, a look at the chunk and a step of the framing for each byte; on the network each also costs a segment',
  },
  'empty chunks': {
    chunks: (random) => cut(mix(random, 1_000), 2).flatMap((chunk) => [chunk, Buffer.alloc(0)]),
    reason: 'chunks of two bytes, each with an empty one behind it',
  },
  'separators only': {
    chunks: () => stream(16, () => subscribe(['/'.repeat(65_535)])),
  },
  'single-level wildcards': {
    chunks: () => stream(16, () => subscribe(['+/'.repeat(32_767)])),
  },
  'most filters per SUBSCRIBE': {
    chunks: () => stream(1, () => subscribe(new Array(MOST_ENTRIES).fill('a'))),
    reason: 'an object and a text for every four bytes',
  },
  'most filters per UNSUBSCRIBE': {
    chunks: () =>
      stream(1, () =>
        bytesOf({ type: 'unsubscribe', packetId: 1, topicFilters: new Array(MOST_ENTRIES).fill('a') }),
      ),
    reason: 'a text for every three bytes',
  },
  'most codes per SUBACK': {
    chunks: () =>
      stream(1, () => bytesOf({ type: 'suback', packetId: 1, returnCodes: new Array(MOST_ENTRIES).fill(0) })),
    reason: 'a number for every byte',
  },
  'tolerated violations': {
    options: { tolerate: ['packet-identifier-zero'], onTolerated() {} },
    chunks: () => stream(262_144, () => Buffer.from([0x40, 2, 0, 0])),
    reason: 'an error made and reported for every four bytes, 1 MiB in all',
  },
  'two-byte characters': { chunks: () => stream(16, () => named('é'.repeat(32_767))) },
  'three-byte characters': { chunks: () => stream(16, () => named('温'.repeat(21_845))) },
  'four-byte characters': { chunks: () => stream(16, () => named('🌡'.repeat(16_383))) },
  'ASCII and other characters by turns': { chunks: () => stream(16, () => named('aé'.repeat(21_845))) },
  'short names with one such character': {
    chunks: () => stream(10_000, (index) => named(`${String(index).padStart(4, '0')}é`)),
    reason: 'twelve bytes a packet',
  },
  'smallest packets': {
    chunks: () => stream(50_000, () => Buffer.from([0xc0, 0])),
    reason: 'a packet for every two bytes',
  },
  'Remaining Length 0 in four bytes': {
    chunks: () => stream(20_000, () => fixedHeader(0xc0, 0, 4)),
    reason: 'a packet for every five bytes',
  },
  'Remaining Length 2 in four bytes': {
    chunks: () => stream(20_000, () => Buffer.concat([fixedHeader(0x40, 2, 4), Buffer.from([0, 1])])),
  },
  'topics three times each': {
    // A cache that keeps a name when it comes again has looked up and kept each of these for one use.
    chunks: (random) => cut(thrice(topics(random, 10_000)), CHUNK),
    withoutCache: true,
  },
  'colliding topics': {
    // Chosen with the cache's keys, which no peer can know: 2,000 names share 512 places.
    chunks: (random) => cut(thrice(colliding(random, 2_000)), CHUNK),
    withoutCache: true,
  },
  'reconnects with a bad first byte': {
    opens: true,
    chunks: () => repeat(2_000, () => Buffer.from([0])),
    reason: 'an error for each byte; but each takes a new connection',
  },
  'reconnects with a bad last byte': {
    // Ill-formed at its end, after everything else has been looked at.
    opens: true,
    chunks: () =>
      repeat(20, () => Buffer.concat([named('a'.repeat(65_535)).subarray(0, -2), Buffer.from([0xc3, 0x5a])])),
  },
}

function mix(random, count) {
  const names = topics(random, 1_000)
  return Buffer.concat(repeat(count, () => bytesOf(brokerMix(random, names))))
}

function stream(count, make) {
  return cut(Buffer.concat(repeat(count, make)), CHUNK)
}

function repeat(count, make) {
  return Array.from({ length: count }, (_, index) => make(index))
}

function subscribe(filters) {
  const subscriptions = filters.map((topicFilter) => ({ topicFilter, qos: 0 }))
  return bytesOf({ type: 'subscribe', packetId: 1, subscriptions })
}

function named(topic) {
  return bytesOf({ type: 'publish', topic, payload: Buffer.from('p'), qos: 0, dup: false, retain: false })
}

function thrice(names) {
  return Buffer.concat(names.flatMap((name) => [name, name, name]).map(named))
}

/** Topic names whose two places are in the first sixteenth of the table. */
function colliding(random, count) {
  const names = new Set()
  while (names.size < count) {
    const [name] = topics(random, 1)
    const hash = hashOf(name)
    if (hash >>> 28 === 0 && ((hash >>> 16) & 15) === 0) names.add(name)
  }
  incomingLookUps.clear()
  return [...names]
}

/** The cache's hash of a name that is not kept: it can be told when the name comes for the second time. */
function hashOf(name) {
  const bytes = Buffer.from(name)
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
  incomingLookUps.clear()
  textOf(view, 0, bytes.length)
  textOf(view, 0, bytes.length)
  return hashToKeep()
}
