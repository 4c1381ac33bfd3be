// Streams of packets: in one piece, in chunks, and mutated.

import { encode } from '../../encode.ts'
import type { Packet } from '../../packets/packet.ts'
import { concat, copyOf } from '../bytes.ts'
import { type Arbitrary, type Combinators, choose, record, some } from '../combinators.ts'
import { applyCutting, type Cut, type Cutting } from '../cut.ts'
import { applyMutations, MUTATION_KINDS, type Mutation } from '../mutation.ts'

/** Packets, and their concatenated bytes. */
export interface PacketStream {
  readonly packets: readonly Packet[]
  readonly bytes: Uint8Array
}

/** A stream in chunks. */
export interface ChunkedStream extends PacketStream {
  readonly chunks: readonly Uint8Array[]
}

/** A mutated stream. */
export interface MutatedStream {
  readonly bytes: Uint8Array
  readonly original: PacketStream
  readonly mutations: readonly Mutation[]
}

const MAX_PACKETS = 6
const MAX_CUTS = 8
const MAX_MUTATIONS = 8

const anyPlace = (fc: Combinators): Arbitrary<number> => fc.integer({ min: 0, max: 0xffff })

/** The stream of these packets. */
export function streamOf(packets: readonly Packet[]): PacketStream {
  return { packets, bytes: concat(packets.map((packet) => encode(packet))) }
}

/** One to six packets. */
export function packetStream(fc: Combinators, packet: Arbitrary<Packet>): Arbitrary<PacketStream> {
  return some(fc, packet, MAX_PACKETS, { type: 'pingreq' }).map(streamOf)
}

/** How to cut a stream of any length. */
export function cutting(fc: Combinators): Arbitrary<Cutting> {
  const cut = record<Cut>(fc, {
    at: choose<Cut['at']>(fc, [3, fc.constant('length')], [1, fc.constant('anywhere')]),
    place: anyPlace(fc),
    chunk: fc.constantFrom('cut', 'cut', 'byte', 'empty'),
  })
  return choose<Cutting>(fc, [6, fc.array(cut, { maxLength: MAX_CUTS })], [1, fc.constant('every byte')])
}

/** A stream in chunks. */
export function chunked(fc: Combinators, stream: Arbitrary<PacketStream>): Arbitrary<ChunkedStream> {
  return fc
    .tuple(cutting(fc), stream) // in this order, because a simple cut is valid for any simpler stream
    .map(([how, { packets, bytes }]) => ({ packets, bytes, chunks: applyCutting(bytes, how) }))
}

/** One to eight mutations of a stream of any length. */
export function mutations(fc: Combinators): Arbitrary<Mutation[]> {
  const mutation = record<Mutation>(fc, {
    kind: fc.constantFrom(...MUTATION_KINDS),
    place: anyPlace(fc),
    other: anyPlace(fc),
    value: anyPlace(fc),
  })
  return some(fc, mutation, MAX_MUTATIONS, { kind: 'flip', place: 0, other: 0, value: 0 })
}

/** A mutated stream. */
export function mutated(fc: Combinators, stream: Arbitrary<PacketStream>): Arbitrary<MutatedStream> {
  return fc.tuple(mutations(fc), stream).map(([mutations, original]) => ({
    bytes: applyMutations(copyOf(original.bytes), mutations),
    original,
    mutations,
  }))
}
