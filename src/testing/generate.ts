// Runs the arbitraries from a seed, without fast-check: for load generators, other runtimes and fuzzers.

import { CONTROL_PACKETS, type PacketTypeName, type Role } from '../packet-types.ts'
import type { Packet } from '../packets/packet.ts'
import { anyPacket, type PacketArbitraries, packetArbitraries } from './arbitraries/packets.ts'
import { type Session, session } from './arbitraries/session.ts'
import { cutting, mutations } from './arbitraries/streams.ts'
import type { Arbitrary } from './combinators.ts'
import { applyCutting } from './cut.ts'
import { malformed } from './malformed/index.ts'
import type { Malformed } from './malformed/violation.ts'
import { mistake } from './mistake.ts'
import { applyMutations } from './mutation.ts'
import { Random } from './random.ts'
import { draw, SEEDED } from './seeded.ts'

// Created once, because a fuzzer draws from them in a hot loop.
const MUTATIONS = mutations(SEEDED)
const CUTTING = cutting(SEEDED)

/** Options of {@link generatePackets}. */
export interface GenerateOptions {
  /** The packet types; default all. */
  readonly types?: Iterable<PacketTypeName> | undefined
  /** Generate only types that this role may send (Table 2.1); default both. */
  readonly sentBy?: Role | undefined
  /** `'modest'`, the default: up to some tens of kilobytes. `'ample'`: up to a few megabytes. */
  readonly size?: 'modest' | 'ample' | undefined
}

/**
 * Generates valid MQTT 3.1.1 packets of all types and shapes. With the same version of this package, the same seed and
 * options give the same packets on every runtime.
 *
 * @param seed any safe integer
 * @param count the number of packets; `Infinity` for an endless iterator
 * @throws TypeError immediately, not at the first packet, if the seed, the count or the options are invalid
 */
export function generatePackets(
  seed: number,
  count: number,
  options: GenerateOptions = {},
): IterableIterator<Packet> {
  const { types, sentBy, size = 'modest' } = options
  if (size !== 'modest' && size !== 'ample') mistake("size must be 'modest' or 'ample'", size)
  if (sentBy !== undefined && sentBy !== 'client' && sentBy !== 'server')
    mistake("sentBy must be 'client' or 'server'", sentBy)
  const all = packetArbitraries(SEEDED, size)
  const wanted = new Set<string>(types ?? Object.keys(all))
  for (const name of wanted)
    if (!Object.hasOwn(all, name)) throw new TypeError(`types: unknown packet type ${String(name)}`)
  const packets = Object.entries(all).filter(([name]) => wanted.has(name) && maySend(name, sentBy))
  if (packets.length === 0) throw new TypeError('no packet type matches the options')
  return generate(anyPacket(SEEDED, Object.fromEntries(packets) as Partial<PacketArbitraries>), seed, count)
}

/**
 * Mutates a stream of packets, valid or not, with one to eight changes that take the layout of its fields into account.
 *
 * @param bytes the stream; it is not modified
 * @param seed any safe integer; the same bytes and seed give the same result on every runtime
 */
export function mutate(bytes: Uint8Array, seed: number): Uint8Array {
  return applyMutations(bytes, draw(MUTATIONS, new Random(seed)))
}

/**
 * Cuts a stream into chunks, preferably where parsers have bugs: inside fixed headers and length prefixes, into single
 * bytes, and with empty chunks.
 *
 * @param seed any safe integer; the same bytes and seed give the same chunks on every runtime
 */
export function cut(bytes: Uint8Array, seed: number): Uint8Array[] {
  return applyCutting(bytes, draw(CUTTING, new Random(seed)))
}

/** Generates what clients and servers send from CONNECT to DISCONNECT: {@link Arbitraries.session} from a seed. */
export function generateSessions(seed: number, count: number): IterableIterator<Session> {
  return generate(session(SEEDED, packetArbitraries(SEEDED, 'modest')), seed, count)
}

/** Generates malformed packets, each with the error that it must cause: {@link Arbitraries.malformed} from a seed. */
export function generateMalformed(seed: number, count: number): IterableIterator<Malformed> {
  return generate(malformed(SEEDED), seed, count)
}

function maySend(name: string, sentBy: Role | undefined): boolean {
  const sender = CONTROL_PACKETS.find((packet) => packet?.name === name)?.sentBy
  return sentBy === undefined || sender === 'both' || sender === sentBy
}

/** Not itself a generator function, which would throw for invalid arguments only when the first value is requested. */
function generate<Value>(arbitrary: Arbitrary<Value>, seed: number, count: number): IterableIterator<Value> {
  const isCount = count === Number.POSITIVE_INFINITY || (Number.isSafeInteger(count) && count >= 0)
  if (!isCount) mistake('count must be a non-negative integer or Infinity', count)
  return drawings(arbitrary, new Random(seed), count)
}

function* drawings<Value>(
  arbitrary: Arbitrary<Value>,
  random: Random,
  count: number,
): Generator<Value, void> {
  for (let drawn = 0; drawn < count; drawn++) yield draw(arbitrary, random)
}
