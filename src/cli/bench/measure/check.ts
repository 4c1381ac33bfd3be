// Checks a contestant: decoded packets must equal the generated ones, encoded bytes those of the reference encoder.

import { isDeepStrictEqual } from 'node:util'
import { differingField } from '../../verdict/difference.ts'
import type { TrafficPacket } from '../traffic/packet.ts'
import type { Traffic } from '../traffic/workloads.ts'
import type { Contestant, Encode } from './contestant.ts'

/** Compares decoded packets with the generated ones, one by one. */
export class Comparison {
  count = 0
  /** Describes the first difference. */
  fault: string | undefined
  /** The fields in {@link FIELDS_READ} that each kind of packet has. */
  readonly reported: Map<string, readonly string[]> = new Map()
  private readonly packets: readonly TrafficPacket[]
  private readonly isPartial: boolean

  constructor(packets: readonly TrafficPacket[], isPartial: boolean) {
    this.packets = packets
    this.isPartial = isPartial
  }

  /** @param packet in mqtt-wire's shape */
  add(packet: object): void {
    const expected = this.packets[this.count++]
    if (expected !== undefined && !this.reported.has(kindOf(expected)))
      this.reported.set(
        kindOf(expected),
        FIELDS_READ.filter((field) => field in packet),
      )
    if (this.fault !== undefined) return
    const fault = this.faultOf(expected, packet)
    if (fault !== undefined) this.fault = `packet ${this.count}: ${fault}`
  }

  /** Returns the fault, if any, after the whole stream has been decoded. */
  result(): string | undefined {
    const { fault, count, packets, reported } = this
    if (fault !== undefined) return fault
    if (count !== packets.length) return `${count} packets instead of ${packets.length}`
    const publishes = [...reported].filter(([kind]) => kind.startsWith('publish'))
    const shows = ([, fields]: [string, readonly string[]]): boolean =>
      fields.includes('topic') && fields.includes('payload')
    return publishes.length === 0 || publishes.some(shows)
      ? undefined
      : 'no PUBLISH has a topic and a payload, so nothing shows that packets are decoded'
  }

  /** Returns the fault if the next packet does not arrive. */
  missing(reason: string): string {
    return this.fault ?? `packet ${this.count + 1} (${this.packets[this.count]?.type}): ${reason}`
  }

  private faultOf(expected: TrafficPacket | undefined, packet: object): string | undefined {
    if (expected === undefined) return `more than the ${this.packets.length} packets that were sent`
    if (!this.isPartial) return difference(expected, packet)
    return differenceWithin(expected, packet)
  }
}

/** The fields that {@link sumOfFields} in adapted.ts reads. */
const FIELDS_READ = ['topic', 'payload', 'packetId'] as const

/** Packets of the same kind have the same fields. */
function kindOf({ type, qos = 0 }: TrafficPacket): string {
  return `${type} ${qos}`
}

/** A copy of the packet with its type and those fields in {@link FIELDS_READ} that the contestant reports. */
export function reportedPart(packet: TrafficPacket, reported: Decoded['reported']): TrafficPacket {
  const fields = reported.get(kindOf(packet)) ?? []
  const { type, topic, payload, packetId } = packet
  return {
    type,
    ...(fields.includes('topic') && topic !== undefined && { topic }),
    ...(fields.includes('payload') && payload !== undefined && { payload }),
    ...(fields.includes('packetId') && { packetId }),
  }
}

/** The result of {@link checkDecode}. */
export interface Decoded {
  readonly fault?: string | undefined
  readonly reported: ReadonlyMap<string, readonly string[]>
  /** Whether `feed` returned a promise. */
  readonly isAsync: boolean
}

/** Checks the packets that a contestant decodes, for up to `patience` milliseconds. */
export async function checkDecode(
  contestant: Contestant,
  { packets, chunks }: Traffic,
  patience: number,
): Promise<Decoded> {
  const comparison = new Comparison(packets, contestant.isPartial === true)
  const visit = (packet: unknown): void => comparison.add(contestant.neutral(packet))
  let isAsync = false
  const decoded = (fault: string | undefined): Decoded => ({
    fault,
    reported: comparison.reported,
    isAsync,
  })
  try {
    const parser = contestant.open(visit)
    const end = performance.now() + patience
    for (const [index, chunk] of chunks.entries()) {
      const taken = contestant.feed(parser, chunk, visit)
      if (taken instanceof Promise) {
        isAsync = true
        await taken
      }
      if (comparison.fault !== undefined) break
      if (performance.now() > end) return decoded(tooSlow(index / chunks.length, patience))
    }
  } catch (error) {
    return decoded(comparison.missing(firstLine(error)))
  }
  return decoded(comparison.result())
}

/** Returns the first fault in the bytes that a contestant encodes, if any. */
export function encodeFault(
  encode: Encode | undefined,
  { native = (packet) => packet }: Contestant,
  { packets, encoded }: Traffic,
): string | undefined {
  if (encode === undefined) return 'does not encode'
  for (const [index, packet] of packets.entries()) {
    const where = `packet ${index + 1} (${packet.type})`
    try {
      const bytes = encode(native(packet))
      if (!(bytes instanceof Uint8Array)) return `${where}: ${typeof bytes} instead of a Uint8Array`
      if (Buffer.compare(bytes, encoded[index] as Buffer) !== 0)
        return `${where}: ${excerpt(bytes)} instead of ${excerpt(encoded[index] as Buffer)}`
    } catch (error) {
      return `${where}: ${firstLine(error)}`
    }
  }
  return undefined
}

export function tooSlow(share: number, patience: number): string {
  return `too slow: ${Math.floor(100 * share)} % done after ${(patience / 1000).toFixed(0)} s`
}

/** Compares all fields of the expected packet. */
function difference(expected: object, actual: object): string | undefined {
  const wrong = Object.entries(expected).find(([field, value]) => !isSame(value, fieldOf(actual, field)))
  return wrong && describeDifference(expected, actual, wrong[0])
}

/** Compares only the fields that the actual packet has. */
function differenceWithin(expected: object, actual: object): string | undefined {
  const path = differingField(expected, actual)
  return path === undefined
    ? undefined
    : describeDifference(expected, actual, path.split(/[.[]/)[0] as string)
}

function describeDifference(expected: object, actual: object, field: string): string {
  const { type } = expected as TrafficPacket
  return `${type} with ${field} ${format(fieldOf(actual, field))} instead of ${format(fieldOf(expected, field))}`
}

function fieldOf(packet: object, field: string): unknown {
  return (packet as Readonly<Record<string, unknown>>)[field]
}

function isSame(expected: unknown, actual: unknown): boolean {
  if (expected === undefined) return actual === undefined || actual === null
  if (expected instanceof Uint8Array)
    return actual instanceof Uint8Array && Buffer.compare(expected, actual) === 0
  if (Array.isArray(expected) || typeof expected !== 'object' || expected === null)
    return isDeepStrictEqual(expected, actual)
  return Object.entries(expected).every(([field, value]) => isSame(value, fieldOf(Object(actual), field)))
}

function format(value: unknown): string {
  return value instanceof Uint8Array ? excerpt(value) : (JSON.stringify(value) ?? String(value)).slice(0, 100)
}

function excerpt(bytes: Uint8Array): string {
  const hex = Buffer.from(bytes.subarray(0, 12)).toString('hex')
  return `${bytes.length} bytes ${hex}${bytes.length > 12 ? '…' : ''}`
}

function firstLine(error: unknown): string {
  return (
    String((error as Error | undefined)?.message ?? error)
      .split(/[\n:] /)[0]
      ?.slice(0, 100) ?? ''
  )
}
