// The workloads by name: their packets, and how the bytes are cut into chunks.

import { bytesOf } from './bytes.mjs'
import { acknowledgement, brokerMix, longTopic, nonAsciiTopic, publish, topics } from './packets.mjs'
import { Random } from './random.mjs'

const KIB = 1024
const MIB = 1024 * KIB

/**
 * `scale` shortens a stream for quick runs; single large packets stay what they are. `firstPass` is the scale of the pass
 * before which the caches are cleared: 100,000 packets, of W2 60,000.
 */
export const WORKLOADS = {
  W1: {
    title: 'telemetry: QoS 0, ASCII topics out of 1,000, payloads of 32 bytes',
    firstPass: 5,
    packets: (random, scale) => telemetry(random, 20_000 * scale, topics(random, 1_000)),
  },
  W2: {
    title: 'broker mix: 70 % PUBLISH of QoS 0, 1, 2, 25 % acknowledgements, 3 % pings, 2 % everything else',
    firstPass: 3,
    packets: mix,
  },
  W3: {
    title: 'PUBACK only',
    packets: (random, scale) =>
      Array.from({ length: 50_000 * scale }, () => acknowledgement(random, 'puback')),
  },
  W4: {
    title: 'payloads of 1 MiB',
    packets: (random) => topics(random, 24).map((name) => publish(random, name, 0, MIB)),
  },
  'W5 1,460 B': { title: 'W2 in chunks of 1,460 bytes', chunk: 1_460, packets: mix },
  'W5 1 B': {
    title: 'W2 in chunks of one byte',
    chunk: 1,
    packets: (random, scale) => mix(random, scale / 20),
  },
  'W5 16 MiB': {
    title: 'one packet of 16 MiB in chunks of 1,460 bytes',
    chunk: 1_460,
    packets: one(16 * MIB),
  },
  'W5 64 MiB': { title: 'one packet of 64 MiB in chunks of 1 KiB', chunk: KIB, packets: one(64 * MIB) },
  W6: {
    title: 'W1 with non-ASCII topics',
    firstPass: 5,
    packets: (random, scale) => telemetry(random, 20_000 * scale, topics(random, 1_000, nonAsciiTopic)),
  },
  W7: {
    title: 'W1 with every topic unique',
    firstPass: 2.5,
    packets: (random, scale) => topics(random, 40_000 * scale).map((name) => publish(random, name, 0, 32)),
  },
  W8: {
    title: 'W1 with 2,000 topics of 50 to 110 bytes',
    firstPass: 5,
    packets: (random, scale) => telemetry(random, 20_000 * scale, topics(random, 2_000, longTopic)),
  },
}

/** The packets of a workload, their bytes, and the stream in chunks as a socket would hand them over. */
export function traffic(id, scale = 1) {
  const { packets: generate, chunk = 64 * KIB } = WORKLOADS[id]
  const packets = generate(new Random(0x311), scale)
  const encoded = packets.map(bytesOf)
  const bytes = Buffer.concat(encoded)
  return { packets, encoded, bytes: bytes.length, chunks: cut(bytes, chunk) }
}

/** Each chunk has memory of its own where it is large enough to have come in one read from a socket. */
export function cut(bytes, size) {
  const own = size >= 64 * KIB
  return Array.from({ length: Math.ceil(bytes.length / size) }, (_, index) => {
    const view = bytes.subarray(index * size, (index + 1) * size)
    return own ? Buffer.from(view) : view
  })
}

function telemetry(random, count, names) {
  return Array.from({ length: count }, () => publish(random, random.pick(names), 0, 32))
}

function mix(random, scale) {
  const names = topics(random, 1_000)
  return Array.from({ length: 20_000 * scale }, () => brokerMix(random, names))
}

function one(size) {
  return (random) => [publish(random, topics(random, 1)[0], 0, size)]
}
