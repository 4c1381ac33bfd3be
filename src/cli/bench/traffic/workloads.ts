// The workloads: their packets, and how the bytes are split into chunks.

import { bytesOf } from './bytes.ts'
import type { TrafficPacket } from './packet.ts'
import { acknowledgement, brokerMix, longTopic, nonAsciiTopic, publish, topics } from './packets.ts'
import { Random } from './random.ts'

const KIB = 1024
const MIB = 1024 * KIB

interface Workload {
  readonly title: string
  /** The size of chunks in bytes, 64 KiB by default. */
  readonly chunk?: number
  /** The scale for *decode first pass*, if it is measured. */
  readonly firstPass?: number
  readonly packets: (random: Random, scale: number) => TrafficPacket[]
}

export interface Traffic {
  readonly packets: readonly TrafficPacket[]
  /** The number of packets of the workload that were left out. */
  readonly leftOut: number
  /** The bytes of each packet. */
  readonly encoded: readonly Buffer[]
  readonly bytes: number
  readonly chunks: readonly Buffer[]
}

/**
 * A `scale` below 1 shortens a stream for quick runs; single large packets keep their size. The scale `firstPass` is that of
 * 100,000 packets, or 60,000 for W2.
 */
export const WORKLOADS: Readonly<Record<string, Workload>> = {
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

/** Generates all packets of a workload. */
export function packetsOf(id: string, scale: number): TrafficPacket[] {
  return (WORKLOADS[id] as Workload).packets(new Random(0x311), scale)
}

/**
 * Generates a workload: its packets, their bytes, and the stream in chunks as they would arrive from a socket.
 *
 * @param isWanted whether to include the packet with these bytes
 */
export function traffic(id: string, scale = 1, isWanted: (bytes: Buffer) => boolean = () => true): Traffic {
  const { chunk = 64 * KIB } = WORKLOADS[id] as Workload
  const packets: TrafficPacket[] = []
  const encoded: Buffer[] = []
  const all = packetsOf(id, scale)
  for (const packet of all) {
    const bytes = bytesOf(packet)
    if (!isWanted(bytes)) continue
    packets.push(packet)
    encoded.push(bytes)
  }
  const bytes = Buffer.concat(encoded)
  const leftOut = all.length - packets.length
  return { packets, leftOut, encoded, bytes: bytes.length, chunks: cut(bytes, chunk) }
}

/** Splits a stream into chunks. Chunks of 64 KiB, the size of a socket read, get their own memory. */
export function cut(bytes: Buffer, size: number): Buffer[] {
  const own = size >= 64 * KIB
  return Array.from({ length: Math.ceil(bytes.length / size) }, (_, index) => {
    const view = bytes.subarray(index * size, (index + 1) * size)
    return own ? Buffer.from(view) : view
  })
}

function telemetry(random: Random, count: number, names: readonly string[]): TrafficPacket[] {
  return Array.from({ length: count }, () => publish(random, random.pick(names), 0, 32))
}

function mix(random: Random, scale: number): TrafficPacket[] {
  const names = topics(random, 1_000)
  return Array.from({ length: 20_000 * scale }, () => brokerMix(random, names))
}

function one(size: number): Workload['packets'] {
  return (random) => topics(random, 1).map((name) => publish(random, name, 0, size))
}
