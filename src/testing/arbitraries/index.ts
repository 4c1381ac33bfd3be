// Everything that `arbitraries(fc)` offers, put together.

import type { DecodeErrorCode } from '../../errors.ts'
import type { Packet, PacketInput } from '../../packets/packet.ts'
import type { Arbitrary, Combinators } from '../combinators.ts'
import type { Malformed } from '../malformed/breach.ts'
import { malformed } from '../malformed/index.ts'
import { packetInput } from './input.ts'
import { anyPacket, type PacketArbitraries, packetArbitraries, packetIdentifier } from './packets.ts'
import { payload } from './payload.ts'
import { type Session, session } from './session.ts'
import {
  type ChunkedStream,
  chunked,
  type MutatedStream,
  mutated,
  type PacketStream,
  packetStream,
} from './streams.ts'
import { utf8Text } from './text.ts'
import { type MatchingPair, matchingPair, topicFilter, topicName } from './topic.ts'

/** The arbitraries: one for each packet type by its name, and these. */
export interface Arbitraries extends PacketArbitraries {
  /** Any packet that MQTT 3.1.1 allows, as `decode` returns it. */
  readonly packet: Arbitrary<Packet>
  /** Any packet as `encode` accepts it: defaults left out, text for bytes. */
  readonly packetInput: Arbitrary<PacketInput>
  /** A topic name, 1 to 65,535 bytes. */
  readonly topicName: Arbitrary<string>
  /** A topic filter, 1 to 65,535 bytes. */
  readonly topicFilter: Arbitrary<string>
  /** A topic filter and a topic name that it matches. */
  readonly matchingPair: Arbitrary<MatchingPair>
  /** 1 to 65,535. */
  readonly packetIdentifier: Arbitrary<number>
  /** Text that MQTT carries, 0 to 65,535 bytes, weighted to what breaks decoders. */
  readonly utf8Text: Arbitrary<string>
  /** Bytes, some as many as bring the Remaining Length of their PUBLISH to where it takes a byte more. */
  readonly payload: Arbitrary<Uint8Array>
  /** One to six packets and their bytes. */
  readonly packetStream: Arbitrary<PacketStream>
  /** A packet stream in chunks: cut inside fixed headers and length prefixes, into single bytes, into nothing. */
  readonly chunked: Arbitrary<ChunkedStream>
  /** A packet stream after one to eight mutations that know where its fields lie. */
  readonly mutated: Arbitrary<MutatedStream>
  /** A packet with one breach, and the error that must be reported for it; of every code. */
  readonly malformed: Arbitrary<Malformed>
  /** {@link malformed} of one code. */
  malformedBy(code: DecodeErrorCode): Arbitrary<Malformed>
  /** What a client or a server sends from CONNECT to DISCONNECT. */
  readonly session: Arbitrary<Session>
}

/**
 * Arbitraries for property-based tests of whatever speaks MQTT 3.1.1: they shrink to small packets with simple fields.
 *
 * ```js
 * import fc from 'fast-check'
 * import { arbitraries } from 'mqtt-wire/testing'
 *
 * const { packet } = arbitraries(fc)
 * fc.assert(fc.property(packet, (packet) => { … }))
 * ```
 *
 * @param fc fast-check 3 or 4
 * @throws TypeError if it is missing
 */
export function arbitraries(fc: Combinators): Arbitraries {
  if (typeof fc?.constantFrom !== 'function') throw new TypeError('hand in fast-check: arbitraries(fc)')
  const ample = packetArbitraries(fc, 'ample')
  const modest = packetArbitraries(fc, 'modest')
  const packet = anyPacket(fc, ample)
  const stream = packetStream(fc, anyPacket(fc, modest))
  return {
    ...ample,
    packet,
    packetInput: packetInput(fc, packet),
    topicName: topicName(fc),
    topicFilter: topicFilter(fc),
    matchingPair: matchingPair(fc),
    packetIdentifier: packetIdentifier(fc),
    utf8Text: utf8Text(fc),
    payload: payload(fc, 'ample'),
    packetStream: stream,
    chunked: chunked(fc, stream),
    mutated: mutated(fc, stream),
    malformed: malformed(fc),
    malformedBy: (code) => malformed(fc, code),
    session: session(fc, modest),
  }
}
