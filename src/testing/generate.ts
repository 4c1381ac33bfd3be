// The arbitraries from a seed, without fast-check: for load generators, other runtimes and fuzzers.

import { CONTROL_PACKETS, type PacketTypeName, type Role } from '../packet-types.ts'
import type { Packet } from '../packets/packet.ts'
import { anyPacket, type PacketArbitraries, packetArbitraries } from './arbitraries/packets.ts'
import { type Session, session } from './arbitraries/session.ts'
import { cutting, mutations } from './arbitraries/streams.ts'
import type { Arbitrary } from './combinators.ts'
import { applyCutting } from './cut.ts'
import type { Malformed } from './malformed/breach.ts'
import { malformed } from './malformed/index.ts'
import { mistake } from './mistake.ts'
import { applyMutations } from './mutation.ts'
import { Random } from './random.ts'
import { draw, SEEDED } from './seeded.ts'

// Made once: they are drawn from as fast as a fuzzer can.
const MUTATIONS = mutations(SEEDED)
const CUTTING = cutting(SEEDED)

/** Which packets to generate. */
export interface GenerateOptions {
  /** Only these types; default all. */
  readonly types?: Iterable<PacketTypeName> | undefined
  /** Only types that this end of a connection may send (Table 2.1); default both. */
  readonly sentBy?: Role | undefined
  /** Keep packets below some tens of kilobytes: `'modest'`, the default. `'ample'`: up to a few megabytes. */
  readonly size?: 'modest' | 'ample' | undefined
}

/**
 * Packets that MQTT 3.1.1 allows, of all types and shapes. The same seed and options give the same packets on every
 * runtime, for one version of this package.
 *
 * @param seed any safe integer
 * @param count how many; `Infinity` for as many as are taken
 * @throws TypeError at once, before a packet is drawn, for a seed, a count or options that are none
 */
export function generatePackets(
  seed: number,
  count: number,
  options: GenerateOptions = {},
): IterableIterator<Packet> {
  const { types, sentBy, size = 'modest' } = options
  if (size !== 'modest' && size !== 'ample') mistake("size is 'modest' or 'ample'", size)
  if (sentBy !== undefined && sentBy !== 'client' && sentBy !== 'server')
    mistake("sentBy is 'client' or 'server'", sentBy)
  const all = packetArbitraries(SEEDED, size)
  const wanted = new Set<string>(types ?? Object.keys(all))
  for (const name of wanted)
    if (!Object.hasOwn(all, name)) throw new TypeError(`types: there is no ${String(name)}`)
  const packets = Object.entries(all).filter(([name]) => wanted.has(name) && maySend(name, sentBy))
  if (packets.length === 0) throw new TypeError('no packet type fits the options')
  return generate(anyPacket(SEEDED, Object.fromEntries(packets) as Partial<PacketArbitraries>), seed, count)
}

/**
 * Mutates a stream of packets, valid or not: one to eight changes that know where its fields lie.
 *
 * @param bytes are not changed
 * @param seed any safe integer; the same bytes and seed give the same result on every runtime
 */
export function mutate(bytes: Uint8Array, seed: number): Uint8Array {
  return applyMutations(bytes, draw(MUTATIONS, new Random(seed)))
}

/**
 * Cuts a stream into chunks, preferably where that hurts: inside fixed headers and length prefixes, into single bytes,
 * with empty chunks among them.
 *
 * @param seed any safe integer; the same bytes and seed give the same chunks on every runtime
 */
export function cut(bytes: Uint8Array, seed: number): Uint8Array[] {
  return applyCutting(bytes, draw(CUTTING, new Random(seed)))
}

/** What clients and servers send from CONNECT to DISCONNECT: {@link Arbitraries.session} from a seed. */
export function generateSessions(seed: number, count: number): IterableIterator<Session> {
  return generate(session(SEEDED, packetArbitraries(SEEDED, 'modest')), seed, count)
}

/** Malformed packets, each with the error that must be reported for it: {@link Arbitraries.malformed} from a seed. */
export function generateMalformed(seed: number, count: number): IterableIterator<Malformed> {
  return generate(malformed(SEEDED), seed, count)
}

function maySend(name: string, sentBy: Role | undefined): boolean {
  const sender = CONTROL_PACKETS.find((packet) => packet?.name === name)?.sentBy
  return sentBy === undefined || sender === 'both' || sender === sentBy
}

/** Not a generator itself: that would keep a mistake to itself until somebody asks for a value. */
function generate<Value>(arbitrary: Arbitrary<Value>, seed: number, count: number): IterableIterator<Value> {
  const isCount = count === Number.POSITIVE_INFINITY || (Number.isSafeInteger(count) && count >= 0)
  if (!isCount) mistake('count is a whole number or Infinity', count)
  return drawings(arbitrary, new Random(seed), count)
}

function* drawings<Value>(
  arbitrary: Arbitrary<Value>,
  random: Random,
  count: number,
): Generator<Value, void> {
  for (let drawn = 0; drawn < count; drawn++) yield draw(arbitrary, random)
}
