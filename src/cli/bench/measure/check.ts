// Whether a contestant gets it right: what it decodes is what the generator made, what it encodes are the bytes by the book.

import { isDeepStrictEqual } from 'node:util'
import { differingField } from '../../verdict/difference.ts'
import type { TrafficPacket } from '../traffic/packet.ts'
import type { Traffic } from '../traffic/workloads.ts'
import type { Contestant, Encode } from './contestant.ts'

/** Compares decoded packets with those of the generator, one after the other. */
export class Comparison {
  count = 0
  /** What is wrong with the first packet that differs. */
  fault: string | undefined
  /** Which of the fields that are read the packets have, by {@link kindOf}. */
  readonly given: Map<string, readonly string[]> = new Map()
  private readonly packets: readonly TrafficPacket[]
  private readonly isPartial: boolean

  constructor(packets: readonly TrafficPacket[], isPartial: boolean) {
    this.packets = packets
    this.isPartial = isPartial
  }

  /** @param packet in mqtt-wire's shape */
  add(packet: object): void {
    const expected = this.packets[this.count++]
    if (expected !== undefined && !this.given.has(kindOf(expected)))
      this.given.set(
        kindOf(expected),
        READ.filter((field) => field in packet),
      )
    if (this.fault !== undefined) return
    const fault = this.faultOf(expected, packet)
    if (fault !== undefined) this.fault = `packet ${this.count}: ${fault}`
  }

  /** What is wrong, once the whole stream has been decoded. */
  result(): string | undefined {
    const { fault, count, packets, given } = this
    if (fault !== undefined) return fault
    if (count !== packets.length) return `${count} packets instead of ${packets.length}`
    const publishes = [...given].filter(([kind]) => kind.startsWith('publish'))
    const shows = ([, fields]: [string, readonly string[]]): boolean =>
      fields.includes('topic') && fields.includes('payload')
    return publishes.length === 0 || publishes.some(shows)
      ? undefined
      : 'no publish has its topic and payload, which would show that it was decoded'
  }

  /** What is wrong if the next packet does not come, and why. */
  missing(reason: string): string {
    return this.fault ?? `packet ${this.count + 1} (${this.packets[this.count]?.type}): ${reason}`
  }

  private faultOf(expected: TrafficPacket | undefined, packet: object): string | undefined {
    if (expected === undefined) return `${this.count} packets out of ${this.packets.length}`
    if (!this.isPartial) return difference(expected, packet)
    return differenceWithin(expected, packet)
  }
}

/** The fields of which something is read: see {@link readOf} in adapted.ts. */
const READ = ['topic', 'payload', 'packetId'] as const

/** Packets of one kind have the same fields. */
function kindOf({ type, qos = 0 }: TrafficPacket): string {
  return `${type} ${qos}`
}

/** The packet with its type, and what is read of it that a contestant gives. */
export function givenOf(packet: TrafficPacket, given: Decoded['given']): TrafficPacket {
  const fields = given.get(kindOf(packet)) ?? []
  const { type, topic, payload, packetId } = packet
  return {
    type,
    ...(fields.includes('topic') && topic !== undefined && { topic }),
    ...(fields.includes('payload') && payload !== undefined && { payload }),
    ...(fields.includes('packetId') && { packetId }),
  }
}

/** What {@link checkDecode} has found. */
export interface Decoded {
  readonly fault?: string | undefined
  readonly given: ReadonlyMap<string, readonly string[]>
  /** Whether it has returned a promise. */
  readonly isAsync: boolean
}

/** Compares what the contestant decodes within `patience` milliseconds. */
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
    given: comparison.given,
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

/** What is wrong with what the contestant encodes; undefined if nothing is. */
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

/** A difference in any field of the packet that is expected. */
function difference(expected: object, actual: object): string | undefined {
  const wrong = Object.entries(expected).find(([field, value]) => !same(value, fieldOf(actual, field)))
  return wrong && told(expected, actual, wrong[0])
}

/** A difference in a field that the packet has. */
function differenceWithin(expected: object, actual: object): string | undefined {
  const path = differingField(expected, actual)
  return path === undefined ? undefined : told(expected, actual, path.split(/[.[]/)[0] as string)
}

function told(expected: object, actual: object, field: string): string {
  const { type } = expected as TrafficPacket
  return `${type} with ${field} ${show(fieldOf(actual, field))} instead of ${show(fieldOf(expected, field))}`
}

function fieldOf(packet: object, field: string): unknown {
  return (packet as Readonly<Record<string, unknown>>)[field]
}

function same(expected: unknown, actual: unknown): boolean {
  if (expected === undefined) return actual === undefined || actual === null
  if (expected instanceof Uint8Array)
    return actual instanceof Uint8Array && Buffer.compare(expected, actual) === 0
  if (Array.isArray(expected) || typeof expected !== 'object' || expected === null)
    return isDeepStrictEqual(expected, actual)
  return Object.entries(expected).every(([field, value]) => same(value, fieldOf(Object(actual), field)))
}

function show(value: unknown): string {
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
