// The worst traffic that a peer can send, for tasks/hostile.mjs.

import { bytesOf, fixedHeader } from '../../dist/cli/bench/traffic/bytes.js'
import { brokerMix, topics } from '../../dist/cli/bench/traffic/packets.js'
import { cut } from '../../dist/cli/bench/traffic/workloads.js'
// Internal: a peer cannot know the cache's key, which is needed to build colliding topics.
import { hashToKeep, incomingPolicy, textOf } from '../../dist/topic/cache-incoming.js'

const KIB = 1024
const CHUNK = 64 * KIB

// The longest list within the default limit.
const MAX_ENTRIES = 65_535

/**
 * By name. `chunks(random)` returns the stream. `opens` opens a parser for each chunk, which may fail. `options` are passed
 * to the parser. `withoutCache` also measures with the topic cache disabled. `waits` also measures what each connection holds
 * if its peer sends nothing after the chunk. `reason` is shown in the table.
 */
export const HOSTILE = {
  'one-byte chunks': {
    chunks: (random) => cut(mix(random, 1_000), 1),
    reason:
      'a call, a check of the chunk and a framing step per byte; on a network, each byte also costs a segment',
  },
  'empty chunks': {
    chunks: (random) => cut(mix(random, 1_000), 2).flatMap((chunk) => [chunk, Buffer.alloc(0)]),
    reason: 'chunks of two bytes, each followed by an empty one',
  },
  'separators only': {
    chunks: () => stream(16, () => subscribe(['/'.repeat(65_535)])),
  },
  'single-level wildcards': {
    chunks: () => stream(16, () => subscribe(['+/'.repeat(32_767)])),
  },
  'most filters per SUBSCRIBE': {
    chunks: () => stream(1, () => subscribe(new Array(MAX_ENTRIES).fill('a'))),
    reason: 'an object and a string per four bytes',
  },
  'most filters per UNSUBSCRIBE': {
    chunks: () =>
      stream(1, () =>
        bytesOf({ type: 'unsubscribe', packetId: 1, topicFilters: new Array(MAX_ENTRIES).fill('a') }),
      ),
    reason: 'a string per three bytes',
  },
  'most codes per SUBACK': {
    chunks: () =>
      stream(1, () => bytesOf({ type: 'suback', packetId: 1, returnCodes: new Array(MAX_ENTRIES).fill(0) })),
    reason: 'a number per byte',
  },
  'tolerated violations': {
    options: { tolerate: ['packet-identifier-zero'], onTolerated() {} },
    chunks: () => stream(262_144, () => Buffer.from([0x40, 2, 0, 0])),
    reason: 'an error created and reported per four bytes, 1 MiB in total',
  },
  'two-byte characters': { chunks: () => stream(16, () => named('é'.repeat(32_767))) },
  'three-byte characters': { chunks: () => stream(16, () => named('温'.repeat(21_845))) },
  'four-byte characters': { chunks: () => stream(16, () => named('🌡'.repeat(16_383))) },
  'alternating ASCII and non-ASCII characters': {
    chunks: () => stream(16, () => named('aé'.repeat(21_845))),
  },
  'short names with one non-ASCII character': {
    chunks: () => stream(10_000, (index) => named(`${String(index).padStart(4, '0')}é`)),
    reason: 'twelve bytes per packet',
  },
  'smallest packets': {
    chunks: () => stream(50_000, () => Buffer.from([0xc0, 0])),
    reason: 'a packet per two bytes',
  },
  'Remaining Length 0 in four bytes': {
    chunks: () => stream(20_000, () => fixedHeader(0xc0, 0, 4)),
    reason: 'a packet per five bytes',
  },
  'Remaining Length 2 in four bytes': {
    chunks: () => stream(20_000, () => Buffer.concat([fixedHeader(0x40, 2, 4), Buffer.from([0, 1])])),
  },
  'topics three times each': {
    // A cache that stores a name on its second use stores each of these for a single hit.
    chunks: (random) => cut(threeTimes(topics(random, 10_000)), CHUNK),
    withoutCache: true,
  },
  'colliding topics': {
    // Chosen with the cache's key, which a peer cannot know: 2,000 names share 512 slots.
    chunks: (random) => cut(threeTimes(colliding(random, 2_000)), CHUNK),
    withoutCache: true,
  },
  'reconnects with a bad first byte': {
    opens: true,
    chunks: () => repeat(2_000, () => Buffer.from([0])),
    reason: 'an error per byte, but each takes a new connection',
  },
  'reconnects with a bad last byte': {
    // Ill-formed at the end of the topic name, after the rest of it has been checked.
    opens: true,
    chunks: () =>
      repeat(20, () => Buffer.concat([named('a'.repeat(65_535)).subarray(0, -2), Buffer.from([0xc3, 0x5a])])),
  },
  'connections that send one byte': {
    // The first byte of a CONNECT. Nothing is refused, so the connection stays open until the server closes it.
    opens: true,
    waits: true,
    chunks: () => repeat(2_000, () => Buffer.from([0x10])),
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

function threeTimes(names) {
  return Buffer.concat(names.flatMap((name) => [name, name, name]).map(named))
}

/** Topic names whose two slots are both in the first sixteenth of the table. */
function colliding(random, count) {
  const names = new Set()
  while (names.size < count) {
    const [name] = topics(random, 1)
    const hash = hashOf(name)
    if (hash >>> 28 === 0 && ((hash >>> 16) & 15) === 0) names.add(name)
  }
  incomingPolicy.clear()
  return [...names]
}

/** Returns the cache's hash of a name that is not cached. The cache reveals it when it sees the name for the second time. */
function hashOf(name) {
  const bytes = Buffer.from(name)
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
  incomingPolicy.clear()
  textOf(view, 0, bytes.length)
  textOf(view, 0, bytes.length)
  return hashToKeep()
}
